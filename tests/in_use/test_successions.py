"""What came after what, recorded by the steps of the admin, and what each page says of a day."""

import pytest
from rdflib.namespace import ORG, RDF

from forums.models import Succession
from organisations.models import Relationship
from organisations.successions import SuccessionKind
from tests import stepping
from tests.admin_pages import address, errors_of, send
from tests.builders import (
    make_document,
    make_forum,
    make_member_organisation,
    make_organisation,
    make_relationship,
    make_succession,
)
from tests.in_use.stage import ALWAYS, correct, paper, take
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db

BEFORE, ON, AFTER = "2024-03-31", "2024-04-01", "2024-04-02"
OCTOBER, MAY = "2023-10-05", "2024-05-09"


@pytest.fixture
def old():
    return make_forum(slug="old", name="Old Board")


@pytest.fixture
def new():
    return make_forum(slug="new", name="New Board")


def after(day: str, slug: str = "old") -> str:
    """What the page of a forum says of what came before and after it."""
    page = read(f"/forums/{slug}/", {"as_at": day}).section("reporting")
    return page.partition("What came before and after it")[2]


def stands(day: str, slug: str = "old") -> list[tuple]:
    """What its JSON says of the same, checked against the exported files."""
    said = read_data(f"/forums/{slug}.json", {"as_at": day}).said["successions"]
    database = opened.sqlite(as_at=day)
    exported = database.execute("SELECT kind, to_forum_id, in_force FROM successions")
    told = {(each["kind"], each["to_forum"]["id"], each["in_force"]) for each in said}
    assert told <= {(kind, to, holds and bool(holds)) for kind, to, holds in exported}
    return sorted((each["kind"], each["to_forum"]["name"], each["stands"]) for each in said)


def changed() -> list[str]:
    """The sentences of all changes. CSV has a row for each record that one of them is about."""
    said = read_data("/changes.json", ALWAYS).said["results"]
    rows = [row["sentence"] for row in read_data("/changes.csv", ALWAYS).rows]
    assert len(rows) == sum(each["changes"] for each in said)
    alone = [each["sentence"] for each in said if each["changes"] == 1]
    assert set(alone) <= set(rows)
    return [each["sentence"] for each in said]


def events(day: str) -> int:
    """How many events of change the file of W3C ORG has."""
    return len(set(opened.org(as_at=day).subjects(RDF.type, ORG.ChangeEvent)))


def record(before, kind: str, *came, **answers) -> None:
    take(before, "succession", kind=kind, after=list(came), **answers)


def test_a_forum_is_split_in_two(old, new):
    second = make_forum(slug="second", name="Second Board")
    record(old, "split-into", new, second, date=ON, document=paper(MAY))

    assert stands(BEFORE) == [] and after(BEFORE) == ""
    for day in (ON, AFTER):
        both = [("split-into", "New Board", "came"), ("split-into", "Second Board", "came")]
        assert stands(day) == both
        assert "Old Board was split into New Board on 1 April 2024" in after(day)
        assert "Old Board was split into Second Board" in after(day, "second")
    sentence = "On 1 April 2024 Old Board was split into New Board and Second Board."
    assert sentence in changed()
    its_own = "On 1 April 2024 Old Board was split into Second Board."
    assert its_own in entries("/forums/second/changes.atom").values()


def test_one_is_taken_over_in_part_and_gives_another_part_later(old, new):
    record(old, "in-part-by", new, date="2024-04-01", precision="month", document=paper(MAY))
    record(old, "in-part-by", new, date="2025-04-01", document=paper("2025-05-01"))
    record(new, "in-part-by", old, date="2026-04-01", document=paper("2026-05-01"))

    assert stands("2024-04-15") == [("in-part-by", "New Board", "perhaps")]
    assert "Perhaps; began some time in April 2024" in after("2024-04-15")
    assert stands("2024-05-01") == [("in-part-by", "New Board", "came")]
    assert "was taken over in part by New Board in April 2024" in after("2024-05-01")
    assert len(stands("2026-04-01")) == 3
    assert "In April 2024 Old Board was taken over in part by New Board." in changed()


def test_two_forums_are_merged_into_one(old, new):
    other = make_forum(slug="other", name="Other Board")
    for each in (old, other):
        record(each, "merged-into", new, date=ON, document=paper(MAY))

    assert after(BEFORE, "new") == ""
    told = after(ON, "new")
    assert "Old Board was merged into New Board" in told and "Other Board was merged" in told
    assert "On 1 April 2024 Old Board and Other Board were merged into New Board." in changed()
    assert [events(day) for day in (BEFORE, ON)] == [0, 2]


def test_a_plan_is_told_from_the_day_of_its_paper_until_its_own(old, new):
    record(old, "replaced-by", new, date=ON, document=paper(OCTOBER))

    assert stands("2023-10-04") == []
    assert stands("2023-10-05") == stands(BEFORE) == [("replaced-by", "New Board", "planned")]
    assert "Old Board is to be replaced by New Board on 1 April 2024, a plan of 5 October" in (
        after(BEFORE)
    )
    # Nothing confirms it.
    assert "Old Board was to be replaced by New Board on 1 April 2024, says the paper of" in (
        after(ON)
    )
    assert stands(ON) == [("replaced-by", "New Board", "planned")]
    assert events(ON) == 0
    [plan] = Succession.objects.all()

    take(plan, "what-became-of-it", outcome="happened", date=None, document=paper(MAY))

    assert "Old Board is to be replaced by New Board" in after(BEFORE)
    assert "Old Board was replaced by New Board on 1 April 2024" in after(ON)
    assert stands(ON) == [("replaced-by", "New Board", "came")]
    assert events(ON) == 1
    assert "On 1 April 2024 Old Board was replaced by New Board." in changed()


def test_a_plan_without_a_day_comes_on_a_day(old, new):
    record(old, "replaced-by", new, date=None, document=paper(OCTOBER), description="is to become")
    [plan] = Succession.objects.all()
    assert "Old Board is to become New Board, a plan of 5 October 2023, which gives no day" in (
        after(AFTER)
    )
    assert not [each for each in changed() if "New Board" in each and "Old" in each]

    take(plan, "what-became-of-it", outcome="another-day", date=ON, document=paper(MAY))

    plan = "is to become New Board, a plan of 5 October 2023; it came on 1 April 2024"
    assert f"Old Board {plan}" in after(BEFORE)
    assert "Old Board was replaced by New Board on 1 April 2024" in after(ON)
    assert stands(BEFORE) == [("replaced-by", "New Board", "planned")]
    assert stands(ON) == [("replaced-by", "New Board", "came")]


def test_a_plan_is_put_off(old, new):
    record(old, "replaced-by", new, date=ON, document=paper(OCTOBER))
    [plan] = Succession.objects.all()

    take(
        plan, "what-became-of-it", outcome="another-day", date="2025-04-01",
        document=paper("2024-02-01"),
    )  # fmt: skip

    assert "on 1 April 2025, a plan of 1 February 2024" in after(AFTER)
    assert "says the paper of 1 February 2024; no later" in after("2025-04-02")


def test_a_plan_is_given_up_and_stays_as_a_plan(old, new):
    record(old, "replaced-by", new, date=ON, document=paper(OCTOBER))
    [plan] = Succession.objects.all()

    take(plan, "what-became-of-it", outcome="never", date=None, document=paper("2024-01-15"))

    assert stands("2024-01-14") == [("replaced-by", "New Board", "planned")]
    plan = "is to be replaced by New Board, a plan of 5 October 2023 for 1 April 2024"
    assert f"Old Board {plan}" in after("2024-01-14")
    for day in ("2024-01-15", BEFORE, ON, AFTER):
        assert stands(day) == [("replaced-by", "New Board", "given-up")]
        told = after(day)
        assert "Old Board was to be replaced by New Board, a plan of 5 October 2023 for " in told
        assert "1 April 2024, given up by 15 January 2024" in told
        assert "Paper of 2024-01-15" in told
    assert [each for each in changed() if "replaced by" in each] == [
        (
            "The plan for Old Board to be replaced by New Board was given up, says the paper of 15 "
            "January 2024."
        )
    ]
    [row] = opened.sqlite(as_at=ON).execute(
        "SELECT in_force, given_up_document_id FROM successions"
    )
    assert row[0] == 0 and row[1]
    # It may be planned again.
    record(old, "replaced-by", new, date="2026-04-01", document=paper("2026-04-02"))
    assert stands("2026-04-01") == [
        ("replaced-by", "New Board", "came"), ("replaced-by", "New Board", "given-up"),
    ]  # fmt: skip


def test_plans_are_given_up_on_the_day_of_which_the_paper_speaks_and_together(old, new):
    other = make_forum(slug="other", name="Other Board")
    for each in (old, other):
        record(each, "merged-into", new, date=None, document=paper(OCTOBER))
    for plan in Succession.objects.all():
        took = {"outcome": "never", "date": None}
        take(plan, "what-became-of-it", document=paper("2024-01-01", "month"), **took)
    sentence = (
        "The plan for Old Board and Other Board to be merged into New Board was given up, says the "
        "paper of January 2024."
    )
    asked = {"from": "2024-01-01", "to": "2024-01-31"}

    [said] = read_data("/changes.json", asked).said["results"]

    assert (said["sentence"], said["event"], said["date"], said["changes"]) == (
        sentence, "given-up", "2024-01", 2,
    )  # fmt: skip
    [source, _] = said["sources"]
    assert source["document"]["title"] == "Paper of 2024-01-01"
    assert read_data("/changes.json", {"from": "2024-02-01", "to": MAY}).said["results"] == []
    page = read("/changes/", {"forum": "new", "as_at": MAY})
    assert sentence in page.text
    own = "The plan for Other Board to be merged into New Board was given up, says"
    assert any(own in each for each in entries("/forums/other/changes.atom").values())


def test_a_plan_that_an_undated_paper_gives_up_is_no_change(old, new):
    undated = make_document(as_of=None)
    plan = make_succession(from_forum=old, to_forum=new, start_date=None, kind="replaced-by")
    correct(plan, given_up_document=undated, given_up_locator="page 3")

    assert stands(ON) == [("replaced-by", "New Board", "given-up")]
    assert not [each for each in changed() if "replaced by" in each]
    assert "A succession of Old Board." in read("/changes/recorded/").text


def test_a_plan_does_not_outlive_the_forum(new):
    gone = make_forum(slug="old", name="Old Board", end_date=BEFORE)
    record(gone, "replaced-by", new, date=None, document=paper(OCTOBER), description="is to become")

    assert "Old Board is to become New Board" in after(BEFORE)
    assert "Old Board was to become New Board" in after(ON)
    assert "no source says what became of it" in after(ON)


def test_the_step_is_one_click_from_the_record(old, new):
    plan = make_succession(from_forum=old, to_forum=new, start_date=None, kind="replaced-by")
    browser = stepping.signed_in()

    for page, step in [
        (f"/admin/forums/forum/{old.pk}/change/", "succession"),
        (f"/admin/forums/succession/{plan.pk}/change/", "what-became-of-it"),
    ]:
        assert f"/{step}/" in browser.get(page).content.decode()


# Organisations


def related(day: str, slug: str = "trust") -> str:
    return read(f"/organisations/{slug}/", {"as_at": day}).section("relationships")


def test_an_organisation_merges_as_planned():
    trust = make_organisation(slug="trust", name="Old Trust")
    new = make_organisation(slug="new", name="New Trust")
    record(trust, "merged-into", new, date=ON, document=paper(OCTOBER))
    assert "Is to be merged into New Trust, on 1 April 2024, a plan of 5 October" in (
        related(BEFORE)
    )
    assert "Is to be merged from Old Trust" in related(BEFORE, "new")

    took = {"successor": new, "how": "merged-into", "date": ON, "document": paper(MAY)}
    take(trust, "merge", **took)

    [tie] = Relationship.objects.all()
    assert (tie.kind, tie.start_foreseen) == (SuccessionKind.MERGED_INTO, False)
    assert "Is to be merged into New Trust" in related(BEFORE)
    assert "Merged into New Trust" in related(ON) and "Is to be" not in related(ON)
    assert "Merged from Old Trust" in related(ON, "new")
    assert "On 1 April 2024 Old Trust was merged into New Trust." in changed()
    [said] = read_data("/organisations/trust.json", {"as_at": ON}).said["relationships"]
    assert (said["kind"], said["stands"], said["in_force"]) == ("merged-into", "came", True)


def test_the_merger_of_an_organisation_is_given_up():
    trust = make_organisation(slug="trust", name="Old Trust")
    new = make_organisation(slug="new", name="New Trust")
    record(trust, "merged-into", new, date=ON, document=paper(OCTOBER))
    [tie] = Relationship.objects.all()

    take(tie, "what-became-of-it", outcome="never", date=None, document=paper("2024-01-15"))

    assert "Is to be merged into New Trust" in related("2024-01-14")
    assert "Was to be merged into New Trust, a plan of 5 October 2023 for 1 April 2024" in (
        related(ON)
    )
    sentence = (
        "The plan for Old Trust to be merged into New Trust was given up, says the paper of 15 "
        "January 2024."
    )
    assert [each for each in changed() if "merged" in each] == [sentence]
    assert sentence in read("/changes/recorded/").text
    for feed in ("/changes.atom", "/organisations/trust/changes.atom"):
        assert [each for each in entries(feed).values() if "merged" in each] == [sentence]


def tied(day: str, slug: str = "trust") -> list[tuple]:
    """What the JSON of an organisation says of its relationships, checked against the files."""
    said = read_data(f"/organisations/{slug}.json", {"as_at": day}).said["relationships"]
    rows = opened.sqlite(as_at=day).execute(
        "SELECT kind, to_organisation_id, in_force FROM relationships"
    )
    exported = {(kind, to, holds and bool(holds)) for kind, to, holds in rows}
    assert {(t["kind"], t["to_organisation"]["id"], t["in_force"]) for t in said} == exported
    return sorted((t["kind"], t["to_organisation"]["name"], t["stands"]) for t in said)


@pytest.fixture
def trust():
    """A trust that is a member of a board."""
    trust = make_organisation(slug="trust", name="Old Trust")
    board = make_forum(slug="board", name="The Board")
    make_member_organisation(forum=board, organisation=trust)
    return trust


def told_everywhere(sentence: str) -> list[str]:
    """Which feeds tell a change: of all, of the two organisations, and of the board."""
    feeds = ("/changes", "/organisations/trust/changes", "/organisations/new/changes",
             "/forums/board/changes")  # fmt: skip
    assert sentence in changed()
    return [feed for feed in feeds if sentence in entries(f"{feed}.atom").values()]


def test_a_part_of_an_organisation_is_taken_over_as_planned(trust):
    new = make_organisation(slug="new", name="New Trust")
    record(trust, "in-part-by", new, date=ON, document=paper(OCTOBER))
    assert tied("2023-10-04") == []
    for day in (OCTOBER, BEFORE):
        assert tied(day) == tied(day, "new") == [("in-part-by", "New Trust", "planned")]
        planned = "Is to be taken over in part by New Trust, on 1 April 2024, a plan of 5 October"
        assert planned in related(day)
        assert "Is to take over part of Old Trust" in related(day, "new")
    assert "Was to be taken over in part by New Trust, on 1 April 2024, says" in related(ON)
    assert "Was to take over part of Old Trust" in related(ON, "new")
    [tie] = Relationship.objects.all()

    take(tie, "what-became-of-it", outcome="happened", date=None, document=paper(MAY))

    assert "Is to be taken over in part by New Trust" in related(BEFORE)
    assert tied(BEFORE) == [("in-part-by", "New Trust", "planned")]
    for day in (ON, AFTER):
        assert tied(day) == tied(day, "new") == [("in-part-by", "New Trust", "came")]
        assert "Taken over in part by New Trust" in related(day)
        assert "Took over part of Old Trust" in related(day, "new")
        # It goes on, and so does its membership.
        assert "Old Trust" in read("/forums/board/", {"as_at": day}).text
        assert not read_data("/organisations/trust.json", {"as_at": day}).said["end_date"]
    sentence = "On 1 April 2024 Old Trust was taken over in part by New Trust."
    assert len(told_everywhere(sentence)) == 4
    page = read("/changes/", {**ALWAYS, "forum": "board"}).text
    assert f"{sentence} Takes part in The Board as a member organisation: Old Trust." in page
    assert [events(day) for day in (BEFORE, ON)] == [0, 1]


def test_the_plan_to_take_over_a_part_of_an_organisation_is_given_up_and_made_again(trust):
    new = make_organisation(slug="new", name="New Trust")
    record(trust, "in-part-by", new, date=ON, document=paper(OCTOBER))
    [tie] = Relationship.objects.all()

    take(tie, "what-became-of-it", outcome="never", date=None, document=paper("2024-01-15"))

    assert tied("2024-01-14") == [("in-part-by", "New Trust", "planned")]
    for day in ("2024-01-15", ON, AFTER):
        assert tied(day) == [("in-part-by", "New Trust", "given-up")]
        told = related(day)
        plan = "a plan of 5 October 2023 for 1 April 2024, given up by 15 January 2024"
        assert f"Was to be taken over in part by New Trust, {plan}" in told
        assert "Was to take over part of Old Trust" in related(day, "new")
    sentence = (
        "The plan for Old Trust to be taken over in part by New Trust was given up, says the paper "
        "of 15 January 2024."
    )
    assert "/forums/board/changes" in told_everywhere(sentence)
    assert events(ON) == 0
    record(trust, "in-part-by", new, date="2026-04-01", document=paper("2026-04-02"))
    assert tied("2026-04-01") == [
        ("in-part-by", "New Trust", "came"), ("in-part-by", "New Trust", "given-up"),
    ]  # fmt: skip


def test_a_planned_merger_of_organisations_may_give_no_day(trust):
    new = make_organisation(slug="new", name="New Trust")
    record(trust, "merged-into", new, date=None, document=paper(OCTOBER))
    [tie] = Relationship.objects.all()
    plan = "Is to be merged into New Trust, a plan of 5 October 2023, which gives no day"
    assert tied("2023-10-04") == []
    for day in (OCTOBER, AFTER):
        assert plan in related(day)
        assert tied(day) == [("merged-into", "New Trust", "planned")]
    assert not [each for each in changed() if "merged" in each]
    assert "A relationship of Old Trust." in read("/changes/recorded/").text

    take(tie, "what-became-of-it", outcome="another-day", date=ON, document=paper(MAY))

    plan = "Is to be merged into New Trust, a plan of 5 October 2023; it came on 1 April 2024"
    assert plan in related(BEFORE)
    assert "Merged into New Trust" in related(ON)
    assert tied(ON) == [("merged-into", "New Trust", "came")]
    assert "On 1 April 2024 Old Trust was merged into New Trust." in changed()


def test_a_plan_does_not_outlive_the_organisation():
    trust = make_organisation(slug="trust", name="Old Trust", end_date=BEFORE)
    new = make_organisation(slug="new", name="New Trust")
    record(trust, "merged-into", new, date=None, document=paper(OCTOBER))

    assert "Is to be merged into New Trust" in related(BEFORE)
    assert "Was to be merged into New Trust" in related(ON)
    assert "no source says what became of it" in related(ON)
    assert "Was to be merged from Old Trust" in related(ON, "new")


@pytest.mark.parametrize("kind", list(SuccessionKind))
def test_every_kind_of_plan_has_words_on_both_pages(kind):
    trust = make_organisation(slug="trust", name="Old Trust")
    new = make_organisation(slug="new", name="New Trust")
    make_relationship(
        from_organisation=trust, to_organisation=new, kind=kind, start_date=ON,
        document=paper(OCTOBER),
    )  # fmt: skip
    for slug in ("trust", "new"):
        assert "Is to " in related(BEFORE, slug)


def test_a_relationship_begins_and_ends_by_a_step():
    trust = make_organisation(slug="trust", name="Old Trust")
    whole = make_organisation(slug="group", name="The Group")
    take(trust, "relate", kind="part-of", to=whole, date=ON, document=paper(MAY))
    [tie] = Relationship.objects.all()
    take(tie, "end", date="2025-03-31", document=paper("2025-06-01"))

    assert "The Group" not in read("/organisations/trust/", {"as_at": BEFORE}).text
    assert "Part of The Group" in related(ON)
    assert "Part of The Group" in related("2025-03-31")
    assert "Was part of The Group" in related("2025-04-01")
    assert {
        "On 1 April 2024 Old Trust became part of The Group.",
        "On 31 March 2025 Old Trust ceased to be part of The Group.",
    } <= set(changed())


# Refusals


@pytest.mark.parametrize("kind", ["replaced-by", "merged-into"])
def test_a_succession_in_a_circle_is_refused(old, new, kind):
    third = make_forum(name="Third Board")
    make_succession(from_forum=old, to_forum=new)
    make_succession(from_forum=new, to_forum=third)

    refused = stepping.take(third, "succession", kind=kind, after=[old], date="2025-04-01")

    assert "goes one way" in stepping.errors_of(refused)["after"][0]
    assert Succession.objects.count() == 2


def test_the_same_succession_is_refused_twice_and_to_itself(old, new):
    make_succession(from_forum=old, to_forum=new)

    twice = stepping.take(old, "succession", kind="merged-into", after=[new], date=ON)
    itself = stepping.take(new, "succession", kind="merged-into", after=[new], date=ON)

    assert "recorded already" in stepping.errors_of(twice)["after"][0]
    assert stepping.errors_of(itself)["after"] == ["A forum does not succeed itself."]
    assert Succession.objects.count() == 1


def test_what_is_replaced_has_one_successor(old, new):
    refused = stepping.take(
        old, "succession", kind="replaced-by", after=[new, make_forum()], date=ON
    )
    assert "Choose one" in stepping.errors_of(refused)["after"][0]


def test_a_part_of_a_part_of_itself_is_refused():
    part, middle, whole = (make_organisation() for _ in range(3))
    for lower, upper in ((part, middle), (middle, whole)):
        make_relationship(from_organisation=lower, to_organisation=upper, kind="part-of")

    refused = stepping.take(whole, "relate", kind="part-of", to=part, date="2024-04-01")

    assert "is itself part of" in stepping.errors_of(refused)["to"][0]
    assert Relationship.objects.count() == 2


def test_an_older_paper_cannot_give_a_plan_up(old, new):
    record(old, "replaced-by", new, date=ON, document=paper(OCTOBER))
    [plan] = Succession.objects.all()

    refused = stepping.take(
        plan, "what-became-of-it", outcome="never", date=None, document=paper("2023-01-01")
    )

    assert "later still" in stepping.errors_of(refused)["document"][0]
    plan.refresh_from_db()
    assert not plan.is_given_up


def test_another_kind_is_refused_on_its_field_as_the_two_are_fixed(old, new):
    make_succession(from_forum=old, to_forum=new)
    part = make_succession(from_forum=old, to_forum=new, kind="in-part-by")
    back = make_succession(from_forum=new, to_forum=old, kind="in-part-by")
    one, other = make_organisation(), make_organisation()
    make_relationship(from_organisation=one, to_organisation=other, kind="part-of")
    member = make_relationship(from_organisation=other, to_organisation=one)
    browser = stepping.signed_in()

    for record, kind, words in [
        (part, "merged-into", "recorded already"),
        (back, "replaced-by", "goes one way"),
        (member, "part-of", "is itself part of"),
    ]:
        refused = send(browser, address(type(record), "change", record.pk), kind=kind)
        assert refused.status_code == 200
        assert words in str(errors_of(refused)["kind"])
