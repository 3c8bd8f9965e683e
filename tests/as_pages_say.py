"""What pages, papers and files do say of a day, in the shape in which tests/as_periods_say.py has
what they have to say; and what is wrong where the two differ."""

import csv
import datetime
import io
import json
import sqlite3
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable

from ics_register.pages.formats import address_in
from organisations.models import HEAD_KINDS
from tests.as_periods_say import Facts, Told, over, path, place
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import words

CELLS = {True: "true", False: "false", None: ""}


def said_at(address: str, day: datetime.date, **asked) -> dict:
    return read_data(address_in(address, "json"), {"as_at": day, **asked}).said


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
            elif name in ("now", "later"):
                key = each["title"], path(each["forum"]["id"]), each["in_force"]
                told[f"through posts {name}"][key] += 1
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
        for verb, more in (
            ("says", told[name] - meant[name]),
            ("lacks", meant[name] - told[name]),
        ):
            found += [f"{address} as at {day} {verb} of {name}: {each}" for each in more]
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
    # A file has the successions that had come by the day, or were planned, and the vacancies that
    # no holder had ended: neither hangs on the four days alone.
    beyond = {"successions", "post_vacancies", "seat_vacancies", "seat_terms", "post_terms"}
    beyond |= {"forum_states", "terms_reviews", "ex_officio_sources"}
    assert told.keys() - beyond == meant.keys() - beyond
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


# The faults of a day, of each kind of page and file


def wrong_of_forum(facts: Facts, forum, day: datetime.date) -> list[str]:
    """What the page of a forum says in JSON otherwise than its facts."""
    address = forum.get_absolute_url()
    left = {seat.title for seat in facts.seats_of[forum.pk] if facts.is_left_out(seat)}
    told = told_by_forum(said_at(address, day), left)
    return differences(address, day, told, facts.forum(forum, day))


def wrong_of_organisation(facts: Facts, organisation, day: datetime.date) -> list[str]:
    address = organisation.get_absolute_url()
    told = told_by_organisation(said_at(address, day))
    return differences(address, day, told, facts.organisation(organisation, day))


def wrong_of_people(facts: Facts, people: dict[str, int], day: datetime.date) -> list[str]:
    """What the pages of people say in JSON, and the list of people. `people` are their keys by
    address."""
    wrong = []
    rows = {path(row["id"]): row for row in said_at("/people/", day)["results"]}
    assert rows.keys() == people.keys()
    for address, key in people.items():
        meant = facts.person(key, day)
        told = told_by_person(said_at(address, day))
        wrong += differences(address, day, told, meant)
        # A list has nobody's past, and no seat that somebody fills by what is known later.
        for name in ("before", "through posts later"):
            meant.pop(name, None)
        told = told_by_person(rows[address])
        wrong += differences(f"/people/ of {address}", day, told, meant)
    return wrong


def wrong_of_lists(facts: Facts, day: datetime.date) -> list[str]:
    """What the lists of forums, organisations and chairs say in JSON."""
    wrong = []
    lists = {"/forums/": facts.forums, "/organisations/": facts.organisations}
    for address, records in lists.items():
        told = told_by_list(said_at(address, day))
        wrong += differences(address, day, told, facts.listed(records, day))
    told = told_by_chairs(said_at("/chairs/", day))
    return wrong + differences("/chairs/", day, told, facts.chairs(HEAD_KINDS, day))


def says_perhaps(text: str) -> bool:
    return "perhaps" in text.casefold() or ", who took over " in text


def marked(page, records: dict[str, object], day: datetime.date) -> list[str]:
    """The anchors of `records` that a page marks as perhaps and should not, or should
    and does not."""
    parents = {child: parent for parent in page.tree.iter() for child in parent}
    anchors = {each.get("id"): each for each in page.tree.iter() if each.get("id")}
    wrong = [f"lacks {anchor}" for anchor in records.keys() - anchors]
    for anchor, record in records.items():
        element = anchors.get(anchor)
        if element is None:
            continue
        if anchor.startswith(("seat-", "post-")) and element.tag == "tr":
            element = next(iter(element))
        text = words(element) or words(parents[element])
        if says_perhaps(text) != is_doubted(record, day):
            wrong.append(f"{anchor}, {record.holds(day)}: {text}")
    return wrong


def is_doubted(record, day: datetime.date) -> bool:
    """Whether a page says perhaps beside a record: what may be over has perhaps taken its holders
    with it."""
    held = getattr(record, "held", None)
    whole = [] if held is None else [held, getattr(held, held.owner_field)]
    return record.holds(day) is None or any(each.earliest_end < day for each in whole)


def on_page_of_forum(facts: Facts, forum, day: datetime.date) -> dict[str, object]:
    """The records that have a place on the page of a forum, by their anchor there."""
    records = {}
    for seat in [] if over(day, forum) else facts.seats_of[forum.pk]:
        if place(day, seat) == "now":
            records[f"seat-{seat.pk}"] = seat
        for each in facts.members_of_seat[seat.pk] if place(day, seat) else ():
            if each.is_listed(day):
                records[f"membership-{each.pk}"] = each
    for each in facts.members:
        if each.forum_id == forum.pk and each.is_listed(day):
            records[f"member-organisation-{each.pk}"] = each
    for each in facts.lines:
        if each.from_forum_id == forum.pk and each.is_listed(day) and not over(day, forum):
            records[f"line-{each.pk}"] = each
    return records


def on_page_of_organisation(facts: Facts, organisation, day: datetime.date) -> dict[str, object]:
    there = not over(day, organisation)
    posts = [x for x in facts.posts_of[organisation.pk] if there and place(day, x) == "now"]
    related = [
        each
        for each in facts.relationships
        if organisation.pk in (each.from_organisation_id, each.to_organisation_id)
    ]
    records: dict[str, object] = {f"post-{each.pk}": each for each in posts}
    for each in (each for post in posts for each in facts.holders_of_post[post.pk]):
        if each.is_listed(day):
            records[f"appointment-{each.pk}"] = each
    records |= {f"relationship-{x.pk}": x for x in related if x.is_listed(day)}
    return records


def wrong_of_tables(facts: Facts, day: datetime.date) -> list[str]:
    """What the files of a day say, of all four formats."""
    told = in_force(opened.sqlite(as_at=day))
    wrong = differences_of_tables(facts, day, told)
    zipped = zipfile.ZipFile(io.BytesIO(opened.taken("csv.zip", as_at=day)))
    for table, rows in told.items():
        text = zipped.read(f"{table}.csv").decode("utf-8-sig")
        cells = {path(row["id"]): row["in_force"] for row in csv.DictReader(io.StringIO(text))}
        if cells != {key: CELLS[so] for key, so in rows.items()}:
            wrong.append(f"{table}.csv as at {day} is another than in SQLite")

    tenures = [*told["appointments"].items(), *told["memberships"].items()]
    certain = {key for key, so in tenures if so}
    perhaps = sum(so is None for _, so in tenures)
    popolo = json.loads(opened.taken("popolo.json", as_at=day))
    if {path(each["id"]) for each in popolo["memberships"]} != certain:
        wrong.append(f"Popolo as at {day} has other memberships than those that are certain")
    if popolo["meta"]["memberships_that_perhaps_held_left_out"] != perhaps:
        wrong.append(f"Popolo as at {day} leaves out another number than {perhaps}")
    text = opened.taken("org.jsonld", as_at=day).decode()
    nodes = json.loads(text)["@graph"]
    members = {path(each["@id"]) for each in nodes if each["@type"] == "org:Membership"}
    if members != certain:
        wrong.append(f"W3C ORG as at {day} has other memberships than those that are certain")
    if f"Left out are {perhaps} memberships" not in text:
        wrong.append(f"W3C ORG as at {day} leaves out another number than {perhaps}")
    return wrong


def wrong_of_all_periods(facts: Facts, day: datetime.date) -> list[str]:
    """What the file of all periods says as at a day, which has every record."""
    told = in_force(opened.sqlite(as_at=day, periods="all"))
    wrong = differences_of_tables(facts, day, told)
    for table, rows in facts.tables(day).items():
        wrong += [f"{table} of all periods lacks {key}" for key in rows.keys() - told[table]]
    return wrong
