"""What the register recorded before an upgrade it shows afterwards as it was, in today's words."""

import json
import lzma
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from fractions import Fraction

import pytest
from django.db import connection

from tests import slow
from tests.upgrades.dumps import FOLDER

pytestmark = slow.UPGRADE

# Fields that the open data has had since, of what it also had before.
SINCE = {
    "start_edtf", "end_edtf", "last_known", "last_known_precision", "last_known_qualifier",
    "unfilled", "vacant", "perhaps_vacant", "start_foreseen", "end_foreseen", "independent",
    "joint", "joint_with", "ex_officio_membership_id", "ex_officio_sources",
}  # fmt: skip
# The same of one kind of record. A succession of before is one of which nobody said how or when.
SINCE_OF = {"successions": {"kind", "in_force"}}
# Kinds of record that there are since. A seat that was called vacant though no source says so is
# not recorded in today's words.
# What a version of terms of reference has besides what stood on its forum.
OF_VERSIONS = {
    "id", "forum_id", "quoracy_rule", "quoracy_reads_as", "quoracy_note", "quoracy_document_id",
    "quoracy_locator",
}  # fmt: skip
NEW_KINDS = {
    "post_vacancies",
    "seat_vacancies",
    "seat_terms",
    "forum_states",
    "post_terms",
    "terms_of_reference",
    "terms_reviews",
    "ex_officio_sources",
}
# Clauses of quoracy are rules since.
CLAUSES = "quoracy_clauses"
RENAMED = {
    "quoracy_clauses_say_all": "quoracy_rule_says_all",
    "clauses_could_be_met_as_filled": "rule_could_be_met_as_filled",
}
FORMER = {now: before for before, now in RENAMED.items()}
INFERRED = {"holder_stated", "unfilled_standing"}
NOBODY = {"vacant", "not-recorded"}
# A member by a post, whom no record names: today also who perhaps is one.
BY_A_POST = re.compile(r"#seat-\d+-appointment-\d+$")
# What an organisation was called on the day has been said since.
THEN_CALLED = re.compile(r" \(then called [^)]*\)")
# What the data of a page words otherwise: places of a seat that nobody fills are counted by what
# is certain, a kind of record has another name, and a document states vacancies too.
# Where nobody is missing but a member that closed, it cannot be said whether a meeting could be
# quorate.
REWORDED = (
    ".unfilled", ".unfilled_standing", ".vacant", ".not_recorded", ".counted.label", ".total",
    ".could_be_quorate_as_filled",
)  # fmt: skip


def kept(day: str) -> dict:
    """What the code that made the dumps of a day showed of them."""
    return json.loads(
        lzma.decompress((FOLDER / f"facts-{day}.{connection.vendor}.json.xz").read_bytes())
    )


@pytest.fixture(scope="module")
def shown(upgraded):
    """For each day recorded: what was shown before the upgrade, and what is shown after it."""
    before = kept(upgraded.day)
    after = json.loads(upgraded.database.python("-m", "tests.upgrades.facts", *before))
    return [(day, before[day], after[day]) for day in before]


def test_every_record_has_the_names_dates_texts_and_sources_that_it_had(shown):
    differing, seen = [], 0
    for day, before, after in shown:
        assert before["tables"].keys() - {CLAUSES} == after["tables"].keys() - NEW_KINDS
        put_on_forums_again(after["tables"])
        for table, records in before["tables"].items():
            if table == CLAUSES:
                continue
            now = after["tables"][table]
            differing += [f"{day}: {key} is lost" for key in records.keys() - now.keys()]
            differing += [
                f"{day}: {key} is new"
                for key in now.keys() - records.keys()
                if not BY_A_POST.search(key)
            ]
            for key in records.keys() & now.keys():
                seen += 1
                differing += [
                    f"{day}: {key}: {name} was {records[key].get(name)!r}"
                    f" and is {now[key].get(name)!r}"
                    for name in (records[key].keys() | now[key].keys())
                    - SINCE
                    - SINCE_OF.get(table, set())
                    - INFERRED
                    if now[key].get(name) != records[key].get(name)
                    and not (name == "on_behalf_of_id" and is_chair_by_a_post(key, before))
                    and not {now[key].get(name), records[key].get(name)} <= NOBODY
                ]
    assert differing == []
    assert seen > 2_500


def put_on_forums_again(tables: dict[str, dict[str, dict[str, str]]]) -> None:
    """Put the texts, clauses and steps of terms of reference on their forums, where they stood.

    There is one version of each, with the period and the source of its forum.
    """
    terms = tables["terms_of_reference"]
    assert len({each["forum_id"] for each in terms.values()}) == len(terms) > 0
    for each in terms.values():
        forum = tables["forums"][each["forum_id"]]
        for name, said in each.items():
            if name not in OF_VERSIONS:
                name = FORMER.get(name, name)
                assert forum.setdefault(name, said) == said, (each["id"], name)
    for each in tables["escalation_steps"].values():
        each["forum_id"] = terms[each.pop("terms_id")]["forum_id"]


def test_every_rule_of_quoracy_asks_for_what_the_clauses_asked_for(shown):
    seen = 0
    for day, before, after in shown:
        clauses = defaultdict(list)
        for each in before["tables"][CLAUSES].values():
            clauses[each["forum_id"]].append(each)
        for terms in after["tables"]["terms_of_reference"].values():
            asked = sorted(clauses[terms["forum_id"]], key=in_order)
            rule = json.loads(terms.get("quoracy_rule", "null"))
            branches = [branch_of(each) for each in asked]
            one = branches[0] if branches else None
            assert rule == ({"all": branches} if len(branches) > 1 else one), (day, terms["id"])
            for each in asked:
                assert each.get("note", "") in terms.get("quoracy_note", ""), (day, terms["id"])
                assert (each["document_id"], each["locator"]) == (
                    terms.get("quoracy_document_id", terms["document_id"]),
                    terms.get("quoracy_locator", terms["locator"]),
                )
                seen += 1
    assert seen > 10


def in_order(clause: dict[str, str]) -> tuple[int, int]:
    return int(clause["order"]), int(clause["id"].rpartition("-")[2])


def branch_of(clause: dict[str, str]) -> dict:
    """The branch that asks for what an exported clause asked for."""
    number = int(clause.get("number", 0))
    asked: dict
    match clause["kind"]:
        case "every-organisation":
            asked = {"organisations": "each"}
        case "at-least":
            asked = {"people": number, "in": "members"}
        case "at-least-share":
            share = list(Fraction(number, 100).as_integer_ratio())
            asked = {"share": share, "in": "members", "of": "places"}
        case _:
            asked = {"people": 1, "in": {"seats": [int(clause["seat_id"].rpartition("-")[2])]}}
    if clause.get("one_for_several") == "true":
        asked["one_for_several"] = True
    substitute = clause.get("satisfied_by_substitute") == "true"
    ways = ["remote", *(["substitute", "deputy"] if substitute else [])]
    ways += ["proxy"] if clause.get("satisfied_by_proxy") == "true" else []
    return {**asked, "counting": ways}


def is_chair_by_a_post(key: str, before: dict) -> bool:
    """Whether it is the membership of a chair by a post, who was said to speak for its organisation
    though no source says so."""
    seat = before["tables"]["memberships"].get(key, {}).get("seat_id")
    roles = {each: seat["role"] for each, seat in before["tables"]["seats"].items()}
    return bool(BY_A_POST.search(key)) and roles.get(seat) == "chair"


def test_every_page_shows_what_it_showed(shown):
    lost, seen = [], 0
    # The alliance's chair, by a post of the council, was said to speak for it.
    spoke_for = re.compile(r"\.on_behalf_of\.(id|name)$")
    for day, before, after in shown:
        for page, was in before["pages"].items():
            facts = Counter(said(was))
            lost += [
                f"{day}: {page}: {fact}"
                for fact in facts - Counter(said(after["pages"][page]))
                if not (spoke_for.search(fact[0]) and "council" in str(fact[1]).lower())
            ]
            seen += facts.total()
    assert lost == []
    assert seen > 80_000


def said(data, path: str = "") -> Iterator[tuple]:
    """Each text, number and date in data, with where it stands, whatever the order of lists."""
    if isinstance(data, dict):
        if data.get("facts") == "quoracy":
            return  # clauses that rest on a document
        for name, value in data.items():
            if name != CLAUSES:
                yield from said(value, f"{path}.{RENAMED.get(name, name)}")
    elif isinstance(data, list):
        for value in data:
            yield from said(value, path)
    elif not path.endswith(REWORDED):
        if isinstance(data, str):
            data = THEN_CALLED.sub("", data)
        yield path, "nobody" if path.endswith("standing") and data in NOBODY else data
