"""What the upgrade makes of clauses of quoracy: rules, and the histories of rules."""

import datetime
import importlib
from types import SimpleNamespace

import pytest

from forums.rule_trees import from_json, to_json
from tests.builders import day

migration = importlib.import_module("forums.migrations.0033_clauses_as_rules")

NAMES = SimpleNamespace(documents={1: "Board paper", 2: "Minutes"}, seats={7: "Chair"})
EVIDENCE = {
    "document_id": 1, "locator": "page 1", "as_of": None, "as_of_precision": "day",
    "as_of_qualifier": "on", "confirmed_on": None, "confirmed_precision": "day",
    "confirmed_document_id": None, "confirmed_locator": "",
}  # fmt: skip
TERMS = {
    **EVIDENCE, "id": 5, "quoracy_wording": "Three members,\nwith the chair.",
    "quoracy_rule": None, "quoracy_note": "", "quoracy_document_id": None, "quoracy_locator": "",
    "quoracy_clauses_say_all": None, "quoracy_also_asks": "",
}  # fmt: skip
COUNTS = {"counting": ["remote"]}
THREE = {"people": 3, "in": "members", **COUNTS}
CHAIR = {"people": 1, "in": {"seats": [7]}, **COUNTS}


def clause(kind="at-least", number=3, **said):
    return {
        **EVIDENCE, "id": 1, "terms_id": 5, "kind": kind, "number": number, "seat_id": None,
        "satisfied_by_proxy": False, "satisfied_by_substitute": False, "one_for_several": False,
        "order": 0, "quotation": "", "note": "", **said,
    }  # fmt: skip


def chair(**said):
    return clause("must-include", None, seat_id=7, id=2, order=1, **said)


def carried(*clauses, **version):
    return {**TERMS, **migration.carried({**TERMS, **version}, list(clauses), NAMES)}


@pytest.mark.parametrize(
    ("clauses", "rule"),
    [
        ([clause()], THREE),
        ([clause(), chair()], {"all": [THREE, CHAIR]}),
        ([clause(), clause(id=3)], THREE),
        ([clause("every-organisation", None)], {"organisations": "each", **COUNTS}),
        (
            [clause("every-organisation", None, one_for_several=True, satisfied_by_proxy=True)],
            {"organisations": "each", "one_for_several": True, "counting": ["remote", "proxy"]},
        ),
        (
            [clause("at-least-share", 60, satisfied_by_substitute=True)],
            {
                "share": [3, 5],
                "in": "members",
                "of": "places",
                "counting": ["remote", "substitute", "deputy"],
            },
        ),
    ],
)
def test_a_rule_asks_for_what_the_clauses_asked_for(clauses, rule):
    said = carried(*clauses)
    assert said["quoracy_rule"] == rule == to_json(from_json(rule))
    assert (said["quoracy_document_id"], said["quoracy_locator"]) == (None, "")
    assert (said["quoracy_note"], said["quoracy_also_asks"]) == ("", "")


def test_what_no_rule_can_ask_for_is_asked_for_in_words():
    said = carried(clause(number=1000, satisfied_by_proxy=True))
    assert said["quoracy_rule"] is None
    also = "at least 1000 members attend, or send a proxy vote"
    assert (said["quoracy_clauses_say_all"], said["quoracy_also_asks"]) == (False, also)

    said = carried(
        *(clause(number=number) for number in range(1, 203)),
        quoracy_clauses_say_all=False,
        quoracy_also_asks="a councillor",
    )
    assert len(from_json(said["quoracy_rule"]).branches) == 199
    assert said["quoracy_also_asks"] == "\n".join(
        ["a councillor", *(f"at least {number} members attend" for number in (200, 201, 202))]
    )


def test_nothing_that_clauses_said_of_their_sources_is_lost():
    said = carried(
        clause(locator="page 2", note="Read so.", quotation="three members"),
        chair(document_id=2, note="Read so.", quotation="with the chair", as_of=day("2021-06-01")),
        clause(
            number=4, id=3, order=2, locator="page 2", quotation="Three members, with the chair.",
            one_for_several=True, confirmed_on=day("2022-05-01"), confirmed_precision="month",
            confirmed_document_id=2, confirmed_locator="minute 4",
        ),
    )  # fmt: skip
    assert (said["quoracy_document_id"], said["quoracy_locator"]) == (1, "page 2")
    assert said["quoracy_note"].splitlines() == [
        "Read so. The document says: “three members”.",
        "Read so. It is said in Minutes, page 1. The source speaks of this as of 1 June 2021.",
        (
            "One person may attend for several organisations. "
            "Confirmed as of May 2022 by Minutes, minute 4."
        ),
    ]


def test_a_confirmation_that_the_terms_of_reference_have_too_is_not_told_again():
    known = {"confirmed_on": day("2022-05-01"), "confirmed_document_id": None}
    assert carried(clause(**known), **known)["quoracy_note"] == ""
    assert carried(clause(confirmed_on=day("2021-05-01")), **known)["quoracy_note"] == ""
    told = carried(clause(confirmed_on=day("2023-05-01")), **known)["quoracy_note"]
    assert told == "Confirmed as of 1 May 2023."


def test_a_rule_that_there_is_already_is_kept_and_says_which_clauses_it_replaced():
    said = carried(clause(), chair(note="Ex officio."), quoracy_rule=THREE)
    assert said["quoracy_rule"] is None  # nothing is written to it
    assert said["quoracy_note"] == (
        "The rule takes the place of earlier clauses: at least 3 members attend; Chair attends.\n"
        "Ex officio."
    )


# Histories


def rows(*changes):
    """The history of terms of reference, of changes in order: (batch, kind, record)."""
    events = []
    for number, (batch, kind, record) in enumerate(changes):
        nature = "seeded" if batch == "seed" else "corrected"
        at = datetime.datetime(2026, 3, 2, 9, number, tzinfo=datetime.UTC)
        row = {
            **record, "history_type": kind, "history_id": number, "history_date": at,
            "history_batch": batch, "history_nature": nature, "history_user_id": number,
            "history_change_reason": f"reason {number}", "history_step": "",
        }  # fmt: skip
        events.append((at, int("kind" in record), number, row))
    return migration.rows_with_rules(events, NAMES)


def told(history):
    return [(row["history_type"], row["history_id"], row["quoracy_rule"]) for row in history]


def test_what_was_seeded_or_changed_in_one_go_is_one_row():
    assert told(rows(("seed", "+", TERMS), ("seed", "+", clause()))) == [("+", 0, THREE)]
    history = rows(("a", "+", TERMS), ("a", "+", clause()), ("a", "+", chair()), ("b", "~", TERMS))
    both = {"all": [THREE, CHAIR]}
    assert told(history) == [("+", 0, both), ("~", 3, both)]


def test_a_change_of_clauses_alone_is_a_row_with_its_user_and_reason():
    history = rows(
        ("a", "+", TERMS), ("b", "+", clause()), ("c", "+", chair()), ("c", "~", clause(number=4)),
        ("d", "-", chair()), ("e", "~", clause(number=4, order=3)),
    )  # fmt: skip
    four = {**THREE, "people": 4}
    assert told(history) == [
        ("+", 0, None),
        ("~", None, THREE),
        ("~", None, {"all": [four, CHAIR]}),
        ("~", None, four),
    ]
    assert [row["history_change_reason"] for row in history] == [
        f"reason {number}" for number in (0, 1, 3, 4)
    ]
    assert all(row["id"] == 5 for row in history)


def test_terms_that_are_removed_with_their_clauses_are_removed_with_their_rule():
    history = rows(
        ("a", "+", TERMS), ("b", "+", clause()), ("c", "-", clause()), ("c", "-", TERMS),
        ("d", "+", TERMS), ("d", "+", clause()),
    )  # fmt: skip
    assert told(history) == [("+", 0, None), ("~", None, THREE), ("-", 3, THREE), ("+", 4, THREE)]


def test_a_rule_stays_as_it_was_from_when_it_was_recorded():
    own = {**TERMS, "quoracy_rule": CHAIR}
    history = rows(("a", "+", TERMS), ("b", "+", clause()), ("c", "~", own))
    assert told(history) == [("+", 0, None), ("~", None, THREE), ("~", 2, CHAIR)]
