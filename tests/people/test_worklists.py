"""The worklists of people and of the holders of posts."""

import pytest
from django.test import Client

from organisations.models import PostKind
from people import duplicates
from people.duplicates import ComparableName, people_like, possible_duplicates
from people.models import Appointment
from tests.builders import (
    make_appointment,
    make_distinction,
    make_document,
    make_organisation,
    make_person,
    make_person_name,
    make_post,
    make_post_vacancy,
)
from tests.listed import TODAY, in_days, listed, reason_for, rows_of, take_step, way

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(admin_user):
    browser = Client()
    browser.force_login(admin_user)
    return browser


# Vacant, ending, past, stale


@pytest.mark.parametrize("kind", [PostKind.CHAIR, PostKind.LEADER])
def test_a_vacant_head_of_an_organisation_is_listed_until_appointed(editor, kind):
    post = make_post(kind=kind, title="Head", vacant=1)
    [row] = rows_of("chairs-vacant")
    assert row.record == post
    assert row.reason == "Vacant since 1 April 2019: Board paper, page 1."
    take_step(editor, way(row, "Appoint"), new_name="Ann Lee", date="2024-05-01")
    assert listed("chairs-vacant") == []


def test_the_vacancy_of_a_head_is_said_to_be_over_from_the_list(editor):
    make_post(title="Head", vacant=1)
    [row] = rows_of("chairs-vacant")
    assert "Record that it is vacant" not in [link.text for link in row.ways]
    take_step(editor, way(row, "Say that this vacancy is over"), date="2024-05-01")
    assert listed("chairs-vacant") == []


def test_a_source_that_says_that_nobody_holds_it_is_quoted():
    make_post_vacancy(quotation="yet to be appointed", locator="slide 9", start_date="2019-05-01")
    [row] = rows_of("chairs-vacant")
    assert row.reason == ("Vacant since 1 May 2019: Board paper, slide 9: “yet to be appointed”.")


def test_vacant_posts_that_are_no_heads_or_of_what_has_closed_are_not_listed():
    make_post(kind=PostKind.DIRECTOR, vacant=1)
    make_post(end_date="2024-01-01", vacant=1)
    make_post(organisation=make_organisation(end_date="2024-01-01"), vacant=1)
    assert listed("chairs-vacant") == []


@pytest.mark.parametrize(
    ("days", "ending", "past"),
    [(-1, False, True), (0, True, False), (90, True, False), (91, False, False)],
)
def test_a_term_of_a_holder_ends_within_90_days_or_has_ended(days, ending, past):
    make_appointment(term_ends=in_days(days))
    assert (bool(listed("terms-ending")), bool(listed("past-term"))) == (ending, past)


def test_an_end_clears_a_holder_who_serves_past_term(editor):
    make_appointment(term_ends="2024-03-31")
    [row] = rows_of("past-term")
    take_step(editor, way(row, "End"), date="2024-03-31")
    assert listed("past-term") == []


def test_a_holder_confirmed_more_than_a_year_ago_is_listed_by_organisation(editor):
    appointment = make_appointment(confirmed_on="2025-11-21")
    make_appointment(confirmed_on="2025-11-22")
    [row] = rows_of("not-confirmed")
    assert row.record == appointment
    assert row.reason == "Last known 21 November 2025, more than a year ago."
    assert row.group.text == str(appointment.post.organisation)
    take_step(editor, way(row, "Reconfirm"), date="2026-11-01")
    assert listed("not-confirmed") == []


# Closed organisations and posts


def test_a_holder_in_a_closed_organisation_is_listed_until_ended(editor):
    gone = make_organisation(name="Old Trust", end_date="2024-03-31")
    appointment = make_appointment(post=make_post(organisation=gone))
    [row] = rows_of("held-by-the-closed")
    assert row.record == appointment
    assert row.reason == (
        "Old Trust closed on 31 March 2024, and this appointment goes on after it."
    )
    take_step(editor, way(row, "End"), date="2024-03-31")
    [row] = rows_of("held-by-the-closed")
    assert row.record == appointment.post
    take_step(editor, way(row, "Abolish"), date="2024-03-31")
    assert listed("held-by-the-closed") == []


def test_what_a_closure_that_was_only_foreseen_leaves_behind_is_told_so():
    """Worklists said “closed on”, and pages of the same organisation “was to close on”."""
    paper = make_document(as_of="2024-01-15")
    gone = make_organisation(name="Old Trust", document=paper, end_date="2024-03-31")
    was_to_close = (
        "was to close on 31 March 2024, says the paper of 15 January 2024; no later source says "
        "whether it happened"
    )
    post = make_post(organisation=gone)
    assert reason_for(post, "held-by-the-closed") == (
        f"Old Trust {was_to_close}, and this post goes on after it."
    )
    appointment = make_appointment(post=post)
    assert reason_for(appointment, "held-by-the-closed") == (
        f"Old Trust {was_to_close}, and this appointment goes on after it."
    )


def test_a_holder_of_a_post_that_ended_is_listed():
    appointment = make_appointment(post=make_post(end_date="2024-03-31"))
    assert reason_for(appointment, "held-by-the-closed") == (
        "The post ended on 31 March 2024, and this appointment goes on after it."
    )


# Held twice


def past_the_form(post, name: str, **fields) -> Appointment:
    """An appointment that every form refuses and the database accepts."""
    appointment = make_appointment(post=post, person=make_person(name=name), save=False, **fields)
    appointment.save()
    return appointment


def test_a_post_for_two_that_three_certainly_hold_is_held_twice():
    post = make_post(max_holders=2)
    for name in ("Ann", "Bob", "Cat"):
        past_the_form(post, name, start_date="2024-05-01")
    assert reason_for(post, "held-twice").startswith(
        "There is room for 2, and 3 people certainly hold it: Ann from 1 May 2024"
    )


def test_a_handover_known_to_the_month_is_no_fault_on_any_day_of_it():
    post = make_post(max_holders=2)
    make_appointment(post=post)
    make_appointment(post=post, end_date="2026-11-30", end_precision="month")
    make_appointment(post=post, start_date="2026-11-01", start_precision="month")
    for day in (TODAY, TODAY.replace(day=1), TODAY.replace(day=30)):
        assert listed("held-twice", day=day) == []


def test_who_acts_does_not_count_to_those_who_hold_a_post():
    post = make_post(max_holders=1)
    make_appointment(post=post)
    make_appointment(post=post, basis="acting")
    assert listed("held-twice") == []


# The same person


def duplicates_among(*people: tuple[str, str], other_names=(), loosely=False) -> set:
    """The pairs of people with these names and sort names who may be one person, by position."""
    called = [ComparableName.of(key, *names) for key, names in enumerate(people)]
    return set(possible_duplicates(called, other_names, loosely=loosely))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Siân Lee", "Lee, Siân"), ("SIAN LEE", "Lee, Sian")),
        (("Ann O’Brien", "O’Brien, Ann"), ("Ann O'Brien", "O'Brien, Ann")),
        (("David Nicholson", "Nicholson, David"), ("D. Nicholson", "Nicholson, D.")),
        (("David Nicholson", "Nicholson, David"), ("D J Nicholson", "Nicholson, D J")),
        (("Matt Dormer", "Dormer, Matt"), ("Matthew Dormer", "Dormer, Matthew")),
        (("Becky Howell Jones", "Howell Jones, Becky"), ("B Howell-Jones", "Howell-Jones, B")),
        (("John Smith", "Smith, John"), ("John A Smith", "Smith, John A")),
        (("John Tolkien", "Tolkien, John"), ("JRR Tolkien", "Tolkien, JRR")),
        (("J. R. R. Tolkien", "Tolkien, J. R. R."), ("J.R.R. Tolkien", "Tolkien, J.R.R.")),
        (("Jørgen Lee", "Lee, Jørgen"), ("Jorgen Lee", "Lee, Jorgen")),
    ],
)
def test_two_spellings_of_one_name_are_suspected_duplicates(one, other):
    assert duplicates_among(one, other) == {(0, 1)}
    assert duplicates_among(one, other, loosely=True) == set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Ann Lee", "Lee, Ann"), ("Ann Lees", "Lees, Ann")),
        (("Ann Lee", "Lee, Ann"), ("Bob Lee", "Lee, Bob")),
        (("E Lee", "Lee, E"), ("Ann Lee", "Lee, Ann")),
        (("Lee", "Lee"), ("Ann Lee", "Lee, Ann")),
    ],
)
def test_names_that_differ_in_substance_are_no_suspected_duplicates(one, other):
    assert duplicates_among(one, other) == duplicates_among(one, other, loosely=True) == set()


@pytest.mark.parametrize(
    "name",
    [
        "Sir David Nicholson",
        "David Nicholson CBE",
        "Dr. David Nicholson, MBChB, FRCPsych",
        "NICHOLSON David",
        "Nicholson David",
        "Nicholson, David",
        "DAVID NICHOLSON OBE",
        "Nicholson, Sir David",
    ],
)
@pytest.mark.django_db
def test_a_name_with_titles_or_letters_or_turned_round_is_suspected_to_be_the_plain_one(name):
    plain, other = make_person(name="David Nicholson"), make_person(name=name, sort_name="")
    [row] = rows_of("same-person")
    assert row.reason.startswith("They have the same name")
    assert other in people_like("David Nicholson")
    assert set(people_like(name)) == {plain, other}


@pytest.mark.parametrize(
    ("source_says", "recorded", "others"),
    [
        ("J R Smith", "James R Smith", "Jack Smith"),
        ("J.R. Smith", "James Robert Smith", "Jack Smith"),
        ("James R Smith", "J R Smith", "Ann Smith"),
        ("James Smith", "J. Smith", "Ann Smith"),
    ],
)
def test_no_number_of_others_of_the_family_name_hides_whom_initials_fit(
    monkeypatch, source_says, recorded, others
):
    monkeypatch.setattr(duplicates, "MOST_ALIKE", 3)
    for _ in range(4):
        make_person(name=others)
    person = make_person(name=recorded)
    assert person in people_like(source_says)


def test_initials_and_capitals_are_not_taken_for_each_other():
    assert duplicates_among(("ANN LEE", "LEE, ANN"), ("Adam Lee", "Lee, Adam")) == set()


def test_one_family_name_and_initial_with_different_given_names_is_told_apart():
    people = (("Simon Adams", "Adams, Simon"), ("Sarah Adams", "Adams, Sarah"))
    assert duplicates_among(*people) == set()
    assert duplicates_among(*people, loosely=True) == {(0, 1)}


def test_another_name_leads_to_somebody_of_that_name_or_with_that_name_too():
    people = (("Ann Lee", "Lee, Ann"), ("Ann Day", "Day, Ann"), ("Ann Orr", "Orr, Ann"))
    assert duplicates_among(
        *people, other_names=[(1, "Ann LEE"), (2, "Ann Fox"), (0, "Ann Fox")]
    ) == {
        (0, 1),
        (0, 2),
    }


def test_a_common_name_is_compared_without_each_with_each():
    people = [(f"Given{n} Smith", f"Smith, Given{n}x") for n in range(20000)]
    assert duplicates_among(*people) == set()


def test_two_of_one_name_are_listed_with_what_they_hold_until_told_apart(editor):
    one, other = make_person(name="Ann Lee"), make_person(name="Ann Lee")
    make_appointment(person=one, post=make_post(title="Chair"))
    [row] = rows_of("same-person")
    assert row.reason.startswith("They have the same name. Ann Lee (")
    assert "is recorded for no post or seat." in row.reason
    assert f"person={one.pk}&other={other.pk}" in way(row, "They are two people")
    make_distinction(person=other, other=one)
    assert listed("same-person") == []


def test_a_merge_clears_two_of_one_name(editor):
    one, other = (make_person(name=name, as_of=in_days(-9)) for name in ("Ann Lee", "A Lee"))
    [row] = rows_of("same-person")
    assert f"other={other.pk}" in way(row, "Merge") or f"other={one.pk}" in way(row, "Merge")
    take_step(editor, way(row, "Merge"), keep="this")
    assert listed("same-person") == []


def test_another_name_is_looked_up_in_the_register():
    make_person(name="Jo Alner")
    make_person_name(person=make_person(name="Anne Fox"), name="Jo Alner")
    [row] = rows_of("same-person")
    assert row.reason.startswith("The name of one is another name of the other.")


def test_pairs_may_be_searched_by_the_name_of_either():
    for name in ("Ann Lee", "A Lee", "Bob Day", "B Day"):
        make_person(name=name)
    assert len(rows_of("same-person")) == 2
    assert len(rows_of("same-person", words=["bob"])) == 1
    assert rows_of("same-person", words=["cat"]) == []


def test_pairs_may_be_searched_by_what_lists_of_people_find_them_by():
    make_person(name="Ann Lee CBE", honorific="Dame", sort_name="")
    make_person_name(person=make_person(name="A Lee"), name="Anna Fox")
    for name in ("Bob Day", "B Day"):
        make_person(name=name)
    for word in ("dame", "CBE", "Fox"):
        assert len(rows_of("same-person", words=[word])) == 1, word
    assert rows_of("same-person", words=["Sir"]) == []
