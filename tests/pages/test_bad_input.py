"""Addresses that no link leads to get the right status and a sentence, and leave the log quiet."""

import pytest
from django.urls import resolve

from ics_register.pages.frame import TYPED
from records.names import fold
from tests.pages import cast as stage
from tests.pages.reading import REFUSED, read
from tests.pages.test_every_page import PAGES

# Each page with the parameters that it reads, except the day of recording and days as typed.
PARAMETERS = {
    address: [
        name
        for name in resolve(address).func.reads
        if name not in ("recorded", *TYPED) and not name.endswith("-")
    ]
    for address in PAGES
    if "?" not in address
}
EACH = [(address, name) for address, names in PARAMETERS.items() for name in names]
CHOICES = [pair for pair in EACH if pair[1] not in ("as_at", "from", "to", "q", "page")]
LISTS = [address for address, names in PARAMETERS.items() if "page" in names]


@pytest.mark.parametrize(("address", "name"), EACH)
@pytest.mark.parametrize("text", ["\x00", "2019-05-01\x00", "board\x00"])
def test_null_bytes_are_refused_in_every_parameter(cast, quiet, address, name, text):
    page = read(address, {name: text})

    assert page.status == 400
    assert "a character that cannot be typed" in page.text


@pytest.mark.parametrize("address", PARAMETERS)
def test_null_bytes_are_refused_in_what_no_page_reads_too(cast, quiet, address):
    assert read(address, {"nonsense": "\x00"}).status == 400
    assert read(address, {"non\x00sense": "x"}).status == 400


def test_a_null_byte_in_an_address_is_refused(quiet):
    assert read("/forums/%00/").status == 400


@pytest.mark.parametrize(("address", "name"), CHOICES)
@pytest.mark.parametrize("text", ["nonsense", "0", "-1", "Board", "%00", "x" * 10_000, "'--"])
def test_an_unknown_value_gets_a_sentence_that_names_the_field(cast, quiet, address, name, text):
    page = read(address, {name: text})

    assert page.status == 400
    assert page.headings == [REFUSED]
    labels = {"sort": "Sort by", "standing": "Chair", "show": "show"}
    labels |= {"forum_kind": "Kind of forum"}
    label, said = labels.get(name, name.capitalize()), f": there is no “{text[:60]}” to choose."
    if name == "facts":
        label, said = "", f"“{text[:40]}” is not a kind of fact"
    elif (address, name) == ("/structure/", "forum"):
        label, said = "forum", f": There is no forum “{text[:60]}”."
    assert said in page.text
    assert label in page.text
    assert len(page.text) < 500


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("text", ["0", "2", "999999", "9" * 10_000, "0" * 50])
def test_a_page_that_a_list_does_not_have_is_not_found(cast, quiet, address, text):
    page = read(address, {"page": text})

    assert page.status == 404
    assert "There is no page" in page.text
    assert "this list has 1 page." in page.text
    assert len(page.text) < 400


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    "text", ["-1", "abc", "1e9", " ", "1.0", "+1", "0x1", "٣", "１", "x" * 10_000, "1\n"]
)
def test_what_is_not_a_page_number_gets_a_sentence(cast, quiet, address, text):
    page = read(address, {"page": text})

    assert page.status == 400
    assert "is not a page number" in page.text
    assert len(page.text) < 400


@pytest.mark.parametrize("address", ["/search/", "/forums/", "/organisations/", "/people/"])
@pytest.mark.parametrize("text", ["a" * 10_000, "a " * 5_000, "ﷺ" * 10_000, "x" * 201])
def test_a_search_too_long_to_be_a_name_gets_a_sentence(cast, quiet, address, text):
    page = read(address, {"q": text})

    assert page.status == 400
    assert "at most 200 characters" in page.text


@pytest.mark.parametrize("address", ["/search/", "/forums/", "/organisations/", "/people/"])
@pytest.mark.parametrize(
    "text",
    [
        "%",
        "_",
        "\\",
        "'",
        '"',
        "' OR 1=1 --",
        "a" * 200,
        "qz " * 40,
        "\u202e",
        "\ud7ff\U0001f3e5",
        "\u0301",
        "{{ 7 * 7 }}",
        "{% raise %}",
        "%s%d%n",
        "../../etc/passwd",
    ],
)
def test_odd_searches_find_nothing_and_break_nothing(cast, quiet, address, text):
    page = read(address, {"q": text})

    assert page.status == 200
    if fold(text):
        assert "Siân" not in page.text


@pytest.mark.parametrize("address", ["/search/", "/forums/", "/organisations/", "/people/"])
@pytest.mark.parametrize("text", ["qz " * 41, "ﷺ" * 200])
def test_more_words_than_a_name_has_get_a_sentence(cast, quiet, address, text):
    page = read(address, {"q": text})

    assert page.status == 400
    assert "at most 40 words" in page.text


@pytest.mark.parametrize("address", PARAMETERS)
def test_bytes_that_are_no_text_break_nothing(cast, quiet, address):
    assert read(address + "?q=%ff%fe&name=%c3%28&x=%ed%a0%80").status == 200


@pytest.mark.parametrize("address", PARAMETERS)
def test_parameters_that_no_page_reads_change_nothing_however_many(cast, quiet, address):
    page = read(address, {f"x{number}": "1" for number in range(10_000)})

    assert page.status == 200
    assert page.source == read(address).source


@pytest.mark.parametrize("address", PARAMETERS)
def test_parameters_named_like_our_own_words_change_nothing(cast, quiet, address):
    ours = [
        *("address", "path", "name", "self", "asked", "page_", "kept", "text", "title", "request"),
        *("context", "caller", "varargs", "kwargs", "loop", "environment", "__obj", "cls"),
        *("_Context__self", "_Context__obj", "_loop_vars", "_block_vars", "not a name", "", "é"),
    ]

    page = read(address, dict.fromkeys(ours, "1"))

    assert page.status == 200
    assert page.headings == read(address).headings


@pytest.mark.parametrize("address", PARAMETERS)
def test_markup_in_a_parameter_is_only_text(cast, quiet, address):
    markup = '"><script>alert(1)</script>'

    for page in [
        read(address, {"x": markup}),
        read(address, {markup: "x"}),
        read(address, {"q": markup}),
        read(address, {"page": markup}),
        read(address, {"as_at": markup}),
        read(address, {"kind": markup}),
    ]:
        assert page.status in (200, 400)
        assert "<script>alert" not in page.source
        assert [s for s in page.all("script") if "alert" in (s.text or "")] == []


def test_a_kind_of_fact_that_the_document_does_not_state_is_an_empty_list(cast, quiet):
    page = read(stage.DOCUMENT, {"facts": "places"})

    assert page.status == 200
    assert "None of this kind." in page.text
