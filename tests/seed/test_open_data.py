"""The files of open data say what the pages say: counts and names, on several days."""

import re
from urllib.parse import urlsplit

import pytest
from rdflib import Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, ORG, RDF, RDFS, SKOS, XSD

from ics_register.pages.formats import address_in
from organisations.models import HEAD_KINDS
from tests import slow
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = [slow.WALK, pytest.mark.usefixtures("seeded")]

TIME = Namespace("http://www.w3.org/2006/time#")
DAYS = [
    {},
    {"as_at": "2019-03-15"},  # one chair is certain
    {"as_at": "2019-04-01"},
    {"as_at": "2019-05-01"},
    {"as_at": "2021-07-01"},
]
on_several_days = pytest.mark.parametrize("asked", DAYS, ids=lambda day: day.get("as_at", "today"))


def certainly_held(said: dict, day: str) -> bool:
    """Whether what JSON says of a period held on the day, however little is known of its dates."""
    start, end = said["start_date"], said["end_date"]
    is_only_a_limit = said["start_qualifier"] == "not-before" or said["end_qualifier"] == "by"
    has_begun = end == day if start is None else start == day or start < day[: len(start)]
    goes_on = end is None or said["end_qualifier"] == "not-before"
    return not is_only_a_limit and has_begun and (goes_on or end == day or end > day[: len(end)])


def results(address: str, asked: dict) -> tuple[str, list[dict]]:
    """The day and the rows of a list in JSON."""
    said = read_data(address, asked).said
    assert said["next"] is None
    return said["as_at"], said["results"]


def certain(address: str, asked: dict) -> set[str]:
    """The ids of the records of a list that certainly are in force."""
    day, listed = results(address, asked)
    return {each["id"] for each in listed if certainly_held(each, day)}


def chairs_on_the_page(asked) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """The path of each forum or organisation with that of its chair, as far as is certain: where
    both the body and the seat or post were there, with "" for nobody; and wherever somebody was."""
    _, listed = results("/chairs.json", asked)
    there = certain("/forums.json", asked) | certain("/organisations.json", asked)
    rows, held = set(), set()
    for each in listed:
        body = (each.get("forum") or each["organisation"])["id"]
        holding = each.get("seat") or each["post"]
        people = {
            (path(body), path(holder["person"]["id"]))
            for holder in holding["holders"]
            if holder["in_force"]
        }
        held |= people
        if body in there and holding["in_force"]:
            rows |= people or {(path(body), "")}
    return rows, held


def path(address: str | None) -> str:
    return urlsplit(address or "").path


@on_several_days
def test_every_format_has_the_chairs_of_the_page(asked):
    rows, held = chairs_on_the_page(asked)
    assert (len(held) >= 2) == (asked.get("as_at") not in ("2019-03-15", "2019-04-01"))

    view = opened.sqlite(**asked).execute("SELECT id, person_id FROM who_chairs_what")
    assert {(path(of), path(person)) for of, person in view} == rows

    heads = {"chair", *(kind.label for kind in HEAD_KINDS)}
    popolo = opened.popolo(**asked)
    assert {
        (path(each.organization.id), path(each.person.id))
        for each in popolo.memberships
        if each.role in heads
    } == held

    graph = opened.org(**asked)
    roles = {role for role, _, label in graph.triples((None, SKOS.prefLabel, None))
             if (role, RDF.type, ORG.Role) in graph and str(label) in heads}  # fmt: skip
    assert {
        (path(graph.value(each, ORG.organization)), path(graph.value(each, ORG.member)))
        for each in graph.subjects(RDF.type, ORG.Membership)
        if graph.value(each, ORG.role) in roles
    } == held

    tables = opened.csv_tables(**asked)
    forums = {row["id"]: row["forum_id"] for row in tables["seats"] if row["role"] == "chair"}
    posts = {
        row["id"]: row["organisation_id"]
        for row in tables["posts"]
        if row["kind"] in {kind.value for kind in HEAD_KINDS}
    }
    found = {
        (path(forums[row["seat_id"]]), path(row["person_id"]))
        for row in tables["memberships"]
        if row["seat_id"] in forums and row["in_force"]
    } | {
        (path(posts[row["post_id"]]), path(row["person_id"]))
        for row in tables["appointments"]
        if row["post_id"] in posts and row["in_force"]
    }
    assert found == held


@pytest.mark.parametrize("asked", [{}, {"as_at": "2019-05-01"}], ids=["today", "2019-05-01"])
def test_the_members_of_every_forum_are_those_on_its_page(asked):
    database = opened.sqlite(**asked)
    popolo = opened.popolo(**asked)
    forums = [row["id"] for row in database.execute("SELECT id FROM forums WHERE in_force")]
    assert len(forums) > 40

    for forum in forums:
        said = read_data(address_in(path(forum), "json"), asked).said
        members = [
            path(each["person"]["id"])
            for seat in said["seats"]
            for each in seat["holders"]
            if each["in_force"]
        ]
        found = [each for each in popolo.memberships if each.organization_id == forum]
        assert sorted(path(each.person_id) for each in found) == sorted(members)
        sitting = database.execute(
            "SELECT person_id FROM who_sits_where WHERE forum_id = ? AND person", (forum,)
        )
        assert {path(person) for (person,) in sitting} <= set(members)
        # And each can be found on the page by its id.
        tree = read(path(forum), asked).tree
        ids = {element.get("id") for element in tree.iter() if element.get("id")}
        seats = database.execute("SELECT id FROM seats WHERE forum_id = ? AND in_force", (forum,))
        assert {urlsplit(seat).fragment for (seat,) in seats} <= ids
        assert {urlsplit(each.data["id"]).fragment for each in found} <= ids


def holders_on_pages(day: str) -> set[tuple]:
    """What the pages of all forums and organisations say of a day: the page, the seat or post, the
    person, and whether they hold it."""
    found, database = set(), opened.sqlite(periods="all")
    for table, held in (("forums", "seats"), ("organisations", "posts")):
        for (body,) in database.execute(f"SELECT id FROM {table}"):
            said = read_data(address_in(path(body), "json"), {"as_at": day}).said
            found |= {
                (path(body), each["title"], path(holder["person"]["id"]), holder["in_force"])
                for each in said[held]
                for holder in each["holders"]
            }
    return found


@pytest.mark.parametrize("day", ["2019-04-15", "2019-05-08", "2020-03-15", "2021-06-15"])
def test_a_file_says_of_each_holder_what_the_page_says(day):
    """On these days somebody certainly holds something, and somebody began or left some time in the
    month."""
    database, in_file, openly = opened.sqlite(as_at=day), set(), set()
    for held, owner, tenures, key in (
        ("seats", "forum_id", "memberships", "seat_id"),
        ("posts", "organisation_id", "appointments", "post_id"),
    ):
        for row in database.execute(
            f"SELECT {tenures}.*, {owner} AS body, title FROM {tenures} "
            f"JOIN {held} ON {held}.id = {key} WHERE {tenures}.in_force IS NOT 0"
        ):
            truth = None if row["in_force"] is None else True
            said = (path(row["body"]), row["title"], path(row["person_id"]), truth)
            in_file.add(said)
            # The page tells elsewhere of those who may have held it on any day before.
            if truth is None and (row["start_date"] is None or row["start_qualifier"] == "by"):
                openly.add(said)
    page = holders_on_pages(day)

    assert {True, None} == {in_force for *_, in_force in page}
    assert page - in_file == set()
    assert in_file - page - openly == set()


@on_several_days
def test_the_formats_have_as_many_of_each_as_each_other_and_as_the_lists(asked):
    database = opened.sqlite(**asked)
    tables = opened.csv_tables(**asked)
    popolo = opened.popolo(**asked)
    graph = opened.org(**asked)

    def counted(table: str, where: str = "1") -> int:
        return database.execute(f'SELECT count(*) FROM "{table}" WHERE {where}').fetchone()[0]

    for table, rows in tables.items():
        assert counted(table) == len(rows), table
    both = counted("organisations") + counted("forums")
    known = "in_force IS NOT NULL"
    held = counted("appointments", known) + counted("memberships", known)
    assert len(popolo.persons) == counted("people")
    assert len(popolo.organizations) == both
    assert len(popolo.posts) == counted("posts") + counted("seats")
    assert len(popolo.memberships) == held
    assert len(popolo.areas) == counted("places")
    assert len(set(graph.subjects(ORG.postIn))) == len(popolo.posts)
    assert len(set(graph.subjects(RDF.type, ORG.Membership))) == held
    assert len(set(graph.subjects(ORG.classification))) == both

    for table in ("forums", "organisations"):
        listed = database.execute(f"SELECT id FROM {table} WHERE in_force")
        assert {of for (of,) in listed} == certain(f"/{table}.json", asked)
    assert counted("people") == read_data("/people.json", asked).said["count"]


@pytest.mark.parametrize("asked", [*DAYS, {"periods": "all"}])
def test_every_reference_in_a_file_leads_to_a_record(asked):
    database = opened.sqlite(**asked)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"

    popolo = opened.popolo(**asked)
    for each in popolo.memberships:
        assert each.person.name
        assert each.organization.name
        assert each.post.organization_id == each.organization_id
        if each.on_behalf_of_id:
            assert each.on_behalf_of.name
    areas = {area.id for area in popolo.areas}
    for organization in popolo.organizations:
        assert organization.data.get("area_id") in {None, *areas}

    graph = opened.org(**asked)
    for name in (ORG.member, ORG.organization, ORG.postIn, ORG.role, ORG.heldBy, ORG.reportsTo,
                 ORG.linkedTo, ORG.memberOf, ORG.subOrganizationOf):  # fmt: skip
        for target in set(graph.objects(None, name)):
            assert (target, RDF.type, None) in graph, (name, target)


def test_a_start_known_as_a_limit_is_claimed_by_no_format():
    asked = {"as_at": "2019-02-15"}
    he = "person_name = 'Charles Waddicor'"
    [row] = opened.sqlite(**asked).execute(f"SELECT * FROM appointments WHERE {he}")
    assert (row["start_date"], row["start_precision"], row["start_qualifier"]) == (
        "2019-02",
        "month",
        "by",
    )
    assert row["in_force"] is None
    in_csv = opened.csv_tables(**asked)["appointments"]
    assert [each["in_force"] for each in in_csv if each["id"] == row["id"]] == [None]
    assert row["id"] not in {each.data["id"] for each in opened.popolo(**asked).memberships}
    assert (URIRef(row["id"]), None, None) not in opened.org(**asked)

    # With all periods his is there, and has no first day.
    [his] = [
        each for each in opened.popolo(periods="all").memberships if each.data["id"] == row["id"]
    ]
    assert "start_date" not in his.data
    assert his.data["start_by"] == "2019-02"
    assert his.data["end_date"] == "2019-03-31"
    graph = opened.org(periods="all")
    [interval] = graph.objects(URIRef(row["id"]), ORG.memberDuring)
    assert graph.value(interval, TIME.hasBeginning) is None
    ends = graph.value(graph.value(interval, TIME.hasEnd), TIME.inXSDDate)
    assert ends == Literal("2019-03-31", datatype=XSD.date)


@on_several_days
def test_org_says_of_what_was_only_foreseen_that_it_was(asked):
    database = opened.sqlite(**asked)
    graph = opened.org(**asked)
    foreseen = "in_force AND (start_foreseen OR end_foreseen)"

    def ids(*tables: str) -> set[str]:
        rows = [database.execute(f"SELECT id FROM {table} WHERE {foreseen}") for table in tables]
        return {key for some in rows for (key,) in some}

    commented = {str(node) for node in graph.subjects(RDFS.comment)}
    held = ids("appointments", "memberships")
    assert held <= commented
    known = {str(node) for node in graph.subjects(RDF.type, ORG.Membership)} - held
    assert known.isdisjoint(commented)
    assert ids("forums", "organisations", "posts", "seats") <= commented
    links = ids("relationships", "reporting_lines", "member_organisations")
    [about] = graph.objects(URIRef("http://localhost/data/"), DCTERMS.description)
    assert f"the start or the end of {len(held)} that are here" in about
    assert f"So it is with {len(links)} links" in about


@on_several_days
def test_popolo_and_org_say_how_many_perhaps_held_and_are_left_out(asked):
    database = opened.sqlite(**asked)
    perhaps = {
        each
        for table in ("appointments", "memberships")
        for (each,) in database.execute(f"SELECT id FROM {table} WHERE in_force IS NULL")
    }
    assert bool(perhaps) == (asked.get("as_at", "today") < "2022")

    popolo = opened.popolo(**asked)
    assert popolo.json_data["meta"]["memberships_that_perhaps_held_left_out"] == len(perhaps)
    assert perhaps.isdisjoint(each.data["id"] for each in popolo.memberships)
    graph = opened.org(**asked)
    [about] = graph.objects(URIRef("http://localhost/data/"), DCTERMS.description)
    assert f"Left out are {len(perhaps)} memberships" in about
    assert perhaps.isdisjoint(str(each) for each in graph.subjects(RDF.type, ORG.Membership))


def test_a_start_known_to_the_month_is_told_to_the_month():
    [his] = [
        each
        for each in opened.popolo(as_at="2019-05-01").memberships
        if each.person.name == "David Nicholson"
        and each.post.label == "Chair"
        and each.organization.name == "ICS Executive"
    ]

    assert his.data["start_date"] == "2019-04"
    assert "start_by" not in his.data
    [row] = [
        row
        for row in opened.csv_tables(as_at="2019-05-01")["memberships"]
        if row["id"] == his.data["id"]
    ]
    assert (row["start_date"], row["start_precision"], row["start_qualifier"]) == (
        "2019-04",
        "month",
        "on",
    )


def test_who_fills_a_seat_by_holding_a_post_is_a_member_too():
    popolo = opened.popolo()
    [chair] = [
        each
        for each in popolo.memberships
        if each.organization.name == "One Herefordshire Alliance" and each.role == "chair"
    ]

    assert chair.person.name == "Paul Smith"
    assert chair.on_behalf_of_id is None  # no source says that a chair speaks for their employer
    assert chair.data["basis"] == "interim"


# Popolo, as its published JSON schemas have it

DATE = re.compile("[0-9]{4}(-[0-9]{2}){0,2}")


def is_text(value) -> bool:
    return isinstance(value, str) and value != ""


def is_date(value) -> bool:
    return is_text(value) and DATE.fullmatch(value) is not None


def is_address(value) -> bool:
    return is_text(value) and urlsplit(value).scheme in ("http", "https")


def is_list_of(rules):
    return lambda values: isinstance(values, list) and all(fits(each, rules) for each in values)


def is_a(rules):
    return lambda value: fits(value, rules)


def fits(item, rules: dict) -> bool:
    """Whether an item has what its schema requires, and nothing that the schema would refuse."""
    return isinstance(item, dict) and all(
        rules[name](item[name]) if name in item else name not in rules["required"]
        for name in rules
        if name != "required"
    )


LINK = {"required": {"url"}, "url": is_address, "note": is_text}
IDENTIFIER = {"required": {"identifier"}, "identifier": is_text, "scheme": is_text}
OTHER_NAME = {
    "required": {"name"},
    "name": is_text,
    "note": is_text,
    "start_date": is_date,
    "end_date": is_date,
}
COMMON = {"required": {"id", "sources"}, "id": is_address, "sources": is_list_of(LINK)}
NAMED = {**COMMON, "name": is_text, "other_names": is_list_of(OTHER_NAME)}
HELD = {**COMMON, "label": is_text, "role": is_text, "start_date": is_date, "end_date": is_date}
# The schemas require next to nothing. What each is worth nothing without is required here too.
POPOLO = {
    "persons": {**NAMED, "honorific_prefix": is_text, "sort_name": is_text},
    "organizations": {
        **NAMED,
        "identifiers": is_list_of(IDENTIFIER),
        "classification": is_text,
        "parent_id": is_address,
        "area_id": is_address,
        "founding_date": is_date,
        "dissolution_date": is_date,
        "links": is_list_of(LINK),
    },
    "posts": {**HELD, "required": {"id", "label", "organization_id", "sources"},
              "organization_id": is_address},
    "memberships": {
        **HELD,
        "required": {"id", "organization_id", "post_id", "sources"},
        "person_id": is_address,
        "person": is_a({"required": {"name"}, "name": is_text}),
        "organization_id": is_address,
        "post_id": is_address,
        "on_behalf_of_id": is_address,
    },
    "areas": {**COMMON, "name": is_text, "classification": is_text, "parent_id": is_address},
}  # fmt: skip


@pytest.mark.parametrize("asked", [*DAYS, {"periods": "all"}])
def test_every_item_keeps_the_rules_of_the_popolo_schemas(asked):
    data = opened.popolo(**asked).json_data
    # On a day on which nobody certainly holds anything there are no memberships.
    held = asked.get("as_at") != "2019-03-15"

    assert set(data) == {"meta", *POPOLO}
    for collection, rules in POPOLO.items():
        assert data[collection] or (collection == "memberships" and not held), collection
        assert [item for item in data[collection] if not fits(item, rules)] == []
        ids = [item["id"] for item in data[collection]]
        assert len(ids) == len(set(ids))
