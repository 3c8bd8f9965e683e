"""People who chair several forums or organisations, and which of those answer to one another."""

import pytest

from forums.concentration import several_chaired
from forums.models import LineKind, SeatRole
from organisations.models import PostKind
from people.identity import merge_people, withhold_person
from people.models import Basis
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_reporting_line,
    make_seat,
)

pytestmark = pytest.mark.django_db

MAY = day("2019-05-01")


@pytest.fixture
def ann():
    return make_person(name="Ann Abel")


def chair(forum, person, **fields):
    return make_membership(seat=make_chair_seat(forum=forum), person=person, **fields)


def head(organisation, person, **fields):
    return make_appointment(post=make_post(organisation=organisation), person=person, **fields)


def told(at=MAY) -> list[tuple]:
    """Who chairs what: (name, forums, organisations)."""
    return [
        (
            each.holder.person,
            [seat.forum_name for seat, _ in each.forums],
            [post.organisation_name for post, _ in each.organisations],
        )
        for each in several_chaired(at)
    ]


def test_who_chairs_two_forums_is_listed_and_who_chairs_one_is_not(ann):
    chair(make_forum(name="Board"), ann)
    chair(make_forum(name="Alliance"), ann)
    chair(make_forum(), make_person())

    assert told() == [("Ann Abel", ["Alliance", "Board"], [])]


def test_a_forum_and_an_organisation_are_two_and_so_are_two_organisations(ann):
    chair(make_forum(name="Board"), ann)
    head(make_organisation(name="Trust"), ann)
    bea = make_person(name="Bea Bell")
    head(make_organisation(name="Alpha"), bea)
    head(make_organisation(name="Beta"), bea)

    assert told() == [("Ann Abel", ["Board"], ["Trust"]), ("Bea Bell", [], ["Alpha", "Beta"])]


def test_those_who_chair_most_come_first_and_then_by_family_name(ann):
    bea, zoe = make_person(name="Bea Bell"), make_person(name="Zoe Aaron")
    for person in (ann, bea, zoe, ann, bea, zoe, bea):
        chair(make_forum(), person)

    assert [name for name, *_ in told()] == ["Bea Bell", "Zoe Aaron", "Ann Abel"]


def test_a_forum_chaired_by_holding_a_post_counts(ann):
    post = make_post(organisation=make_organisation(name="Trust"))
    make_appointment(post=post, person=ann)
    make_chair_seat(forum=make_forum(name="Board"), ex_officio_post=post)

    assert told() == [("Ann Abel", ["Board"], ["Trust"])]


def test_who_holds_the_post_does_not_chair_while_another_fills_the_seat_by_their_own_record(ann):
    post = make_post(organisation=make_organisation(name="Trust"))
    make_appointment(post=post, person=ann)
    seat = make_chair_seat(forum=make_forum(name="Board"), ex_officio_post=post)
    make_membership(seat=seat, end_date="2019-12-31")

    assert told() == []
    assert told(day("2020-01-01")) == [("Ann Abel", ["Board"], ["Trust"])]


def test_who_acts_in_a_chair_chairs_too(ann):
    chair(make_forum(name="Board"), ann)
    chair(make_forum(name="Alliance"), ann, basis=Basis.ACTING)

    assert told() == [("Ann Abel", ["Alliance", "Board"], [])]


def test_only_what_is_in_force_on_the_day_counts(ann):
    chair(make_forum(name="Board"), ann)
    chair(make_forum(), ann, end_date="2019-04-30")
    chair(make_forum(end_date="2019-04-30"), ann)
    chair(make_forum(), ann, start_date="2019-05-02")
    head(make_organisation(end_date="2019-04-30"), ann)
    make_membership(seat=make_chair_seat(end_date="2019-04-30"), person=ann)

    assert told() == []
    assert len(told(day("2019-05-02"))) == 1


def test_other_seats_and_posts_count_as_no_chair_and_a_chairs_other_posts_are_listed(ann):
    make_membership(seat=make_seat(role=SeatRole.VICE_CHAIR), person=ann)
    chair(make_forum(name="Board"), ann)
    make_appointment(post=make_post(kind=PostKind.DIRECTOR, title="Director"), person=ann)
    assert told() == []

    chair(make_forum(name="Alliance"), ann)
    [each] = several_chaired(MAY)
    assert [post.title for post, _ in each.other_posts] == ["Director"]
    assert each.number == 2


def test_a_line_between_two_of_theirs_is_told_and_no_other(ann):
    board, group, other = make_forum(name="Board"), make_forum(name="Group"), make_forum()
    trust = make_organisation(name="Trust")
    chair(board, ann)
    chair(group, ann)
    head(trust, ann)
    bea = make_person()
    chair(other, bea)
    chair(make_forum(), bea)
    up = make_reporting_line(from_forum=group, to_forum=board)
    to_trust = make_reporting_line(from_forum=board, to_organisation=trust)
    make_reporting_line(from_forum=group, to_forum=other)
    make_reporting_line(from_forum=other, to_forum=board)
    for kind in (LineKind.ADVISES, LineKind.WORKS_WITH, LineKind.ESCALATES_TO):
        make_reporting_line(from_forum=group, to_forum=board, kind=kind)
    make_reporting_line(
        from_forum=group, to_forum=board, kind=LineKind.OVERSEEN_BY, end_date="2019-04-30"
    )

    lines = {each.holder.person: each.lines for each in several_chaired(MAY)}
    assert set(lines["Ann Abel"]) == {up, to_trust}
    assert lines[bea.name] == []


def test_a_line_through_another_forum_is_not_listed(ann):
    board, middle, group = make_forum(), make_forum(), make_forum()
    chair(board, ann)
    chair(group, ann)
    make_reporting_line(from_forum=group, to_forum=middle)
    make_reporting_line(from_forum=middle, to_forum=board)

    [each] = several_chaired(MAY)
    assert each.lines == []


def test_who_is_withheld_is_not_there_by_any_way(ann):
    post = make_post(organisation=make_organisation())
    make_appointment(post=post, person=ann)
    make_chair_seat(forum=make_forum(), ex_officio_post=post)
    chair(make_forum(), ann)
    assert len(told()) == 1

    withhold_person(person=ann)
    assert told() == []


def test_a_seat_shared_with_somebody_withheld_names_the_other_alone(ann):
    seat = make_chair_seat(forum=make_forum(name="Board"), number=2)
    hidden = make_person()
    make_membership(seat=seat, person=ann)
    make_membership(seat=seat, person=hidden)
    chair(make_forum(name="Alliance"), ann)
    withhold_person(person=hidden)

    assert told() == [("Ann Abel", ["Alliance", "Board"], [])]


def test_two_records_of_one_person_are_one_once_they_are_merged(ann):
    twin = make_person(name="A Abel", document=make_document(as_of="2021-06-01"))
    chair(make_forum(name="Board"), ann)
    chair(make_forum(name="Alliance"), twin)
    assert told() == []

    merge_people(kept=ann, merged=twin)
    assert told() == [("Ann Abel", ["Alliance", "Board"], [])]
