"""No public page names a withheld person. What they hold is shown, with its period and source.

Zelda Quillfeather, once Zelda Ostrich, sits on the Board and used to chair it. She chairs the trust
and so, ex officio, its committee.
"""

import datetime
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.test import Client
from django.utils import timezone

from editing.groups import AUDITOR
from forums.models import Forum
from organisations.models import Organisation, PlaceLevel, PostKind
from people.identity import show_person_again, texts_of, withhold_person
from people.models import Basis, Distinction, Person
from records.models import NameKind, Record
from records.names import fold
from tests import slow
from tests.admin_pages import address
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_distinction,
    make_escalation_step,
    make_ex_officio_source,
    make_figure,
    make_forum,
    make_forum_name,
    make_forum_state,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_person_name,
    make_place,
    make_post,
    make_post_terms,
    make_post_vacancy,
    make_rating,
    make_relationship,
    make_reporting_line,
    make_rule,
    make_seat,
    make_seat_terms,
    make_seat_vacancy,
    make_statement,
    make_succession,
    make_terms_review,
)
from tests.pages.files import inside
from tests.pages.reading import Page, read
from tests.standing import standing

pytestmark = pytest.mark.django_db

QUORACY = "/forums/board/quoracy/"
SECRETS = ["zelda", "quillfeather", "ostrich", "zq-1"]


@pytest.fixture
def zelda():
    return make_zelda()


def make_zelda() -> Person:
    person = make_person(slug="zq-old", honorific="Dame", name="Zelda Quillfeather")
    person.slug = "zq-1"
    person.save()
    make_person_name(
        person=person, name="Zelda Ostrich", kind=NameKind.FORMER, end_date="2019-12-31"
    )
    marches = make_place(slug="marches", level=PlaceLevel.SYSTEM)
    board = make_forum(slug="board", name="Board", place=marches)
    make_membership(
        person=person,
        seat=make_seat(forum=board, title="Lay member"),
        quotation="Dame Zelda joins",
        note="Read from “Quillfeather Z”",
    )
    make_rule(board, people=1)
    chair = make_chair_seat(forum=board)
    make_membership(person=person, seat=chair, end_date="2020-03-31")
    make_membership(person=person, seat=chair, start_date="2150-01-01", basis=Basis.ACTING)
    trust = make_organisation(slug="trust", name="Wye Trust")
    post = make_post(organisation=trust, title="Chair of the trust")
    in_a_year = timezone.localdate() + datetime.timedelta(days=365)
    make_appointment(person=person, post=post, term_ends=in_a_year)
    former = make_post(organisation=trust, title="Director", kind=PostKind.DIRECTOR)
    make_appointment(person=person, post=former, end_date="2020-03-31")
    make_chair_seat(forum=make_forum(slug="committee", name="Committee"), ex_officio_post=post)
    make_distinction(person=person, other=make_person(name="Zed Quill"))
    return person


@pytest.fixture
def withheld(zelda):
    withhold_person(person=zelda)
    return zelda


FROM = [
    "/",
    "/people/?q=lay",
    "/forums/board/?as_at=2019-06-01",
    "/chairs/?as_at=2019-06-01",
    "/chairs/?as_at=2160-01-01",
    "/search/?q=chair",
    "/forums/?as_at=2019-06-01",
    "/changes/?from=1900-01-01&to=2199-12-31",
]


def every_page(todo: Iterable[str] = FROM, asked: str | None = None) -> dict[str, str]:
    """The text of every public page and file that links lead to from these, by address.

    If `asked` is given, pages are read with that query in place of the links' own."""
    client = Client(headers={"host": "localhost"})
    todo = list(todo)
    read_so_far: dict[str, str] = {}
    while todo:
        here = todo.pop()
        if here in read_so_far:
            continue
        answer = client.get(here)
        assert answer.status_code == 200, here
        read_so_far[here] = inside(answer)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for link in Page(answer).links():
            parts = urlsplit(link)
            ours = not parts.netloc and parts.path and not parts.path.startswith("/admin/")
            if ours:
                query = asked if asked is not None else parts.query
                todo.append(parts.path + (f"?{query}" if query else ""))
    return read_so_far


@pytest.fixture(scope="module")
def pages_without_the_name(django_db_setup, django_db_blocker) -> dict[str, str]:
    """The text of every public page after Zelda was withheld."""
    with standing(django_db_blocker):
        zelda = make_zelda()
        assert "Quillfeather" in read(QUORACY).text
        withhold_person(person=zelda)
        return every_page()


@slow.WALK
def test_no_public_page_has_the_name_anywhere_in_it(pages_without_the_name):
    pages = pages_without_the_name
    assert len(pages) > 25
    assert len([here for here in pages if ".json" in here or ".csv" in here]) > 2
    assert {
        here: secret
        for here, source in pages.items()
        for secret in SECRETS
        if secret in source.lower()
    } == {}


@pytest.fixture
def clock(monkeypatch):
    """A function that moves the clock on by a day, and gives the day."""
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)

    def a_day_later() -> datetime.date:
        nonlocal moment
        moment += datetime.timedelta(days=1)
        return timezone.localdate()

    return a_day_later


@slow.WALK
def test_no_page_as_recorded_before_has_a_name_that_was_taken_out_of_words_since(zelda, clock):
    """The name may have been in any text of any record, in any spelling."""
    one_of_each_kind()
    kinds = {model for model in apps.get_models() if issubclass(model, Record)}
    assert [each for each in kinds if not each.objects.exists()] == []
    yesterday = clock()
    texts = {
        (record, text.name): getattr(record, text.name)
        for model in kinds
        for record in model.objects.exclude(pk__in=[zelda.pk] if model is Person else [])
        for text in texts_of(model)
        # A place in a document has to be one, and a code a code.
        if getattr(record, text.name) or text.name in ("note", "website", "purpose")
    }
    write({where: with_a_name(*where, text) for where, text in texts.items()})
    clock()
    write(texts)
    clock()
    earlier = [f"{page}{'&' if '?' in page else '?'}recorded={yesterday}" for page in FROM]
    assert "quillfeather" in fold(read(earlier[0]).text)

    withhold_person(person=zelda)
    pages = every_page(earlier, asked=f"recorded={yesterday}")

    assert len(pages) > 25
    assert {here for here, source in pages.items() if "feather" in fold(source)} == set()


def one_of_each_kind():
    board, trust = Forum.objects.get(slug="board"), Organisation.objects.get(slug="trust")
    for make in (make_figure, make_organisation_name, make_rating, make_statement):
        make(organisation=trust)
    for make in (
        make_escalation_step,
        make_forum_name,
        make_member_organisation,
        make_terms_review,
    ):
        make(forum=board)
    make_ex_officio_source(seat=make_seat(forum=board))
    make_forum_state(forum=board)
    make_reporting_line(from_forum=board)
    make_seat_vacancy(seat=make_seat(forum=board))
    make_post_terms(post=make_post(organisation=trust))
    make_seat_terms(seat=make_seat(forum=board))
    make_post_vacancy(post=make_post(organisation=trust))
    make_succession(from_forum=board)
    make_relationship(from_organisation=trust)


def with_a_name(record, name: str, text: str) -> str:
    field = record._meta.get_field(name)
    if isinstance(field, models.SlugField):
        return f"{text}-of-quillfeather"
    if isinstance(field, models.URLField):
        return "https://example.nhs.uk/quillfeather"
    return f"QUÍLL\u00adFEATHER’s {text}"[: field.max_length]


def write(texts: dict) -> None:
    for (record, name), text in texts.items():
        setattr(record, name, text)
    for record in {record for record, _ in texts}:
        record.save()


@slow.WALK
def test_whether_a_meeting_is_quorate_is_told_without_the_name(pages_without_the_name):
    pages = pages_without_the_name
    everyone = [here for here in pages if here.startswith(QUORACY) and "=attends" in here]
    assert QUORACY in pages
    assert everyone
    assert all("By: Name withheld, Lay member" in pages[here] for here in everyone)
    assert [here for here in pages if here.startswith("/forums/board/quoracy.json")]


@slow.WALK
def test_most_public_pages_have_the_name_of_somebody_who_is_not_withheld(zelda):
    named = [here for here, source in every_page().items() if "Quillfeather" in source]

    assert {"/", "/people/", "/chairs/", "/forums/board/", "/organisations/trust/"} <= set(named)
    assert "/concentration/" in named
    assert {"/chairs.json", "/chairs.csv"} <= set(named)
    papers = {f"/forums/board/{part}" for part in ("terms/", "terms.docx", "attendance.docx")}
    assert papers | {"/forums/board/calendar.ics", "/calendar.ics"} <= set(named)
    assert any("facts=distinctions" in here for here in named)


@pytest.mark.parametrize("words", ["quillfeather", "Zelda", "ostrich", "zelda ostrich", "dame"])
def test_no_search_finds_them_by_any_name(withheld, words):
    assert "Nothing in the register has that name" in read("/search/", {"q": words}).text
    assert read("/people/", {"q": words}).rows() == []


@pytest.mark.parametrize("slug", ["zq-1", "zq-old"])
def test_their_page_is_not_found_by_any_address_and_says_what_any_unknown_one_says(
    withheld, slug, quiet
):
    page = read(f"/people/{slug}/")

    assert page.status == 404
    assert page.text == read("/people/nobody/").text


def test_what_they_hold_stays_with_its_period_and_source(withheld):
    row = read("/forums/board/").row("Lay member")

    assert "Name withheld" in row
    assert "since 1 April 2019" in row
    assert "Source: Board paper, page 1" in row
    former = read("/forums/board/").section("former")
    assert "Name withheld, Chair, 1 April 2019 to 31 March 2020" in former
    committee = read("/forums/committee/").fact("Chair")
    assert committee.startswith("Name withheld ex officio, as Chair of the trust, Wye Trust")
    chairs = read("/chairs/").rows("Wye Trust")
    assert len(chairs) == 2
    assert all("Name withheld" in row for row in chairs)


def test_a_document_lists_what_they_hold_and_leads_to_what_it_is_of(withheld):
    listed = read("/documents/board-paper/", {"facts": "appointments"})

    assert "Name withheld, Chair of the trust, Wye Trust" in listed.row("Chair of the trust")
    assert "/organisations/trust/" in listed.links(listed.main)
    facts = {link for link in listed.links(listed.main) if "facts=" in link}
    assert not any("distinctions" in link or "person-names" in link for link in facts)


def test_structured_data_leaves_them_out(withheld):
    for page in ("/forums/board/", "/organisations/trust/", "/forums/committee/"):
        assert "member" in read(page).data
        assert read(page).data["member"] == []


def test_staff_still_see_the_name(withheld):
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(get_user_model().objects.create_superuser("editor"))
    board = withheld.memberships.first().seat.forum

    for page in (
        address(type(board), "change", board.pk),
        address(type(withheld), "changelist"),
        address(type(withheld), "change", withheld.pk),
        address(Distinction, "changelist"),
    ):
        assert "Quillfeather" in browser.get(page).content.decode(), page


@pytest.mark.parametrize("group, told", [(None, False), (AUDITOR, True)])
@pytest.mark.parametrize("of", ["person", "names", "memberships"])
def test_who_may_not_read_a_record_is_not_led_to_its_public_page(withheld, group, told, of):
    """The address has the name in it, so only people who may read the record are led there."""
    record = withheld if of == "person" else getattr(withheld, of).first()
    staff = get_user_model().objects.create_user("stan", is_staff=True)
    staff.groups.set(Group.objects.filter(name=group))
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(staff)

    kind = ContentType.objects.get_for_model(record)
    for key in (record.pk, record.pk + 999):
        answer = browser.get(f"/admin/r/{kind.pk}/{key}/")
        if not told:
            assert answer.status_code == 403
            assert "Location" not in answer.headers
        else:
            assert answer.status_code == (302 if key == record.pk else 404)


def test_shown_again_they_are_found_as_before(withheld):
    show_person_again(person=withheld)

    assert "Dame Zelda Quillfeather" in read("/people/zq-1/").headings
    assert len(read("/people/", {"q": "ostrich"}).rows()) == 1
