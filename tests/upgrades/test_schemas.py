"""Comparing the schemas of two databases."""

from tests.upgrades.schemas import differences, of_sqlite_table, without_casts


def test_what_two_databases_are_made_of_differently_is_told_in_words():
    upgraded = {"column name of forum": "text NULL", "index by_name on forum": "(name)"}
    fresh = {"column name of forum": "text NOT NULL", "trigger version on forum": "..."}
    assert differences(upgraded, fresh) == [
        "The column name of forum differs. Upgraded: text NULL. Fresh: text NOT NULL.",
        "Only the upgraded database has the index by_name on forum: (name)",
        "The upgraded database lacks the trigger version on forum: ...",
    ]


def test_a_table_of_sqlite_is_taken_apart_at_its_own_commas():
    sql = """CREATE TABLE "seat" ("kind" varchar(9) NOT NULL CHECK ("kind" IN ('a, b', 'c')),
        CONSTRAINT "seat_once" UNIQUE ("kind", "a(b"))"""
    assert of_sqlite_table("seat", sql) == {
        "table seat": "a table",
        "column kind of seat": "varchar(9) NOT NULL CHECK (\"kind\" IN ('a, b', 'c'))",
        "constraint seat_once of seat": 'UNIQUE ("kind", "a(b")',
    }


def test_a_condition_of_postgresql_is_the_same_after_it_was_restored():
    made = (
        "CHECK (((kind)::text = "
        "ANY ((ARRAY['a'::character varying, 'b c'::character varying])::text[])))"
    )
    restored = (
        "CHECK (((kind)::text = ANY (ARRAY[('a'::character varying)::text, ('b c'::text)::text])))"
    )
    assert (
        without_casts(made) == without_casts(restored) == "CHECK ((kind = ANY ARRAY['a', 'b c']))"
    )
