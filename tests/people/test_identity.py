"""Merging two records of one person, renaming people, and withholding names.

Karen Brown chairs the Wye Trust and sits on the Board. “K Brown” is a second record of her, made
from a paper that spelt her name so. Karen Browne is somebody else.
"""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.test import Client
from django.urls import reverse

from editing.links import step_address
from forums.models import Membership, Succession
from organisations.models import Relationship
from people.identity import (
    facts_that_name,
    families_of,
    merge_people,
    rename_person,
    show_person_again,
    withhold_person,
)
from people.models import Appointment, Basis, Distinction, Person, PersonName
from records.events import Source
from records.history import Nature, writing
from records.models import NameKind
from records.periods import Precision, Qualifier, When
from tests.admin_pages import address
from tests.builders import (
    BUILDERS,
    day,
    make_appointment,
    make_distinction,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_person_name,
    make_post,
    make_seat,
    make_statement,
    source,
)
from tests.pages.reading import read
from tests.stepping import errors_of, preview, remarks_of, signed_in, take

pytestmark = pytest.mark.django_db


@pytest.fixture
def karen():
    return make_person(slug="karen-brown", honorific="Dr", name="Karen Brown")


@pytest.fixture
def second(karen):
    paper = make_document(short_title="Paper 2021", published_date="2021-06-01")
    return make_person(slug="k-brown", name="K Brown", document=paper, locator="page 7")


@pytest.fixture
def minutes():
    return Source(make_document(short_title="Minutes"), "minute 3")


def message_of(error) -> str:
    return " ".join(error.value.messages)


# Merging


def test_what_both_records_hold_is_the_persons_and_history_keeps_whose_it_was(karen, second):
    chair = make_appointment(person=second, end_date="2020-03-31", basis=Basis.INTERIM)
    seat = make_membership(person=second)
    name = make_person_name(person=second, name="Kate Brown")
    own = make_membership(person=karen)

    with writing(Nature.CORRECTED, reason="One person, two records"):
        merge_people(kept=karen, merged=second)

    assert set(Appointment.objects.filter(person=karen)) == {chair}
    assert set(Membership.objects.filter(person=karen)) == {seat, own}
    assert name in karen.names.all()
    second.refresh_from_db()
    assert second.merged_into == karen
    now, before = seat.history.order_by("-history_id")[:2]
    assert (before.person_id, now.person_id) == (second.pk, karen.pk)
    assert (now.history_nature, now.history_change_reason) == (
        "corrected",
        "One person, two records",
    )


def test_everything_a_merge_writes_is_one_batch_so_that_it_can_be_undone_whole(karen, second):
    make_membership(person=second)
    make_appointment(person=second)
    make_person_name(person=second)

    with writing(Nature.CORRECTED) as together:
        merge_people(kept=karen, merged=second)

    assert len(together.rows) == 5  # two tenures, her other name, her name, the record itself
    assert {row.history_batch for row in together.rows} == {together.batch}


def test_the_name_that_goes_is_kept_on_the_source_that_uses_it(karen, second):
    merge_people(kept=karen, merged=second)

    name = karen.names.get()
    assert (name.name, name.kind) == ("K Brown", NameKind.SPELLING)
    assert (name.document, name.locator) == (second.document, "page 7")
    assert (name.start_date, name.start_qualifier) == (day("2021-06-01"), Qualifier.BY)


def test_a_name_that_is_the_same_is_not_kept_twice(karen):
    twin = make_person(slug="karen-brown-2", name="Karen Brown")

    merge_people(kept=karen, merged=twin)

    assert not karen.names.exists()


def test_a_spelling_that_both_records_have_is_kept_once(karen, second):
    make_person_name(person=karen, name="Karen Browne", kind=NameKind.SPELLING)
    doubled = make_person_name(person=second, name="KAREN BROWNE", kind=NameKind.SPELLING)
    former = make_person_name(person=second, name="Karen Browne", kind=NameKind.FORMER)

    merge_people(kept=karen, merged=second)

    spellings = karen.names.filter(kind=NameKind.SPELLING)
    assert sorted(name.name for name in spellings) == ["K Brown", "Karen Browne"]
    assert doubled in second.names.all() and former in karen.names.all()


def test_the_name_that_somebody_has_is_no_spelling_of_it(karen, second):
    make_person_name(person=second, name="Karen Brown", kind=NameKind.SPELLING)
    make_person_name(person=second, name="Karen Brown", kind=NameKind.OTHER)

    merge_people(kept=karen, merged=second)

    assert [name.name for name in karen.names.all()] == ["K Brown"]


def test_a_name_that_somebody_gave_up_and_took_again_stays_a_former_name(karen, second):
    former = make_person_name(
        person=second, name="Karen Brown", kind=NameKind.FORMER, end_date="2021-05-01"
    )

    merge_people(kept=karen, merged=second)

    assert former in karen.names.all()


def test_a_name_that_two_merged_records_have_is_kept_once(karen, second):
    third = make_person(name="K BROWN")

    merge_people(kept=karen, merged=second)
    merge_people(kept=karen, merged=third)

    assert [name.name for name in karen.names.all()] == ["K Brown"]


def test_nobody_is_merged_into_themselves(karen):
    with pytest.raises(ValidationError) as error:
        merge_people(kept=karen, merged=karen)
    assert "one and the same" in message_of(error)


def test_a_merged_record_is_not_merged_again_nor_merged_into(karen, second):
    merge_people(kept=karen, merged=second)
    third = make_person(name="Karen B")

    for kept, merged in [(second, third), (third, second)]:
        with pytest.raises(ValidationError) as error:
            merge_people(kept=kept, merged=merged)
        assert "has been merged into Dr Karen Brown (karen-brown)" in message_of(error)
    assert not PersonName.objects.filter(person=third).exists()


def test_two_who_sat_in_one_seat_on_one_day_are_refused_and_nothing_changes(karen, second):
    seat = make_seat(title="Lay member", number=2, forum=make_forum(name="Board"))
    make_membership(person=karen, seat=seat)
    make_membership(person=second, seat=seat)
    post = make_appointment(person=second)

    with pytest.raises(ValidationError) as error:
        merge_people(kept=karen, merged=second)

    assert "already recorded for this seat in that period" in message_of(error)
    assert "a register manager can remove it" in message_of(error)
    post.refresh_from_db()
    second.refresh_from_db()
    assert post.person == second
    assert second.merged_into is None


def test_two_who_sat_in_one_seat_one_after_the_other_are_merged(karen, second):
    seat = make_seat()
    make_membership(person=karen, seat=seat, end_date="2020-03-31")
    make_membership(person=second, seat=seat, start_date="2020-04-01")

    merge_people(kept=karen, merged=second)

    assert karen.memberships.count() == 2


@pytest.mark.parametrize("turned", [False, True])
def test_two_who_are_known_to_be_two_are_refused(karen, second, turned):
    pair = (second, karen) if turned else (karen, second)
    make_distinction(person=pair[0], other=pair[1], locator="page 9")

    with pytest.raises(ValidationError) as error:
        merge_people(kept=karen, merged=second)
    assert "two people, by Board paper, page 9" in message_of(error)


def test_a_distinction_from_a_third_is_the_persons_and_is_not_made_twice(karen, second):
    browne, bran = make_person(name="Karen Browne"), make_person(name="Karen Bran")
    moves = make_distinction(person=browne, other=second)
    make_distinction(person=karen, other=bran)
    stays = make_distinction(person=second, other=bran)

    merge_people(kept=karen, merged=second)

    assert Distinction.objects.get(pk=moves.pk).other == karen
    assert Distinction.objects.get(pk=stays.pk).person == second


def test_a_withheld_record_and_one_that_is_not_are_not_merged(karen, second):
    withhold_person(person=second)

    with pytest.raises(ValidationError) as error:
        merge_people(kept=karen, merged=second)
    assert "Withhold both or show both" in message_of(error)


def test_nothing_new_is_recorded_of_a_record_that_was_merged(karen, second):
    merge_people(kept=karen, merged=second)
    # As a form has it that was opened before.
    second = Person(pk=second.pk, name="K Brown", slug="k-brown")

    with pytest.raises(ValidationError) as error:
        make_membership(person=second)
    assert "merged into that of Dr Karen Brown (karen-brown)" in message_of(error)


def test_what_a_merged_record_still_holds_can_be_corrected(karen, second):
    membership = make_membership(person=second)
    second.merged_into = karen  # past the step, which would have taken the membership along
    second.save()
    membership.refresh_from_db()

    membership.note = "Corrected"
    membership.full_clean()
    membership.save()


# A new name


def rename(person, source, name="Karen Green", when=None, **fields):
    rename_person(person=person, name=name, when=when or When(day("2024-05-01")), source=source,
                  **fields)  # fmt: skip
    person.refresh_from_db()


def test_the_former_name_is_kept_with_its_end_and_both_sources(karen, minutes):
    rename(karen, minutes)

    former = karen.names.get()
    assert (former.name, former.kind) == ("Karen Brown", NameKind.FORMER)
    assert (former.start_date, former.end_in_words()) == (None, "30 April 2024")
    assert former.document.slug == "board-paper"
    assert (former.end_document, former.end_locator) == (minutes.document, "minute 3")
    assert (karen.name, karen.sort_name, karen.slug) == (
        "Karen Green",
        "Green, Karen",
        "karen-brown",
    )
    assert karen.document == former.document


def test_what_a_person_rests_on_stays_when_they_are_renamed(karen, minutes):
    evidence = {
        "quotation": "“Ms Brown”",
        "note": "Her own page.",
        "confirmed_on": day("2020-01-01"),
    }
    for field, value in evidence.items():
        setattr(karen, field, value)
    karen.save()
    before = {name: getattr(karen, name) for name in Person.EVIDENCE_FIELDS}

    rename(karen, minutes)

    assert {name: getattr(karen, name) for name in Person.EVIDENCE_FIELDS} == before
    assert karen.names.get().confirmed_on == day("2020-01-01")


def test_the_source_of_a_second_name_is_the_paper_that_gave_it(karen, minutes):
    rename(karen, minutes, "Karen Green")
    later = Source(make_document(), "page 9")
    rename(karen, later, "Karen White", When(day("2025-02-01")))

    green = karen.names.get(name="Karen Green")
    assert (green.document, green.locator) == (minutes.document, "minute 3")
    assert green.confirmed_on is None
    assert (green.end_document, green.end_locator) == (later.document, "page 9")


def test_a_second_change_of_name_knows_since_when_the_first_held(karen, minutes):
    rename(karen, minutes, "Karen Green")
    rename(karen, minutes, "Karen White", When(day("2025-02-01"), Precision.MONTH))

    green = karen.names.get(name="Karen Green")
    assert green.start_in_words() == "1 May 2024"
    assert green.end_in_words() == "February 2025"


def test_a_new_honorific_alone_leaves_no_former_name(karen, minutes):
    rename(karen, minutes, "Karen Brown", honorific="Professor")

    assert str(karen) == "Professor Karen Brown"
    assert not karen.names.exists()
    assert karen.document != minutes.document
    assert (karen.confirmed_document, karen.confirmed_locator) == (minutes.document, "minute 3")
    assert karen.confirmed_on == day("2024-05-01")


def test_the_name_that_somebody_has_is_no_new_one(karen, minutes):
    with pytest.raises(ValidationError) as error:
        rename(karen, minutes, "Karen Brown")
    assert "is the name that the register has" in message_of(error)


def test_a_name_is_not_changed_before_its_day(karen, minutes):
    with pytest.raises(ValidationError) as error:
        rename(karen, minutes, when=When(day("2199-01-01")))
    assert "has not come" in message_of(error)


def test_the_second_of_two_editors_who_rename_at_once_is_told(karen, minutes):
    seen = Person.objects.get(pk=karen.pk)
    rename(karen, minutes, "Karen Green")

    with pytest.raises(ValidationError) as error:
        rename(seen, minutes, "Karen White")
    assert "Somebody else has changed the name" in message_of(error)


# Withholding


def test_withholding_and_showing_again_are_both_in_the_history(karen):
    with writing(Nature.CHANGED, reason="Asked for it, letter of 2 May"):
        withhold_person(person=karen)
    karen.refresh_from_db()
    assert karen.withheld
    show_person_again(person=karen)

    states = karen.history.order_by("history_id").values_list("withheld", "history_change_reason")
    assert list(states) == [(False, ""), (True, "Asked for it, letter of 2 May"), (False, "")]


def test_a_record_that_was_merged_is_withheld_by_the_one_it_became(karen, second):
    merge_people(kept=karen, merged=second)

    with pytest.raises(ValidationError) as error:
        withhold_person(person=second)
    assert "merged into Dr Karen Brown: withhold that record instead" in message_of(error)


def test_only_the_locator_still_names_somebody_whose_quotations_and_notes_are_hidden(karen):
    make_membership(person=karen, quotation="Dr Brown", note="Brown, by the agenda")
    place = make_appointment(person=karen, locator="Table, row “Brown”")

    assert facts_that_name(karen) == [(place, "locator")]


def test_words_that_name_somebody_are_found_whatever_they_stand_in(karen):
    make_person_name(person=karen, name="Karen Müller")
    noted = make_membership(note="Succeeded Dr. Brown, who retired")
    quoted = make_appointment(quotation="K. MULLER was appointed")
    said = make_statement(text="Our chair, Karen Brown, says so")
    titled = make_document(title="Letter of K Brown")
    make_statement(text="Brownfield sites")
    make_post(organisation=make_organisation(name="Browning Trust"))

    found = {(type(record), record.pk): text for record, text in facts_that_name(karen)}

    assert found == {
        (type(noted), noted.pk): "note",
        (type(quoted), quoted.pk): "quotation",
        (type(said), said.pk): "text",
        (type(titled), titled.pk): "title",
    }


def test_what_is_noted_of_somebody_else_is_looked_through_and_their_name_is_not(karen):
    make_person(name="Bob Brown")
    noted = make_person(name="Bob Day", note="Took over from Karen Brown.")
    spelling = make_person_name(person=noted, quotation="Day, for Brown")
    make_person_name(person=karen, note="So Dr Brown signs.")

    assert facts_that_name(karen) == [(noted, "note"), (spelling, "quotation")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Mary O'Brien", "Succeeded Mary O’Brien."),
        ("Mary O’Brien", "Succeeded MARY O'BRIEN."),
        ("Mary O'Brien", "Succeeded M. O Brien"),
        ("Mary Howell-Jones", "Succeeded Ms Howell\u2011Jones"),
        ("Mary Howell\u2013Jones", "Succeeded Ms Howell-Jones"),
        ("Ann Leeworthy OBE", "Ms Leeworthy’s report"),
        ("Professor Sir Ben Lee CBE FRCP", "By Prof Lee"),
        ("LEEWORTHY Ann", "Ms Leeworthy"),
        ("Siân Müller", "Taken over from Sian Muller"),
        ("Łukasz Łoś", "p. LOS"),
    ],
)
def test_the_step_names_each_text_however_it_writes_the_family_name(name, text):
    mary = make_person(name=name)
    noted = make_membership(note=text)

    assert facts_that_name(mary) == [(noted, "note")]
    [_, remark] = remarks_of(preview(mary, "withhold"))
    assert "look at its note" in remark.text


@pytest.mark.parametrize(
    "letters", ["DipHSM", "BSc(Hons)", "MBA Dip HSM", "Esq", "(she/her)", "MBE (Chair)"]
)
def test_a_family_name_is_found_before_letters_that_no_list_has(letters):
    ann = make_person(name=f"Ann Leeworthy {letters}")
    noted = make_person(name="Ben Lee", note="As Ms Leeworthy said")
    make_person(name="Cy Yeo", note="Was asked by the chair, and Ann agreed")
    assert facts_that_name(ann) == [(noted, "note")]


def test_a_family_name_of_several_words_stays_one():
    ann = make_person(name="de Souza, Ann", sort_name="")
    make_person(name="Ben Lee", note="Of Pays de Galles")
    assert families_of([ann.pk]) == {"de Souza"}
    assert facts_that_name(ann) == []


@pytest.mark.parametrize("sort_name", ["OBE, Ann Leeworthy", ""])
def test_letters_of_honours_are_nobodys_family_name(sort_name):
    ann = make_person(name="Ann Leeworthy OBE", sort_name=sort_name)
    make_person(name="Ben Lee", note="Was given an OBE by Ann")

    assert facts_that_name(ann) == []


def test_a_family_name_that_was_corrected_or_removed_since_is_looked_for_too(karen, second):
    second.name = "K Braun"
    second.save()
    merge_people(kept=karen, merged=second)
    ostrich = make_person_name(person=karen, name="Karen Ostrich")
    ostrich.delete()
    karen.name, karen.sort_name = "Karen Browne", "Browne of Wye, Karen"
    karen.save()
    noted = {make_membership(note=f"After {name}") for name in ("Braun", "Ostrich", "Brown")}

    assert {record for record, _ in facts_that_name(karen)} == noted


@pytest.mark.parametrize("model", BUILDERS, ids=lambda model: model._meta.model_name)
def test_every_text_of_a_record_is_looked_through_but_for_the_names_of_others(karen, model):
    record, names = BUILDERS[model](), {"slug", "honorific", "name", "sort_name"}
    editable = [field for field in model._meta.concrete_fields if field.editable]
    texts = [
        field
        for field in editable
        if isinstance(field, models.CharField | models.TextField) and not field.choices
        if not (model in (Person, PersonName) and field.name in names)
    ]
    # What some of them need: a document, an end, a start that never came, a rule that leaves
    # something out.
    cited = ("document", "confirmed_document", "end_document", "codes_document")
    for name in (*cited, "given_up_document", "quoracy_document"):
        setattr(record, name, source())
    record.confirmed_on = record.end_date = day("2024-05-01")
    if model in (Relationship, Succession):
        record.start_date = None
    if model is Succession:  # which never ends
        record.end_date = record.end_document = None
        texts = [field for field in texts if field.name != "end_locator"]
    record.quoracy_rule_says_all = False
    for text in texts:
        setattr(record, text.name, "brown")
    with transaction.atomic(), writing(Nature.CORRECTED, reason="A test."):
        record.save()

    found = {text for each, text in facts_that_name(karen) if each == record}
    assert found == {str(text.verbose_name) for text in texts}


def test_once_withheld_the_way_to_what_still_names_them_is_shown_and_no_public_page(karen):
    make_statement(text="Our chair, Karen Brown, says so")
    browser = signed_in()

    done = take(karen, "withhold", browser, document=None, locator=None)
    said = browser.get(done.headers["Location"]).content.decode()

    assert "Read 1 text of other records in which the family name stands" in said
    assert f"{address(Person, 'change', karen.pk)}#named" in said
    assert "See the public page" not in said


# The steps


def test_a_merge_is_taken_from_the_persons_page_and_undone_whole(karen, second):
    seat = make_membership(person=second)
    browser = signed_in()

    done = take(karen, "merge", browser, other=second, keep="this", kind="spelling")

    assert done.status_code == 302
    seat.refresh_from_db()
    assert seat.person == karen
    row = seat.history.first()
    assert (row.history_nature, row.history_step) == ("corrected", "Merge with another record")

    undone = browser.post(
        reverse("admin:together", args=[row.history_batch]), {"reason": "They are two people."}
    )

    assert undone.status_code == 302
    seat.refresh_from_db()
    second.refresh_from_db()
    assert seat.person == second
    assert second.merged_into is None
    assert not karen.names.exists()
    assert read("/people/k-brown/").status == 200
    assert "Seat" in read("/people/k-brown/").section("now")


def test_the_other_record_may_be_the_one_that_stays(karen, second):
    done = take(second, "merge", other=karen, keep="other", kind="other")

    assert done.headers["Location"].endswith(f"/person/{karen.pk}/change/")
    second.refresh_from_db()
    assert second.merged_into == karen
    assert karen.names.get().kind == NameKind.OTHER


def test_a_merge_shows_what_each_of_the_two_holds(karen, second):
    make_membership(person=second, seat=make_seat(title="Lay member"))
    address = step_address(Person, karen.pk, "merge", other=second.pk)

    page = signed_in().get(address).content.decode()

    assert "Lay member, Forum" in page
    assert "K Brown (k-brown)" in page


@pytest.mark.parametrize("other", ["", "0", "99999", "9" * 40, "x", "itself", "merged"])
def test_a_merge_with_nobody_who_could_be_chosen_is_refused_on_the_form(karen, second, other):
    if other == "merged":
        merge_people(kept=make_person(), merged=second)
    key = {"itself": karen.pk, "merged": second.pk}.get(other, other)

    response = preview(karen, "merge", other=key, keep="this", kind="spelling")

    assert response.status_code == 400
    assert "other" in errors_of(response)
    assert signed_in().get(step_address(Person, karen.pk, "merge", other=key)).status_code == 200


def test_a_merge_of_two_who_sat_together_is_refused_in_words(karen, second):
    seat = make_seat(number=2)
    make_membership(person=karen, seat=seat)
    make_membership(person=second, seat=seat)

    response = take(karen, "merge", other=second, keep="this", kind="spelling")

    assert response.status_code == 400
    assert "already recorded for this seat" in " ".join(errors_of(response)["__all__"])


def test_a_new_name_is_one_step(karen):
    response = take(
        karen, "rename", name="Karen Green", honorific="Dr", sort_name="", date="2024-05-01"
    )

    assert response.status_code == 302
    assert read("/people/karen-brown/").headings == ["Dr Karen Green"]
    names = read("/people/karen-brown/").section("names")
    assert "Karen Brown (former name, ended 30 April 2024; start not recorded)" in names
    found = read("/search/", {"q": "karen brown"})
    assert "/people/karen-brown/" in found.links(found.main)
    assert len(read("/people/").rows("Karen Green")) == 1


def test_withholding_tells_which_words_to_look_at_and_the_persons_page_goes_on_telling(karen):
    noted = make_membership(note="Succeeded Dr Brown")
    browser = signed_in()

    shown = preview(karen, "withhold", browser, document=None, locator=None)
    told = [str(getattr(remark, "text", remark)) for remark in remarks_of(shown)]
    assert any(str(noted) in words and "look at its note" in words for words in told)
    page = shown.content.decode()
    assert f'href="{address(Membership, "change", noted.pk)}"' in page

    assert take(karen, "withhold", browser, document=None, locator=None).status_code == 302
    page = browser.get(address(Person, "change", karen.pk)).content.decode()
    assert "Words in which the family name stands" in page
    assert "Show on public pages again" in page
    assert take(karen, "show-again", browser, document=None, locator=None).status_code == 302
    assert read("/people/karen-brown/").status == 200


def test_the_page_of_a_merged_person_says_whose_record_it_was_and_offers_no_step(karen, second):
    merge_people(kept=karen, merged=second)
    browser = signed_in()

    page = browser.get(address(Person, "change", second.pk)).content.decode()
    assert f'<a href="{address(Person, "change", karen.pk)}">Dr Karen Brown</a>' in page
    assert step_address(Person, second.pk, "merge") not in page
    listed = browser.get(address(Person, "changelist")).content.decode()
    assert address(Person, "change", second.pk) not in listed
    merged = browser.get(address(Person, "changelist"), {"standing": "merged"}).content.decode()
    assert "merged into Dr Karen Brown (karen-brown)" in merged
    kept = browser.get(address(Person, "change", karen.pk)).content.decode()
    assert "Records merged into this one" in kept


def test_a_merged_person_is_offered_nowhere_to_choose(karen, second):
    merge_people(kept=karen, merged=second)
    asked = {
        "term": "brown",
        "app_label": "people",
        "model_name": "appointment",
        "field_name": "person",
    }

    found = signed_in().get(reverse("admin:autocomplete"), asked).json()["results"]

    assert [each["id"] for each in found] == [str(karen.pk)]


@pytest.mark.parametrize("step", ["merge", "withhold", "show-again"])
def test_permission_to_change_people_does_not_allow_merging_or_withholding_them(karen, step):
    editor = User.objects.create_user("editor", is_staff=True)
    editor.user_permissions.set(
        Permission.objects.filter(codename__in=["view_person", "change_person"])
    )
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(editor)

    assert browser.get(step_address(Person, karen.pk, step)).status_code == 403
    assert (
        step_address(Person, karen.pk, step)
        not in browser.get(address(Person, "change", karen.pk)).content.decode()
    )
