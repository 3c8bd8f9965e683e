"""Properties of every public page, whatever its subject."""

from urllib.parse import urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from tests import slow
from tests.pages import cast as stage
from tests.pages.as_data import read_data
from tests.pages.reading import REFUSED, Page, read

# The page's address, its heading, and the beginning of its title.
PAGES = {
    "/": ("Who governs The Marches", "Home"),
    "/chairs/": ("Who chairs what", "Who chairs what"),
    "/forums/": ("Forums", "Forums"),
    stage.FORUM: ("Executive of the Marches (MEx)", "Executive of the Marches"),
    stage.QUORACY: ("Will a meeting of MEx be quorate?", "Quoracy of MEx"),
    stage.TERMS: (
        "Appendix to the terms of reference: Executive of the Marches",
        "Appendix to the terms of reference: Executive of the Marches",
    ),
    stage.SHEET: ("Attendance: Executive of the Marches", "Attendance: Executive of the Marches"),
    f"{stage.FORUM}calendar/": (
        "Calendar of Executive of the Marches",
        "Calendar of Executive of the Marches",
    ),
    "/calendar/": ("Calendar", "Calendar"),
    "/organisations/": ("Organisations", "Organisations"),
    stage.ORGANISATION: ("Marches NHS Trust (MT)", "Marches NHS Trust"),
    "/people/": ("People", "People"),
    stage.PERSON: ("Dr Siân Jones", "Dr Siân Jones"),
    "/concentration/": (
        "Who chairs more than one forum or organisation",
        "Who chairs more than one forum or organisation",
    ),
    "/representation/": ("Who is represented where", "Who is represented where"),
    "/structure/": ("How forums report", "Structure"),
    "/changes/": ("Changes", "Changes"),
    "/changes/recorded/": ("What the register recorded", "What the register recorded"),
    "/documents/": ("Sources", "Sources"),
    "/data/": ("Open data", "Open data"),
    "/data/fields/": ("Fields of the data", "Fields of the data"),
    stage.DOCUMENT: ("Terms of reference", "Terms of reference"),
    "/search/": ("Search", "Search"),
    "/search/?q=marches": ("Search results for “marches”", "Search for marches"),
}
OF_NO_RECORD = [each for each in PAGES if "<" not in resolve(urlsplit(each).path).route]
every_page = pytest.mark.parametrize("address", PAGES)


@every_page
def test_it_opens_with_one_heading_and_a_title_that_starts_with_its_own_name(cast, quiet, address):
    page = read(address)

    heading, title = PAGES[address]
    assert page.status == 200
    assert page.headings == [heading]
    assert page.title == f"{title} – Governance register"


@every_page
def test_any_proxy_may_keep_it(cast, address):
    headers = read(address).response.headers

    assert "public" in headers["Cache-Control"]
    assert "private" not in headers["Cache-Control"]
    assert "Set-Cookie" not in headers
    assert "cookie" not in headers.get("Vary", "").lower()


@every_page
def test_it_is_the_same_for_somebody_who_is_signed_in(cast, address):
    editor = get_user_model().objects.create_superuser("editor")
    client = Client(headers={"host": "localhost"})
    client.force_login(editor)

    assert client.get(address).content == read(address).response.content


@every_page
def test_it_can_be_read_but_not_written_to(cast, quiet, address):
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})

    assert strict.head(address).status_code == 200
    for method in (strict.post, strict.put, strict.patch, strict.delete):
        answer = method(address)
        assert answer.status_code == 405
        assert answer.headers["Allow"] == "GET, HEAD"


@every_page
def test_nothing_inline_may_run_in_it(cast, address):
    page = read(address)

    policy = page.response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert [s.get("type") for s in page.all("script") if not s.get("src")] in (
        [],
        ["application/ld+json"],
    )
    assert page.all("style") == []
    attributes = {name for element in page.tree.iter() for name in element.attrib}
    assert [name for name in attributes if name == "style" or name.startswith("on")] == []


@every_page
def test_it_asks_nothing_of_another_host(cast, address):
    page = read(address)

    loaded = [e.get("src") for e in page.tree.iter() if e.get("src")]
    loaded += [link.get("href") for link in page.all("link") if link.get("rel") != "canonical"]
    assert [each for each in loaded if urlsplit(each).netloc] == []


@every_page
@pytest.mark.parametrize("day", ["2019-05-01", "2150-06-01"])
def test_every_link_keeps_the_day_it_is_read_as_at(cast, address, day):
    page = read(address, {"as_at": day, **({"q": "marches"} if "?" in address else {})})

    # The page of something that is over offers a day on which it was in force.
    own = urlsplit(address).path
    lost = [
        path
        for path, parameters in page.parameters_of_links
        if parameters.get("as_at") != [day] and path != own
    ]
    assert lost == []
    assert len(page.parameters_of_links) > 5


@every_page
def test_a_page_that_names_no_day_adds_none_to_its_links(cast, address):
    own = urlsplit(address).path

    assert [
        path
        for path, parameters in read(address).parameters_of_links
        if "as_at" in parameters and path != own
    ] == []


@slow.WALK
@every_page
@pytest.mark.parametrize("recorded", [False, True], ids=["as at a day", "and as recorded on one"])
def test_every_link_within_the_site_leads_to_a_page(cast, address, recorded):
    asked = {"as_at": "2020-06-01", **({"q": "marches"} if "?" in address else {})}
    page = read(address, asked | ({"recorded": timezone.localdate()} if recorded else {}))

    client = Client(headers={"host": "localhost"})
    targets = {link.partition("#")[0] for link in page.links() if link.startswith("/")}
    targets = {link for link in targets if not link.startswith("/admin/")}
    assert [link for link in sorted(targets) if status_of(client.get(link)) != 200] == []


def status_of(answer) -> int:
    """The status of a response. A streamed file is read to its end, which closes it."""
    if answer.streaming:
        assert b"".join(answer.streaming_content)
    return answer.status_code


# Open data tells the addresses of files, which name the day.
@pytest.mark.parametrize("address", [each for each in PAGES if each != "/data/"])
def test_the_page_as_recorded_by_today_says_what_it_says_now(cast, address):
    asked = {"q": "marches"} if "?" in address else {}
    now, then = (read(address, asked | more) for more in ({}, {"recorded": timezone.localdate()}))
    assert then.headings == now.headings
    for form in ("text/csv", "application/json"):
        [said, said_then] = [_data_of(page, form) for page in (now, then)]
        assert said_then == said


def _data_of(page: Page, media_type: str) -> list:
    """The data of a page in a format, without the day of the request."""
    links = page.all("link", rel="alternate", type=media_type)
    formats = [read_data(link.get("href").removeprefix("http://localhost")) for link in links]
    if media_type == "text/csv":
        return [each.rows for each in formats]
    return [
        {key: value for key, value in each.said.items() if key not in ("page", "recorded")}
        for each in formats
    ]


@slow.WALK
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite only: it can turn orders round")
@every_page
def test_no_order_on_it_is_left_to_the_database(cast, address):
    asked = {"q": "marches"} if "?" in address else {}

    def told() -> list:
        pages = [read(address, asked | more) for more in ({}, {"recorded": timezone.localdate()})]
        formats = [
            _data_of(page, form) for page in pages for form in ("text/csv", "application/json")
        ]
        return [*(page.text for page in pages), *formats]

    before = told()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA reverse_unordered_selects = ON")
        try:
            assert told() == before
        finally:
            cursor.execute("PRAGMA reverse_unordered_selects = OFF")


@every_page
def test_the_forms_keep_the_day_it_is_read_as_at(cast, address):
    page = read(address, {"as_at": "2019-05-01"})

    for form in page.all("form"):
        sent = {i.get("name"): i.get("value") for i in form.iter("input")}
        typed = sent.get("typed_as_at")  # of the form that chooses the day
        assert typed == "1 May 2019" if typed else sent["as_at"] == "2019-05-01"


@every_page
def test_it_says_which_address_is_its_own(cast, address):
    page = read(address, {"as_at": "2019-05-01", "q": "marches"})

    assert page.canonical == "http://localhost" + urlsplit(address).path


@every_page
def test_it_offers_to_skip_to_its_content_before_anything_else(cast, address):
    page = read(address)

    assert page.links()[0] == "#maincontent"
    assert page.main.get("id") == "maincontent"


@every_page
def test_a_day_in_the_address_is_in_its_title(cast, address):
    page = read(address, {"as_at": "2019-05-01", **({"q": "marches"} if "?" in address else {})})

    name = PAGES[address][1]
    assert page.title == f"{name}, as at 1 May 2019 – Governance register"


@pytest.mark.django_db
@pytest.mark.parametrize("address", OF_NO_RECORD)
def test_an_empty_register_has_pages_too(quiet, address):
    page = read(address)

    assert page.status == 200
    assert len(page.headings) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/", "The register holds no system yet."),
        ("/chairs/", "The register has no chair or leader to show"),
        ("/forums/", "No forum is recorded"),
        ("/organisations/", "No organisation is recorded"),
        ("/concentration/", "The register has nobody who chairs more than one"),
        ("/representation/", "The register has no organisation on a forum"),
        ("/structure/", "No forum is recorded"),
        ("/people/", "Nobody of that name is recorded."),
        ("/changes/", "The register has no change from"),
        ("/changes/recorded/", "Nothing was recorded."),
        ("/documents/", "The register holds no document yet."),
        ("/search/?q=anybody", "Nothing in the register has that name."),
    ],
)
def test_an_empty_register_says_so(address, sentence):
    assert sentence in read(address).text


@pytest.mark.django_db
def test_an_unknown_address_is_not_found(quiet):
    for address in [
        "/nothing/",
        "/forums/nobody-knows-it/",
        "/organisations/nobody-knows-it/",
        "/people/nobody-knows-it/",
        "/documents/nobody-knows-it/",
        "/people/" + "x" * 5000 + "/",
        "/people/%3Cscript%3E/",
        "/admin-of-sorts/",
    ]:
        page = read(address)
        assert page.status == 404
        assert page.headings == ["Page not found"]
        assert page.title == "Page not found – Governance register"
        assert "It may have been typed wrongly." in page.text


@pytest.mark.django_db
def test_an_address_without_its_last_slash_leads_to_the_one_with_it():
    answer = Client(headers={"host": "localhost"}).get("/search?q=tait")

    assert answer.status_code == 301
    assert answer.headers["Location"] == "/search/?q=tait"


def test_a_fault_of_ours_is_a_page_with_a_sentence(db, monkeypatch, caplog):
    def fail(*args, **kwargs):
        raise RuntimeError("the disc is full")

    monkeypatch.setattr("ics_register.pages.people.page_of", fail)
    client = Client(headers={"host": "localhost"}, raise_request_exception=False)
    page = Page(client.get("/people/"))

    assert page.status == 500
    assert page.headings == ["Something went wrong"]
    assert "the disc is full" not in page.source
    assert "the disc is full" in caplog.text


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_a_page_with_a_sentence():
    page = read("/", host="elsewhere.example")

    assert page.status == 400
    assert page.headings == [REFUSED]
