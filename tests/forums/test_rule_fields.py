"""The rule of quoracy in the admin of terms of reference and in the step that records new ones."""

import json

import pytest
from django.core.exceptions import ValidationError

from editing.field_changes import changes_in_words
from editing.groups import AUDITOR
from editing.links import step_address
from forums.models import Forum, TermsOfReference
from forums.quoracy_inputs import rule_of
from forums.rule_trees import MOST_BRANCHES
from tests.admin_pages import address, errors_of, send, typed
from tests.builders import (
    day,
    make_chair_seat,
    make_forum,
    make_organisation,
    make_seat,
    make_terms,
    set_terms,
    terms_of,
)
from tests.editing.accounts import browser_of, make_user
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

REMOTELY = {"counting": ["remote"]}


@pytest.fixture
def board():
    """A board with a chair and three seats for the trust."""
    forum = make_forum(slug="board", name="Board", quoracy_wording="three, with the chair")
    make_chair_seat(forum=forum)
    trust = make_organisation(slug="trust", name="The trust")
    make_seat(forum=forum, title="Partners", number=3, on_behalf_of=trust)
    return forum


def seat_of(board, title: str) -> int:
    return board.seats.get(title=title).pk


def asks(number: int, whom="members") -> dict:
    return {"people": number, "in": whom, **REMOTELY}


def row(which: int, **answers) -> dict:
    given = {"asks": "people", "counting": ["remote"], **answers}
    return {f"quoracy_rule-{which}-{name}": value for name, value in given.items()}


def form_of(terms) -> str:
    return address(TermsOfReference, "change", terms.pk)


def test_a_rule_built_in_the_admin_reads_back_as_one_sentence(admin_client, board):
    terms = terms_of(board)
    chair = seat_of(board, "Chair")
    rows = {**row(1, number="3"), **row(2, number="1", whom="seats", seats=[chair])}
    answer = send(admin_client, form_of(terms), **rows)
    assert answer.status_code == 302, errors_of(answer)
    terms.refresh_from_db()
    assert terms.quoracy_rule == {"all": [asks(3), asks(1, {"seats": [chair]})]}
    page = admin_client.get(form_of(terms)).content.decode()
    sentence = (
        "A meeting is quorate when (1) at least 3 members attend; and (2) “Chair” attends: in each "
        "case, in person or remotely."
    )
    assert sentence in page
    assert "It asks that (1) at least 3 members attend" in read("/forums/board/quoracy/").text


def test_a_rule_is_kept_if_the_form_is_saved_as_it_is(admin_client, board):
    terms = terms_of(board)
    rows = {**row(1, number="2", whom="organisation", organisation="trust")}
    send(admin_client, form_of(terms), **rows)
    terms.refresh_from_db()
    trust = board.seats.get(title="Partners").on_behalf_of
    assert terms.quoracy_rule == asks(2, {"organisation": trust.pk})
    trust.slug = "the-new-trust"
    trust.save()
    page = admin_client.get(form_of(terms)).context["adminform"].form
    [rule] = [bound for bound in page if bound.name == "quoracy_rule"]
    assert rule.value()["in"] == {"organisation": "the-new-trust"}
    assert rule_of(terms).organisations == {"the-new-trust": "The trust"}
    before = terms.history.count()
    send(admin_client, form_of(terms))
    assert terms.history.count() == before


def test_a_common_rule_can_be_chosen_and_a_rule_can_be_taken_out(admin_client, board):
    terms = terms_of(board)
    send(admin_client, form_of(terms), **{"quoracy_rule-shape": "0"})
    terms.refresh_from_db()
    assert terms.quoracy_rule == asks(3)
    send(admin_client, form_of(terms), **{"quoracy_rule-1-asks": ""})
    terms.refresh_from_db()
    assert terms.quoracy_rule is None


def test_what_does_not_fit_the_forum_is_said_and_kept(admin_client, board):
    terms = terms_of(board)
    answer = send(admin_client, form_of(terms), **row(1, number="9"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "It asks for 9 people from seats with 4 places." in page
    assert 'value="9"' in page
    terms.refresh_from_db()
    assert terms.quoracy_rule is None


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"people": 0, "in": "members", "counting": []}, "Write how many people it asks for"),
        ({"any": [asks(1)] * (MOST_BRANCHES + 1)}, "A rule has at most 200 conditions."),
        (asks(1, {"organisation": 987654}), "It names an organisation that is not recorded."),
        ([], "This is no condition."),
    ],
)
def test_what_is_no_rule_is_refused_with_a_sentence(board, rule, says):
    terms = terms_of(board)
    terms.quoracy_rule = rule
    with pytest.raises(ValidationError) as refused:
        terms.full_clean()
    assert says in " ".join(refused.value.message_dict["quoracy_rule"])


def test_a_seat_of_another_forum_is_refused(board):
    terms = terms_of(board)
    terms.quoracy_rule = asks(1, {"seats": [make_seat().pk]})
    with pytest.raises(ValidationError, match="a seat that the forum does not have"):
        terms.full_clean()


def test_new_terms_of_reference_begin_with_the_rule_of_the_former(admin_client, board):
    terms = terms_of(board)
    terms.quoracy_rule = asks(2)
    terms.save()
    page = admin_client.get(step_address(Forum, board.pk, "new-terms")).content.decode()
    assert "It reads:</strong> A meeting is quorate when at least 2 members attend" in page
    assert TermsOfReference.objects.count() == 1


def test_json_and_files_name_an_organisation_in_a_rule_by_its_slug(board):
    trust = board.seats.get(title="Partners").on_behalf_of
    set_terms(board, quoracy_rule=asks(2, {"organisation": trust.pk}))
    by_slug = asks(2, {"organisation": "trust"})
    for page in ("/forums/board.json", "/forums/board/quoracy.json"):
        assert read_data(page).said["quoracy_rule"] == by_slug
    columns = "quoracy_rule, quoracy_reads_as"
    [exported] = opened.sqlite().execute(f"SELECT {columns} FROM terms_of_reference")
    assert json.loads(exported["quoracy_rule"]) == by_slug
    assert "for “The trust”" in exported["quoracy_reads_as"]


@pytest.mark.parametrize("say_all", [True, None])
def test_the_exported_sentence_of_a_rule_is_that_of_the_page(board, say_all):
    make_seat(forum=board, title="Nurse", order=0)
    former = make_seat(forum=board, title="Lead", end_date="2020-03-31")
    make_seat(forum=board, title="Lead", start_date="2020-04-01")
    asked = {"seats": sorted([former.pk, seat_of(board, "Nurse")])}
    set_terms(board, quoracy_rule=asks(2, asked), quoracy_rule_says_all=say_all)
    [exported] = opened.sqlite().execute("SELECT quoracy_reads_as FROM terms_of_reference")
    said = read_data("/forums/board.json").said["quoracy_reads_as"]
    assert exported["quoracy_reads_as"] == said
    assert f"“Nurse” and “Lead” (seat {former.pk})" in said


def test_histories_tell_a_rule_in_words_and_seats_of_one_title_by_their_time(board):
    trust = board.seats.get(title="Partners").on_behalf_of
    terms = set_terms(board, quoracy_rule={"all": [asks(2), asks(1, {"organisation": trust.pk})]})
    words = (
        "It asks that (1) at least 2 members attend; and (2) at least 1 person for “The trust” "
        "attends: in each case, in person or remotely."
    )
    assert told(terms) == ("", words)
    [old] = board.seats.filter(title="Chair")
    old.end_date = day("2024-03-31")
    old.save()
    new = make_chair_seat(forum=board, start_date="2024-04-01")
    for seat in (old, new):
        terms.quoracy_rule = asks(1, {"seats": [seat.pk]})
        terms.save()
    before, after = told(terms)
    assert "to 31 March 2024” attends" in before and "since 1 April 2024” attends" in after


def told(terms) -> tuple[str, str]:
    """The last change of the rule, as the history of terms of reference tells it."""
    [change] = changes_in_words([terms.history.first()])
    [(old, new)] = [(each.old, each.new) for each in change.fields if each.name == "quoracy_rule"]
    return old, new


@pytest.mark.parametrize("chosen", ["theirs", "mine"])
def test_of_two_who_change_a_rule_at_once_the_second_chooses_which_is_kept(
    admin_client, board, chosen
):
    terms = set_terms(board, quoracy_rule=asks(2))
    opened_form = admin_client.get(form_of(terms))
    sent = {**typed(opened_form), "reason": "Two at once.", **row(1, number="3")}
    set_terms(board, quoracy_rule=asks(4))
    shown = admin_client.post(form_of(terms), sent)
    [touched] = shown.context_data["conflict"].touched
    assert (touched.was, touched.now, touched.typed) == tuple(
        f"It asks that at least {number} members attend in person or remotely."
        for number in (2, 4, 3)
    )
    answers = {touched.name: chosen, "seen": shown.context_data["conflict"].seen}
    done = admin_client.post(form_of(terms), {**sent, **answers})
    assert done.status_code == 302, errors_of(done)
    terms.refresh_from_db()
    assert terms.quoracy_rule == asks(4 if chosen == "theirs" else 3)


def test_whoever_may_only_read_terms_of_reference_reads_a_sentence(board):
    terms = set_terms(board, quoracy_rule=asks(2))
    page = browser_of(make_user("Ida", AUDITOR)).get(form_of(terms)).content.decode()
    assert "It asks that at least 2 members attend in person or remotely." in page
    assert "counting" not in page


def test_two_versions_are_compared_in_their_rules_too(board):
    """A seat that goes by another title since is called one thing in both."""
    chair = seat_of(board, "Chair")
    first = set_terms(board, quoracy_rule=asks(1, {"seats": [chair]}), end_date="2024-03-31")
    make_terms(forum=board, quoracy_rule=asks(2), start_date="2024-04-01", document=first.document)
    said = read_data("/forums/board.json").said["terms_of_reference_changed"]
    [lines] = [each["lines"] for each in said if each["text"] == "quoracy_rule"]
    assert lines == [
        {
            "before": "It asks that “Chair” attends in person or remotely.",
            "after": "It asks that at least 2 members attend in person or remotely.",
        }
    ]
    assert "Rule of quoracy: changed." in read("/forums/board/").text
    # The first version has nothing to be compared with.
    assert "Rule of quoracy" not in read("/forums/board/", {"as_at": "2024-03-31"}).text
