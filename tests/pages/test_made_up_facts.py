"""Every page, list and file says of made-up facts what their four days say, on the days around
them: that they hold certainly, perhaps or not. tests/seed has the same of the seed."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.db import models, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from forums.models import LineKind, SeatRole
from organisations.models import PostKind
from people.models import Person
from records.models import DatedFact
from records.periods import Precision, Qualifier
from tests import slow
from tests.as_pages_say import (
    CELLS,
    marked,
    on_page_of_forum,
    on_page_of_organisation,
    said_at,
    says_perhaps,
    wrong_of_all_periods,
    wrong_of_forum,
    wrong_of_lists,
    wrong_of_organisation,
    wrong_of_people,
    wrong_of_tables,
)
from tests.as_periods_say import Facts, bounds, dated_facts, holds, path
from tests.builders import (
    day,
    make_appointment,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_relationship,
    make_reporting_line,
    make_seat,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db

# Few, so that the limits of several records meet.
DAYS = [
    day(each) for each in ("2019-01-01", "2019-03-31", "2019-06-15", "2020-02-01", "2020-12-31")
]
PERIODS = st.fixed_dictionaries(
    {
        "start_date": st.sampled_from([None, *DAYS, *DAYS]),
        "start_precision": st.sampled_from(Precision.values),
        "start_qualifier": st.sampled_from(Qualifier.values),
        "end_date": st.sampled_from([None] * 5 + DAYS),
        "end_precision": st.sampled_from(Precision.values),
        "end_qualifier": st.sampled_from(Qualifier.values),
    }
)
RECORDS = (
    *("organisation", "forum", "to_forum", "post", "holder", "next_holder"),
    *("chair", "chairs_member", "seat", "member", "ex_officio"),
    *("line", "line_to_organisation", "member_organisation", "relationship"),
)
MADE_UP = st.fixed_dictionaries(dict.fromkeys(RECORDS, PERIODS))


def settle(record: DatedFact, period: dict) -> DatedFact:
    """Give a record a period; one that the database would refuse, changed as little as it takes."""
    for name, value in period.items():
        setattr(record, name, value)
    if record.start_date is None and record._goes_on:
        record.start_date = DAYS[0]
    record.settle_period()
    for rule in getattr(record, "not_before", ()):
        owner = rule.owner_of(record)
        if owner is not None and record.latest_start < owner.earliest_start:
            record.start_date = owner.start_date
            record.start_precision, record.start_qualifier = (
                owner.start_precision,
                owner.start_qualifier,
            )
            record.end_date = None
            record.settle_period()
    if record._ends_before_start():
        record.end_date = None
        record.settle_period()
    return record


def save(make: Callable, period: dict, **fields) -> DatedFact:
    """Save a new record without history, even if a form would refuse it."""
    record = settle(make(save=False, **fields), period)
    models.QuerySet(type(record)).bulk_create([record])
    return record


def make_up(periods: dict[str, dict]) -> None:
    """A forum, and an organisation that hosts it and has a seat there through its chair."""

    def made(which: str, make: Callable, /, **fields):
        return save(make, periods[which], **fields)

    ann, bea, cal, dee = [make_person(name=name) for name in ("Ann A", "Bea B", "Cal C", "Dee D")]
    trust = made("organisation", make_organisation, name="Trust", slug="trust")
    other = make_organisation(name="Other", start_date="2018-01-01")
    forum = made("forum", make_forum, name="Board", slug="board", host=trust)
    to_forum = made("to_forum", make_forum, name="Executive", slug="executive")
    post = made("post", make_post, organisation=trust, title="Leader", kind=PostKind.CHAIR)
    post.max_holders = 2
    models.QuerySet(type(post)).filter(pk=post.pk).update(max_holders=2)
    made("holder", make_appointment, post=post, person=ann, sole=False)
    made("next_holder", make_appointment, post=post, person=bea, sole=False)
    chair = made("chair", make_seat, forum=forum, title="Chair", role=SeatRole.CHAIR)
    made("chairs_member", make_membership, seat=chair, person=cal, on_behalf_of=other)
    seat = made("seat", make_seat, forum=forum, title="Member", on_behalf_of=trust, number=2)
    made("member", make_membership, seat=seat, person=dee)
    made("ex_officio", make_seat, forum=forum, title="Through the post", ex_officio_post=post)
    made("line", make_reporting_line, from_forum=forum, to_forum=to_forum)
    line = {"from_forum": forum, "to_organisation": trust, "kind": LineKind.OVERSEEN_BY}
    made("line_to_organisation", make_reporting_line, **line)
    made("member_organisation", make_member_organisation, forum=forum, organisation=trust)
    made("relationship", make_relationship, from_organisation=trust, to_organisation=other)


def days_around() -> list[datetime.date]:
    return sorted(set().union(*(bounds(fact) for fact in dated_facts())))


# Pages in HTML


def wrong_on_pages(facts: Facts, on: datetime.date) -> Iterator[str]:
    """What pages in HTML mark as perhaps and should not, or should and do not."""
    for owners, records_of in (
        (facts.forums, on_page_of_forum),
        (facts.organisations, on_page_of_organisation),
    ):
        for owner in owners:
            address = owner.get_absolute_url()
            page = read(address, {"as_at": on})
            wrong = marked(page, records_of(facts, owner, on), on)
            yield from (f"{address} as at {on}: {each}" for each in wrong)
            if ("Not in force on" in page.text) != (owner.holds(on) is False):
                yield f"{address} as at {on} is headed otherwise than {owner.holds(on)}"
            if owner in facts.organisations:
                yield from wrong_of_seats(facts, owner, page, on)
    for person in Person.objects.all():
        yield from wrong_of_person(facts, person, on)
    for address, meant in (
        ("/forums/", facts.listed(facts.forums, on)),
        ("/organisations/", facts.listed(facts.organisations, on)),
    ):
        told = marks_of_rows(read(address, {"as_at": on}), "td")
        if told != Counter((each, so is None) for each, so in meant["now"]):
            yield f"{address} as at {on} marks {told}, and not {meant['now']}"
    told = marks_of_rows(read("/chairs/", {"as_at": on}), "td")
    meant = facts.chairs([PostKind.CHAIR], on)["now"]
    if told != Counter((owner, so is None) for owner, _, so in meant):
        yield f"/chairs/ as at {on} marks {told}, and not {meant}"


def wrong_of_seats(facts: Facts, organisation, page, on: datetime.date) -> Iterator[str]:
    """What the page of an organisation marks of its seats on forums otherwise than their facts."""
    tables = [
        each for each in page.tables() if words(each.find("caption")).startswith("Seats held for")
    ]
    told = Counter()
    for row in (row for table in tables for row in table.findall("tbody/tr")):
        forum, seat = row.findall("td")[:2]
        told[path(page.links(forum)[0]).partition("?")[0], says_perhaps(words(seat))] += 1
    meant = Counter()
    for (forum, _, so), number in facts.organisation(organisation, on)["seats now"].items():
        meant[forum, so is None] += number
    if told != meant:
        yield f"{organisation} as at {on} marks seats {told}, and not {meant}"


def marks_of_rows(page, cell: str) -> Counter:
    """The first link of each row of the page's table, and whether its first cell says perhaps."""
    rows = [row for table in page.tables() for row in table.findall("tbody/tr")]
    first = [next(row.iter(cell)) for row in rows]
    return Counter(
        (path(page.links(each)[0]).partition("?")[0], says_perhaps(words(each))) for each in first
    )


def wrong_of_person(facts: Facts, person: Person, on: datetime.date) -> Iterator[str]:
    address = person.get_absolute_url()
    page = read(address, {"as_at": on})
    meant = facts.person(person.pk, on)
    parts = list(page.main)
    for when in ("now", "later"):
        at = [place for place, part in enumerate(parts) if part.get("id") == when]
        after = parts[at[0] + 1 :] if at else []
        listed = next((part for part in after if part.tag in ("dl", "h2")), None)
        found = [] if listed is None else listed.findall("div")
        told = Counter((words(row.find("dt")), says_perhaps(words(row))) for row in found)
        right = Counter()
        for key, number in meant[when].items():
            right[key[0], key[-1] is None and when == "now"] += number
        for key, number in meant[f"through posts {when}"].items():
            right[f"{key[0]} ex officio", key[-1] is None and when == "now"] += number
        if told != right:
            yield f"{address} as at {on} marks of {when} {told}, and not {right}"


# CSV, which says the same as JSON


def wrong_in_csv(facts: Facts, on: datetime.date) -> Iterator[str]:
    for owner in (*facts.forums, *facts.organisations):
        address = owner.get_absolute_url()
        said = said_at(address, on)
        if owner in facts.forums:
            held = [*said["seats"], *said["known_from_a_later_day"]]
        else:
            later = said["known_from_a_later_day"]
            held = [*said["posts"], *said["seats"]["results"], *later["posts"], *later["seats"]]
        rows = read_data(f"{address.rstrip('/')}.csv", {"as_at": on}).rows
        yield from unlike(address, on, rows, held)
    said = said_at("/chairs/", on)
    rows = [*said["results"], *said["known_from_a_later_day"]["items"]]
    held = [row.get("seat") or row["post"] for row in rows]
    yield from unlike("/chairs/", on, read_data("/chairs.csv", {"as_at": on}).rows, held)
    for address in ("/forums/", "/organisations/"):
        said = said_at(address, on)
        every = [*said["results"], *said["known_from_a_later_day"]["items"]]
        told = {
            row["id"]: row["in_force"] for row in read_data(csv_of(address), {"as_at": on}).rows
        }
        if told != {each["id"]: CELLS[each["in_force"]] for each in every}:
            yield f"{address} as at {on} says otherwise in CSV: {told}"
    everybody = said_at("/people/", on)["results"]
    told = Counter(
        (row["person"], row["when"], row["title"], row["in_force"])
        for row in read_data("/people.csv", {"as_at": on}).rows
    )
    meant = Counter()
    for person in everybody:
        those = Counter(
            (person["id"], when, each["title"], CELLS[each["in_force"]])
            for when in ("now", "known_from_a_later_day", "to_come")
            for each in person[when]
        )
        meant += those or Counter([(person["id"], "", "", "")])
    if told != meant:
        yield f"/people/ as at {on} says otherwise in CSV: {told - meant}, not {meant - told}"
    for person in everybody:
        address = path(person["id"])
        said = said_at(address, on)
        meant = Counter(
            (when, each["title"], CELLS[each["in_force"]])
            for when in ("now", "known_from_a_later_day", "to_come", "before")
            for each in said[when]
        )
        rows = read_data(csv_of(address), {"as_at": on}).rows
        told = Counter((row["when"], row["title"], row["in_force"]) for row in rows)
        if told != meant:
            yield f"{address} as at {on} says otherwise in CSV: {told - meant}, not {meant - told}"


def csv_of(address: str) -> str:
    return f"{address.rstrip('/')}.csv"


def unlike(address: str, on: datetime.date, rows: list[dict], held: list[dict]) -> Iterator[str]:
    """What the rows of a CSV say of posts and seats, and of who holds them and who is to, otherwise
    than JSON."""
    told = Counter((row["title"], row["person_name"], row["in_force"]) for row in rows)
    meant = Counter(
        (each["title"], who["person"]["name"], CELLS[who["in_force"]])
        for each in held
        for who in each["holders"]
    )
    for each in held:
        # Each that has no holder has a row of its own, and of those of a forum each with room left.
        key = each["title"], "", CELLS[each["in_force"]]
        meant[key] += told[key] if each["holders"] else 1
        meant.update(
            (each["title"], who["person"]["name"], CELLS[who["in_force"]])
            for who in each["to_come"]
        )
    if told != meant:
        yield f"{address} as at {on} says otherwise in CSV: {told - meant}, not {meant - told}"


# schema.org, which pages have as at today


def wrong_in_structured_data(facts: Facts, on: datetime.date) -> Iterator[str]:
    for owner in (*facts.forums, *facts.organisations):
        meant = Counter(
            (whole.title, each.person.name)
            for each, whole, own, *others in (*facts.tenures(), *facts.seats_through_posts(on))
            if own == owner and holds(on, each, whole, own, *others)
        )
        address = owner.get_absolute_url()
        said = Counter((m["roleName"], m["member"]["name"]) for m in read(address).data["member"])
        if said != meant:
            yield f"{address} as at {on} has in schema.org {said}, and not {meant}"
    for person in Person.objects.all():
        meant = Counter(
            (whole.title, own.name)
            for each, whole, own in facts.tenures()
            if each.person == person and holds(on, each, whole, own)
        )
        roles = read(person.get_absolute_url()).data["memberOf"]
        said = Counter((role["roleName"], role["memberOf"]["name"]) for role in roles)
        if said != meant:
            yield f"{person} as at {on} has in schema.org {said}, and not {meant}"


def wrong_in_data(facts: Facts, on: datetime.date) -> Iterator[str]:
    """What JSON says otherwise than the facts, and CSV otherwise than JSON."""
    for forum in facts.forums:
        yield from wrong_of_forum(facts, forum, on)
    for organisation in facts.organisations:
        yield from wrong_of_organisation(facts, organisation, on)
    people = {each.get_absolute_url(): each.pk for each in Person.objects.all()}
    yield from wrong_of_people(facts, people, on)
    yield from wrong_of_lists(facts, on)
    yield from wrong_in_csv(facts, on)


Wrong = Callable[[Facts, datetime.date], Iterable[str]]


def check(wrong_of: Wrong, *, examples: int, days: int = 4) -> None:
    """Make up facts so many times, and read so many of the days around them each time."""
    compared = Counter()

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(periods=MADE_UP, chosen=st.randoms(use_true_random=False))
    def compare(periods, chosen):
        with transaction.atomic():
            make_up(periods)
            facts = Facts()
            around = days_around()
            for on in chosen.sample(around, min(days, len(around))):
                wrong = list(wrong_of(facts, on))
                assert not wrong, "\n".join([*wrong, *in_words()])
                compared.update(each.holds(on) for each in dated_facts())
            transaction.set_rollback(True)

    compare()
    assert all(compared[so] for so in (True, None, False))


def in_words() -> list[str]:
    """The made-up facts, for whoever reads that a test failed."""
    return [
        f"{each._meta.verbose_name} {each}: {each.start_in_words()} to {each.end_in_words()}"
        for each in dated_facts()
    ]


def test_pages_say_so_of_a_few_made_up_facts():
    def wrong_of(facts, on):
        wrong = [each for forum in facts.forums for each in wrong_of_forum(facts, forum, on)]
        people = {each.get_absolute_url(): each.pk for each in Person.objects.all()}
        return [*wrong, *wrong_of_people(facts, people, on)]

    check(wrong_of, examples=3, days=1)


@slow.SEARCH
def test_pages_say_so_in_json_and_csv():
    check(wrong_in_data, examples=40)


@slow.SEARCH
def test_pages_say_perhaps_beside_what_is_and_nothing_else():
    check(wrong_on_pages, examples=40)


@slow.SEARCH
def test_files_say_so_in_every_table():
    check(wrong_of_tables, examples=25)


@slow.SEARCH
def test_a_file_of_all_periods_says_so_of_every_record():
    check(wrong_of_all_periods, examples=25, days=2)


@slow.SEARCH
def test_structured_data_have_what_is_certain(monkeypatch):
    def wrong_today(facts, on):
        monkeypatch.setattr(timezone, "localdate", lambda *zone: on)
        return wrong_in_structured_data(facts, on)

    check(wrong_today, examples=25)
