"""What every page, paper and file has to say of a day, worked out from the four days of each record
and from nothing that the pages work out for themselves."""

import datetime
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from django.apps import apps

from forums.models import Forum, ForumName, MemberOrganisation, Membership, ReportingLine, Seat
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


def held(day: datetime.date, tenure: Period, *whole: Period) -> bool | None:
    """Whether somebody holds something on a day: what may be over has perhaps taken them with it,
    and of what is known from a later day they say that it was there."""
    so = tenure.holds(day)
    return None if so and any(each.earliest_end < day for each in whole) else so


def place(day: datetime.date, *together: Period) -> str:
    """Where a list has things that are there only with each other: "now", "later" or nowhere."""
    if all(each.is_listed(day) for each in together):
        return "now"
    return "later" if all(each.possibly(day) for each in together) else ""


def over(day: datetime.date, *together: Period) -> bool:
    return any(each.latest_end < day for each in together)


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

    def through_post(self, seat: Seat, day: datetime.date) -> list[Appointment]:
        """Those recorded for the post that a seat goes with, if that may be there on the day."""
        post = seat.ex_officio_post
        if post is None or over(day, post, post.organisation):
            return []
        return self.holders_of_post[post.pk]

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
                for each in self.through_post(seat, day):
                    if each.is_listed(day) and seat.possibly(day):
                        post = seat.ex_officio_post
                        so = held(day, each, seat, forum, post, post.organisation)
                        so = both(so, seat.holds(day))
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
            if organisation in ends and (each.possibly(day) or over(day, each)):
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
            told[f"holdings {there}"][whole.title, whole.holds(day)] += 1
        for each in holders:
            key = (whole.title, *who(each), each.holds(day))
            if over(day, each):
                told["former"][key] += 1
            elif there and each.is_listed(day):
                told["holders"][*key[:-1], held(day, each, whole, owner)] += 1
            elif there:
                told["to come"][key] += 1

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
            for each in self.through_post(seat, day):
                if each.person_id == person and holds(day, each, seat, seat.forum):
                    told["through posts"][seat.title, seat.forum.get_absolute_url()] += 1
        return told

    def tenures(self) -> Iterator[tuple]:
        """Each appointment and membership with all that it belongs to."""
        for each in self.appointments:
            yield each, each.post, each.post.organisation
        for each in self.memberships:
            yield each, each.seat, each.seat.forum

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
                        so = held(day, each, whole, owner)
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
                for each in self.through_post(seat, day):
                    if holds(day, each, seat, seat.forum):
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
            for each in () if self.is_left_out(seat) else self.through_post(seat, day):
                key = f"{seat.forum.get_absolute_url()}#seat-{seat.pk}-appointment-{each.pk}"
                post, whole = seat.ex_officio_post, (seat, seat.forum)
                so = held(day, each, *whole, post, post.organisation)
                tables["memberships"][key] = both(so, holds(day, *whole))
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


# What pages do say, in the same shape


def _holdings(told: Told, said: Iterable[dict], there: str, left_out: set[str]) -> None:
    for holding in said:
        told[f"holdings {there}"][holding["title"], holding["in_force"]] += 1
        for name, what in (("holders", "holders"), ("to come", "to_come")):
            for each in holding[what]:
                if not each["ex_officio"]:
                    told[name][holding["title"], *_who(each), each["in_force"]] += 1
                elif name == "holders" and holding["title"] not in left_out:
                    # Their time in the seat is no longer than that of the seat.
                    key = (holding["title"], *_who(each)[:2], each["in_force"])
                    told["through posts"][key] += 1


def _who(said: dict) -> tuple:
    return path(said["person"]["id"]), said["basis"], said["start_date"], said["end_date"]


def told_by_forum(said: dict, left_out: set[str] = frozenset()) -> Told:
    """What the page of a forum says in JSON. `left_out` are the titles of seats of which those who
    hold its post are left out."""
    told = defaultdict(Counter, {"in_force": Counter([said["in_force"]])})
    _holdings(told, said["seats"], "now", left_out)
    _holdings(told, said["known_from_a_later_day"], "later", left_out)
    _former(told, said["former"])
    for each in said["member_organisations"]:
        told["members"][path(each["organisation"]["id"]), each["in_force"]] += 1
    for each in said["reporting_lines"]:
        to = each["to_forum"] or each["to_organisation"]
        key = path(each["from_forum"]["id"]), each["kind"], path(to["id"]), each["in_force"]
        told["lines"][key] += 1
    return told


def _former(told: Told, said: list[dict]) -> None:
    for each in said:
        if not each["ex_officio"]:
            told["former"][each["title"], *_who(each), each["in_force"]] += 1


def told_by_organisation(said: dict) -> Told:
    told = defaultdict(Counter, {"in_force": Counter([said["in_force"]])})
    later = said["known_from_a_later_day"]
    _holdings(told, said["posts"], "now", set())
    _holdings(told, later["posts"], "later", set())
    _former(told, said["former"])
    for name, seats in (("seats now", said["seats"]["results"]), ("seats later", later["seats"])):
        for each in seats:
            told[name][path(each["forum"]["id"]), each["title"], each["in_force"]] += 1
    around = {"member of": said["member_of"], "forums": said["forums"]}
    for name, forums in {**around, "forums later": later["forums"]}.items():
        for each in forums:
            told[name][each["how"], path(each["forum"]["id"]), each["in_force"]] += 1
    for each in said["relationships"]:
        ends = path(each["from_organisation"]["id"]), path(each["to_organisation"]["id"])
        told["relationships"][each["kind"], *ends, each["in_force"]] += 1
    return told


WHEN = {
    "now": "now",
    "later": "known_from_a_later_day",
    "to come": "to_come",
    "before": "before",
}


def told_by_person(said: dict) -> Told:
    """What the page of a person says, or their row of the list."""
    told = defaultdict(Counter)
    for name, when in WHEN.items():
        for each in said.get(when, ()):
            key = each["title"], each["start_date"], each["end_date"], each["in_force"]
            if each["ex_officio"] is None:
                told[name][key] += 1
            elif each["in_force"]:
                told["through posts"][each["title"], path(each["forum"]["id"])] += 1
    return told


def told_by_list(said: dict) -> Told:
    told = defaultdict(Counter)
    rows = {"now": said["results"], "later": said["known_from_a_later_day"]["items"]}
    for name, items in rows.items():
        for each in items:
            told[name][path(each["id"]), each["in_force"]] += 1
    told["count"] = Counter(certain=said["count"])
    assert said["count"] + said["count_perhaps"] == len(said["results"])
    return told


def told_by_chairs(said: dict) -> Told:
    told = defaultdict(Counter)
    rows = {"now": said["results"], "later": said["known_from_a_later_day"]["items"]}
    for name, items in rows.items():
        for each in items:
            owner = path((each.get("forum") or each["organisation"])["id"])
            held = each.get("seat") or each["post"]
            told[name][owner, held["title"], each["in_force"]] += 1
            for holder in held["holders"] if name == "now" else ():
                if not holder["ex_officio"]:
                    key = (owner, held["title"], *_who(holder), holder["in_force"])
                    told["holders"][key] += 1
    told["count"] = Counter(certain=said["count"])
    return told


def differences(address: str, day: datetime.date, told: Told, meant: Told) -> list[str]:
    """The facts told that should not be, and those not told that should be."""
    found = []
    for name in sorted({*told, *meant}):
        for words, more in (
            ("says", told[name] - meant[name]),
            ("lacks", meant[name] - told[name]),
        ):
            found += [f"{address} as at {day} {words} of {name}: {each}" for each in more]
    return found


def in_force(database: sqlite3.Connection) -> dict[str, dict[str, bool | None]]:
    """The column of that name of each table of a SQLite file, by the id within the site."""
    found = {}
    tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    for (table,) in tables.fetchall():
        columns = {row["name"] for row in database.execute(f'PRAGMA table_info("{table}")')}
        if "in_force" in columns:
            rows = database.execute(f'SELECT id, in_force FROM "{table}"')
            found[table] = {path(i): None if so is None else bool(so) for i, so in rows}
    return found


def differences_of_tables(facts: Facts, day: datetime.date, told: dict) -> list[str]:
    """What the tables of a file say otherwise than the four days, and what they lack."""
    wrong, left_out = [], tuple(facts.left_out())
    meant, far = facts.tables(day), facts.far_relationships(day)
    assert told.keys() == meant.keys()
    for table, rows in meant.items():
        for key in rows.keys() | told[table].keys():
            if left_out and key.startswith(left_out):
                continue
            is_there, so = key in told[table], rows.get(key, False)
            if is_there and told[table][key] != so:
                wrong.append(f"{table} as at {day}: {key} is {told[table][key]} and not {so}")
            elif not is_there and so is not False and key not in far:
                wrong.append(f"{table} as at {day} lacks {key}, which is {so}")
    return wrong
