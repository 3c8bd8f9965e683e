"""The page of recorded changes and its feeds, in today's words and without withheld names."""

from xml.etree import ElementTree

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.actions import reappoint
from people.identity import withhold_person
from people.models import Basis, Person
from records.events import Source
from records.history import Nature, writing
from records.periods import When
from tests import slow
from tests.builders import (
    day,
    make_appointment,
    make_document,
    make_escalation_step,
    make_forum,
    make_forum_name,
    make_membership,
    make_organisation,
    make_person,
    make_person_name,
    make_place,
    make_post,
    make_rating,
    make_seat,
    set_terms,
)
from tests.pages.as_data import read_data
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
RECORDED = "/changes/recorded/"
FEEDS = [
    "/changes.atom",
    "/changes/recorded.atom",
    "/forums/board/changes.atom",
    "/organisations/trust/changes.atom",
    "/people/ann/changes.atom",
]


@pytest.fixture
def register():
    """A board that Ann Lee chairs, and a trust that she chairs too."""
    ann = make_person(slug="ann", name="Ann Lee")
    board = make_forum(slug="board", name="Board")
    make_membership(
        seat=make_seat(forum=board, title="Chair", role="chair"),
        person=ann,
        note="Lee was chosen",
        quotation="Ms Lee",
    )
    trust = make_organisation(slug="trust", name="Wye Trust")
    make_appointment(person=ann, post=make_post(organisation=trust, title="Chair"))
    return ann


def feed(address: str) -> ElementTree.Element:
    answer = Client(headers={"host": "localhost"}).get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    return ElementTree.fromstring(answer.content)


def entries(address: str) -> dict[str, str]:
    """The title of each entry by its id."""
    return {
        entry.find(f"{ATOM}id").text: entry.find(f"{ATOM}title").text
        for entry in feed(address).iter(f"{ATOM}entry")
    }


def test_a_change_is_told_by_what_the_register_now_says(register):
    membership = register.memberships.get()
    membership.start_date = membership.start_date.replace(year=2020)
    with writing(Nature.CORRECTED, reason="Zelda told us", step="Correct"):
        membership.save()

    page = read(RECORDED)
    assert "Corrected. On 1 April 2020 Ann Lee became Chair of Board." in page.text
    assert "Correct" in page.text
    assert "2019 Ann Lee became Chair of Board" not in page.text
    assert "Zelda" not in page.source


def test_readers_learn_neither_who_made_a_change_nor_why(register):
    user = get_user_model().objects.create_user("gwen", first_name="Gwen", last_name="Hughes")
    with writing(Nature.RECORDED, reason="Asked by Owain", step="Create a forum", user=user):
        make_forum(name="Council")

    for address in (RECORDED, "/changes/recorded.json", "/changes/recorded.csv", *FEEDS):
        told = Client(headers={"host": "localhost"}).get(address).getvalue().decode()
        assert not [each for each in ("gwen", "Hughes", "Owain") if each in told], address


def told_everywhere(*addresses: str) -> dict[str, str]:
    """The changes that each feed and page lists, in its own words."""
    return {
        each: " ".join(entries(each).values()) if each.endswith(".atom") else read(each).text
        for each in addresses
    }


def test_pages_and_feeds_alike_say_that_somebody_reappointed_stays_on(register):
    appointment = register.appointments.get()
    appointment.term_ends = day("2022-03-31")
    with writing(Nature.CHANGED, step="Reappoint"):
        reappoint(
            tenure=appointment,
            last=When(day("2022-03-31")),
            source=Source(make_document(), "page 2"),
            basis=Basis.SUBSTANTIVE,
        )

    addresses = ("/changes.atom", "/organisations/trust/changes.atom", "/people/ann/changes.atom")
    told = told_everywhere(*addresses, "/changes/recorded.atom", RECORDED)
    told["/changes/"] = read("/changes/", {"from": "2022-01-01", "to": "2022-12-31"}).text
    for address, words in told.items():
        assert "On 1 April 2022 Ann Lee stayed on as Chair of Wye Trust" in words, address
        assert "Ann Lee ceased to be" not in words, address
        assert "On 1 April 2022 Ann Lee became" not in words, address


def test_a_handover_is_one_entry_of_a_feed_whichever_of_the_two_was_written_last(register):
    first = register.appointments.get()
    ben = make_appointment(
        post=make_post(organisation=first.post.organisation, title="Leader"),
        person=make_person(name="Ben Rhys"),
        start_date="2022-04-01",
    )
    cat = make_person(name="Cat Orr")
    before = make_appointment(post=ben.post, person=cat, end_date="2022-03-31")
    before.note = "Corrected."
    before.save()

    told = [words for words in entries("/changes.atom").values() if "Leader of" in words]
    assert sorted(told) == [
        "On 1 April 2019 Cat Orr became Leader of Wye Trust.",
        "On 1 April 2022 Cat Orr handed over to Ben Rhys as Leader of Wye Trust.",
    ]


def test_readers_see_no_words_that_were_changed_or_removed(register):
    forum = make_forum(name="The Quillfeather Board", purpose="As Quillfeather wished")
    forum.name = "Council"
    forum.save()
    set_terms(forum, purpose="To decide")
    gone = make_forum_name(forum=forum, name="Quillfeather’s")
    gone.delete()
    make_person(name="Zelda Quillfeather").delete()

    for address in (RECORDED, "/changes.atom", "/changes/recorded.atom"):
        told = Client(headers={"host": "localhost"}).get(address).getvalue().decode()
        assert "Quillfeather" not in told
    assert "A forum name that was since removed" in read(RECORDED).text


def test_somebody_withheld_is_named_nowhere_by_any_name(register):
    register.name = "Ann Pugh"
    register.save()
    make_person_name(person=register, name="Ann Owen")
    withhold_person(person=register)

    addresses = (RECORDED, "/changes/recorded.json", "/changes/recorded.csv", *FEEDS[:4])
    for address in addresses:
        told = Client(headers={"host": "localhost"}).get(address).getvalue().decode()
        words = ("Ann", "Lee", "Pugh", "Owen", "/people/ann")
        assert [each for each in words if each in told] == [], address
    assert "Name withheld became Chair of Board" in read(RECORDED).text
    assert Client(headers={"host": "localhost"}).get(FEEDS[4]).status_code == 404


def test_readers_do_not_learn_that_somebody_was_once_withheld(register):
    with writing(Nature.CHANGED, step="Withhold from public pages"):
        withhold_person(person=register)
    with writing(Nature.CHANGED, step="Show on public pages again"):
        register = Person.objects.get()
        register.withheld = False
        register.save()

    page = read(RECORDED)
    assert "ithhold" not in page.text, page.text[page.text.index("ithhold") - 300 :][:500]
    assert "public pages again" not in page.text


def test_changes_of_one_step_stand_together_and_an_import_is_one_entry_a_kind(register):
    with writing(Nature.CHANGED, step="Set up a forum"):
        council = make_forum(name="Council")
        make_seat(forum=council, title="Lay member")
    with writing(Nature.IMPORTED, step="Import"):
        for _ in range(30):
            make_organisation()

    page = read(RECORDED)
    assert page.text.count("Set up a forum") == 1
    assert "Imported. 30 organisations." in page.text


def test_an_import_is_one_entry_though_the_last_of_its_records_was_changed_since(register):
    with writing(Nature.IMPORTED, step="Import"):
        make_organisation()
        last = make_organisation(name="Severn Trust")
    with writing(Nature.CHANGED):
        last.name = "Severn NHS Trust"
        last.save()

    text = read(RECORDED).text
    assert "Imported. 2 organisations." in text
    assert text.count("Severn NHS Trust began") == 1


def test_every_kind_of_record_has_words(register):
    with writing(Nature.RECORDED):
        make_rating(organisation=register.appointments.get().post.organisation)
        make_escalation_step(forum=register.memberships.get().seat.forum)
        make_document(title="Minutes of May")
        make_place(name="Ludlow")

    text = read(RECORDED).text
    for told in (
        "A rating of Wye Trust.",
        "An escalation step of Board.",
        "Document: Minutes of May.",
        "Place: Ludlow.",
        "Person: Ann Lee.",
    ):
        assert told in text


def test_the_first_records_are_one_entry():
    with writing(Nature.SEEDED):
        document = make_document(short_title="Board paper 2019")
        for _ in range(20):
            make_organisation(document=document)

    page = read(RECORDED)
    assert "with 21 records, from Board paper 2019" in page.text
    assert "Nothing was recorded since the register was begun" in page.text


def test_the_page_can_be_narrowed_to_days_of_recording(register, quiet):
    assert "Ann Lee" in read(RECORDED, {"from": "2020-01-01"}).text
    assert "Nothing was recorded in these days" in read(RECORDED, {"to": "2020-01-01"}).text
    wrong = read(RECORDED, {"from": "2020-01-02", "to": "2020-01-01"})
    assert wrong.status == 400
    assert "Put the earlier day in “from”." in wrong.text
    assert read(RECORDED, {"from": "soon"}).status == 400


def test_the_formats_tell_what_the_page_tells(register):
    as_json, as_csv = read_data("/changes/recorded.json"), read_data("/changes/recorded.csv")

    said = [each["text"] for each in as_json.said["results"]]
    assert said == [row["text"] for row in as_csv.rows]
    assert "On 1 April 2019 Ann Lee became Chair of Board." in said
    assert as_json.said["count"] == len(said)


@pytest.mark.parametrize("address", FEEDS)
def test_a_feed_has_all_that_atom_asks_for(register, address):
    root = feed(address)

    assert root.tag == f"{ATOM}feed"
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert links["self"] == f"http://localhost{address}"
    assert links["alternate"].startswith("http://localhost/changes/")
    assert root.find(f"{ATOM}author/{ATOM}name").text == "Governance register"
    ids = [root.find(f"{ATOM}id").text]
    found = list(root.iter(f"{ATOM}entry"))
    assert found
    for entry in found:
        assert entry.find(f"{ATOM}title").text
        assert entry.find(f"{ATOM}updated").text
        assert entry.find(f"{ATOM}link").get("href").startswith("http://localhost/")
        ids.append(entry.find(f"{ATOM}id").text)
    assert len(ids) == len(set(ids))
    assert all(each.startswith("urn:uuid:") for each in ids)


@pytest.mark.parametrize("address", FEEDS)
def test_a_feed_is_kept_by_proxies_and_only_read(register, quiet, address):
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})

    answer = client.get(address)
    assert answer.headers["Cache-Control"].startswith("public, ")
    assert "Set-Cookie" not in answer.headers
    assert client.post(address).status_code == 405
    assert client.get(address).content == answer.content


def test_an_entry_keeps_its_id_when_a_slug_or_the_words_change(register):
    before = entries("/changes.atom")
    register.slug, register.name = "new-ann", "Ann Rhys"
    register.save()
    board = register.memberships.get().seat.forum
    board.slug, board.name = "new-board", "New Board"
    board.save()

    after = entries("/changes.atom")
    assert set(before) == set(after)
    assert "On 1 April 2019 Ann Rhys became Chair of New Board." in after.values()


def test_a_feed_of_one_tells_of_that_one_and_follows_its_slug(register):
    assert sorted(entries("/people/ann/changes.atom").values()) == [
        "On 1 April 2019 Ann Lee became Chair of Board.",
        "On 1 April 2019 Ann Lee became Chair of Wye Trust.",
    ]
    assert "On 1 April 2019 Ann Lee became Chair of Wye Trust." not in (
        entries("/forums/board/changes.atom").values()
    )
    register.slug = "ann-lee"
    register.save()
    moved = Client(headers={"host": "localhost"}).get("/people/ann/changes.atom")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/people/ann-lee/changes.atom")


@slow.ROWS
def test_a_list_too_long_to_be_counted_is_read_page_by_page_to_its_end(register, monkeypatch):
    whole = [each["text"] for each in read_data("/changes/recorded.csv").rows]
    monkeypatch.setattr("ics_register.pages.lists.PER_PAGE_OF_LONG", 2)
    monkeypatch.setattr("ics_register.pages.lists.MOST_COUNTED", 4)
    assert len(whole) > 7

    told, page, address = [], 1, "/changes/recorded.json"
    while address:
        said = read_data(address).said
        told += [each["text"] for each in said["results"]]
        assert said["count"] == (len(whole) if said["next"] is None else None)
        if page > 1:
            assert said["previous"].endswith(f"?page={page - 1}")
        page, address = page + 1, said["next"] and said["next"].removeprefix("http://localhost")
    assert told == whole

    assert "More than 4 changes, 1 to 2 on this page" in read(RECORDED).text
    assert "page 2 of" not in read(RECORDED).text
    assert f"{len(whole)} changes" in read(RECORDED, {"page": str(page - 1)}).text
    assert read(RECORDED, {"page": str(page)}).status == 404
    beyond = read(RECORDED, {"page": "1001"})
    assert beyond.status == 400
    assert "up to page 200. For what comes after it, name the days" in beyond.text
    today = timezone.localdate().isoformat()
    beyond = read(RECORDED, {"page": "3", "recorded": today})
    assert beyond.status == 400
    assert "up to page 2. For what comes after it, name the days" in beyond.text
    assert read(RECORDED, {"page": "2", "recorded": today}).status == 200


def test_past_changes_of_the_whole_register_are_refused_where_there_are_too_many(
    register, monkeypatch
):
    """Reading all of the past would take seconds. Reading that of one forum is quick."""
    monkeypatch.setattr("ics_register.pages.changes.MOST_OF_THE_PAST", 0)
    asked = {"recorded": timezone.localdate().isoformat()}
    for address in ("/changes/", "/changes.json", "/changes.csv"):
        answer = Client(headers={"host": "localhost"}).get(address, asked)
        assert answer.status_code == 400
        assert "Name one forum, organisation or person" in answer.content.decode()
        assert Client(headers={"host": "localhost"}).get(address).status_code == 200
    assert read("/changes/", {**asked, "forum": "board"}).status == 200


def test_pages_lead_to_their_feeds(register):
    for page, address in {
        "/changes/": "/changes.atom",
        RECORDED: "/changes/recorded.atom",
        "/forums/board/": "/forums/board/changes.atom",
        "/organisations/trust/": "/organisations/trust/changes.atom",
        "/people/ann/": "/people/ann/changes.atom",
    }.items():
        links = read(page).all("link", rel="alternate", type="application/atom+xml")
        assert [link.get("href") for link in links] == [address]


def test_odd_characters_are_well_formed_in_a_feed(register):
    make_organisation(name="A < B & “C” \x0b\x1b ]]> \U0001f3e5 \ufffe Trust")

    titles = "".join(entries("/changes.atom").values())
    assert "A < B & “C”" in titles
    assert "\U0001f3e5" in titles


def test_an_empty_register_has_feeds_that_do_not_change(db):
    client = Client(headers={"host": "localhost"})

    for address in FEEDS[:2]:
        assert client.get(address).content == client.get(address).content


@slow.ROWS
def test_neither_the_page_nor_a_feed_costs_more_for_more_rows(register):
    addresses = [RECORDED, *FEEDS]

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert Client(headers={"host": "localhost"}).get(address).status_code == 200
        return len(queries)

    def more() -> None:
        post = make_post()
        make_appointment(post=post, person=make_person())
        make_rating(organisation=post.organisation)
        make_escalation_step(forum=make_forum())
        make_membership(person=Person.objects.get(slug="ann"))

    # Enough that the feeds of everything are full, and count what they have no room for.
    for _ in range(20):
        more()
    before = {address: cost(address) for address in addresses}
    for _ in range(10):
        more()
    # Fewer where the first page has no room for what the register was begun with.
    assert all(cost(address) <= before[address] for address in addresses)
    assert max(before.values()) <= 10


def test_what_is_announced_not_before_a_day_is_no_event_of_that_day(register):
    make_membership(
        seat=make_seat(forum=make_forum(name="Other Board"), title="Lay member"),
        person=make_person(name="Bea Moss"),
        start_date="2024-05-01",
        start_qualifier="not-before",
        end_date="2025-05-01",
        end_qualifier="not-before",
    )
    seat = "the seat “Lay member” of Other Board"

    for told in (read(RECORDED).text, " ".join(entries("/changes.atom").values())):
        assert f"Not before 1 May 2024 Bea Moss is to take {seat}." in told
        assert f"Not before 1 May 2025 Bea Moss is to leave {seat}." in told
        assert "On 1 May 2024" not in told
