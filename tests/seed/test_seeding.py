"""`manage.py seed` loads all fixtures, with history, or none of them and gives the reason."""

import io

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from forums.models import Forum, Membership, Seat, TermsOfReference
from ics_register.seeding import FILES, register_is_empty
from organisations.models import Organisation, Place
from people.models import Person
from records.models import Document
from tests.builders import make_document

pytestmark = pytest.mark.django_db

DOCUMENT = """\
- model: records.document
  fields:
    slug: paper
    title: The paper
    short_title: Paper
    kind: board-paper
"""
SOURCE = "document: [paper]\n    locator: slide 1"
PERSON = f"""\
- model: people.person
  fields:
    slug: anna
    name: Anna Adams
    sort_name: Adams, Anna
    {SOURCE}
"""
FORUM = f"""\
- model: forums.forum
  fields:
    slug: board
    name: The Board
    kind: board
    start_date: 2019-04-01
    {SOURCE}
"""
SEAT = f"""\
- model: forums.seat
  fields:
    forum: [board]
    role: chair
    title: Chair
    start_date: 2019-04-01
    {SOURCE}
"""
MEMBERSHIP = f"""\
- model: forums.membership
  fields:
    person: [anna]
    seat: [board, Chair]
    start_date: 2019-04-01
    {SOURCE}
"""
SMALL = {
    "documents": DOCUMENT,
    "people": PERSON,
    "forums": FORUM,
    "seats": SEAT,
    "memberships": MEMBERSHIP,
}


TERMS = f"""\
- model: forums.termsofreference
  fields:
    forum: [board]
    quoracy_rule:
      any:
        - {{people: 1, in: {{seats: [[board, Chair]]}}, counting: []}}
        - {{people: 2, in: {{organisation: [trust]}}, counting: [proxy]}}
    start_date: 2019-04-01
    {SOURCE}
"""
TRUST = f"""\
- model: organisations.organisation
  fields:
    slug: trust
    name: The trust
    kind: nhs-trust
    start_date: 2019-04-01
    {SOURCE}
"""


@pytest.fixture
def folder(tmp_path):
    """Writes a small valid folder of fixtures, with some of its files replaced."""

    def write(**changed):
        for file_name, _ in FILES:
            name = file_name.removesuffix(".yaml")
            text = changed.get(name, SMALL.get(name, ""))
            if isinstance(text, bytes):
                (tmp_path / file_name).write_bytes(text)
            elif text is not None:
                (tmp_path / file_name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


def seed(folder, **options) -> str:
    """What the command prints."""
    printed = io.StringIO()
    call_command("seed", folder=folder, stdout=printed, **options)
    return printed.getvalue()


def refused(folder, **options) -> str:
    """What the command says when it refuses, having loaded nothing."""
    with pytest.raises(CommandError) as error:
        seed(folder, **options)
    assert register_is_empty()
    assert not Document.history.exists()
    return str(error.value)


def test_it_loads_everything_and_says_how_much_of_what(folder):
    printed = seed(folder()).splitlines()

    assert [line.split(maxsplit=1) for line in printed if not line.startswith("    0")] == [
        ["1", "documents"],
        ["1", "people"],
        ["1", "forums"],
        ["1", "seats"],
        ["1", "memberships"],
        ["5", "records loaded"],
    ]
    assert Membership.objects.get().seat == Seat.objects.get()


def test_a_rule_of_quoracy_names_seats_and_organisations_as_fixtures_do(folder):
    seed(folder(organisations=TRUST, terms_of_reference=TERMS))

    chair, trust = Seat.objects.get().pk, Organisation.objects.get().pk
    assert TermsOfReference.objects.get().quoracy_rule == {
        "any": [
            {"people": 1, "in": {"seats": [chair]}, "counting": []},
            {"people": 2, "in": {"organisation": trust}, "counting": ["proxy"]},
        ]
    }


@pytest.mark.parametrize(
    ("written", "why"),
    [
        (TERMS.replace("board, Chair", "board, Nurse"), "there is no seat ['board', 'Nurse']"),
        (TERMS.replace("[trust]", "[council]"), "there is no organisation ['council']"),
        (TERMS.replace("[trust]", "7"), "name the organisation by [slug], not 7"),
        (TERMS.replace("people: 1", "people: 0"), "everybody would meet it"),
    ],
)
def test_a_rule_that_names_what_there_is_not_is_refused(folder, written, why):
    said = refused(folder(organisations=TRUST, terms_of_reference=written))
    assert "terms_of_reference.yaml, line 1, quoracy_rule: " in said
    assert why in said


def test_its_history_says_where_each_record_comes_from(folder):
    seed(folder(), reason="first load")

    [made] = Person.objects.get().history.all()
    assert made.history_change_reason == "Seeded from The paper, slide 1. first load"
    assert made.history_user is None
    [made] = Document.objects.get().history.all()
    assert made.history_change_reason == "Seeded from fixtures/documents.yaml. first load"


def test_its_history_names_the_user_it_was_run_for(folder):
    editor = get_user_model().objects.create_user("editor")

    seed(folder(), as_user="editor")

    assert {made.history_user for made in Membership.history.all()} == {editor}
    assert {made.history_user for made in Document.history.all()} == {editor}


def test_a_user_that_does_not_exist_is_refused(folder):
    assert "there is no user called 'nobody'" in refused(folder(), as_user="nobody")


def test_it_refuses_a_register_that_holds_anything_and_changes_nothing(folder):
    make_document(slug="paper", title="Kept")

    with pytest.raises(CommandError, match="The register already holds records"):
        seed(folder())

    assert [document.title for document in Document.objects.all()] == ["Kept"]
    assert not Person.objects.exists()


def test_it_refuses_to_run_twice(folder):
    seed(folder())

    with pytest.raises(CommandError, match="nothing was loaded"):
        seed(folder())

    assert Person.history.count() == 1


def test_if_empty_leaves_a_register_that_holds_anything_alone(folder):
    make_document(title="Kept")

    assert seed(folder(), if_empty=True) == ""
    assert Document.objects.count() == 1


def test_if_empty_loads_an_empty_register(folder):
    seed(folder(), if_empty=True)

    assert Person.objects.count() == 1


def test_check_says_that_all_is_well_and_keeps_nothing(folder):
    printed = seed(folder(), check=True)

    assert "5  records valid, nothing was kept" in printed
    assert register_is_empty()
    assert not Person.history.exists()


def test_check_says_what_is_wrong(folder):
    bad = PERSON.replace("name: Anna Adams\n", "name: ''\n")

    assert "people.yaml" in refused(folder(people=bad), check=True)


# Mistakes, and the command's message for each: file, record, field, and what to do.
WRONG = {
    "an unknown field": (
        {"people": PERSON + "    rank: captain\n"},
        "people.yaml, line 1 (anna), rank: a person has no such field.",
    ),
    "a field that is worked out": (
        {"people": PERSON + "    folded: anna\n"},
        "people.yaml, line 1 (anna), folded: a person has no such field.",
    ),
    "a field given twice": (
        {"people": PERSON + "    name: Anna Brown\n"},
        "people.yaml, line 1 (anna), name: this field is given twice.",
    ),
    "a text that is missing": (
        {"people": PERSON.replace("    name: Anna Adams\n", "")},
        "people.yaml, line 1 (anna), name:",
    ),
    "a locator that is missing": (
        {"people": PERSON.replace("    locator: slide 1\n", "")},
        "people.yaml, line 1 (anna), locator:",
    ),
    "a document that is missing": (
        {"people": PERSON.replace("    document: [paper]\n", "")},
        "people.yaml, line 1 (anna), document:",
    ),
    "an impossible day": (
        {"forums": FORUM.replace("2019-04-01", "2019-02-30")},
        "forums.yaml, line 1 (board), start_date:",
    ),
    "a day in words": (
        {"forums": FORUM.replace("2019-04-01", "April 2019")},
        "forums.yaml, line 1 (board), start_date:",
    ),
    "a word that is not on the list": (
        {"forums": FORUM.replace("kind: board", "kind: club")},
        "forums.yaml, line 1 (board), kind:",
    ),
    "an end before the start": (
        {"forums": FORUM + "    end_date: 2019-03-31\n"},
        "forums.yaml, line 1 (board), end_date: The end, 31 March 2019, is before the start",
    ),
    "a reference to nothing": (
        {"memberships": MEMBERSHIP.replace("[anna]", "[ben]")},
        "memberships.yaml, line 1, person: there is no person ['ben'].",
    ),
    "a reference in the wrong form": (
        {"memberships": MEMBERSHIP.replace("[board, Chair]", "board")},
        "memberships.yaml, line 1, seat: name the seat by [forum__slug, title], not 'board'.",
    ),
    "a reference to what failed": (
        {"people": PERSON.replace("Anna Adams", "''")},
        "memberships.yaml, line 1, person: there is no person ['anna'].",
    ),
    "a slug taken twice": (
        {"people": PERSON + PERSON},
        "people.yaml, line 8 (anna), slug:",
    ),
    "two chairs' seats": (
        {"seats": SEAT + SEAT.replace("title: Chair", "title: Second chair")},
        "seats.yaml, line 9 (Second chair), start_date: This forum already has a chair's seat",
    ),
    "two chairs at once": (
        {
            "people": PERSON + PERSON.replace("anna", "ben"),
            "memberships": MEMBERSHIP + MEMBERSHIP.replace("[anna]", "[ben]"),
        },
        "memberships.yaml, line 8, start_date: This seat would be held twice",
    ),
    "what is not YAML": ({"people": "- model: [people"}, "people.yaml: this is not YAML."),
    "what is not text": ({"people": b"\xff\xfe\x00"}, "people.yaml: this is not"),
    "a file that is no list": ({"people": "slug: anna"}, "people.yaml: list the records"),
    "an entry that is no record": ({"people": "- anna"}, "people.yaml, line 1: give a record"),
    "a record without fields": (
        {"people": "- model: people.person\n"},
        "people.yaml, line 1: give a record’s model and its fields.",
    ),
    "fields that are no fields": (
        {"people": "- model: people.person\n  fields: anna\n"},
        "people.yaml, line 1, fields: give each field a name and a value.",
    ),
    "a record in the wrong file": (
        {"people": PERSON.replace("people.person", "people.appointment")},
        "people.yaml, line 1, model: this file holds people.person alone",
    ),
    "a file that is missing": ({"people": None}, "people.yaml: the file is missing"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_fixture_with_an_error_names_file_record_and_field_and_nothing_is_loaded(folder, wrong):
    changed, sentence = WRONG[wrong]

    said = refused(folder(**changed))

    assert said.startswith("Nothing was loaded.")
    assert sentence in said


def test_everything_that_is_wrong_is_told_at_once(folder):
    bad = PERSON.replace("Anna Adams", "''") + "    rank: captain\n"

    said = refused(folder(people=bad, forums=FORUM.replace("kind: board", "kind: club")))

    assert "people.yaml" in said
    assert "forums.yaml, line 1 (board), kind:" in said


def test_the_line_is_that_of_the_record(folder):
    second = PERSON.replace("anna", "ben").replace("Anna Adams", "''")

    assert "people.yaml, line 10 (ben), name:" in refused(
        folder(people="# People\n\n" + PERSON + second)
    )


def test_a_day_known_to_the_month_is_kept_as_its_first(folder):
    seed(folder(forums=FORUM.replace("2019-04-01", "2019-04-17\n    start_precision: month")))

    assert Forum.objects.get().start_in_words() == "April 2019"
    assert Forum.objects.get().start_date.day == 1


def test_an_empty_folder_of_fixtures_loads_nothing(folder):
    seed(folder(**dict.fromkeys(SMALL, "")))

    assert not Organisation.objects.exists()
    assert not Place.objects.exists()
