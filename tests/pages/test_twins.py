"""Every public page has a twin as JSON, and every list one as CSV, which say what it says."""

import pytest
from django.test import Client

from ics_register.pages.twins import form_of, page_of_twin, twin_of
from tests.pages import cast as stage
from tests.pages.reading import read
from tests.pages.twins import twin


@pytest.mark.parametrize(
    ("address", "json"),
    [("/", "/index.json"), ("/chairs/", "/chairs.json"), (stage.FORUM, stage.FORUM[:-1] + ".json")],
)
def test_the_address_of_a_twin_and_that_of_its_page_lead_to_each_other(address, json):
    assert twin_of(address, "json") == json
    assert page_of_twin(json) == address
    assert (form_of(json), form_of(address)) == ("json", None)


def test_a_page_links_to_its_twins_as_at_its_day_and_with_its_filters(cast):
    page = read("/chairs/", {"as_at": "2019-05-01", "standing": "held", "page": "1"})

    kept = "standing=held&page=1&as_at=2019-05-01"
    assert page.link("JSON") == f"/chairs.json?{kept}"
    assert page.link("CSV") == "/chairs.csv?standing=held&as_at=2019-05-01"
    linked = {link.get("type"): link.get("href") for link in page.all("link", rel="alternate")}
    assert linked == {"application/json": page.link("JSON"), "text/csv": page.link("CSV")}
    assert twin(page.link("JSON")).said["page"] == f"http://localhost/chairs/?{kept}"


@pytest.mark.parametrize("form", ["json", "csv"])
def test_any_site_may_read_a_twin_and_any_proxy_may_keep_it(cast, form):
    answer = twin(f"/chairs.{form}").response

    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"].startswith("public, ")
    assert "Set-Cookie" not in answer.headers
    head = Client(headers={"host": "localhost"}).head(f"/chairs.{form}")
    assert (head.status_code, head.getvalue()) == (200, b"")


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("as_at=2019-02-30", 400, "The register could not read “2019-02-30” as a day"),
        ("standing=nonsense", 400, "Chair: there is no “nonsense” to choose"),
        ("%00", 400, "The address holds a character that cannot be typed"),
    ],
)
def test_what_a_page_refuses_its_twins_refuse_with_a_sentence(db, quiet, query, status, sentence):
    as_json, as_csv = twin(f"/chairs.json?{query}"), twin(f"/chairs.csv?{query}")

    assert (as_json.status, as_csv.status) == (status, status)
    assert as_json.said["error"].startswith(sentence)
    assert as_csv.media_type == "text/plain"
    assert as_csv.text.startswith(sentence)


def test_a_twin_can_be_read_but_not_written_to(db, quiet):
    answer = Client(headers={"host": "localhost"}).post("/chairs.json")

    assert answer.status_code == 405
    assert "error" in answer.json()


def test_a_file_has_no_pages(db, quiet):
    assert "page: The file holds the whole list" in twin("/chairs.csv?page=2").text
    assert twin("/chairs.json?page=2").status == 404
