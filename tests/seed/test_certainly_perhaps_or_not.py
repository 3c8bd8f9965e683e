"""Every page, paper, file and feed says of each fact of the seed what its four days say, on the
eight days around them: that it holds certainly, perhaps or not."""

import datetime
from collections import Counter
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from organisations.models import HEAD_KINDS, PostTerms
from people.models import Person
from records.days import FIRST_DAY, LAST_DAY, is_taken
from records.models import NameKind
from records.periods import Qualifier, When, as_known
from tests import slow
from tests.as_pages_say import (
    differences,
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
from tests.as_periods_say import Facts, bounds, dated_facts, holds, over, path, place
from tests.pages import files
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = [slow.WALK, pytest.mark.usefixtures("seeded")]

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def facts(standing_seed) -> Facts:
    return Facts()


@pytest.fixture(scope="module")
def days(standing_seed) -> list[datetime.date]:
    """The distinct days around all bounds."""
    every = [bounds(fact) for fact in dated_facts()]
    found = sorted(day for day in set().union(*every) if is_taken(day))
    print(f"{len(found)} days around the bounds of {len(every)} facts")
    assert len(found) > 20
    assert len(every) > 400
    return found


def shown(wrong: list[str]) -> str:
    """The faults, of each kind one first."""
    return "\n".join([f"{len(wrong)} wrong", *wrong[:60]])


def test_the_page_of_a_forum_says_so_in_json(facts, days):
    wrong = []
    for forum in facts.forums:
        for day in days:
            wrong += wrong_of_forum(facts, forum, day)
    assert not wrong, shown(wrong)


def test_the_page_of_an_organisation_says_so_in_json(facts, days):
    wrong = []
    for organisation in facts.organisations:
        for day in days:
            wrong += wrong_of_organisation(facts, organisation, day)
    assert not wrong, shown(wrong)


def test_the_page_of_a_person_and_the_list_of_people_say_so_in_json(facts, days):
    people = {each.get_absolute_url(): each.pk for each in Person.objects.filter(withheld=False)}
    wrong = [each for day in days for each in wrong_of_people(facts, people, day)]
    assert not wrong, shown(wrong)


def test_lists_say_so_and_count_what_is_certain(facts, days):
    wrong = [each for day in days for each in wrong_of_lists(facts, day)]
    assert not wrong, shown(wrong)


def test_what_compares_and_counts_goes_by_what_is_certain(facts, days):
    wrong = []
    for day in days:
        said = said_at("/concentration/", day)
        told = {
            path(each["person"]["id"]): {path(one["forum"]["id"]) for one in each["forums"]}
            | {path(p["organisation"]["id"]) for p in each["posts"] if p["kind"] in HEAD_KINDS}
            for each in said["results"]
        }
        meant = facts.chaired(HEAD_KINDS, day)
        if told != meant:
            wrong.append(f"/concentration/ as at {day} says {told}, and not {meant}")

        said = said_at("/representation/", day)
        members, seats = Counter(), set()
        for row in said["results"]:
            for on in row["forums"]:
                for has in on["has"]:
                    if has["has"] == "member-organisation":
                        members[path(row["organisation"]["id"]), path(on["forum"]["id"])] += 1
                    else:
                        seats.add((path(on["forum"]["id"]), has["title"]))
        certain = [each for each in facts.seats if holds(day, each, each.forum)]
        meant = Counter(
            (each.organisation.get_absolute_url(), each.forum.get_absolute_url())
            for each in facts.members
            if holds(day, each, each.forum)
        )
        if members != meant:
            wrong.append(f"/representation/ as at {day} says members {members}, and not {meant}")
        for forum, title in seats - {(x.forum.get_absolute_url(), x.title) for x in certain}:
            wrong.append(f"/representation/ as at {day} counts {title} of {forum}")
        number = sum(each.number or 0 for each in certain)
        if said["seats"]["all"]["seats"] != number:
            wrong.append(f"/representation/ as at {day} counts {said['seats']}, and not {number}")
    assert not wrong, shown(wrong)


# HTML and papers, on the days on which one of their own facts begins or ends


def of_forum(facts: Facts, forum) -> list:
    """The facts that the page of a forum tells."""
    seats = facts.seats_of[forum.pk]
    found = [forum, *seats]
    found += [each for seat in seats for each in facts.members_of_seat[seat.pk]]
    for seat in seats:
        found += facts.holders_of_post[seat.ex_officio_post_id]
    found += [each for each in facts.members if each.forum_id == forum.pk]
    found += [x for x in facts.lines if forum.pk in (x.from_forum_id, x.to_forum_id)]
    return found


def own_days(records: list) -> list[datetime.date]:
    return sorted(set().union(*(bounds(each) for each in records)))


def test_the_page_of_a_forum_says_perhaps_beside_what_is_and_nothing_else(facts, days):
    wrong, compared = [], Counter()
    for forum in facts.forums:
        address = forum.get_absolute_url()
        for day in own_days(of_forum(facts, forum)):
            page = read(address, {"as_at": day})
            records = on_page_of_forum(facts, forum, day)
            wrong += [f"{address} as at {day}: {each}" for each in marked(page, records, day)]
            compared.update(each.split("-")[0] for each in records)
            if ("Not in force on" in page.text) != (forum.holds(day) is False):
                wrong.append(f"{address} as at {day} is headed otherwise than {forum.holds(day)}")
    assert not wrong, shown(wrong)
    assert min(compared[each] for each in ("seat", "membership", "member", "line")) > 3


def test_the_page_of_an_organisation_says_perhaps_beside_what_is_and_nothing_else(facts, days):
    wrong, compared = [], Counter()
    for organisation in facts.organisations:
        address = organisation.get_absolute_url()
        posts = facts.posts_of[organisation.pk]
        holders = [each for post in posts for each in facts.holders_of_post[post.pk]]
        related = [
            each
            for each in facts.relationships
            if organisation.pk in (each.from_organisation_id, each.to_organisation_id)
        ]
        for day in own_days([organisation, *posts, *holders, *related]):
            page = read(address, {"as_at": day})
            records = on_page_of_organisation(facts, organisation, day)
            wrong += [f"{address} as at {day}: {each}" for each in marked(page, records, day)]
            compared.update(each.split("-")[0] for each in records)
    assert not wrong, shown(wrong)
    assert min(compared[each] for each in ("post", "appointment", "relationship")) > 10


PAPERS = {
    "forum-terms": ("Seat", "Held by"),
    "forum-attendance": ("Seat", "Name"),
}


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_names_who_is_there_and_says_of_whom_perhaps(facts, days, paper):
    wrong, compared = [], 0
    of_seat, of_person = PAPERS[paper]
    for forum in facts.forums:
        address = reverse(paper, args=[forum.slug])
        for day in own_days(of_forum(facts, forum)):
            said = said_at(address, day)
            told, meant = Counter(), Counter()
            rows = [
                row
                for part in said["parts"]
                for table in part["tables"]
                for row in table["rows"]
                if of_person in row
            ]
            for row in rows:
                seat_cell = row.get(of_seat) or row.get("In attendance as") or []
                # A line may lead to the organisation of a post, too.
                about = [path(line["about"]) for line in row[of_person] if line["about"]]
                about = [address for address in about if address.startswith("/people/")]
                if not about:
                    continue
                perhaps = [
                    says_perhaps(" ".join(line["words"] for line in cell))
                    for cell in (seat_cell, row[of_person])
                ]
                told[seat_cell[0]["words"], about[0], *perhaps] += 1
            for seat in [] if over(day, forum) else facts.seats_of[forum.pk]:
                if place(day, seat) != "now":
                    continue
                through = [] if facts.is_left_out(seat) else facts.through_post(seat, day)
                for each in [*facts.members_of_seat[seat.pk], *(each for each, *_ in through)]:
                    if each.is_listed(day):
                        perhaps = seat.holds(day) is None, each.holds(day) is None
                        meant[seat.title, each.person.get_absolute_url(), *perhaps] += 1
            compared += meant.total()
            wrong += differences(address, day, {"rows": told}, {"rows": meant})
            if (said["not_in_force"] is None) != forum.certainly(day):
                wrong.append(f"{address} as at {day} is headed {said['not_in_force']}")
    assert not wrong, shown(wrong)
    assert compared > 10


# Files


def test_files_say_so_in_every_table(facts, days):
    wrong = [each for day in days for each in wrong_of_tables(facts, day)]
    assert not wrong, shown(wrong)


def test_a_file_of_all_periods_says_so_of_every_record(facts, days):
    wrong = [each for day in days[::4] for each in wrong_of_all_periods(facts, day)]
    assert not wrong, shown(wrong)


# What changed, and feeds

NAMES = {"organisation_names": "organisation", "forum_names": "forum", "person_names": "person"}


def events(facts: Facts) -> Iterator[tuple]:
    """Each record with the kind of its changes and what it is counted with, if it begins or ends
    when that does."""
    for kind, records in (
        ("organisation", facts.organisations),
        ("forum", facts.forums),
        ("relationship", facts.relationships),
        ("appointment", facts.appointments),
        ("membership", facts.memberships),
    ):
        yield from ((kind, each, None) for each in records)
    yield from (("post", each, each.organisation) for each in facts.posts)
    yield from (("seat", each, each.forum) for each in facts.seats)
    # A version that is there from the first day of its forum is no change.
    yield from (("terms-of-reference", each, each.forum) for each in facts.terms)
    yield from (("member-organisation", each, each.forum) for each in facts.members)
    yield from (("reporting-line", each, each.from_forum) for each in facts.lines)


def changes_on(facts: Facts, day: datetime.date) -> tuple[Counter, Counter]:
    """What may have begun on a day, or ended: its kind, the event, and the date as it is known."""
    starts, ends = Counter(), Counter()

    def note(counted: Counter, kind: str, event: str, when: When | None) -> None:
        if when is None or when.qualifier == Qualifier.NOT_BEFORE:
            return
        if when.first_possible() <= day <= when.last_possible():
            known = as_known(when.day, when.precision)
            counted[kind, event, known, when.precision, when.qualifier] += 1

    for kind, each, owner in events(facts):
        if owner is None or owner.starts != each.starts:
            note(starts, kind, "start", each.starts)
        if owner is None or owner.ends != each.ends:
            note(ends, kind, "end", each.ends)
    for table, owner in NAMES.items():
        for each in facts.names[table]:
            if each.kind == NameKind.FORMER and each.ends is not None:
                note(starts, f"{owner}-name", "renaming", each.ends.morrow())
    for each in PostTerms.objects.all():
        note(starts, "post-terms", "change", each.ends.morrow())
    return starts, ends


def test_changes_tell_each_beginning_and_end_on_its_day_as_it_is_known(facts, days):
    wrong, told_at_all = [], Counter()
    for day in days:
        rows = read_data("/changes.csv", {"from": day, "to": day}).rows
        starts, ends, handovers = Counter(), Counter(), Counter()
        for row in rows:
            event, sentence = row["event"], row["sentence"]
            known = row["date"], row["precision"], row["qualifier"]
            told_at_all[event] += 1
            if event == "end":
                ends[row["kind"], event, *known] += 1
            else:
                named = "start" if event == "handover" else event
                starts[row["kind"], named, *known] += 1
                handovers[row["kind"]] += event == "handover"
            begins = {"by": "By "}.get(known[2], "On " if known[1] == "day" else "In ")
            begins = "From " if event == "change" else begins
            if not sentence.startswith(begins):
                wrong.append(f"as at {day}: {known} is told as {sentence}")
        meant_starts, meant_ends = changes_on(facts, day)
        wrong += differences("/changes.csv", day, {"starts": starts}, {"starts": meant_starts})
        wrong += [f"as at {day} says {each}" for each in ends - meant_ends]
        # An end is told with the beginning of whoever took over.
        untold = Counter(kind for kind, *_ in (meant_ends - ends).elements())
        wrong += [f"as at {day} lacks an end of {each}" for each in untold - handovers]
    assert not wrong, shown(wrong)
    assert min(told_at_all[each] for each in ("start", "end", "renaming")) >= 2


def test_a_feed_of_one_tells_what_its_changes_tell(facts, days):
    entries, beyond = 0, []
    for kind, those in (("forum", facts.forums[:12]), ("organisation", facts.organisations[:12])):
        for one in those:
            asked = {kind: one.slug, "from": FIRST_DAY, "to": LAST_DAY}
            rows = read_data("/changes.csv", asked).rows
            feed = ElementTree.fromstring(
                files.get(f"{one.get_absolute_url()}changes.atom").content
            )
            titles = {each.findtext(f"{ATOM}title") for each in feed.iter(f"{ATOM}entry")}
            # An announcement without a day is news, and no change of a day.
            titles = {each for each in titles if not each.startswith("Not before ")}
            entries += len(titles)
            told = {" ".join(row["sentence"].split()) for row in rows}
            beyond += [f"{one}: {title}" for title in titles - told]
    assert entries > 100
    assert not beyond, shown(beyond)
