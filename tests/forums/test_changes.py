"""What happened between two days: which events are listed at their edges, and in what words."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from forums.changes import Between, as_key, days_of_changes, keys_between
from forums.happenings import happenings
from forums.models import ForumStatus, LineKind
from forums.sentences import sentences_about
from organisations.models import Organisation, PostKind, RelationshipKind
from organisations.successions import SuccessionKind
from people.holder_rows import NAME_WITHHELD
from people.identity import withhold_person
from people.models import Basis, EndReason, Person
from records.models import NameKind
from records.periods import Precision, Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_forum_name,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_person_name,
    make_post,
    make_relationship,
    make_reporting_line,
    make_rule,
    make_seat,
    make_terms,
    set_terms,
)

pytestmark = pytest.mark.django_db
ONLY_PLANNED = ", says the paper of 31 March 2019; no later source says whether it happened."


TODAY = datetime.date(2026, 11, 25)


def sentences_between(first: str, last: str, about=None, today=TODAY) -> list[str]:
    """The sentences of what happened between two days."""
    key = (about._meta.model_name, about.pk) if about else None
    rows = keys_between(Between(day(first), day(last)), key)
    return [each.text for each in sentences_about(happenings(map(as_key, rows), key), today)]


def of_people(first: str, last: str, **more) -> list[str]:
    """The sentences about people who take and leave the Chair."""
    return [each for each in sentences_between(first, last, **more) if "Chair" in each]


@pytest.fixture
def chair():
    """The post of a trust's Chair. Trust and post have existed for long."""
    trust = make_organisation(name="Wye Trust", start_date="2000-01-01")
    return make_post(organisation=trust, title="Chair", start_date="2000-01-01")


def person(name: str) -> Person:
    return make_person(name=name)


@pytest.mark.parametrize(
    ("first", "last", "happens"),
    [
        ("2019-04-01", "2019-04-01", True),
        ("2019-04-01", "2019-04-30", True),
        ("2019-03-01", "2019-04-01", True),
        ("2019-04-02", "2019-04-30", False),
        ("2019-03-01", "2019-03-31", False),
    ],
)
def test_a_day_is_in_the_days_asked_about_both_ends_included(chair, first, last, happens):
    make_appointment(person=person("Ann Lee"), post=chair, start_date="2019-04-01")

    sentence = "On 1 April 2019 Ann Lee became Chair of Wye Trust."
    assert sentences_between(first, last) == ([sentence] if happens else [])


@pytest.mark.parametrize(
    ("first", "last", "happens"),
    [
        ("2019-03-31", "2019-03-31", True),
        ("2019-04-01", "2019-04-30", False),
        ("2019-03-01", "2019-03-30", False),
    ],
)
def test_an_end_is_on_its_last_day(chair, first, last, happens):
    make_appointment(
        person=person("Ann Lee"),
        post=chair,
        start_date="2018-01-01",
        end_date="2019-03-31",
        end_reason=EndReason.RETIRED,
    )

    sentence = "On 31 March 2019 Ann Lee ceased to be Chair of Wye Trust (retired)."
    assert sentences_between(first, last) == ([sentence] if happens else [])


@pytest.mark.parametrize(
    ("first", "last", "happens", "surely"),
    [
        ("2019-04-01", "2019-04-30", True, True),
        ("2019-04-15", "2019-05-01", True, False),
        ("2019-04-30", "2019-04-30", True, False),
        ("2019-03-01", "2019-04-01", True, False),
        ("2019-03-01", "2019-03-31", False, False),
        ("2019-05-01", "2019-05-31", False, False),
    ],
)
@pytest.mark.parametrize("which", ["start", "end"])
def test_a_month_may_be_any_of_its_days(chair, which, first, last, happens, surely):
    dates = {f"{which}_date": day("2019-04-10"), f"{which}_precision": Precision.MONTH}
    if which == "end":
        dates["start_date"] = "2018-01-01"
    make_appointment(person=person("Ann Lee"), post=chair, **dates)

    verb = "became" if which == "start" else "ceased to be"
    sentence = f"In April 2019 Ann Lee {verb} Chair of Wye Trust."
    assert sentences_between(first, last) == ([sentence] if happens else [])
    [stored] = chair.appointments.all()
    days = Between(day(first), day(last))
    assert days.surely(getattr(stored, f"{which}_date"), Precision.MONTH) == surely


def test_a_year_may_be_any_of_its_days(chair):
    make_appointment(
        person=person("Ann Lee"),
        post=chair,
        start_date="2016-07-01",
        start_precision=Precision.YEAR,
    )

    sentence = "In 2016 Ann Lee became Chair of Wye Trust."
    assert sentences_between("2016-12-31", "2017-05-01") == [sentence]
    assert sentences_between("2015-05-01", "2016-01-01") == [sentence]
    assert sentences_between("2015-05-01", "2015-12-31") == []


def test_what_is_known_by_a_day_is_told_apart_and_claims_no_event(chair):
    make_appointment(
        person=person("Ann Lee"),
        post=chair,
        start_date="2021-06-01",
        start_precision=Precision.MONTH,
        start_qualifier=Qualifier.BY,
    )
    make_organisation(name="Teme Trust", start_date="2021-06-30")

    assert sentences_between("2021-01-01", "2021-12-31") == [
        "On 30 June 2021 Teme Trust began.",
        "By June 2021, Ann Lee was in post as Chair of Wye Trust; since when is not recorded.",
    ]
    assert sentences_between("2020-01-01", "2021-05-31") == []


def test_what_ended_by_a_day_is_told_as_over_by_then_and_a_start_not_recorded_is_not_told(chair):
    make_appointment(
        person=person("Ann Lee"),
        post=chair,
        start_date=None,
        end_date="2019-03-31",
        end_precision=Precision.MONTH,
        end_qualifier=Qualifier.BY,
    )

    assert sentences_between("1990-01-01", "2026-01-01", about=chair.organisation)[-1:] == [
        "By March 2019, Ann Lee had ceased to be Chair of Wye Trust; when is not recorded."
    ]
    assert len(of_people("2001-01-01", "2026-01-01")) == 1


def hand_over(post, ended: dict, begun: dict, **more) -> None:
    make_appointment(
        **{"person": person("Ann Lee"), "post": post, "start_date": "2018-01-01", **ended}
    )
    make_appointment(**{"person": person("Ben Rhys"), "post": post, **begun, **more})


def test_a_handover_from_one_day_to_the_next_is_one_sentence_with_both_sources(chair):
    minutes, letter = make_document(slug="minutes"), make_document(slug="letter")
    hand_over(
        chair,
        {"end_date": "2019-03-31", "end_document": letter, "end_locator": "line 3"},
        {"start_date": "2019-04-01", "document": minutes, "locator": "item 4"},
    )

    sentence = "On 1 April 2019 Ann Lee handed over to Ben Rhys as Chair of Wye Trust."
    assert sentences_between("2019-03-01", "2019-05-01") == [sentence]
    # From the day itself the sentence has both halves. Until the day before, it has the end alone.
    assert sentences_between("2019-04-01", "2019-04-01") == [sentence]
    assert sentences_between("2019-03-01", "2019-03-31") == [
        "On 31 March 2019 Ann Lee ceased to be Chair of Wye Trust."
    ]
    rows = keys_between(Between(day("2019-04-01"), day("2019-04-01")))
    [each] = sentences_about(happenings(map(as_key, rows)), TODAY)
    assert [(slug, where) for slug, _, where, *_ in each.sources] == [
        ("minutes", "item 4"),
        ("letter", "line 3"),
    ]


@pytest.mark.parametrize(
    ("ended", "begun"),
    [
        (("2019-03-31", Precision.MONTH), ("2019-04-01", Precision.MONTH)),
        (("2019-04-30", Precision.MONTH), ("2019-04-01", Precision.MONTH)),
        (("2018-12-31", Precision.YEAR), ("2019-01-01", Precision.YEAR)),
        (("2019-12-31", Precision.YEAR), ("2019-01-01", Precision.YEAR)),
        (("2019-03-31", Precision.MONTH), ("2019-04-01", Precision.DAY)),
    ],
)
def test_a_handover_known_only_to_the_month_says_that_one_followed_the_other(chair, ended, begun):
    hand_over(
        chair,
        {"end_date": ended[0], "end_precision": ended[1]},
        {"start_date": begun[0], "start_precision": begun[1]},
    )

    [sentence] = of_people("2018-06-01", "2020-06-01")
    assert "Ben Rhys followed Ann Lee, in post until" in sentence
    assert "handed over" not in sentence


@pytest.mark.parametrize(
    ("ended", "begun"),
    [
        ({"end_date": "2019-03-31"}, {"start_date": "2019-04-02"}),
        ({"end_date": "2019-03-31", "end_precision": "month"},
         {"start_date": "2019-05-01", "start_precision": "month"}),
        ({"end_date": "2019-03-31", "end_qualifier": "by"}, {"start_date": "2019-04-01"}),
        ({"end_date": "2019-03-31"}, {"start_date": "2019-04-01", "start_qualifier": "by"}),
        ({"end_date": "2019-03-31", "basis": Basis.ACTING}, {"start_date": "2019-04-01"}),
        ({"end_date": "2019-03-31"}, {"start_date": "2019-04-01", "basis": Basis.ACTING}),
    ],
)  # fmt: skip
def test_what_does_not_adjoin_or_only_covers_is_no_handover(chair, ended, begun):
    hand_over(chair, ended, begun)

    sentences = of_people("2018-06-01", "2020-06-01")
    assert len(sentences) == 2
    assert not any("handed over" in each or "followed" in each for each in sentences)


def test_nobody_follows_anybody_in_a_post_that_several_may_hold():
    post = make_post(title="Chair", max_holders=2, start_date="2000-01-01")
    hand_over(post, {"end_date": "2019-03-31"}, {"start_date": "2019-04-01"})

    assert len(of_people("2018-06-01", "2020-06-01")) == 2


def test_terms_of_reference_that_take_the_place_of_others_are_one_sentence_with_both_sources():
    board = make_forum(name="Board", start_date="2015-04-01")
    make_terms(
        forum=board,
        end_date="2020-03-31",
        end_document=make_document(short_title="Minutes"),
        end_locator="item 4",
    )
    second = make_terms(forum=board, start_date="2020-04-01", end_date="2021-05-31")
    told = "On 1 April 2020 new terms of reference of Board came into force in place of the former."

    # Either day of the two finds it, and none tells that the former “went out of force”.
    for days in (("2020-03-31", "2020-04-01"), ("2020-04-01", "2020-04-01")):
        assert sentences_between(*days) == [told]
        assert sentences_between(*days, about=board) == [told]
    rows = keys_between(Between(day("2020-03-31"), day("2020-04-01")))
    [change] = sentences_about(happenings(map(as_key, rows)), TODAY)
    assert change.first.event == "handover"
    assert [title for _, title, *_ in change.sources][1:] == ["Minutes"]

    # The second version has no successor, and went out of force.
    assert sentences_between("2021-05-31", "2021-06-30") == [
        "On 31 May 2021 the terms of reference of Board went out of force."
    ]
    assert second.latest_end == day("2021-05-31")


def test_who_stays_on_for_another_term_hands_over_to_nobody(chair):
    ann = person("Ann Lee")
    hand_over(
        chair,
        {"person": ann, "end_date": "2019-03-31", "basis": Basis.INTERIM},
        {"person": ann, "start_date": "2019-04-01"},
    )

    assert of_people("2019-01-01", "2020-01-01") == [
        "On 1 April 2019 Ann Lee stayed on as Chair of Wye Trust (substantive)."
    ]


def test_what_is_to_come_is_told_as_to_come(chair):
    hand_over(chair, {"end_date": "2030-03-31"}, {"start_date": "2030-04-01"})

    assert sentences_between("2030-01-01", "2030-12-31") == [
        "On 1 April 2030 Ann Lee is to hand over to Ben Rhys as Chair of Wye Trust."
    ]


ENDING = {
    "an organisation": make_organisation,
    "a forum": make_forum,
    "a relationship": make_relationship,
    "a post": make_post,
    "a seat": make_seat,
    "an appointment": make_appointment,
    "a chair": lambda **d: make_membership(seat=make_chair_seat(), **d),
    "a membership": make_membership,
    "a member organisation": make_member_organisation,
    "a line": make_reporting_line,
}


@pytest.mark.parametrize("what", ENDING)
def test_an_end_not_before_a_day_is_no_change(what):
    dates = {"end_date": "2026-11-25", "end_qualifier": Qualifier.NOT_BEFORE}
    ENDING[what](start_date="2019-04-01", **dates)
    assert sentences_between("2026-01-01", "2026-12-31") == []


@pytest.mark.parametrize("qualifier", [Qualifier.ON, Qualifier.BY])
@pytest.mark.parametrize(
    ("precision", "end"), [("day", "2026-11-25"), ("month", "2026-11-30"), ("year", "2026-12-31")]
)
@pytest.mark.parametrize("what", ENDING)
def test_what_ends_is_told_as_to_come_until_its_last_day_is_over(what, precision, end, qualifier):
    dates = {"end_date": end, "end_precision": precision, "end_qualifier": qualifier}
    record = ENDING[what](start_date="2019-04-01", **dates)
    last = record.end_date

    for today in (last, last + datetime.timedelta(days=1)):
        [sentence] = sentences_between("2026-01-01", "2026-12-31", today=today)
        is_to_come = " is to " in sentence
        assert is_to_come == record.possibly(today) == (not record.has_ended(today)), sentence


@pytest.mark.parametrize(
    ("precision", "end", "qualifier", "takes_effect"),
    [
        ("day", "2026-11-25", Qualifier.ON, "2026-11-26"),
        ("month", "2026-11-30", Qualifier.ON, "2026-11-01"),
        ("year", "2026-12-31", Qualifier.ON, "2026-01-01"),
        ("day", "2026-11-25", Qualifier.BY, "2026-11-26"),
        ("month", "2026-11-30", Qualifier.BY, "2026-12-01"),
        ("year", "2026-12-31", Qualifier.BY, "2027-01-01"),
    ],
)
def test_a_rename_is_told_as_to_come_until_the_new_name_surely_takes_effect_or_may(
    precision, end, qualifier, takes_effect
):
    make_organisation_name(
        kind=NameKind.FORMER,
        start_date="2019-04-01",
        end_date=end,
        end_precision=precision,
        end_qualifier=qualifier,
    )
    first = day(takes_effect)

    for today in (first - datetime.timedelta(days=1), first):
        [sentence] = sentences_between("2026-01-01", "2026-12-31", today=today)
        assert (" is to " in sentence) == (today < first), sentence


def test_what_begins_is_told_as_begun_on_its_first_day(chair):
    make_appointment(post=chair, person=person("Ann Lee"), start_date="2026-11-25")

    [eve] = sentences_between("2026-11-25", "2026-11-25", today=TODAY - datetime.timedelta(days=1))
    [day_] = sentences_between("2026-11-25", "2026-11-25", today=TODAY)
    assert eve == "On 25 November 2026 Ann Lee is to become Chair of Wye Trust."
    assert day_ == "On 25 November 2026 Ann Lee became Chair of Wye Trust."


def test_who_is_withheld_has_no_name_nor_words_in_a_handover(chair):
    hand_over(chair, {"end_date": "2019-03-31", "note": "Ann left"}, {"start_date": "2019-04-01"})
    withhold_person(person=Person.objects.get(name="Ann Lee"))

    rows = keys_between(Between(day("2019-04-01"), day("2019-04-01")))
    [each] = sentences_about(happenings(map(as_key, rows)), TODAY)
    assert each.text == (
        f"On 1 April 2019 {NAME_WITHHELD} handed over to Ben Rhys as Chair of Wye Trust."
    )
    assert "Ann" not in repr(each)


def test_seats_lines_and_members_that_begin_with_a_forum_are_told_with_it():
    begun = {"start_date": "2019-04-01"}
    board = make_forum(name="Board", **begun)
    other = make_forum(name="Council", start_date="2000-01-01")
    for _ in range(12):
        make_seat(forum=board, **begun)
    make_reporting_line(from_forum=board, to_forum=other, **begun)
    later = make_seat(forum=board, title="Lay member", start_date="2019-04-02")
    make_membership(seat=later, person=person("Ann Lee"), start_date="2019-05-01")

    assert sentences_between("2019-03-01", "2019-05-01") == [
        "On 1 April 2019 Board began, with 12 seats and 1 reporting line.",
        "On 2 April 2019 Board gained the seat “Lay member”.",
        "On 1 May 2019 Ann Lee took the seat “Lay member” of Board.",
    ]
    # The changes of one forum name each of its seats and lines.
    sentences = sentences_between("2019-03-01", "2019-05-01", about=board)
    assert len(sentences) == 5
    assert sentences[1].startswith("On 1 April 2019 Board gained the seats “Seat ")
    assert sentences[2] == "On 1 April 2019 Board began to report to Council."


def test_changes_count_the_people_that_seats_are_for_as_the_page_of_the_forum_does():
    begun = {"start_date": "2019-04-01"}
    board = make_forum(name="Board", **begun)
    make_seat(forum=board, title="Chair", **begun)
    make_seat(forum=board, title="Lay members", number=3, **begun)
    make_seat(forum=board, title="Officers", number=None, **begun)

    [whole] = sentences_between("2019-04-01", "2019-04-01")
    assert whole == (
        "On 1 April 2019 Board began, with 4 seats and 1 seat (number of people not recorded)."
    )
    assert sentences_between("2019-04-01", "2019-04-01", about=board)[1] == (
        "On 1 April 2019 Board gained the seats “Chair”, “Lay members” × 3 and “Officers” (number "
        "not recorded)."
    )


def test_changes_name_the_seats_and_posts_that_came_to_an_end():
    begun = {"start_date": "2000-01-01"}
    board, trust = make_forum(name="Board", **begun), make_organisation(name="Wye Trust", **begun)
    for title in ("Chair", "Lay member"):
        make_seat(forum=board, title=title, end_date="2019-03-31", **begun)
        make_post(organisation=trust, title=title, end_date="2019-03-31", **begun)
    make_seat(forum=board, title="Officers", number=2, end_date="2019-04-30", **begun)

    assert sentences_between("2019-03-31", "2019-04-30") == [
        "On 31 March 2019 the seats “Chair” and “Lay member” of Board came to an end.",
        "On 31 March 2019 the posts “Chair” and “Lay member” of Wye Trust came to an end.",
        "On 30 April 2019 the seats “Officers” × 2 of Board came to an end.",
    ]
    assert sentences_between("2019-03-31", "2019-04-30", today=day("2019-01-01"))[0] == (
        "On 31 March 2019 the seats “Chair” and “Lay member” of Board are to come to an end."
    )


def test_a_seat_that_began_in_the_month_of_its_forum_did_not_surely_begin_with_it():
    board = make_forum(name="Board", start_date="2019-04-01", start_precision=Precision.MONTH)
    make_seat(forum=board, title="Lay member", start_date="2019-04-01")

    assert sentences_between("2019-04-01", "2019-04-30") == [
        "In April 2019 Board began.",
        "On 1 April 2019 Board gained the seat “Lay member”.",
    ]


def test_a_merger_is_one_sentence_and_each_closure_its_own():
    new = make_organisation(name="New CCG", start_date="2020-04-01")
    for name in ("East CCG", "West CCG"):
        old = make_organisation(name=name, start_date="2013-04-01", end_date="2020-03-31")
        make_post(
            organisation=old,
            kind=PostKind.CHAIR,
            start_date="2013-04-01",
            end_date="2020-03-31",
        )
        make_relationship(
            from_organisation=old,
            to_organisation=new,
            kind=RelationshipKind.SUCCEEDED_BY,
            start_date="2020-04-01",
        )

    assert sentences_between("2020-01-01", "2020-12-31") == [
        "On 31 March 2020 East CCG closed, with 1 post.",
        "On 31 March 2020 West CCG closed, with 1 post.",
        "On 1 April 2020 New CCG began.",
        "On 1 April 2020 East CCG and West CCG were succeeded by New CCG.",
    ]


def test_a_new_name_is_the_next_that_is_recorded_or_the_one_it_has_now():
    trust = make_organisation(name="Third Name", start_date="2000-01-01")
    former = {"organisation": trust, "kind": NameKind.FORMER}
    make_organisation_name(
        name="First Name", start_date="2000-01-01", end_date="2010-03-31", **former
    )
    make_organisation_name(
        name="Second Name", start_date="2010-04-01", end_date="2019-03-31", **former
    )
    make_organisation_name(organisation=trust, name="TN", kind=NameKind.ABBREVIATION)

    assert sentences_between("2001-01-01", "2026-01-01") == [
        "On 1 April 2010 First Name was renamed Second Name.",
        "On 1 April 2019 Second Name was renamed Third Name.",
    ]


NAMED = {
    "an organisation": (make_organisation, make_organisation_name, "organisation"),
    "a forum": (make_forum, make_forum_name, "forum"),
    "a person": (make_person, make_person_name, "person"),
}


@pytest.mark.parametrize("what", NAMED)
@pytest.mark.parametrize("own", [False, True])
def test_a_rename_is_found_on_the_day_the_new_name_takes_effect_and_not_before(what, own):
    make, make_name, owner = NAMED[what]
    record = make(name="New Name")
    make_name(
        **{owner: record},
        name="Old Name",
        kind=NameKind.FORMER,
        start_date="2000-01-01",
        end_date="2018-12-31",
    )
    about = record if own else None

    assert sentences_between("2018-12-01", "2018-12-31", about) == []
    assert sentences_between("2019-01-01", "2019-01-01", about) == [
        "On 1 January 2019 Old Name was renamed New Name."
    ]
    assert sentences_between("2019-01-02", "2019-01-31", about) == []


def test_the_days_of_changes_reach_to_the_day_on_which_the_last_name_took_effect():
    ann = make_person(name="Ann Lee")
    make_person_name(
        person=ann,
        name="Ann Owen",
        kind=NameKind.FORMER,
        start_date="2000-01-01",
        end_date="2018-12-31",
    )
    about, first = ("person", ann.pk), day("2019-01-01")

    assert days_of_changes(TODAY, about) == Between(first, first)
    assert days_of_changes(day("2018-12-31"), about) is None
    assert days_of_changes(first, about) == Between(first, first)


def test_a_rename_is_sorted_by_the_day_on_which_it_is_told():
    trust = make_organisation(name="B Trust", start_date="2000-01-01")
    make_organisation_name(
        organisation=trust,
        name="Old Trust",
        kind=NameKind.FORMER,
        start_date="2000-01-01",
        end_date="2019-03-31",
    )
    make_organisation(name="C Trust", start_date="2000-01-01", end_date="2019-03-31")
    make_organisation(name="A Trust", start_date="2019-04-01")

    assert sentences_between("2019-03-01", "2019-04-30") == [
        "On 31 March 2019 C Trust closed.",
        "On 1 April 2019 A Trust began.",
        "On 1 April 2019 Old Trust was renamed B Trust.",
    ]


def test_a_rename_known_to_the_month_or_by_a_day_is_told_so():
    trust = make_organisation(name="New Trust", start_date="2000-01-01")
    former = {"organisation": trust, "kind": NameKind.FORMER, "start_date": "2000-01-01"}
    make_organisation_name(name="A", end_date="2010-05-01", end_precision="month", **former)
    make_organisation_name(name="B", end_date="2019-12-03", end_qualifier=Qualifier.BY, **former)

    assert sentences_between("2010-05-20", "2010-05-20") == ["In May 2010 A was renamed New Trust."]
    assert sentences_between("2019-12-04", "2019-12-04") == [
        "By 4 December 2019, B had been renamed New Trust; when is not recorded."
    ]
    assert sentences_between("2019-12-03", "2019-12-03") == []


def test_a_name_of_which_the_sources_do_not_say_what_came_next_is_only_given_up():
    board = make_forum(name="Third Name", start_date="2000-01-01")
    former = {"forum": board, "kind": NameKind.FORMER}
    make_forum_name(name="First Name", start_date="2000-01-01", end_date="2010-03-31", **former)
    make_forum_name(
        name="Second Name",
        start_date="2015-04-01",
        start_qualifier=Qualifier.BY,
        end_date="2019-03-31",
        **former,
    )

    assert sentences_between("2001-01-01", "2010-12-31") == [
        "On 1 April 2010 Third Name ceased to be called “First Name”."
    ]


def test_the_former_name_of_somebody_withheld_is_no_change():
    ann = make_person(name="Ann Lee")
    make_person_name(
        person=ann,
        name="Ann Owen",
        kind=NameKind.FORMER,
        start_date="2000-01-01",
        end_date="2019-03-31",
    )
    assert sentences_between("2019-01-01", "2020-01-01") == [
        "On 1 April 2019 Ann Owen was renamed Ann Lee."
    ]

    withhold_person(person=ann)
    assert sentences_between("2019-01-01", "2020-01-01") == []


@pytest.mark.parametrize("kind", list(LineKind))
@pytest.mark.parametrize("qualifier", [Qualifier.ON, Qualifier.BY])
def test_every_kind_of_line_has_words(kind, qualifier):
    long_ago = {"start_date": "2000-01-01"}
    make_reporting_line(
        from_forum=make_forum(name="Group", **long_ago),
        to_forum=make_forum(name="Board", **long_ago),
        kind=kind,
        start_date="2019-04-01",
        start_qualifier=qualifier,
        end_date="2020-03-31",
        by_exception=True,
    )

    begun, ended = sorted(
        sentences_between("2019-01-01", "2020-12-31"), key=lambda each: "cease" in each
    )
    assert "Group" in begun and "Board, by exception" in begun
    assert ended.startswith("On 31 March 2020 Group ceased to ")


@pytest.mark.parametrize(
    ("which", "kind"),
    [
        *(("start", kind) for kind in RelationshipKind),
        *(("end", kind) for kind in RelationshipKind if kind not in SuccessionKind.values),
    ],
)
@pytest.mark.parametrize("qualifier", [Qualifier.ON, Qualifier.BY])
def test_every_kind_of_relationship_has_words(kind, which, qualifier):
    old, new = (
        make_organisation(name=name, start_date="2000-01-01") for name in ("Old Trust", "New Trust")
    )
    dates = {"start_date": "2001-01-01", f"{which}_date": "2019-04-01"}
    make_relationship(
        from_organisation=old,
        to_organisation=new,
        kind=kind,
        **{**dates, f"{which}_qualifier": qualifier},
    )

    [sentence] = sentences_between("2019-01-01", "2020-12-31")
    assert sentence.startswith(
        "By 1 April 2019, Old Trust" if qualifier == "by" else "On 1 April 2019 Old Trust"
    )
    assert "New Trust" in sentence


def test_a_forum_stands_down_and_a_proposed_one_is_said_to_be_proposed():
    make_forum(name="Board", start_date="2000-01-01", end_date="2019-04-30")
    make_forum(name="Group", start_date="2019-04-01", status=ForumStatus.PROPOSED)

    assert sentences_between("2019-01-01", "2019-12-31") == [
        "On 1 April 2019 Group began as a proposed forum.",
        "On 30 April 2019 Board stood down.",
    ]


def test_a_forums_changes_are_listed_once_with_those_of_the_posts_its_seats_go_with(chair):
    board = make_forum(name="Board", start_date="2000-01-01")
    for title in ("Chair", "Vice-chair"):
        make_seat(forum=board, title=title, ex_officio_post=chair, start_date="2000-01-01")
    make_appointment(person=person("Ann Lee"), post=chair, start_date="2019-04-01")
    make_chair_seat(forum=make_forum(name="Elsewhere"), start_date="2019-04-01")
    make_member_organisation(
        forum=board, organisation=make_organisation(name="Teme Trust"), start_date="2019-04-02"
    )

    assert sentences_between("2019-01-01", "2019-12-31", about=board) == [
        "On 1 April 2019 Ann Lee became Chair of Wye Trust.",
        "On 2 April 2019 Teme Trust became a member organisation of Board.",
    ]


def of_board(board, year="2020") -> list[str]:
    return sentences_between(f"{year}-01-01", f"{year}-12-31", about=board)


@pytest.fixture
def board():
    """A board whose rule of quoracy asks for each of its three member organisations."""
    board = make_forum(name="Board", start_date="2000-01-01")
    for name in ("Teme CCG", "Arrow Trust", "Lugg Trust"):
        make_member_organisation(
            forum=board,
            organisation=make_organisation(name=name, start_date="2000-01-01"),
            start_date="2000-01-01",
        )
    make_rule(board)
    return board


def close(name: str, last: str) -> Organisation:
    organisation = Organisation.objects.get(name=name)
    organisation.end_date = day(last)
    organisation.save()
    return organisation


IN_DOUBT = (
    " The rule of quoracy of Board asks for every member organisation, and no source recorded here "
    "says who took its place there."
)


def test_a_forum_tells_that_a_member_organisation_closed_was_succeeded_or_was_renamed(board):
    ccg = close("Teme CCG", "2020-03-31")
    after = make_organisation(name="Wye CCG", start_date="2020-04-01")
    for kind in (RelationshipKind.SUCCEEDED_BY, RelationshipKind.PARTNER_IN):
        make_relationship(
            from_organisation=ccg, to_organisation=after, kind=kind, start_date="2020-04-01"
        )
    make_organisation_name(
        organisation=Organisation.objects.get(name="Arrow Trust"),
        name="Old Trust",
        kind=NameKind.FORMER,
        start_date="2000-01-01",
        end_date="2020-05-31",
    )

    assert of_board(board) == [
        "On 31 March 2020 Teme CCG closed." + IN_DOUBT,
        "On 1 April 2020 Teme CCG was succeeded by Wye CCG.",
        "On 1 June 2020 Old Trust was renamed Arrow Trust.",
    ]
    assert IN_DOUBT not in "".join(sentences_between("2020-01-01", "2020-12-31"))


def test_what_befalls_an_organisation_before_or_after_it_takes_part_is_no_change_of_the_forum(
    board,
):
    member = board.member_organisations.get(organisation__name="Teme CCG")
    member.end_date = day("2019-12-31")
    member.save()
    close("Teme CCG", "2020-03-31")
    late = make_organisation(name="Wye CCG", start_date="2000-01-01")
    make_organisation_name(
        organisation=late,
        name="Old CCG",
        kind=NameKind.FORMER,
        start_date="2000-01-01",
        end_date="2020-05-31",
    )
    make_member_organisation(forum=board, organisation=late, start_date="2021-01-01")

    assert of_board(board) == []


@pytest.mark.parametrize("takes_part", ["a member", "no member yet"])
def test_a_forum_tells_that_the_plan_to_merge_one_of_its_members_was_given_up(board, takes_part):
    if takes_part == "no member yet":
        member = board.member_organisations.get(organisation__name="Teme CCG")
        member.start_date = day("2021-01-01")
        member.save()
    make_relationship(
        from_organisation=Organisation.objects.get(name="Teme CCG"),
        to_organisation=make_organisation(name="Wye CCG", start_date="2000-01-01"),
        kind=RelationshipKind.MERGED_INTO,
        start_date="2020-04-01",
        start_qualifier="not-before",
        document=make_document(as_of="2019-10-05"),
        given_up_document=make_document(as_of="2020-02-15"),
        given_up_locator="page 2",
    )

    given_up = (
        "The plan for Teme CCG to be merged into Wye CCG was given up, says the paper of 15 "
        "February 2020."
    )
    assert (given_up in of_board(board)) == (takes_part == "a member")


def test_a_member_organisation_that_ends_with_its_closing_leaves_a_quorum_and_is_told(board):
    ccg = close("Teme CCG", "2020-03-31")
    member = board.member_organisations.get(organisation=ccg)
    member.end_date = day("2020-03-31")
    member.save()
    make_relationship(
        from_organisation=ccg,
        to_organisation=make_organisation(name="Wye CCG", start_date="2020-04-01"),
        kind=RelationshipKind.SUCCEEDED_BY,
        start_date="2020-04-01",
    )

    assert of_board(board) == [
        "On 31 March 2020 Teme CCG ceased to be a member organisation of Board.",
        "On 31 March 2020 Teme CCG closed.",
        "On 1 April 2020 Teme CCG was succeeded by Wye CCG.",
    ]


def test_only_the_first_closing_leaves_the_quorum_of_a_forum_in_doubt(board):
    close("Teme CCG", "2020-03-31")
    close("Arrow Trust", "2020-09-30")

    assert of_board(board) == [
        "On 31 March 2020 Teme CCG closed." + IN_DOUBT,
        "On 30 September 2020 Arrow Trust closed.",
    ]


def test_a_closing_before_the_rule_came_into_force_left_nobody_without_a_quorum(board):
    set_terms(board, start_date="2024-01-01")
    close("Teme CCG", "2020-03-31")

    assert of_board(board) == ["On 31 March 2020 Teme CCG closed."]


def test_a_closing_to_come_would_leave_the_quorum_of_a_forum_in_doubt(board):
    close("Teme CCG", "2027-03-31")

    assert of_board(board, "2027") == [
        "On 31 March 2027 Teme CCG is to close." + IN_DOUBT.replace("took", "is to take")
    ]


@pytest.mark.parametrize("speaks", ["seat", "member", "post"])
def test_a_forum_tells_what_befalls_an_organisation_that_a_seat_speaks_for(chair, speaks):
    board, trust = make_forum(name="Board", start_date="2000-01-01"), chair.organisation
    seat = make_seat(
        forum=board,
        start_date="2000-01-01",
        on_behalf_of=trust if speaks == "seat" else None,
        ex_officio_post=chair if speaks == "post" else None,
    )
    if speaks == "member":
        make_membership(seat=seat, on_behalf_of=trust, start_date="2000-01-01")
    close("Wye Trust", "2020-03-31")

    assert "On 31 March 2020 Wye Trust closed." in of_board(board)


def test_a_forum_tells_the_end_of_a_post_that_a_seat_goes_with(chair):
    board = make_forum(name="Board", start_date="2000-01-01")
    make_seat(forum=board, ex_officio_post=chair, start_date="2000-01-01")
    chair.end_date = day("2020-03-31")
    chair.save()

    assert of_board(board) == ["On 31 March 2020 the post “Chair” of Wye Trust came to an end."]
    # The beginning of the post is no change of the forum.
    assert "post" not in "".join(of_board(board, "2000"))


def test_an_organisation_and_a_person_have_their_own_changes(chair):
    trust, ann = chair.organisation, person("Ann Lee")
    seat = make_seat(title="Trust’s seat", on_behalf_of=trust, start_date="2019-04-01")
    make_membership(person=ann, seat=seat, start_date="2019-04-01")
    make_appointment(person=ann, post=chair, start_date="2019-04-01")
    make_appointment(post=make_post(title="Chair"), start_date="2019-04-01")

    of_trust = sentences_between("2019-01-01", "2019-12-31", about=trust)
    of_ann = sentences_between("2019-01-01", "2019-12-31", about=ann)
    assert len(of_trust) == 3
    assert len(of_ann) == 2
    assert all("Ann Lee" in each for each in of_ann)


def test_reading_what_happened_costs_the_same_for_more_rows(chair):
    def cost() -> int:
        rows = keys_between(Between(day("2018-01-01"), day("2021-01-01")))
        with CaptureQueriesContext(connection) as queries:
            happenings(map(as_key, rows))
        return len(queries)

    def more() -> None:
        post = make_post(title="Chair")
        hand_over(post, {"end_date": "2019-03-31"}, {"start_date": "2019-04-01"})
        make_seat(forum=make_forum())
        make_organisation_name(kind=NameKind.FORMER, start_date="2019-01-01", end_date="2019-12-31")
        make_reporting_line()
        make_member_organisation()
        make_relationship()

    more()
    before = cost()
    for _ in range(20):
        more()
    assert cost() == before <= 4


def test_the_days_of_which_anything_is_told_are_those_of_what_is_recorded(chair):
    make_appointment(person=person("Ann Lee"), post=chair, start_date="2019-04-01")
    board = make_forum(name="Board", start_date="2030-04-01")

    everything = days_of_changes(TODAY)
    assert (everything.first, everything.last) == (day("2000-01-01"), day("2019-04-01"))
    assert days_of_changes(TODAY, ("forum", board.pk)) is None


def test_what_was_last_confirmed_before_its_day_is_told_as_foreseen():
    trust = make_organisation(name="Wye Trust", start_date="2000-01-01")
    post = make_post(organisation=trust, title="Chair", start_date="2000-01-01")
    make_appointment(
        post=post, person=person("Ann Lee"), start_date="2019-04-01", confirmed_on="2019-03-31"
    )
    other = make_post(organisation=trust, title="Director", start_date="2000-01-01")
    make_appointment(
        post=other, person=person("Bea Hill"), start_date="2019-04-01", confirmed_on="2019-04-01"
    )

    assert sentences_between("2019-03-01", "2019-05-01") == [
        "On 1 April 2019 Ann Lee was to become Chair of Wye Trust" + ONLY_PLANNED,
        "On 1 April 2019 Bea Hill became Director of Wye Trust.",
    ]
