"""What every page, paper and file has to say of a day, worked out from the four days of each record
and from nothing that the pages work out for themselves."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.apps import apps

from forums.models import (
    Forum,
    ForumName,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    TermsOfReference,
)
from organisations.models import Organisation, OrganisationName, Post, Relationship
from people.models import Appointment, PersonName
from records.days import NO_EARLIEST, NO_LATEST, day_before, next_day
from records.models import DatedFact
from records.periods import Period, as_known, both

# The facts about one thing, each with whether it is so (true, false or null).
Told = dict[str, Counter]


def bounds(record: Period) -> set[datetime.date]:
    """The eight days around its four bounds, as far as it has them."""
    found = set()
    for start in (record.earliest_start, record.latest_start):
        found |= {day_before(start), start} if start not in (NO_EARLIEST, NO_LATEST) else set()
    for end in (record.earliest_end, record.latest_end):
        found |= {end, next_day(end)} if end not in (NO_EARLIEST, NO_LATEST) else set()
    return found


def dated_facts() -> Iterator[DatedFact]:
    """Every dated fact that is recorded."""
    for model in apps.get_models():
        if issubclass(model, DatedFact):
            yield from model.objects.all()


def holds(day: datetime.date, *together: Period) -> bool | None:
    return both(*(each.holds(day) for each in together))


def place(day: datetime.date, *together: Period) -> str:
    """Where a list has things that are there only with each other: "now", "later" or nowhere."""
    if all(each.is_listed(day) for each in together):
        return "now"
    return "later" if all(each.possibly(day) for each in together) else ""


def may_meet(one: Period, other: Period) -> bool:
    """Whether there is a day on which both may have been in force."""
    return max(one.earliest_start, other.earliest_start) <= min(one.latest_end, other.latest_end)


def over(day: datetime.date, *together: Period) -> bool:
    return any(each.latest_end < day for each in together)


def is_announced(day: datetime.date, fact: DatedFact) -> bool:
    """Whether a document of the day or before announced it, without a day."""
    spoke = fact.source_as_of
    told = spoke is None or spoke.first_possible() <= day
    return fact.latest_start == NO_LATEST and told


def path(address: str | None) -> str:
    """The address within the site, with the place on the page."""
    parts = urlsplit(address or "")
    return f"{parts.path}#{parts.fragment}" if parts.fragment else parts.path


def dates(record: Period) -> tuple[str | None, str | None]:
    """The start and the end, as JSON has them."""
    start, end = record.start_date, record.end_date
    return (
        as_known(start, record.start_precision) if start else None,
        as_known(end, record.end_precision) if end else None,
    )


def grouped(records: Iterable, by: str) -> dict[int, list]:
    found = defaultdict(list)
    for record in records:
        found[getattr(record, by)].append(record)
    return found


class Facts:
    """Everything dated in the register, read once."""

    def __init__(self) -> None:
        self.forums = list(Forum.objects.all())
        self.organisations = list(Organisation.objects.all())
        self.seats = list(
            Seat.objects.select_related("forum", "on_behalf_of", "ex_officio_post__organisation")
        )
        self.posts = list(Post.objects.select_related("organisation"))
        self.memberships = list(
            Membership.objects.select_related("person", "seat__forum", "on_behalf_of")
        )
        self.appointments = list(Appointment.objects.select_related("person", "post__organisation"))
        self.members = list(MemberOrganisation.objects.select_related("forum", "organisation"))
        self.lines = list(
            ReportingLine.objects.select_related("from_forum", "to_forum", "to_organisation")
        )
        self.terms = list(TermsOfReference.objects.select_related("forum"))
        self.relationships = list(
            Relationship.objects.select_related("from_organisation", "to_organisation")
        )
        self.names = {
            "organisation_names": list(OrganisationName.objects.select_related("organisation")),
            "forum_names": list(ForumName.objects.select_related("forum")),
            "person_names": list(PersonName.objects.select_related("person")),
        }
        self.seats_of = grouped(self.seats, "forum_id")
        self.posts_of = grouped(self.posts, "organisation_id")
        self.members_of_seat = grouped(self.memberships, "seat_id")
        self.holders_of_post = grouped(self.appointments, "post_id")

    def through_post(self, seat: Seat, day: datetime.date) -> list[tuple]:
        """Those recorded for the post that a seat goes with, if that may be there on the day, each
        with all that their time in the seat belongs to."""
        post = seat.ex_officio_post
        if post is None or over(day, post, post.organisation):
            return []
        whole = seat, seat.forum, post, post.organisation
        return [(each, *whole) for each in self.holders_of_post[post.pk]]

    def is_left_out(self, seat: Seat) -> bool:
        """Whether a seat has both members and a post: tests/forums/test_filling.py is on those."""
        return bool(seat.ex_officio_post_id and self.members_of_seat[seat.pk])

    # The pages of one thing

    def forum(self, forum: Forum, day: datetime.date) -> Told:
        told = defaultdict(Counter, {"in_force": Counter([forum.holds(day)])})
        for seat in self.seats_of[forum.pk]:
            there = "" if over(day, forum) else place(day, seat)
            self._holding(told, there, seat, forum, self.members_of_seat[seat.pk], day)
            if there and not self.is_left_out(seat):
                for each, *whole in self.through_post(seat, day):
                    so = holds(day, each, *whole)
                    if each.is_listed(day) and all(x.possibly(day) for x in whole[2:]):
                        told["through posts"][seat.title, *who(each)[:2], so] += 1
        for member in self.members:
            if member.forum_id == forum.pk and place(day, member) == "now":
                organisation = member.organisation.get_absolute_url()
                told["members"][organisation, holds(day, member, forum)] += 1
        for line in self.lines:
            ends = {line.from_forum_id, line.to_forum_id}
            if forum.pk in ends and place(day, line) == "now" and not over(day, line.from_forum):
                told["lines"][*line_key(line), holds(day, line, line.from_forum)] += 1
        return told

    def organisation(self, organisation: Organisation, day: datetime.date) -> Told:
        told = defaultdict(Counter, {"in_force": Counter([organisation.holds(day)])})
        for post in self.posts_of[organisation.pk]:
            there = "" if over(day, organisation) else place(day, post)
            self._holding(told, there, post, organisation, self.holders_of_post[post.pk], day)
        for seat in self.seats:
            own = seat.on_behalf_of_id == organisation.pk
            post = seat.ex_officio_post
            own = own or (post is not None and post.organisation_id == organisation.pk)
            there = place(day, seat, seat.forum)
            speaks = [
                each
                for each in self.members_of_seat[seat.pk]
                if each.on_behalf_of_id == organisation.pk and each.possibly(day)
            ]
            if there and not own:
                listed = any(each.is_listed(day) for each in speaks)
                there = (there if listed else "later") if speaks else ""
            if there:
                key = seat.forum.get_absolute_url(), seat.title, holds(day, seat, seat.forum)
                told[f"seats {there}"][key] += 1
        for how, forum, *together in self._around(organisation):
            if there := place(day, *together):
                what = "member of" if how == "member" else "forums"
                what = what if there == "now" else "forums later"
                told[what][how, forum.get_absolute_url(), holds(day, *together)] += 1
        for each in self.relationships:
            ends = each.from_organisation, each.to_organisation
            if organisation in ends and (
                each.possibly(day) or over(day, each) or is_announced(day, each)
            ):
                key = (each.kind, *(end.get_absolute_url() for end in ends), each.holds(day))
                told["relationships"][key] += 1
        return told

    def _around(self, organisation: Organisation) -> Iterator[tuple]:
        """The forums around an organisation: how, which, and what is there only together."""
        for member in self.members:
            if member.organisation_id == organisation.pk:
                yield "member", member.forum, member, member.forum
        for forum in self.forums:
            if forum.host_id == organisation.pk:
                yield "host", forum, forum
        for line in self.lines:
            if line.to_organisation_id == organisation.pk:
                yield line.kind, line.from_forum, line, line.from_forum

    def _holding(
        self, told: Told, there: str, whole, owner, holders: list, day: datetime.date
    ) -> None:
        if there:
            told[f"holdings {there}"][whole.title, holds(day, whole, owner)] += 1
        for each in holders:
            key = (whole.title, *who(each), holds(day, each, whole, owner))
            if over(day, each):
                told["former"][key] += 1
            elif there:
                told["holders" if each.is_listed(day) else "to come"][key] += 1

    def person(self, person: int, day: datetime.date) -> Told:
        told = defaultdict(Counter)
        for each, *whole in self.tenures():
            if each.person_id == person:
                key = (whole[0].title, *dates(each))
                if over(day, each, *whole):
                    told["before"][*key, False] += 1
                else:
                    when = place(day, each, *whole) or "to come"
                    told[when][*key, holds(day, each, *whole)] += 1
        for seat in self.seats:
            if seat.ex_officio_post_id is None or self.is_left_out(seat):
                continue
            for each, *whole in self.through_post(seat, day):
                when = place(day, each, *whole)
                if each.person_id == person and when:
                    so = holds(day, each, *whole)
                    key = seat.title, seat.forum.get_absolute_url(), so
                    told[f"through posts {when}"][key] += 1
        return told

    def tenures(self) -> Iterator[tuple]:
        """Each appointment and membership with all that it belongs to."""
        for each in self.appointments:
            yield each, each.post, each.post.organisation
        for each in self.memberships:
            yield each, each.seat, each.seat.forum

    def seats_through_posts(self, day: datetime.date) -> Iterator[tuple]:
        """Each holder of a post whose seat they may fill, with all that their time there belongs
        to."""
        for seat in self.seats:
            yield from () if self.is_left_out(seat) else self.through_post(seat, day)

    # Lists

    def listed(self, records: list, day: datetime.date) -> Told:
        told = defaultdict(Counter)
        for each in records:
            if there := place(day, each):
                told[there][each.get_absolute_url(), each.holds(day)] += 1
        told["count"] = Counter(certain=sum(each.certainly(day) for each in records))
        return told

    def chairs(self, heads: Iterable[str], day: datetime.date) -> Told:
        """The seats of chairs and posts of `heads`."""
        told = defaultdict(Counter)
        rows = [(seat, seat.forum) for seat in self.seats if seat.role == "chair"]
        rows += [(post, post.organisation) for post in self.posts if post.kind in heads]
        for whole, owner in rows:
            if there := place(day, whole, owner):
                told[there][owner.get_absolute_url(), whole.title, holds(day, whole, owner)] += 1
            if there == "now":
                tenures = self.members_of_seat if isinstance(whole, Seat) else self.holders_of_post
                for each in tenures[whole.pk]:
                    if each.is_listed(day):
                        so = holds(day, each, whole, owner)
                        told["holders"][owner.get_absolute_url(), whole.title, *who(each), so] += 1
        certain = sum(holds(day, *row) is True for row in rows)
        told["count"] = Counter(certain=certain)
        return told

    def chaired(self, heads: Iterable[str], day: datetime.date) -> dict[str, set[str]]:
        """What each person certainly chairs or leads, of those who do so of more than one."""
        found = defaultdict(set)
        for each, held, owner in self.tenures():
            is_head = getattr(held, "role", "") == "chair" or getattr(held, "kind", "") in heads
            if is_head and holds(day, each, held, owner):
                found[each.person.get_absolute_url()].add(owner.get_absolute_url())
        for seat in self.seats:
            if seat.role == "chair":
                for each, *whole in self.through_post(seat, day):
                    if holds(day, each, *whole):
                        found[each.person.get_absolute_url()].add(seat.forum.get_absolute_url())
        return {person: owners for person, owners in found.items() if len(owners) > 1}

    # Files

    def tables(self, day: datetime.date) -> dict[str, dict[str, bool | None]]:
        """Whether each record was in force, by table and id; those that were not may be left
        out."""

        def anchored(name: str, owner: str, records: Iterable, *beside: str) -> dict:
            return {
                f"{getattr(each, owner).get_absolute_url()}#{name}-{each.pk}": holds(
                    day, each, *(getattr(each, one) for one in beside)
                )
                for each in records
            }

        tables = {
            "forums": {each.get_absolute_url(): each.holds(day) for each in self.forums},
            "organisations": {
                each.get_absolute_url(): each.holds(day) for each in self.organisations
            },
            "seats": anchored("seat", "forum", self.seats, "forum"),
            "posts": anchored("post", "organisation", self.posts, "organisation"),
            "member_organisations": anchored("member-organisation", "forum", self.members, "forum"),
            "terms_of_reference": anchored("terms", "forum", self.terms, "forum"),
            "reporting_lines": anchored("line", "from_forum", self.lines, "from_forum"),
            "relationships": anchored("relationship", "from_organisation", self.relationships),
            "memberships": {
                f"{seat.forum.get_absolute_url()}#membership-{each.pk}": holds(
                    day, each, seat, seat.forum
                )
                for each in self.memberships
                for seat in [each.seat]
            },
            "appointments": {
                f"{owner.get_absolute_url()}#appointment-{each.pk}": holds(day, each, post, owner)
                for each in self.appointments
                for post, owner in [(each.post, each.post.organisation)]
            },
        }
        for seat in self.seats:
            for each, *whole in () if self.is_left_out(seat) else self.through_post(seat, day):
                if not may_meet(each, seat):
                    continue  # they left the post before the seat began, and never filled it
                key = f"{seat.forum.get_absolute_url()}#seat-{seat.pk}-appointment-{each.pk}"
                tables["memberships"][key] = holds(day, each, *whole)
        for table, names in self.names.items():
            owner = table.removesuffix("_names")
            beside = () if owner == "person" else (owner,)
            tables[table] = anchored("name", owner, names, *beside)
        return tables

    def far_relationships(self, day: datetime.date) -> set[str]:
        """The ids of relationships of organisations that were not there on the day, which a file
        may leave out."""
        return {
            f"{each.from_organisation.get_absolute_url()}#relationship-{each.pk}"
            for each in self.relationships
            if not (each.from_organisation.possibly(day) or each.to_organisation.possibly(day))
        }

    def left_out(self) -> set[str]:
        """The ids of the seats of `is_left_out`, before what is in them."""
        return {
            f"{seat.forum.get_absolute_url()}#seat-{seat.pk}-"
            for seat in self.seats
            if self.is_left_out(seat)
        }


def who(tenure: Appointment | Membership) -> tuple:
    return (tenure.person.get_absolute_url(), tenure.basis, *dates(tenure))


def line_key(line: ReportingLine) -> tuple[str, str, str]:
    to = line.to_forum or line.to_organisation
    return line.from_forum.get_absolute_url(), line.kind, to.get_absolute_url()
