"""Forums that stand down, organisations that close or are replaced, seats that move."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from editing.dependants import LEAVE, DependantChoice
from forums.actions import create_post_or_seat, rename
from forums.closure_dependants import (
    dependants_of_forum,
    dependants_of_held,
    dependants_of_organisations,
)
from forums.closures import abolish, close, move_seat, stand_down, succeed
from forums.models import LineKind, MemberOrganisation, Membership, ReportingLine, Seat
from forums.seat_holders import seats_with_holders
from forums.transfers import END, FOLLOW, PASS_ON
from organisations.models import (
    Organisation,
    OrganisationName,
    Post,
    PostKind,
    Relationship,
    RelationshipKind,
)
from people.models import Appointment, EndReason
from records.events import Source
from records.models import NameKind
from records.periods import When
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_relationship,
    make_reporting_line,
    make_rule,
    make_seat,
    source,
)

pytestmark = pytest.mark.django_db

TODAY = day("2026-03-01")
LAST = day("2026-03-31")
FIRST = day("2026-04-01")
FEBRUARY = day("2026-02-01")


def on(date: datetime.date, precision: str = "day", qualifier: str = "on") -> When:
    return When(date, precision, qualifier)


def paper() -> Source:
    return Source(source(), "minute 7")


def every(found, how=END, **exceptions) -> list[DependantChoice]:
    """A choice for every record found: `how` unless its kind is named in the other arguments."""
    return [
        DependantChoice(record, exceptions.get(kind, how))
        for kind, records in found.items()
        for record in records
    ]


def stand_down_with(forum, choices, last=LAST):
    stand_down(forum=forum, last=on(last), source=paper(), today=TODAY, choices=choices)


def close_with(organisation, choices, last=LAST):
    close(organisation=organisation, last=on(last), source=paper(), today=TODAY, choices=choices)


def succeed_with(organisations, successor, choices, begins=FIRST, **when):
    succeed(
        organisations=organisations,
        successor=successor,
        begins=on(begins, **when),
        source=paper(),
        today=TODAY,
        choices=choices,
    )


def holders(seat: Seat, date: datetime.date) -> list[str]:
    (held,) = seats_with_holders(Seat.objects.filter(pk=seat.pk), date)
    return [holder.person for holder in held.holders]


def everything() -> int:
    """The number of rows of history of everything that a closure may change."""
    models = (
        Seat,
        Membership,
        Post,
        Appointment,
        ReportingLine,
        Relationship,
        MemberOrganisation,
        OrganisationName,
    )
    return sum(model.history.count() for model in models)


class TestStandingDown:
    def test_a_forum_ends_with_all_that_is_chosen(self):
        forum = make_forum()
        chair = make_chair_seat(forum=forum)
        ann = make_membership(seat=chair)
        line = make_reporting_line(from_forum=forum)
        member = make_member_organisation(forum=forum)

        stand_down_with(forum, every(dependants_of_forum(forum, LAST)))

        for record in (forum, chair, ann, line, member):
            record.refresh_from_db()
            assert record.end_date == LAST
            assert (record.end_document, record.end_locator) == (source(), "minute 7")
        assert ann.end_reason == EndReason.POST_ENDED
        assert holders(chair, LAST) == [str(ann.person)]
        assert holders(chair, FIRST) == []

    def test_what_is_left_stays_as_it_is(self):
        forum = make_forum()
        seat, other = make_seat(forum=forum), make_seat(forum=forum)

        stand_down_with(forum, [DependantChoice(seat, END), DependantChoice(other, LEAVE)])

        other.refresh_from_db()
        assert other.end_date is None
        assert other.history.count() == 1

    def test_what_was_announced_for_later_is_withdrawn_and_its_history_kept(self):
        forum = make_forum()
        seat = make_seat(forum=forum)
        to_come = make_membership(seat=seat, start_date="2026-05-01")

        stand_down_with(forum, every(dependants_of_forum(forum, LAST)))

        assert not Membership.objects.exists()
        assert [row.history_type for row in Membership.history.filter(id=to_come.pk)] == ["-", "+"]

    def test_an_announced_seat_is_withdrawn_after_whoever_was_to_have_it(self):
        forum = make_forum()
        make_membership(
            seat=make_seat(forum=forum, start_date="2026-05-01"), start_date="2026-05-01"
        )

        stand_down_with(forum, every(dependants_of_forum(forum, LAST)))

        assert not Seat.objects.exists()
        assert not Membership.objects.exists()

    def test_an_announced_seat_is_not_withdrawn_from_under_its_member(self):
        forum = make_forum()
        seat = make_seat(forum=forum, start_date="2026-05-01")
        ann = make_membership(seat=seat, start_date="2026-05-01")

        with pytest.raises(ValidationError, match="cannot be withdrawn"):
            stand_down_with(forum, [DependantChoice(seat, END), DependantChoice(ann, LEAVE)])

    def test_nothing_begins_in_a_forum_after_its_end(self):
        forum = make_forum()
        seat = make_seat(forum=forum)
        to_come = make_membership(seat=seat, start_date="2026-05-01")
        before = everything()

        with pytest.raises(ValidationError, match="begins on 1 May 2026, after the end"):
            stand_down_with(forum, [DependantChoice(seat, END), DependantChoice(to_come, LEAVE)])

        assert everything() == before
        forum.refresh_from_db()
        assert forum.end_date is None

    def test_what_has_begun_after_the_end_is_not_withdrawn_but_told(self):
        forum = make_forum()
        seat = make_seat(forum=forum)
        make_membership(seat=seat, start_date="2026-02-01")

        with pytest.raises(ValidationError, match="before the start, 1 February 2026"):
            stand_down_with(
                forum,
                every(dependants_of_forum(forum, day("2025-12-31"))),
                last=day("2025-12-31"),
            )

        assert Membership.objects.get().end_date is None

    def test_lines_to_it_lead_elsewhere_from_the_next_day(self):
        board, executive = make_forum(), make_forum()
        line = make_reporting_line(to_forum=board, kind=LineKind.OVERSEEN_BY, by_exception=True)

        stand_down_with(board, [DependantChoice(line, END, executive)])

        old, new = ReportingLine.objects.order_by("start_date")
        assert (old, old.end_date) == (line, LAST)
        assert (new.from_forum, new.to_forum) == (line.from_forum, executive)
        assert (new.start_date, new.end_date) == (FIRST, None)
        assert (new.kind, new.by_exception) == (LineKind.OVERSEEN_BY, True)
        assert (new.document, new.locator) == (source(), "minute 7")

    def test_a_line_that_is_there_already_is_not_begun_again(self):
        board, executive, group = make_forum(), make_forum(), make_forum()
        line = make_reporting_line(from_forum=group, to_forum=board)
        make_reporting_line(from_forum=group, to_forum=executive)

        stand_down_with(board, [DependantChoice(line, END, executive)])

        assert ReportingLine.objects.count() == 2
        line.refresh_from_db()
        assert line.end_date == LAST

    @pytest.mark.parametrize(
        ("elsewhere", "why"),
        [
            ({"end_date": "2025-12-31"}, "ended on 31 December 2025"),
            ({"start_date": "2026-06-01"}, "begins on 1 June 2026"),
        ],
    )
    def test_no_line_leads_to_a_forum_that_is_not_there(self, elsewhere, why):
        board = make_forum()
        line = make_reporting_line(to_forum=board)

        with pytest.raises(ValidationError, match=why):
            stand_down_with(board, [DependantChoice(line, END, make_forum(**elsewhere))])

    def test_no_line_leads_from_a_forum_to_itself_or_to_what_stands_down(self):
        board = make_forum()
        line = make_reporting_line(to_forum=board)

        with pytest.raises(ValidationError, match="does not report to itself"):
            stand_down_with(board, [DependantChoice(line, END, line.from_forum)])
        with pytest.raises(ValidationError, match="stands down itself"):
            stand_down_with(board, [DependantChoice(line, END, board)])

    def test_only_what_depends_on_the_forum_is_changed(self):
        forum, stranger = make_forum(), make_seat()

        with pytest.raises(ValidationError, match="does not depend on this"):
            stand_down_with(forum, [DependantChoice(stranger, END)])

    def test_what_was_added_meanwhile_is_not_passed_over(self):
        forum = make_forum()
        make_seat(forum=forum)

        with pytest.raises(ValidationError, match="was added meanwhile"):
            stand_down_with(forum, [])

    def test_an_end_before_the_start_is_refused(self):
        forum = make_forum()

        with pytest.raises(ValidationError, match="before the start"):
            stand_down_with(forum, [], last=day("2018-01-01"))

    def test_what_is_left_of_a_forum_that_has_stood_down_is_settled_by_its_day(self):
        forum = make_forum(end_date=LAST)
        seat = make_seat(forum=forum)

        stand_down_with(forum, [DependantChoice(seat, END)])

        seat.refresh_from_db()
        assert seat.end_date == LAST
        assert forum.history.count() == 1


class TestClosing:
    def test_the_practices_of_a_network_go_to_two_others(self):
        closing, north, south = (make_organisation() for _ in range(3))
        one, two, three = (make_relationship(to_organisation=closing) for _ in range(3))

        close_with(
            closing,
            [
                DependantChoice(one, END, north),
                DependantChoice(two, END, south),
                DependantChoice(three, END),
            ],
        )

        def members(network, date):
            return set(
                Relationship.objects.listed(date)
                .filter(to_organisation=network)
                .values_list("from_organisation", flat=True)
            )

        practices = [line.from_organisation_id for line in (one, two, three)]
        assert members(closing, LAST) == set(practices)
        assert members(closing, FIRST) == set()
        assert members(north, LAST) == members(south, LAST) == set()
        assert (members(north, FIRST), members(south, FIRST)) == ({practices[0]}, {practices[1]})

    def test_an_organisation_ends_with_its_posts_seats_and_memberships(self):
        trust = make_organisation()
        chair = make_appointment(post=make_post(organisation=trust))
        ann = make_membership(seat=make_seat(on_behalf_of=trust))
        ian = make_membership(on_behalf_of=trust)
        elsewhere = make_membership(seat=ian.seat, person=make_person(), save=False)
        elsewhere.seat = make_seat(forum=ian.seat.forum)
        elsewhere.save()

        close_with(trust, every(dependants_of_organisations([trust], LAST)))

        for record in (trust, chair, chair.post, ann, ann.seat, ian):
            record.refresh_from_db()
            assert record.end_date == LAST
        for record in (ian.seat, elsewhere):
            record.refresh_from_db()
            assert record.end_date is None

    def test_relationships_of_succession_stay_when_an_organisation_closes(self):
        trust = make_organisation()
        came = make_relationship(kind=RelationshipKind.SUCCEEDED_BY, to_organisation=trust)

        close_with(trust, every(dependants_of_organisations([trust], LAST)))

        came.refresh_from_db()
        assert came.end_date is None

    def test_an_ex_officio_seat_elsewhere_goes_with_another_post_if_one_is_chosen(self):
        trust, other = make_organisation(), make_organisation()
        post = make_post(organisation=trust)
        successor = make_appointment(post=make_post(organisation=other))
        ann = make_appointment(post=post)
        seat, left = (make_seat(ex_officio_post=post) for _ in range(2))

        close_with(
            trust,
            [
                DependantChoice(post, END),
                DependantChoice(ann, END),
                DependantChoice(seat, FOLLOW, successor.post),
                DependantChoice(left, FOLLOW),
            ],
        )

        new = Seat.objects.get(start_date=FIRST)
        assert (new.title, new.ex_officio_post) == (seat.title, successor.post)
        assert holders(seat, LAST) == [str(ann.person)]
        assert holders(new, FIRST) == [str(successor.person)]
        left.refresh_from_db()
        assert (left.end_date, left.ex_officio_post) == (None, post)

    def test_nothing_passes_to_an_organisation_that_closes_itself(self):
        network = make_organisation()
        practice = make_relationship(to_organisation=network)

        with pytest.raises(ValidationError, match="closes itself"):
            close_with(network, [DependantChoice(practice, END, network)])

    def test_no_post_begins_after_its_organisation_closed(self):
        trust = make_organisation()
        announced = make_post(organisation=trust, start_date="2026-05-01")

        with pytest.raises(ValidationError, match="Tick it too"):
            close_with(trust, [DependantChoice(announced, LEAVE)])

        close_with(trust, [DependantChoice(announced, END)])
        assert not Post.objects.exists()


class TestSucceeding:
    def test_seats_and_members_pass_to_the_successor(self):
        ccg, icb = make_organisation(), make_organisation()
        seat = make_seat(on_behalf_of=ccg, number=2, voting=True, requirement="a GP")
        ann = make_membership(seat=seat, on_behalf_of=ccg, term_ends="2027-12-31", basis="interim")
        ian = make_membership(seat=seat)

        succeed_with(
            [ccg],
            icb,
            [
                DependantChoice(seat, PASS_ON),
                DependantChoice(ann, FOLLOW),
                DependantChoice(ian, END),
            ],
        )

        new = Seat.objects.get(on_behalf_of=icb)
        assert (new.forum, new.title, new.number) == (seat.forum, seat.title, 2)
        assert (new.voting, new.requirement) == (True, "a GP")
        member = new.memberships.get()
        assert (member.person, member.basis) == (ann.person, "interim")
        assert (member.on_behalf_of, member.term_ends) == (icb, day("2027-12-31"))
        assert set(holders(seat, LAST)) == {str(ann.person), str(ian.person)}
        assert holders(new, LAST) == []
        assert holders(seat, FIRST) == []
        assert holders(new, FIRST) == [str(ann.person)]
        succession = Relationship.objects.get(kind=RelationshipKind.SUCCEEDED_BY)
        assert (succession.from_organisation, succession.to_organisation) == (ccg, icb)
        assert succession.start_date == FIRST
        ccg.refresh_from_db()
        assert ccg.end_date == LAST

    def test_a_membership_for_it_in_a_seat_of_nobody_speaks_for_the_successor(self):
        ccg, icb = make_organisation(), make_organisation()
        ann = make_membership(on_behalf_of=ccg)

        succeed_with([ccg], icb, [DependantChoice(ann, FOLLOW)])

        old, new = Membership.objects.order_by("start_date")
        assert (old.on_behalf_of, old.end_date) == (ccg, LAST)
        assert (new.on_behalf_of, new.seat, new.person) == (icb, ann.seat, ann.person)

    def test_a_member_that_leaves_soon_is_not_taken_for_one_that_stays(self):
        ccg, icb, forum = make_organisation(), make_organisation(), make_forum()
        ccgs = make_member_organisation(forum=forum, organisation=ccg, end_date="2030-03-31")
        icbs = make_member_organisation(forum=forum, organisation=icb, end_date="2026-04-10")

        with pytest.raises(ValidationError, match="and ends on 10 April 2026"):
            succeed_with([ccg], icb, [DependantChoice(ccgs, PASS_ON)])
        icbs.end_date = day("2030-03-31")
        icbs.save()
        succeed_with([ccg], icb, [DependantChoice(ccgs, PASS_ON)])

        assert MemberOrganisation.objects.listed(day("2026-05-01")).get() == icbs

    def test_an_organisation_that_closed_before_the_others_is_replaced_by_itself(self):
        icb, ccg = make_organisation(), make_organisation()
        pct = make_organisation(end_date="2020-03-31", name="Old PCT")
        post = make_post(organisation=pct)
        found = every(dependants_of_organisations([pct, ccg], LAST))

        with pytest.raises(ValidationError, match="Old PCT is recorded as having ended on 31"):
            succeed_with([pct, ccg], icb, found)
        succeed_with([pct], icb, found)

        post.refresh_from_db()
        assert post.end_date == day("2020-03-31")

    def test_a_successor_that_somebody_closed_meanwhile_is_refused(self):
        ccg, icb = make_organisation(), make_organisation()
        closed = Organisation.objects.get(pk=icb.pk)
        close_with(closed, [], last=day("2026-02-28"))

        with pytest.raises(ValidationError, match="ended on 28 February 2026"):
            succeed_with([ccg], icb, [])

        assert not Relationship.objects.exists()

    def test_a_post_goes_with_its_holder_and_takes_its_ex_officio_seats_along(self):
        ccg, icb = make_organisation(), make_organisation()
        post = make_post(organisation=ccg, title="Accountable Officer")
        ann = make_appointment(post=post)
        own = make_seat(on_behalf_of=ccg, ex_officio_post=post)
        elsewhere = make_seat(ex_officio_post=post)

        succeed_with(
            [ccg],
            icb,
            [
                DependantChoice(post, PASS_ON),
                DependantChoice(ann, FOLLOW),
                DependantChoice(own, PASS_ON),
                DependantChoice(elsewhere, FOLLOW),
            ],
        )

        carried = Post.objects.get(organisation=icb)
        assert carried.title == "Accountable Officer"
        assert carried.appointments.get().person == ann.person
        for old in (own, elsewhere):
            new = Seat.objects.get(title=old.title, start_date=FIRST)
            assert new.ex_officio_post == carried
            assert holders(old, LAST) == holders(new, FIRST) == [str(ann.person)]
            assert holders(old, FIRST) == holders(new, LAST) == []

    def test_a_seat_whose_post_ends_passes_without_it(self):
        ccg, icb = make_organisation(), make_organisation()
        post = make_post(organisation=ccg)
        seat = make_seat(on_behalf_of=ccg, ex_officio_post=post)
        elsewhere = make_seat(ex_officio_post=post)

        succeed_with(
            [ccg],
            icb,
            [
                DependantChoice(post, END),
                DependantChoice(seat, PASS_ON),
                DependantChoice(elsewhere, FOLLOW),
            ],
        )

        assert Seat.objects.get(on_behalf_of=icb).ex_officio_post is None
        elsewhere.refresh_from_db()
        assert (elsewhere.end_date, elsewhere.ex_officio_post) == (None, post)

    def test_several_merge_into_one_which_becomes_a_member_once(self):
        ccgs, one = [make_organisation(), make_organisation()], make_organisation()
        committee = make_forum()
        for ccg in ccgs:
            make_member_organisation(forum=committee, organisation=ccg)
            make_reporting_line(from_forum=committee, to_organisation=ccg)

        succeed_with(ccgs, one, every(dependants_of_organisations(ccgs, LAST), PASS_ON))

        def members(date):
            found = MemberOrganisation.objects.listed(date).values_list("organisation", flat=True)
            return sorted(found)

        assert members(LAST) == sorted(ccg.pk for ccg in ccgs)
        assert members(FIRST) == [one.pk]
        lines = ReportingLine.objects.listed(FIRST)
        assert [line.to_organisation for line in lines] == [one]
        assert Relationship.objects.filter(to_organisation=one).count() == 2

    def test_what_was_part_of_its_successor_is_no_part_of_itself(self):
        part, whole = make_organisation(), make_organisation()
        line = make_relationship(from_organisation=part, to_organisation=whole)

        succeed_with([part], whole, [DependantChoice(line, PASS_ON)])

        line.refresh_from_db()
        assert line.end_date == LAST
        assert Relationship.objects.count() == 2  # with the succession

    def test_a_merger_known_to_the_month_is_in_that_month_for_both(self):
        ccg, icb = make_organisation(), make_organisation()
        ann = make_membership(seat=make_chair_seat(on_behalf_of=ccg))

        succeed_with(
            [ccg],
            icb,
            [DependantChoice(ann.seat, PASS_ON), DependantChoice(ann, FOLLOW)],
            precision="month",
        )

        old, new = Seat.objects.order_by("start_date")
        assert (old.end_date, old.end_precision) == (day("2026-04-30"), "month")
        assert (new.start_date, new.start_precision) == (FIRST, "month")

    def test_an_announced_seat_speaks_for_the_successor_from_the_first(self):
        ccg, icb = make_organisation(), make_organisation()
        ann = make_membership(
            seat=make_seat(on_behalf_of=ccg, start_date="2026-05-01"), start_date="2026-05-01"
        )

        succeed_with([ccg], icb, [DependantChoice(ann.seat, PASS_ON), DependantChoice(ann, FOLLOW)])

        seat = Seat.objects.get()
        assert (seat.on_behalf_of, seat.start_date) == (icb, day("2026-05-01"))
        assert Membership.objects.get() == ann

    def test_a_known_end_passes_to_the_successor_too(self):
        ccg, icb = make_organisation(), make_organisation()
        seat = make_seat(on_behalf_of=ccg)
        ann = make_membership(seat=seat, end_date="2026-12-31", end_reason="retired")

        succeed_with([ccg], icb, [DependantChoice(seat, PASS_ON), DependantChoice(ann, FOLLOW)])

        new = Membership.objects.get(seat__on_behalf_of=icb)
        assert (new.end_date, new.end_reason) == (day("2026-12-31"), "retired")

    def test_a_term_that_was_over_does_not_pass(self):
        ccg, icb = make_organisation(), make_organisation()
        seat = make_seat(on_behalf_of=ccg)
        ann = make_membership(seat=seat, term_ends="2025-12-31")

        succeed_with([ccg], icb, [DependantChoice(seat, PASS_ON), DependantChoice(ann, FOLLOW)])

        assert Membership.objects.get(seat__on_behalf_of=icb).term_ends is None

    def test_open_seats_of_what_closed_long_ago_pass_and_its_end_stays(self):
        ccg, icb = make_organisation(end_date="2025-06-30"), make_organisation()
        seat = make_seat(on_behalf_of=ccg)

        succeed_with([ccg], icb, [DependantChoice(seat, PASS_ON)], begins=day("2025-07-01"))

        ccg.refresh_from_db()
        assert ccg.end_date == day("2025-06-30")
        assert ccg.history.count() == 1
        assert Seat.objects.get(on_behalf_of=icb).start_date == day("2025-07-01")

    def test_nothing_succeeds_itself_or_goes_to_what_has_closed(self):
        ccg, closed = make_organisation(), make_organisation(end_date="2025-06-30")
        before = everything()

        with pytest.raises(ValidationError, match="does not succeed itself"):
            succeed_with([ccg], ccg, [])
        with pytest.raises(ValidationError, match="ended on 30 June 2025"):
            succeed_with([ccg], closed, [])

        assert everything() == before

    def test_a_post_that_the_successor_has_already_is_told_and_nothing_changed(self):
        ccg, icb = make_organisation(), make_organisation()
        post = make_post(organisation=ccg, title="Chair")
        make_post(organisation=icb, title="Chair")
        before = everything()

        with pytest.raises(ValidationError, match="already has a post of this title"):
            succeed_with([ccg], icb, [DependantChoice(post, PASS_ON)])

        assert everything() == before


class TestMovingASeat:
    def move(self, seat, organisation, choices=(), **more):
        return move_seat(
            seat=seat,
            organisation=organisation,
            begins=on(FIRST),
            source=paper(),
            today=TODAY,
            choices=choices,
            **more,
        )

    def test_a_seat_ends_and_a_like_one_begins_with_those_who_stay(self):
        ccg, icb = make_organisation(), make_organisation()
        seat = make_chair_seat(on_behalf_of=ccg, number=2)
        ann, ian = make_membership(seat=seat), make_membership(seat=seat)

        new = self.move(
            seat, icb, [DependantChoice(ann, FOLLOW), DependantChoice(ian, END)], title="Lead"
        )

        assert (new.on_behalf_of, new.role, new.title) == (icb, "chair", "Lead")
        assert len(holders(seat, LAST)) == 2
        assert holders(new, FIRST) == [str(ann.person)]
        assert holders(seat, FIRST) == []

    def test_a_rule_of_quoracy_that_names_the_seat_follows_it(self):
        seat = make_seat(on_behalf_of=make_organisation())
        terms = make_rule(seat.forum, seat=seat)

        new = self.move(seat, make_organisation())

        terms.refresh_from_db()
        assert terms.quoracy_rule["in"] == {"seats": [new.pk]}

    def test_a_seat_does_not_move_to_whom_it_speaks_for(self):
        seat = make_seat(on_behalf_of=make_organisation())

        with pytest.raises(ValidationError, match="already"):
            self.move(seat, seat.on_behalf_of)

    def test_a_seat_that_is_over_does_not_move(self):
        seat = make_seat(end_date="2025-12-31")

        with pytest.raises(ValidationError, match="ended on 31 December 2025"):
            self.move(seat, make_organisation())

    def test_nobody_begins_in_a_seat_that_has_moved(self):
        seat = make_seat(on_behalf_of=make_organisation())
        to_come = make_membership(seat=seat, start_date="2026-05-01")

        with pytest.raises(ValidationError, match="Tick it too"):
            self.move(seat, make_organisation(), [DependantChoice(to_come, LEAVE)])

        new = self.move(seat, make_organisation(), [DependantChoice(to_come, FOLLOW)])
        assert new.memberships.get().start_date == day("2026-05-01")


class TestAbolishingAndCreating:
    def test_a_post_ends_with_its_holder_and_its_seat_goes_with_another(self):
        ann = make_appointment(post=make_post(title="Managing Director"))
        other = make_post()
        seat = make_seat(ex_officio_post=ann.post)

        abolish(
            held=ann.post,
            last=on(LAST),
            source=paper(),
            today=TODAY,
            choices=[DependantChoice(ann, END), DependantChoice(seat, FOLLOW, other)],
        )

        ann.refresh_from_db()
        ann.post.refresh_from_db()
        assert ann.end_date == ann.post.end_date == LAST
        assert Seat.objects.get(start_date=FIRST).ex_officio_post == other

    def test_a_post_is_not_abolished_before_somebody_in_it_begins(self):
        ann = make_appointment(start_date="2026-05-01")

        with pytest.raises(ValidationError, match="Tick it too"):
            abolish(
                held=ann.post,
                last=on(LAST),
                source=paper(),
                today=TODAY,
                choices=[DependantChoice(ann, LEAVE)],
            )

    def test_what_was_to_be_created_is_withdrawn_with_its_holder(self):
        post = make_post(start_date="2026-05-01")
        ann = make_appointment(post=post, start_date="2026-05-01")

        abolish(
            held=post,
            last=on(LAST),
            source=paper(),
            today=TODAY,
            choices=[DependantChoice(ann, END)],
        )

        assert not Post.objects.exists()
        assert not Appointment.objects.exists()

    def test_an_abolished_post_may_be_created_again(self):
        old = make_post(title="Chair", end_date=LAST)

        new = create_post_or_seat(
            held=Post(organisation=old.organisation, title="Chair", kind=PostKind.CHAIR),
            begins=on(FIRST),
            source=paper(),
            holder={"person": make_person(), "basis": "substantive"},
        )

        assert new.appointments.get().start_date == FIRST

    def test_nothing_is_created_if_its_holder_may_not_be(self):
        forum = make_forum()
        person = make_person()

        with pytest.raises(ValidationError):
            create_post_or_seat(
                held=Seat(forum=forum, title="Chair"),
                begins=on(FIRST),
                source=paper(),
                holder={"person": person, "basis": "substantive", "term_ends": day("2020-01-01")},
            )

        assert not Seat.objects.exists()

    def test_nothing_is_created_in_a_forum_that_has_stood_down(self):
        forum = make_forum(end_date=LAST)

        with pytest.raises(ValidationError, match="after the end"):
            create_post_or_seat(
                held=Seat(forum=forum, title="Chair"), begins=on(FIRST), source=paper()
            )


class TestRenaming:
    def rename(self, record, name="New Trust", begins=FEBRUARY, **when):
        rename(
            record=record,
            name=name,
            short_name="",
            begins=on(begins, **when),
            source=paper(),
            today=TODAY,
        )

    def test_the_name_it_had_is_kept_for_the_time_it_was_in_use(self):
        trust = make_organisation(
            name="Old Trust", slug="old", start_precision="year", start_date="2011-01-01"
        )

        self.rename(trust)

        trust.refresh_from_db()
        assert (trust.name, trust.slug) == ("New Trust", "old")
        former = trust.names.get()
        assert (former.name, former.kind) == ("Old Trust", NameKind.FORMER)
        assert (former.start_in_words(), former.end_in_words()) == ("2011", "31 January 2026")
        assert (former.document, former.locator) == (trust.document, "page 1")
        assert (former.end_document, former.end_locator) == (source(), "minute 7")
        assert trust.locator == "page 1"

    def test_a_second_new_name_begins_its_time_after_the_first_former_one(self):
        forum = make_forum(name="Group")
        self.rename(forum, "Committee", day("2025-05-01"))
        forum.refresh_from_db()

        self.rename(forum, "Board", day("2026-02-01"))

        periods = [(n.name, str(n.start_date), str(n.end_date)) for n in forum.names.order_by("pk")]
        assert periods == [
            ("Group", "2019-04-01", "2025-04-30"),
            ("Committee", "2025-05-01", "2026-01-31"),
        ]
        group, committee = forum.names.order_by("pk")
        assert (group.locator, group.end_locator) == ("page 1", "minute 7")
        assert (committee.locator, committee.confirmed_on) == ("minute 7", None)

    def test_a_name_known_to_the_month_overlaps_in_it(self):
        trust = make_organisation(name="Old Trust")

        self.rename(trust, precision="month")

        assert trust.names.get().end_in_words() == "February 2026"

    @pytest.mark.parametrize(
        ("name", "begins", "why"),
        [
            ("Old Trust", "2026-02-01", "its name already"),
            ("New Trust", "2026-03-02", "when the day has come"),
            ("New Trust", "2019-01-01", "before the start"),
            ("", "2026-02-01", "cannot be blank"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_nothing_changed(self, name, begins, why):
        trust = make_organisation(name="Old Trust")

        with pytest.raises(ValidationError, match=why):
            self.rename(trust, name, day(begins))

        assert not OrganisationName.objects.exists()
        assert trust.history.count() == 1

    def test_a_name_that_somebody_else_has_changed_is_told(self):
        trust = make_organisation(name="Old Trust")
        seen_before = type(trust).objects.get(pk=trust.pk)
        self.rename(trust)

        with pytest.raises(ValidationError, match="which is now New Trust"):
            self.rename(seen_before, "Third Trust")


def test_the_memberships_of_a_seat_depend_on_it():
    ann = make_membership(seat=make_seat(start_date="2018-01-01"))
    make_membership()
    make_membership(seat=ann.seat, start_date="2018-01-01", end_date="2018-12-31")

    assert dependants_of_held(ann.seat, LAST) == {"memberships": [ann]}


def test_a_post_that_is_to_end_passes_to_nobody_whatever_its_choice_names():
    trust, council = make_organisation(), make_organisation()
    post = make_post(organisation=trust)
    close_with(trust, [DependantChoice(post, END, council)])
    assert list(Post.objects.values_list("organisation", "end_date")) == [(trust.pk, LAST)]
