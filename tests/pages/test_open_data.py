"""The files of open data, and the pages about them."""

import datetime
import io
import json
import re
import threading
import zipfile

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rdflib.namespace import FOAF, ORG, RDF, SKOS

from ics_register.management.commands import export_data
from ics_register.open_data import export
from ics_register.open_data.export import one_moment
from ics_register.open_data.tables import TABLES
from organisations.models import Organisation, PostKind, RelationshipKind
from people.identity import withhold_person
from records.history import Nature, writing
from tests import slow
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_distinction,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_person_name,
    make_post,
    make_relationship,
    make_reporting_line,
    make_seat,
)
from tests.pages import opened
from tests.pages.reading import REFUSED, read

every_file = pytest.mark.parametrize("name", opened.FILES)
client = Client(headers={"host": "localhost"})


def answered(name: str, **asked):
    """The response with a file, read to its end, which closes it."""
    response = client.get(f"/data/{name}", asked)
    assert b"".join(response.streaming_content)
    return response


@every_file
def test_any_proxy_and_any_other_site_may_have_it(cast, name):
    response = answered(name)

    assert response.status_code == 200
    assert "public" in response.headers["Cache-Control"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    assert "cookie" not in response.headers.get("Vary", "").lower()
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert int(response.headers["Content-Length"]) > 1_000


@every_file
def test_it_can_be_taken_but_not_written_to(cast, name):
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})

    response = strict.head(f"/data/{name}")
    assert (response.status_code, b"".join(response.streaming_content)) == (200, b"")
    for method in (strict.post, strict.put, strict.patch, strict.delete):
        assert method(f"/data/{name}").status_code == 405


@every_file
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"as_at": "2019-02-30"}, "as_at=2019-05-01"),
        ({"as_at": "9999-12-31"}, "from 1800 to 2199"),
        ({"recorded": "1999-01-01"}, "recorded"),
        ({"periods": "some"}, "periods=all"),
        ({"periods": "x" * 10_000}, "periods=all"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(cast, quiet, name, asked, told):
    response = client.get(f"/data/{name}", asked)

    assert response.status_code == 400
    said = response.content.decode()
    assert told in said
    assert name.endswith(".json") or REFUSED in said


def test_an_unknown_file_is_not_found(cast, quiet):
    for name in ("popolo.xml", "register.sqlite3.bak", "..%2Fsettings.py", "fields"):
        assert client.get(f"/data/{name}").status_code in (301, 404), name


def test_the_file_is_named_after_its_day(cast):
    def named(**asked) -> str:
        return answered("csv.zip", **asked).headers["Content-Disposition"]

    assert 'filename="register-csv-as-at-2019-05-01.zip"' in named(as_at="2019-05-01")
    assert "-all-periods.zip" in named(periods="all")


@slow.ROWS
def test_the_cost_of_a_file_does_not_grow_with_the_register(cast):
    def cost(**asked) -> list[int]:
        costs = []
        for name in opened.FILES:
            with CaptureQueriesContext(connection) as queries:
                opened.taken(name, **asked)
            costs.append(len(queries))
        return costs

    before = cost(), cost(periods="all")
    for _ in range(20):
        cast.enlarge()

    assert (cost(), cost(periods="all")) == before
    assert max(*before[0], *before[1]) <= 39


def test_a_register_read_in_parts_is_the_same(cast, monkeypatch):
    for _ in range(3):
        cast.enlarge()
    whole = opened.everything_in("csv.zip", periods="all")
    monkeypatch.setattr(export, "AT_ONCE", 2)

    assert opened.everything_in("csv.zip", periods="all") == whole


ODD = 'Siân "Ö" O’Neil, 𝒜lex; <b> & \\ end'
FORMULA = "=cmd|' /C calc'!A1"


@pytest.fixture
def odd(db):
    forum = make_forum(slug="odd", name=FORMULA)
    make_membership(person=make_person(name=ODD), seat=make_chair_seat(forum=forum, title=ODD))


def test_names_come_through_as_they_are(odd):
    popolo = opened.popolo()
    [chair] = popolo.memberships
    assert (chair.person.name, chair.post.label, chair.organization.name) == (ODD, ODD, FORMULA)

    [row] = opened.sqlite().execute("SELECT * FROM who_chairs_what")
    assert (row["person"], row["seat_or_post"], row["forum_or_organisation"]) == (ODD, ODD, FORMULA)

    graph = opened.org()
    [person] = graph.subjects(RDF.type, FOAF.Person)
    assert str(graph.value(person, SKOS.prefLabel)) == ODD

    tables = opened.csv_tables()
    assert [row["person_name"] for row in tables["memberships"]] == [ODD]
    # As everything that is exported for spreadsheets: a formula is not run.
    assert [row["name"] for row in tables["forums"]] == [f"'{FORMULA}"]


def test_an_empty_register_gives_files_that_open(db):
    assert len(opened.popolo().persons) == 0
    assert list(opened.org().subjects(RDF.type, ORG.Membership)) == []
    assert opened.csv_tables()["people"] == []
    assert opened.sqlite().execute("SELECT count(*) FROM who_chairs_what").fetchone()[0] == 0


SECRETS = ["zelda", "quillfeather", "ostrich", "zq-1"]


@pytest.fixture
def withheld(db):
    """A withheld person, who chairs the trust and so its committee, and sits on the board."""
    zelda = make_person(slug="zq-1", honorific="Dame", name="Zelda Quillfeather")
    make_person_name(person=zelda, name="Zelda Ostrich")
    make_distinction(person=zelda, other=make_person(name="Zed Quill"))
    board = make_forum(slug="board", name="Board")
    said = {"quotation": "Dame Zelda joins", "note": "Read from “Quillfeather Z”"}
    make_membership(person=zelda, seat=make_seat(forum=board), **said)
    make_membership(person=zelda, seat=make_chair_seat(forum=board), end_date="2020-03-31", **said)
    post = make_post(organisation=make_organisation(slug="trust"), kind=PostKind.CHAIR)
    make_appointment(person=zelda, post=post, **said)
    make_chair_seat(forum=make_forum(slug="committee"), ex_officio_post=post)
    return zelda


@every_file
@pytest.mark.parametrize("asked", [{}, {"as_at": "2019-06-01"}, {"periods": "all"}])
def test_no_file_names_who_is_withheld(withheld, name, asked):
    before = opened.everything_in(name, **asked).lower()
    assert "quillfeather" in before
    withhold_person(person=withheld)

    after = opened.everything_in(name, **asked).lower()
    assert [secret for secret in SECRETS if secret in after] == []
    assert "name withheld" in after


def test_nothing_shows_that_two_who_are_withheld_are_one(withheld):
    withhold_person(person=withheld)

    popolo = opened.popolo(periods="all")
    assert len(popolo.memberships) == 4
    assert {each.person_id for each in popolo.memberships} == {None}
    assert {each.data["person"]["name"] for each in popolo.memberships} == {"Name withheld"}
    database = opened.sqlite(periods="all")
    for table in ("memberships", "appointments"):
        held = database.execute(f"SELECT person_id, quotation, note FROM {table}")
        assert {tuple(row) for row in held} == {(None, None, None)}
    graph = opened.org(periods="all")
    members = list(graph.objects(None, ORG.member))
    assert len(members) == len(set(members)) == 4


@pytest.mark.django_db(transaction=True)
@every_file
@pytest.mark.parametrize("periods", ["", "all"])
def test_a_file_is_as_it_was_recorded_and_the_next_as_it_is_now(monkeypatch, name, periods):
    """This runs outside a transaction, as a server reads."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now - datetime.timedelta(days=9))
    once = timezone.localdate().isoformat()
    person = make_person(slug="zq-1", name="Zelda Quillfeather")
    make_membership(person=person, seat=make_chair_seat(), note="Zelda joins", quotation="Zelda")
    removed = make_organisation(slug="removed-since")
    monkeypatch.setattr(timezone, "now", lambda: now)
    person.name, person.sort_name = "Zelda Ostrich", "Ostrich, Zelda"
    person.save()
    removed.delete()

    then = opened.everything_in(name, recorded=once, periods=periods)
    assert ("Quillfeather" in then, "Ostrich" in then) == (True, False)
    assert "removed-since" in then
    today = opened.everything_in(name, periods=periods)
    assert ("Quillfeather" in today, "Ostrich" in today) == (False, True)
    assert "removed-since" not in today

    withhold_person(person=person)
    then = opened.everything_in(name, recorded=once, periods=periods).lower()
    assert [secret for secret in SECRETS if secret in then] == []
    assert "name withheld" in then


def test_search_engines_are_led_to_every_page_but_those_of_the_withheld(withheld):
    def addresses() -> str:
        index = client.get("/sitemap.xml")
        assert index.status_code == 200
        maps = re.findall("<loc>http://localhost(.*?)</loc>", index.content.decode())
        return "".join(client.get(each).content.decode() for each in maps)

    assert "/people/zq-1/" in addresses()
    withhold_person(person=withheld)
    assert "/people/zq-1/" not in addresses()
    for page in ("/", "/chairs/", "/representation/", "/forums/board/", "/data/"):
        assert f"<loc>http://localhost{page}</loc>" in addresses()
    robots = client.get("/robots.txt").content.decode()
    assert "Sitemap: http://localhost/sitemap.xml" in robots
    assert "Disallow: /admin/" in robots


def test_the_sqlite_file_has_the_tables_of_the_data_and_no_other(cast):
    editor = get_user_model().objects.create_superuser("edith-editor", password="p" * 20)
    with writing(Nature.CORRECTED, reason="Because Edith says so", user=editor):
        make_organisation(name="Changed by Edith")
    client.force_login(editor)

    database = opened.sqlite()
    tables = {
        name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    assert tables == {table.name for table in TABLES} | {"about", "fields"}
    held = opened.everything_in("register.sqlite3")
    assert "edith-editor" not in held
    assert "Because Edith" not in held
    client.logout()


def test_what_has_ended_is_there_only_where_something_refers_to_it(cast):
    gone = make_organisation(slug="gone", end_date="2020-03-31")
    make_organisation(slug="forgotten", end_date="2020-03-31")
    over = make_forum(slug="over", end_date="2020-03-31")
    seat = make_seat(forum=cast.forum, on_behalf_of=gone)
    make_membership(seat=seat)
    make_reporting_line(from_forum=cast.forum, to_forum=over)

    def slugs(**asked):
        database = opened.sqlite(**asked)
        return {
            (slug, bool(in_force))
            for table in ("organisations", "forums")
            for slug, in_force in database.execute(f"SELECT slug, in_force FROM {table}")
        }

    today = slugs()
    assert {("gone", False), ("over", False)} <= today
    assert not any(slug == "forgotten" for slug, _ in today)
    assert {("gone", True), ("forgotten", True), ("over", True)} <= slugs(as_at="2020-03-31")
    assert {("gone", False), ("forgotten", False)} <= slugs(periods="all")


def test_a_succession_is_an_event_once_it_surely_has_come(db):
    make_relationship(
        kind=RelationshipKind.SUCCEEDED_BY, start_date="2020-04-01", start_precision="month"
    )

    def events(day: str) -> int:
        return len(set(opened.org(as_at=day).subjects(RDF.type, ORG.ChangeEvent)))

    assert [events(day) for day in ("2020-03-31", "2020-04-29", "2020-04-30")] == [0, 0, 1]


def test_all_periods_has_those_who_were_and_those_who_will_be(db):
    seat = make_chair_seat()
    make_membership(seat=seat, end_date="2020-03-31", person=make_person(name="Was"))
    make_membership(seat=seat, start_date="2150-01-01", person=make_person(name="Will"))

    everybody = opened.sqlite(periods="all").execute(
        "SELECT person_name, in_force FROM memberships ORDER BY start_date"
    )
    assert [tuple(row) for row in everybody] == [("Was", 0), ("Will", 0)]
    assert opened.csv_tables()["memberships"] == []
    assert [each.person.name for each in opened.popolo(as_at="2019-06-01").memberships] == ["Was"]


def test_the_fields_page_tells_of_every_field_and_choice(cast):
    page = read("/data/fields/")
    ids = {element.get("id") for element in page.tree.iter() if element.get("id")}

    for table in TABLES:
        for column in table.columns:
            place = f"{column.group or table.name}-{column.name}"
            assert place in ids
            assert {f"{place}-{value}" for value, _ in column.choices} <= ids
    assert "First day. If only the month" not in page.text  # how to type it in a form
    told = json.loads(client.get("/data/fields.json").content)
    assert [table["name"] for table in told["tables"]] == [table.name for table in TABLES]


def test_the_page_of_data_leads_to_every_file_as_at_its_day(cast):
    page = read("/data/", {"as_at": "2019-05-01"})

    for name in opened.FILES:
        assert f"/data/{name}?as_at=2019-05-01" in page.links()
        assert f"/data/{name}?periods=all&as_at=2019-05-01" in page.links()
    assert read("/data/").data["@type"] == "Dataset"
    told = json.loads(client.get("/data.json").content)
    assert [each["name"] for each in told["files"]] == opened.FILES


def test_the_command_writes_every_file_from_one_gathering(cast, tmp_path):
    call_command("export_data", "--to", str(tmp_path / "new"), "--as-at", "2019-05-01",
                 "--address", "http://localhost/")  # fmt: skip

    for name in opened.FILES:
        content = (tmp_path / "new" / name).read_bytes()
        if name.endswith("json"):
            assert content == opened.taken(name, as_at="2019-05-01")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "new" / "csv.zip").read_bytes())) as zipped:
        assert len(zipped.namelist()) == len(TABLES) + 1


def test_the_command_tells_how_far_it_is(cast, tmp_path, monkeypatch):
    monkeypatch.setattr(export_data, "AT_ONCE", 1)
    log, screen = io.StringIO(), io.StringIO()
    screen.isatty = lambda: True
    for shown in (log, screen):
        call_command("export_data", "--to", str(tmp_path), stderr=shown)

    lines = log.getvalue().splitlines()
    shares = [int(line[33:36]) for line in lines]
    assert shares == sorted(shares)
    assert len({share // 10 for share in shares}) == len(shares)
    assert lines[0].endswith("  0%  reading seats")
    assert any("writing popolo.json, 0 MB" in line for line in lines)
    drawn = screen.getvalue().rstrip("\n").split("\r")[1:]
    assert "\n" not in "".join(drawn)
    assert {len(line) for line in drawn} == {100}
    assert drawn[-1].rstrip() == f"[{'#' * 30}] 100%  done"


def test_the_command_refuses_what_is_no_address(db, tmp_path):
    with pytest.raises(CommandError, match="--address"):
        call_command("export_data", "--to", str(tmp_path), "--address", "register")


@pytest.mark.django_db(transaction=True)
def test_all_is_read_as_of_one_moment_while_others_write():
    make_document(slug="before")

    def add():
        make_organisation(slug="meanwhile", document=make_document(slug="during"))
        connection.close()

    with one_moment():
        assert Organisation.objects.count() == 0
        writer = threading.Thread(target=add)
        writer.start()
        writer.join(timeout=15)
        assert not writer.is_alive()
        assert Organisation.objects.count() == 0
    assert Organisation.objects.count() == 1
    make_organisation(slug="after")  # and writing is as it was
