"""Upgrading a dumped register loses nothing, and gives it the schema of a fresh one."""

import datetime
import functools
import json
import uuid
from types import SimpleNamespace

import pytest
from django.apps import apps

from records.dated import Dated
from records.names import FoldedField
from records.periods import Period
from tests import slow
from tests.upgrades.dumps import DUMPED_ON, Database, dump, empty_database
from tests.upgrades.schemas import differences, of_sqlite_table, schema_of

pytestmark = slow.UPGRADE

# The tables that record migrations and the version of the register.
ITS_OWN = {"django_migrations", "records_registerversion"}
# Columns that are computed from others, and those that stood where others are now.
WORKED_OUT = {"folded", "certain_from", "certain_to", "holder_stated"}
# Columns of forums, and of what belongs to them, that went to terms of reference.
TEXTS = {
    "purpose", "responsibilities", "accountable_for", "authority", "decision_basis",
    "decision_rule", "decision_wording", "quoracy_wording", "quoracy_clauses_say_all",
    "quoracy_also_asks", "membership_wording", "meeting_frequency", "review_frequency",
    "review_date",
}  # fmt: skip
RENAMED = {"quoracy_clauses_say_all": "quoracy_rule_says_all"}
MOVED = {"forum": TEXTS, "escalationstep": {"forum_id"}}
# Tables of clauses, which are rules of terms of reference since.
CLAUSES = {"forums_quoracyclause", "forums_historicalquoracyclause"}
# Tables to which a new model or permission adds rows.
GROWING = {"django_content_type", "auth_permission", "auth_group_permissions"}

# The records whose sources an upgrade gives back, with a row of history each.
GIVEN_BACK = {
    "organisations_organisationname": {
        "Imaginary Community Trust",
        "Imaginary Health and Care Trust",
    },
    "forums_forumname": {"Pretend Working Group"},
    "people_person": {"Finley Fabled"},
}

# Days on which the dumped register was seeded and edited.
RECORDED = ["2026-03-02", "2026-04-14", "2026-06-09", "2026-09-22"]

PAGES = {
    "/": 200,
    "/forums/": 200,
    "/chairs/": 200,
    "/people/": 200,
    "/forums/ics-executive/": 200,
    "/forums/pretend-board/": 200,
    "/organisations/imaginary-trust/": 200,
    "/people/avery-example/": 200,
    "/people/e-mockup/": 301,  # merged into another
    "/people/harper-veiled/": 404,  # withheld
    "/changes/?from=2019-03-01&to=2019-05-01": 200,
    "/data/": 200,
}
READ_ON_DAYS = ["/", "/forums/", "/chairs/", "/forums/ics-executive/", "/people/simon-trickett/"]
PAGES |= {f"{page}?as_at=2019-04-15": 200 for page in READ_ON_DAYS}
PAGES |= {f"{page}?recorded={day}": 200 for page in READ_ON_DAYS for day in RECORDED}
PAGES |= {f"/forums/pretend-board/?recorded={day}": 200 for day in RECORDED[1:]}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """An empty database with today's migrations applied."""
    with empty_database(tmp_path_factory.mktemp("fresh")) as database:
        database.manage("migrate", "-v0")
        yield database


def lost_or_added(table: str, before: list[dict], after: list[dict]) -> list[str]:
    """The rows that a table has lost or gained, in words. New columns are ignored, and a removed
    column is missing in every row."""
    moved = MOVED.get(table.removeprefix("forums_").removeprefix("historical"), set())
    columns = before[0].keys() - WORKED_OUT - moved if before else ()
    was = {words_of(row, columns) for row in before}
    now = {words_of(row, columns) for row in after} if columns else set(map(str, after))
    return [
        *(f"{table} has lost {words}" for words in sorted(was - now)),
        *(f"{table} has gained {words}" for words in sorted(now - was) if table not in GROWING),
    ]


def words_of(row: dict, columns) -> str:
    return ", ".join(f"{name}={row.get(name, 'no such column')!r}" for name in sorted(columns))


def test_a_dump_holds_rows_of_everything_that_the_register_writes(upgraded):
    empty = {table for table, rows in upgraded.before.items() if not rows}
    assert empty == {"axes_accessattemptexpiration", "axes_accessfailurelog", "django_session"}


def test_no_row_is_lost_added_or_changed_but_what_the_upgrade_puts_right(upgraded):
    differing = []
    for table in upgraded.before.keys() - ITS_OWN - CLAUSES:
        before, after = (
            left_alone(table, rows, upgraded) for rows in (upgraded.before, upgraded.after)
        )
        differing += lost_or_added(table, before, after)
        if table not in GROWING:
            assert len(before) == len(after), table
    assert differing == []


def test_terms_of_reference_say_what_their_forum_said_and_have_its_steps(upgraded):
    terms = {row["id"]: row for row in upgraded.after["forums_termsofreference"]}
    said = {
        row["id"]: {name: row[name] for name in TEXTS & row.keys()}
        for row in left_alone("forums_forum", upgraded.before, upgraded)
        if any(row.get(name) not in ("", None) for name in TEXTS)
    }
    assert said
    for key, texts in said.items():
        assert terms[key]["forum_id"] == key
        assert {name: terms[key][RENAMED.get(name, name)] for name in texts} == texts
    for table in ("forums_escalationstep", "forums_historicalescalationstep"):
        was, now = (
            sorted((row.get("history_id", 0), row["id"], row[of]) for row in content[table])
            for content, of in (
                (upgraded.before, "forum_id"),
                ({table: [r for r in upgraded.after[table] if not written(r)]}, "terms_id"),
            )
        )
        assert was and was == now, table


ALL_WAYS = ["remote", "substitute", "deputy", "proxy"]
EVERY_ORGANISATION = {"organisations": "each", "counting": ALL_WAYS}
RULES = {
    "one-herefordshire-health-and-care-partnership": EVERY_ORGANISATION,
    "hipcs": EVERY_ORGANISATION,
    "pretend-board": {
        "all": [
            {"people": 4, "in": "members", "counting": ["remote"]},
            {"organisations": "each", "one_for_several": True, "counting": ["remote"]},
            {"share": [3, 5], "in": "members", "of": "places", "counting": ["remote"]},
        ]
    },
}


def rule_in(row: dict) -> object:
    stored = row["quoracy_rule"]
    return json.loads(stored) if isinstance(stored, str) else stored


def test_rules_of_quoracy_ask_for_what_clauses_asked_for(upgraded):
    slugs = {row["id"]: row["slug"] for row in upgraded.after["forums_forum"]}
    terms = upgraded.after["forums_termsofreference"]
    ruled = [row for row in terms if row["quoracy_rule"] is not None]
    assert {slugs[row["forum_id"]]: rule_in(row) for row in ruled} == RULES
    notes = {slugs[row["forum_id"]]: row["quoracy_note"] for row in ruled}
    clauses = upgraded.before["forums_quoracyclause"]
    assert sum(bool(row["note"]) for row in clauses) == 2
    for row in clauses:
        assert row["note"] in notes[slugs[row["forum_id"]]]


def test_each_change_of_a_clause_is_one_of_its_terms_of_reference(upgraded):
    told = ("history_date", "history_user_id", "history_change_reason", "history_nature")
    table = "forums_historicaltermsofreference"
    rows = sorted(upgraded.after[table], key=lambda row: row["history_id"])
    changes = {(row["id"], *(row[name] for name in told)): row for row in rows}
    edits = [
        row
        for row in upgraded.before["forums_historicalquoracyclause"]
        if row["history_nature"] != "seeded"
    ]
    assert len(edits) > 8
    for row in edits:
        change = changes[row["forum_id"], *(row[name] for name in told)]
        assert change["history_batch"] == row["history_batch"]
    # Histories are read in the order of their keys.
    latest: dict[int, dict] = {}
    for row in rows:
        # Seeded rules are there from the first row on.
        if row["history_nature"] == "seeded" and row["quoracy_wording"]:
            assert rule_in(row) == EVERY_ORGANISATION
        before = latest.get(row["id"], row)
        assert str(before["history_date"]) <= str(row["history_date"])
        latest[row["id"]] = row
    for row in upgraded.after["forums_termsofreference"]:
        assert rule_in(latest[row["id"]]) == rule_in(row)


def written(row: dict) -> bool:
    """Whether the upgrade wrote a row of history."""
    return row.get("history_nature") == "upgraded"


def left_alone(table: str, content: dict[str, list[dict]], upgraded) -> list[dict]:
    """The rows of a table that the upgrade neither changed nor wrote."""
    rows = content.get(table, [])
    if table in GROWING | {"auth_user_user_permissions"}:
        gone = {
            row["id"]
            for row in upgraded.before["auth_permission"]
            if row["codename"].endswith("quoracyclause")
        }
        key = "id" if table == "auth_permission" else "permission_id"
        return [row for row in rows if row.get(key) not in gone]
    if "_historical" in table:
        return [row for row in rows if row["history_nature"] != "upgraded"]
    changed = {row["id"] for row in put_right(table, upgraded)}
    return [row for row in rows if row.get("id") not in changed]


def put_right(table: str, upgraded, reason: str = "") -> list[dict]:
    """The rows of history that the upgrade wrote of the records of a table, for a reason that
    begins with these words."""
    return [
        row
        for row in upgraded.after.get(table.replace("_", "_historical", 1), [])
        if row.get("history_nature") == "upgraded"
        and row["history_change_reason"].startswith(reason)
    ]


def as_now(written: list[dict], table: str, upgraded) -> bool:
    """Whether the records of rows of history are as those rows have them."""
    by_key = {row["id"]: row for row in upgraded.after[table]}
    return all(by_key[row["id"]].items() <= row.items() for row in written)


def test_sources_are_given_back_with_their_history(upgraded):
    for table, names in GIVEN_BACK.items():
        written = put_right(table, upgraded, "A former name rests")
        assert sorted(row["name"] for row in written) == sorted(names)


def test_days_of_typing_are_taken_back_with_their_history(upgraded):
    number = 0
    for table in [table for table in upgraded.after if "_historical" not in table]:
        written = put_right(table, upgraded, "What is known is known as of the day")
        if not written:
            continue
        assert as_now(written, table, upgraded), table
        if table == "records_document":
            assert all(row["as_of"] for row in written)
        elif table == "forums_termsofreference":
            # Somebody confirmed one of them, which lost the days of its clauses alone.
            assert sum(bool(row["confirmed_on"]) for row in written) == 1
        else:
            assert not any(row["confirmed_on"] for row in written), table
        number += len(written)
    # Three are of vacancies and fifteen of terms of reference, which have the past of the seats and
    # forums that said so.
    assert number == 180
    # Somebody confirmed the rest by hand, as of the day of which the minutes spoke.
    confirmed = {
        str(row["confirmed_on"])
        for table, rows in upgraded.after.items()
        if "_historical" not in table
        for row in rows
        if row.get("confirmed_on")
    }
    assert {day for day in confirmed if day > "2026"} == {"2026-05-01"}


def test_all_that_an_upgrade_puts_right_is_one_batch_and_is_listed_record_by_record(upgraded):
    written = [
        (table, row)
        for table, rows in upgraded.after.items()
        if "_historical" in table
        for row in rows
        if row["history_nature"] == "upgraded"
    ]
    [batch] = {str(uuid.UUID(str(row["history_batch"]))) for _, row in written}

    listed = upgraded.database.manage("list_upgraded").splitlines()

    heading = listed[0]
    assert f"/admin/together/{batch}/ Records: {len(written)}." in heading
    for table, row in written:
        kind = apps.get_model(*table.replace("_historical", " ").split())._meta.verbose_name
        assert any(line.startswith(f"    {kind} {row['id']}, ") for line in listed), (table, row)
    assert sum(line.startswith("    ") for line in listed) == len(written)


def test_names_are_folded_as_they_are_today_in_records_and_in_their_history(upgraded):
    seen = 0
    for model in apps.get_models():
        fields = [f for f in model._meta.concrete_fields if isinstance(f, FoldedField)]
        for row in upgraded.database.rows(model._meta.db_table) if fields else ():
            for field in fields:
                assert row[field.column] == field.folded_from(row[each] for each in field.sources)
                seen += row[field.column] != ""
    assert seen > 800


def test_records_and_their_history_have_the_four_days_that_follow_from_their_dates(upgraded):
    seen = 0
    for model in apps.get_models():
        if not issubclass(model, Dated):
            continue
        for table in (model._meta.db_table, model.history.model._meta.db_table):
            for row in upgraded.database.rows(table):
                record = DumpedPeriod(row)
                assert [record.day(name) for name in Dated.FOUR_DAYS] == list(
                    record.worked_out_days()
                ), (table, row)
                seen += 1
    assert seen > 1_000


class DumpedPeriod(Period):
    """A row of a dump, whose days are texts on SQLite."""

    def __init__(self, row):
        self.row = row
        for name in Period.PERIOD_FIELDS:
            setattr(self, name, self.day(name) if name.endswith("_date") else row[name])

    def day(self, name):
        value = self.row[name]
        return datetime.date.fromisoformat(value) if isinstance(value, str) else value


def test_an_upgraded_database_is_made_as_a_fresh_one(upgraded, fresh):
    assert differences(schema_of(upgraded.database), schema_of(fresh)) == []


def test_nothing_is_left_to_migrate(upgraded):
    upgraded.database.manage("migrate", "--check")


def test_the_checks_find_nothing_wrong(upgraded):
    said = upgraded.database.manage("check", "--database", "default")
    assert said == "System check identified no issues (0 silenced).\n"


def test_the_public_pages_are_answered(upgraded):
    said = upgraded.database.python("-m", "tests.upgrades.visiting", *PAGES)
    assert dict(zip(PAGES, json.loads(said), strict=True)) == PAGES


@pytest.fixture(scope="module", params=DUMPED_ON)
def edited(request, tmp_path_factory):
    """A dumped register, edited to hold what no dump holds, and then upgraded."""
    with empty_database(tmp_path_factory.mktemp("edited")) as database:
        database.run(dump(request.param))
        edited = SimpleNamespace(database=database)
        write_odd_texts(database)
        overwrite_sources(edited)
        end_by_days(edited)
        database.manage("migrate", "-v0")
        yield edited


ODD_TEXTS = {
    "records_document": "title", "organisations_organisation": "name",
    "organisations_post": "title", "people_person": "name", "forums_forum": "note",
    "forums_seat": "title",
}  # fmt: skip


def write_odd_texts(database: Database) -> None:
    for table, text in ODD_TEXTS.items():
        first = f"(SELECT min(id) FROM {table})"
        database.run(f"UPDATE {table} SET {text} = 'Odd\x0b\xa0words' WHERE id = {first};")


def test_texts_that_were_not_plain_are_made_so_with_a_row_of_history_each(edited):
    for table, text in ODD_TEXTS.items():
        app, model = table.split("_")
        plain = "Odd\n words" if text == "note" else "Odd words"
        changed = f"WHERE history_nature = 'upgraded' AND {text} = '{plain}'"
        asked = f"SELECT DISTINCT id FROM {app}_historical{model} {changed}"
        [row] = edited.database.ask(asked)
        [now] = edited.database.ask(f"SELECT {text} FROM {table} WHERE id = {row['id']}")
        assert now == {text: plain}


def source(database: Database, table: str, name: str) -> tuple:
    [row] = database.ask(f"SELECT * FROM {table} WHERE name = '{name}'")
    names = ("document_id", "locator", "end_document_id", "end_locator")
    return tuple(row[name] for name in names if name in row)


def overwrite_sources(edited) -> None:
    """Let records have had sources of their own, which renamings then overwrote."""
    trust = "SELECT organisation_id FROM organisations_organisationname WHERE name = "
    names = "organisations_organisationname"
    edited.new, *_ = source(edited.database, names, "Imaginary Community Trust")
    [first] = edited.database.ask("SELECT min(id) AS own FROM records_document")
    edited.own = first["own"]
    assert edited.own != edited.new
    its_own = f"SET document_id = {edited.own}, locator = 'Its own place'"
    edited.database.run(
        f"UPDATE organisations_historicalorganisation {its_own} "
        f"WHERE id = ({trust} 'Imaginary Community Trust');"
        f"UPDATE people_historicalperson {its_own} WHERE name = 'Finley Fictive';"
        # Somebody has looked at this one since.
        "UPDATE forums_forumname SET quotation = 'Its words' "
        "WHERE name = 'Pretend Working Group';"
    )


def test_sources_that_a_renaming_overwrote_are_put_back_where_the_history_shows_them(edited):
    names, place = "organisations_organisationname", (edited.new, "page 7")
    own = (edited.own, "Its own place")
    now = functools.partial(source, edited.database)
    assert now(names, "Imaginary Community Trust") == (*own, *place)
    # What gave the second name is the paper that ended the first.
    assert now(names, "Imaginary Health and Care Trust") == (*place, *place)
    assert now("forums_forumname", "Pretend Working Group") == (*place, None, "")
    assert now("people_person", "Finley Fabled") == own


def the(database: Database, table: str, **having) -> dict:
    """The first row of a table that has those values."""
    which = " AND ".join(f"{name} = '{value}'" for name, value in having.items())
    return database.ask(f"SELECT * FROM {table} WHERE {which} ORDER BY id")[0]


def end_by_days(edited) -> None:
    """Let two appointments have ended by days that are later than their documents."""

    def ended_by(last: str, name: str, slug: str) -> int:
        """Let the first appointment of somebody have ended by a day, on another document."""
        holder = the(edited.database, "people_person", name=name)["id"]
        first = the(edited.database, "people_appointment", person_id=holder)
        document, made_up = (
            the(edited.database, "records_document", slug=s)["id"] for s in (slug, "made-up-paper")
        )
        edited.database.run(
            f"UPDATE people_appointment SET document_id = {document}, end_date = '{last}', "
            f"end_precision = 'day', end_qualifier = 'by', certain_to = certain_from, "
            f"end_document_id = {made_up}, end_locator = 'page 7' WHERE id = {first['id']};"
        )
        return first["id"]

    edited.settled = ended_by("2022-12-31", "Blake Sample", "chair-appointments-briefing-pack")
    # Reappointed on 1 April 2024, before the day of the extract.
    edited.refused = ended_by("2025-12-31", "Avery Example", "ods-extract")


def test_what_ended_by_a_day_ends_no_earlier_than_its_document_unless_a_rule_refuses(edited):
    raised = edited.database.ask(
        "SELECT id, earliest_end FROM people_historicalappointment "
        "WHERE history_change_reason LIKE 'What ended by a day%'"
    )
    assert [(row["id"], str(row["earliest_end"])) for row in raised] == [
        (edited.settled, "2021-06-01")
    ]
    for key, end in ((edited.settled, "2021-06-01"), (edited.refused, "2019-04-01")):
        assert str(the(edited.database, "people_appointment", id=key)["earliest_end"]) == end
    listed = edited.database.manage("list_upgraded")
    assert f"    appointment {edited.settled}, Blake Sample" in listed
    assert ": Certain until 1 June 2021\n" in listed


# How differences are told


def test_a_row_that_changed_is_told_by_the_names_of_its_columns():
    before, after = {"id": 1, "name": "Board", "gone": 2}, {"new": 3, "name": "Bored", "id": 1}
    assert lost_or_added("forum", [before], [after]) == [
        "forum has lost gone=2, id=1, name='Board'",
        "forum has gained gone='no such column', id=1, name='Bored'",
    ]


def test_the_order_of_columns_makes_no_difference_to_rows_or_tables():
    assert lost_or_added("forum", [{"id": 1, "name": "A"}], [{"name": "A", "id": 1}]) == []
    one = of_sqlite_table("forum", 'CREATE TABLE "forum" ("id" int, "name" text NOT NULL)')
    other = of_sqlite_table("forum", 'CREATE TABLE "forum" ("name" text NOT NULL, "id" int)')
    assert differences(one, other) == []
