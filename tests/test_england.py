"""The made-up national register for measuring speed keeps every rule, and is always the same."""

import csv
import datetime
import io
import random
import re
from collections import Counter

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench.england import bodies
from bench.england.building import build
from bench.england.command import Command
from forums.changes import Between, first_keys, keys_between
from forums.models import Forum, Membership, Seat, SeatRole
from forums.recent_edits import edit_rows, first_edit_rows
from organisations.models import Organisation, Place, PlaceLevel, Post
from people.models import Appointment, Basis, Person
from records.history import Nature, Recorded
from records.models import Document
from records.periods import Precision
from tests import slow
from tests.admin_pages import address
from tests.builders import make_forum
from tests.standing import changes_undone, standing
from tests.stepping import signed_in

pytestmark = slow.ENGLAND

SCALE = 0.01
RECORDED = [model for model in apps.get_models() if issubclass(model, Recorded)]
client = Client(headers={"host": "localhost"})


@pytest.fixture(scope="module")
def standing_england(django_db_setup, django_db_blocker):
    with standing(django_db_blocker):
        build(scale=SCALE)
        yield


@pytest.fixture
def england(standing_england):
    with changes_undone():
        yield


def whole_register() -> dict[str, list]:
    models = [each for model in RECORDED for each in (model, model.history.model)]
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list())
        for model in models
    }


def test_it_is_as_large_as_was_asked(england):
    assert Forum.objects.count() == 200
    assert Person.objects.count() == 600
    assert Membership.objects.count() == 3_000
    assert sum(model.history.count() for model in RECORDED) == 9_000
    assert Place.objects.filter(level=PlaceLevel.SYSTEM).count() == 2
    assert 80 < Organisation.objects.count() < 150


def test_it_is_the_same_on_every_run(england):
    first = whole_register()
    with transaction.atomic():
        for model in RECORDED:
            model.history.all().delete()
        with connection.constraint_checks_disabled(), connection.cursor() as cursor:
            for model in RECORDED:
                cursor.execute(f"DELETE FROM {model._meta.db_table}")
        build(scale=SCALE)
    second = whole_register()

    assert {label: len(rows) for label, rows in second.items() if rows != first[label]} == {}


def test_its_records_are_such_as_a_form_would_take(england):
    for model in RECORDED:
        records = list(model.objects.order_by("pk"))
        assert records, model
        for record in random.Random(1).sample(records, min(len(records), 120)):
            before = {field.attname: getattr(record, field.attname) for field in model._meta.fields}
            record.full_clean()
            record.prepare()
            assert {name: getattr(record, name) for name in before} == before


def test_the_history_ends_with_each_record_as_it_is_and_is_in_order(england):
    for model in RECORDED:
        rows = {}
        for row in model.history.order_by("history_id"):
            rows.setdefault(row.id, []).append(row)
        records = model.objects.in_bulk()
        assert rows.keys() == records.keys(), model
        for key, versions in rows.items():
            assert [row.history_type for row in versions] == ["+", *["~"] * (len(versions) - 1)]
            moments = [row.history_date for row in versions]
            assert moments == sorted(set(moments))
            for field in model.history.model.tracked_fields:
                assert getattr(versions[-1], field.attname) == getattr(records[key], field.attname)
            for row in versions:
                assert row.history_nature in Nature.values
                assert row.history_batch and row.history_change_reason and row.history_user_id


def test_every_history_row_changes_something(england):
    for model in RECORDED:
        names = [field.attname for field in model.history.model.tracked_fields]
        last = {}
        for key, *values in model.history.order_by("history_id").values_list("id", *names):
            assert last.get(key) != values
            last[key] = values


def test_what_was_written_on_a_day_names_only_what_was_there_by_then(england):
    for model in RECORDED:
        for field in model._meta.concrete_fields:
            if not field.is_relation or not issubclass(field.related_model, Recorded):
                continue
            known = dict(
                field.related_model.history.filter(history_type="+").values_list(
                    "id", "history_date"
                )
            )
            named = model.history.exclude(**{field.attname: None})
            early = [
                (key, at)
                for key, at in named.values_list(field.attname, "history_date")
                if at < known[key]
            ]
            assert early == [], (model, field.name)


def test_the_next_record_finds_a_key_of_its_own(england):
    forum = make_forum()
    assert forum.history.count() == 1


def test_it_has_the_cases_that_pages_are_made_for(england):
    bases = Counter(Membership.objects.values_list("basis", flat=True))
    assert min(bases[basis] for basis in Basis) > 5
    precisions = Counter(Membership.objects.values_list("start_precision", flat=True))
    assert min(precisions[each] for each in Precision) > 50
    chairs = Seat.objects.filter(role=SeatRole.CHAIR, end_date=None)
    assert chairs.filter(ex_officio_post__isnull=False).count() > 10
    vacant = [seat for seat in chairs if not seat.memberships.filter(end_date=None).exists()]
    assert len(vacant) > 10
    assert Person.objects.filter(withheld=True).exists()
    assert Person.objects.filter(merged_into__isnull=False).exists()
    assert Organisation.objects.filter(end_date__isnull=False).exists()
    assert Forum.objects.filter(end_date__isnull=False).count() > 5
    assert Membership.objects.filter(end_date__isnull=False).count() > 1_000


def every_page() -> list[str]:
    chosen = {
        "forum": Forum.objects.filter(end_date=None).order_by("slug")[:3],
        "organisation": Organisation.objects.order_by("slug")[:3],
        "person": Person.objects.filter(merged_into=None, withheld=False).order_by("slug")[:3],
        "document": Document.objects.order_by("slug")[:2],
    }
    pages = [reverse(name, args=[each.slug]) for name, every in chosen.items() for each in every]
    forum = chosen["forum"][0].get_absolute_url()
    pages += [f"{forum}{part}/" for part in ("quoracy", "terms", "attendance", "calendar")]
    lists = ["chairs", "concentration", "forums", "organisations", "people", "representation"]
    lists += ["changes", "recorded", "structure", "documents", "data", "calendar", "home"]
    return [*pages, *map(reverse, lists), "/search/?q=board", "/search/?q=sian"]


@pytest.mark.parametrize("parameters", [{}, {"as_at": "2020-05-01"}, {"recorded": "2021-06-01"}])
def test_every_page_opens_on_it_within_its_queries(england, parameters):
    for page in every_page():
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page, query_params=parameters if "?" not in page else None)
        assert answer.status_code in ((200, 404) if "recorded" in parameters else (200,)), page
        # Ten queries, one more where a seat or post has earlier terms, one where a forum has and
        # one for names on another day. Reading the past takes four more on every page, and what
        # became of such terms two on a page of changes.
        most = 17 if "recorded" in parameters else 13 if "as_at" in parameters else 12
        assert len(queries) <= most, page


@pytest.mark.parametrize("most", [7, 200, 2_000])
@pytest.mark.parametrize("until", [None, datetime.datetime(2020, 5, 1, tzinfo=datetime.UTC)])
def test_the_first_edits_are_the_first_of_all_edits(england, most, until):
    assert first_edit_rows(None, until, most=most) == list(edit_rows(None, until)[:most])
    later = first_edit_rows(None, until, most=most, before=most // 2)
    assert later == list(edit_rows(None, until)[most // 2 : most])


@pytest.mark.parametrize("most", [3, 40, 300])
@pytest.mark.parametrize(
    ("first", "last"),
    [("2024-11-26", "2025-11-25"), ("2019-04-01", "2019-04-01"), ("1900-01-01", "2199-12-31")],
)
def test_the_first_changes_are_the_first_of_all_changes(england, first, last, most):
    days = Between(datetime.date.fromisoformat(first), datetime.date.fromisoformat(last))
    assert first_keys(days, most=most) == list(keys_between(days))[:most]
    later = first_keys(days, most=most, before=most // 2)
    assert later == list(keys_between(days))[most // 2 : most]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="others go by what the tables hold")
def test_no_page_of_changes_reads_the_whole_of_a_table(england):
    forum = Forum.objects.filter(end_date=None).first()
    organisation = Organisation.objects.first()
    person = Person.objects.filter(merged_into=None, withheld=False).first()
    each = [("forum", forum), ("organisation", organisation), ("person", person)]
    addresses = ["/changes/", "/changes.atom", "/changes/recorded/", "/changes/recorded.atom"]
    addresses += [f"/changes/?{kind}={record.slug}" for kind, record in each]
    addresses += [f"{record.get_absolute_url()}changes.atom" for _, record in each]
    for address_of_page in addresses:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address_of_page).status_code == 200
        asked = [query["sql"] for query in queries if query["sql"].startswith("SELECT")]
        assert asked
        # The query for the first row of all, by its key, reads no other row.
        first = 'ORDER BY "records_historicaldocument"."history_id" ASC LIMIT 1'
        asked = [sql for sql in asked if not sql.endswith(first)]
        for sql in asked:
            with connection.cursor() as cursor:
                steps = [step for *_, step in cursor.execute(f"EXPLAIN QUERY PLAN {sql}")]
            # A scan by date, latest first, stops when the page is full.
            scans = [step for step in steps if step.startswith("SCAN") and "_date_" not in step]
            assert scans == [], address_of_page


@pytest.mark.parametrize("model", [Forum, Membership, Appointment, Organisation, Person, Post])
def test_the_admin_works_on_it(england, model):
    staff = signed_in()
    record = model.objects.order_by("-pk").first()
    assert staff.get(address(model, "changelist")).status_code == 200
    for page in ("change", "history"):
        assert staff.get(address(model, page, record.pk)).status_code == 200


def test_a_register_that_holds_anything_is_left_alone(db, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "the one that is tested on")
    make_forum()
    before = whole_register()

    with pytest.raises(CommandError, match="already, so nothing was written"):
        call_command(Command(), scale=SCALE)

    assert whole_register() == before


def test_a_register_whose_records_were_all_removed_is_left_alone(db, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "the one that is tested on")
    make_forum()
    for model in (Forum, Document):
        model.objects.get().delete()

    with pytest.raises(CommandError, match="already"):
        call_command(Command(), scale=SCALE)


def test_the_command_refuses_to_run_when_no_database_is_named(db, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(CommandError, match="make england"):
        call_command(Command(), scale=SCALE)


@pytest.mark.parametrize("scale", [0, 2, -1])
def test_an_impossible_size_is_refused(db, monkeypatch, scale):
    with pytest.raises(CommandError, match="too small or too large"):
        call_command(Command(), scale=scale)


def test_it_tells_how_far_it_is_and_what_it_wrote(db, monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "the one that is tested on")
    said, shown = io.StringIO(), io.StringIO()
    call_command(Command(), scale=SCALE, reference_data=tmp_path, stdout=said, stderr=shown)

    assert re.search(r"^ +9,000  rows of history$", said.getvalue(), re.MULTILINE)
    assert "from: Made-up list of organisations" in said.getvalue()
    assert "[##############################] 100%" in shown.getvalue()


def test_the_reference_files_supply_the_organisations(db, tmp_path):
    write_reference_files(tmp_path)
    england = bodies.read_england(tmp_path)

    assert england.systems == [("Wye and Severn", "QGH", "Midlands")]
    named = {body.name: body for body in england.bodies}
    assert set(named) == {
        "Wye Hospitals NHS Foundation Trust",
        "NHS Wye CCG",
        "NHS Wye and Severn ICB - 18C",
        "Wye’s PCN".replace("’", "'"),
        "The Surgery",
        "Wyeshire County Council",
        "Healthwatch Wyeshire",
        "Teme District Council",
    }
    network = named["Wye's PCN"]
    assert (network.former, network.closed) == ("Wye PCN", None)
    assert [code for code, _, _ in named["The Surgery"].networks] == ["U1"]
    assert named["NHS Wye CCG"].closed.isoformat() == "2022-06-30"
    assert named["Teme District Council"].place == "Wyeshire"


def write_reference_files(folder) -> None:
    def write(name: str, *rows: list[str]) -> None:
        with (folder / name).open("w", newline="") as opened:
            csv.writer(opened).writerows(rows)

    write(
        "icb_names_codes_dec_2024.csv",
        ["ICB24CD", "ICB24CDH", "ICB24NM"],
        ["E1", "QGH", "NHS Wye and Severn Integrated Care Board"],
    )
    trust = ["R1", "WYE HOSPITALS NHS FOUNDATION TRUST", "Y60", "QGH", *[""] * 6, "20170401", ""]
    write("etr_2022-03.csv", trust)
    write("etr_2025-12.csv", trust)
    ccg = ["18C", "NHS WYE AND SEVERN ICB - 18C", "Y60", "QGH", *[""] * 6, "20200401", ""]
    write("eccg_2025-12.csv", ccg)
    network = ["pcn_code", "pcn_name", "commissioner_code", "commissioner_name"]
    network += ["open_date", "close_date"]
    for year, name in (
        ("2019-12-04", "WYE PCN"),
        ("2022-04-27", "WYE PCN"),
        ("2025-01-20", "WYE'S PCN"),
    ):
        row = ["U1", name, "18C", "NHS WYE CCG", "20191001", ""]
        write(f"epcn_details_{year}.csv", network, row)
    partner = ["practice_code", "practice_name", "pcn_code", "rel_start", "rel_end"]
    for year in ("2019-12-04", "2022-04-27", "2025-01-20"):
        row = ["M1", "THE SURGERY", "U1", "20191001", ""]
        write(f"epcn_core_partners_{year}.csv", partner, row)
    council = ["local-authority-code", "official-name", "nice-name", "nation", "region"]
    council += ["local-authority-type-name", "county-la", "current-authority"]
    county = ["WYE", "Wyeshire County Council", "Wyeshire", "England", "West Midlands"]
    district = ["TEM", "Teme District Council", "Teme", "England", "West Midlands"]
    write(
        "uk_local_authorities_future.csv",
        council,
        [*county, "County", "", "True"],
        [*district, "Non-metropolitan district", "WYE", "True"],
    )
