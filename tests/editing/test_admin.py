"""What the editing pages of all records have in common, tested for each model."""

import datetime
import re

import pytest
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, connection, models
from django.db.models import ProtectedError
from django.forms import ModelChoiceField
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from forums.models import Forum, Membership, Seat
from organisations.models import Organisation, Place, Post
from people.models import Person
from records.dated import Dated
from records.models import Document
from tests import slow
from tests.admin_pages import address, errors_of, remove, send, typed
from tests.builders import (
    BUILDERS,
    START,
    make_appointment,
    make_document,
    make_forum,
    make_forum_state,
    make_membership,
    make_organisation,
    make_person,
    make_person_name,
    make_post,
    make_post_terms,
    make_seat,
    make_seat_terms,
    make_statement,
)

pytestmark = pytest.mark.django_db

MODELS = sorted(BUILDERS, key=lambda model: model._meta.label)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)

MOST_QUERIES = 40


@pytest.fixture
def viewer():
    """A browser of somebody who may view everything and change nothing."""
    user = User.objects.create_user("Vera", password="a long password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    browser = Client()
    browser.force_login(user)
    return browser


# Every model, every page


@every_model
def test_every_choice_of_another_record_is_by_autocompletion(model, admin_client):
    fields = admin_client.get(address(model, "add")).context["adminform"].form.fields
    choices = {name for name, field in fields.items() if isinstance(field, ModelChoiceField)}
    by_typing = {
        name for name in choices if isinstance(fields[name].widget.widget, AutocompleteSelect)
    }
    keys = {
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.name in fields
    }
    assert by_typing == choices == keys


def pages_of(record) -> dict[str, str]:
    model = type(record)
    everything = "?in_force=all" if issubclass(model, Dated) else ""
    return {
        "list": address(model, "changelist") + everything,
        "search": address(model, "changelist") + "?q=e",
        "add": address(model, "add"),
        "change": address(model, "change", record.pk),
        "history": address(model, "history", record.pk),
        "past": address(model, "simple_history", record.pk, record.history.last().pk),
        "delete": address(model, "delete", record.pk),
    }


def make_several(model, number):
    for _ in range(number):
        record = BUILDERS[model]()
        if isinstance(record, Post):
            make_post_terms(post=record)
        if isinstance(record, Seat):
            make_seat_terms(seat=record)


def surround(record, number):
    """Make `number` records of every kind that points at `record`, each with its own parents."""
    for _ in range(number):
        for relation in record._meta.related_objects:
            # A seat that others go with goes with nothing itself.
            if relation.related_model in BUILDERS and relation.field.name != "other_seat":
                unlike = unlike_the_rest(relation.related_model, record)
                BUILDERS[relation.related_model](**{relation.field.name: record, **unlike})
        # Records that its page names although they point at it through another record.
        if isinstance(record, Organisation):
            appointment = make_appointment(post=make_post(organisation=record))
            make_post_terms(post=appointment.post)
        if isinstance(record, Forum):
            make_seat(forum=record, ex_officio_post=make_appointment().post)
            membership = make_membership(
                seat=make_seat(forum=record, on_behalf_of=make_organisation()),
                on_behalf_of=make_organisation(),
            )
            make_seat_terms(seat=membership.seat)
        if isinstance(record, Person):
            make_post_terms(post=make_appointment(person=record).post)
            make_seat_terms(seat=make_membership(person=record).seat)


def unlike_the_rest(model, record) -> dict:
    """Values that a record of `model` needs so that it breaks no rule beside others like it."""
    number = model.objects.count() + 1
    match model.__name__:
        case "EscalationStep":
            return {"order": number}
        case "TermsReview":
            return {"reviewed_on": START + datetime.timedelta(days=number)}
        case "Rating":
            return {"service": f"Service {number}"}
        case (
            "Appointment"
            | "ForumState"
            | "Membership"
            | "PostTerms"
            | "SeatTerms"
            | "TermsOfReference"
        ):
            day = START + datetime.timedelta(days=number)  # no two of one thing on one day
            return {"start_date": day, "end_date": day}
    return {}


def make_pointing(model):
    """A record of `model` with every foreign key filled in that can be."""
    if model is Seat:
        return make_seat(on_behalf_of=make_organisation(), ex_officio_post=make_post())
    if model is Membership:
        return make_membership(on_behalf_of=make_organisation())
    return BUILDERS[model]()


def change_repeatedly(record, number):
    """Change `record` `number` times. Each time it points at other records."""
    for n in range(number):
        for field in record._meta.concrete_fields:
            points = isinstance(field, models.ForeignKey) and field.name not in record.fixed_fields
            if points and getattr(record, field.attname) is not None:
                setattr(record, field.name, BUILDERS[field.related_model]())
        record.note = f"Change {n}"
        record.save()


@slow.ROWS
@every_model
def test_no_page_needs_more_queries_when_there_are_more_rows(model, admin_client, monkeypatch):
    # Hundreds of records that are valid as made: the check is half the time.
    monkeypatch.setattr(models.Model, "full_clean", lambda self, **options: None)
    # A table that is cut short makes one more query, to count its records.
    monkeypatch.setattr("editing.related_tables.MOST_ROWS", 1000)
    record = make_pointing(model)
    counts = []
    for _ in range(2):
        make_several(model, 20)
        surround(record, 20)
        change_repeatedly(record, 20)
        counts.append({})
        for name, page in pages_of(record).items():
            admin_client.get(page)
            with CaptureQueriesContext(connection) as queries:
                response = admin_client.get(page)
            assert response.status_code == 200, page
            counts[-1][name] = len(queries)
    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= MOST_QUERIES, counts[1]


def pointing_at(model):
    """A record and a field of it that points at `model`."""
    return next(
        (other, field.name)
        for other in MODELS
        for field in other._meta.concrete_fields
        if field.related_model is model
    )


@pytest.mark.parametrize(
    "model",
    [Document, Place, Organisation, Post, Person, Forum, Seat],
    ids=lambda model: model._meta.model_name,
)
def test_autocompletion_needs_no_more_queries_for_more_records(model, admin_client):
    other, field = pointing_at(model)
    asked = {
        "app_label": other._meta.app_label,
        "model_name": other._meta.model_name,
        "field_name": field,
        "term": "",
    }
    counts = []
    for number in (2, 16):
        make_several(model, number)
        with CaptureQueriesContext(connection) as queries:
            response = admin_client.get("/admin/autocomplete/", asked)
        assert len(response.json()["results"]) >= number
        counts.append(len(queries))
    assert counts[0] == counts[1]


@every_model
def test_no_page_has_anything_inline_or_is_kept_by_a_browser(model, admin_client):
    record = BUILDERS[model]()
    for page in pages_of(record).values():
        response = admin_client.get(page)
        html = response.content.decode()
        assert not re.search(r"<[^>]*\sstyle=", html), page
        assert not re.search(r"<[^>]*\son\w+=", html), page
        assert "<style" not in html, page
        assert all(" src=" in tag for tag in re.findall(r"<script[^>]*>", html)), page
        assert "no-store" in response["Cache-Control"], page


# Who may do what


@every_model
def test_a_viewer_cannot_overwrite_a_record_by_posting_to_its_history(model, viewer, admin_client):
    record = BUILDERS[model]()
    past = address(model, "simple_history", record.pk, record.history.first().pk)
    saveable = typed(admin_client.get(address(model, "change", record.pk)))
    data = {**saveable, "locator": "page 99", "publisher": "Nobody"}
    assert viewer.post(past, data).status_code == 405
    assert record.history.count() == 1


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_to_a_past_version_not_even_a_superuser(method, admin_client):
    document = make_document(title="Board paper")
    past = address(Document, "simple_history", document.pk, document.history.first().pk)
    data = {"title": "Forged", "slug": "forged", "kind": "other", "published_precision": "day"}
    assert getattr(admin_client, method)(past, data).status_code == 405
    document.refresh_from_db()
    assert document.title == "Board paper"


def test_a_past_version_is_shown_as_it_was_and_not_as_a_form(admin_client):
    document = make_document(title="Board paper")
    document.title = "Board paper, corrected"
    document.save()
    past = address(Document, "simple_history", document.pk, document.history.last().pk)
    response = admin_client.get(past)
    told = {field.label: (field.then, field.now) for field in response.context["fields"]}
    assert told["Title"] == ("Board paper", "Board paper, corrected")
    assert 'name="title"' not in response.content.decode()


def test_a_viewer_sees_a_record_and_no_way_to_save_it(viewer):
    document = make_document()
    page = viewer.get(address(Document, "change", document.pk)).content.decode()
    assert document.title in page
    assert 'name="_save"' not in page
    assert 'name="reason"' not in page
    assert viewer.post(address(Document, "change", document.pk), {}).status_code == 403


def test_a_viewer_is_offered_no_form_to_add_what_belongs_to_a_record(viewer, admin_client):
    change = address(Person, "change", make_person().pk)
    assert "Add a person name" in admin_client.get(change).content.decode()
    assert "Add a person name" not in viewer.get(change).content.decode()


def someone_who_may(*codenames) -> Client:
    """A browser of somebody with these permissions."""
    user = User.objects.create_user("Eve", password="a long password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    browser = Client()
    browser.force_login(user)
    return browser


def test_records_are_removed_by_whoever_may_and_never_in_bulk():
    document = make_document()
    editor = someone_who_may("view_document", "add_document", "change_document")
    assert remove(editor, document).status_code == 403
    User.objects.all().delete()
    manager = someone_who_may("view_document", "delete_document")
    assert "delete_selected" not in manager.get(address(Document, "changelist")).content.decode()
    assert remove(manager, document, reason="Entered twice.").status_code == 302
    assert not Document.objects.exists()
    row = Document.history.get(history_type="-")
    assert (row.history_nature, row.history_change_reason) == ("removed", "Entered twice.")
    assert row.history_user == User.objects.get()


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_nothing_is_removed_without_a_reason(reason, admin_client):
    document = make_document()
    response = remove(admin_client, document, reason=reason)
    assert "Nothing was removed." in response.content.decode()
    assert Document.objects.filter(pk=document.pk).exists()


def test_what_somebody_else_changed_meanwhile_is_not_removed_unseen(admin_client):
    document = make_document()
    page = address(Document, "delete", document.pk)
    version = admin_client.get(page).context["version"]
    document.title = "The one that counts"
    document.save()
    response = remove(admin_client, document, version=version)
    assert "somebody else has changed this record since" in response.content.decode()
    assert Document.objects.filter(pk=document.pk).exists()
    assert remove(admin_client, document, version=response.context["version"]).status_code == 302


def test_a_record_that_others_need_is_kept_and_they_are_counted(admin_client):
    person = make_person()
    make_membership(person=person)
    make_membership(person=person)
    response = remove(admin_client, person)
    assert "2 memberships" in response.content.decode()
    assert Person.objects.filter(pk=person.pk).exists()


def test_a_record_that_came_to_be_needed_while_it_was_deleted_is_kept(admin_client, monkeypatch):
    document = make_document()

    def refuse(self, *args, **kwargs):
        raise ProtectedError("needed", {document})

    monkeypatch.setattr(Document, "delete", refuse)
    response = remove(admin_client, document, follow=True)
    assert "was not deleted: other records need it" in response.content.decode()
    assert "was deleted successfully" not in response.content.decode()


def test_a_user_is_never_deleted_because_the_history_names_them(admin_client, admin_user):
    delete = f"/admin/auth/user/{admin_user.pk}/delete/"
    assert admin_client.post(delete, {"post": "yes"}).status_code == 403
    assert "delete_selected" not in admin_client.get("/admin/auth/user/").content.decode()


@pytest.fixture
def keeper():
    """A browser of somebody who manages accounts and is no superuser."""
    user = User.objects.create_user("Kit", password="a long password", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__endswith="_user"))
    browser = Client()
    browser.force_login(user)
    return browser


def account_form(user, **changes) -> dict:
    joined = timezone.localtime(user.date_joined)
    return {
        "username": user.username,
        "is_active": "on",
        "is_staff": "on",
        "date_joined_0": joined.date().isoformat(),
        "date_joined_1": joined.time().isoformat("seconds"),
        **changes,
    }


def test_a_superuser_is_changed_by_superusers_alone(keeper, admin_user, admin_client):
    page = f"/admin/auth/user/{admin_user.pk}/"
    passwords = {"password1": "another long password", "password2": "another long password"}
    assert keeper.post(f"{page}change/", account_form(admin_user)).status_code == 403
    assert keeper.get(f"{page}password/").status_code == 403
    assert keeper.post(f"{page}password/", passwords).status_code == 403
    assert 'name="_save"' not in keeper.get(f"{page}change/").content.decode()
    admin_user.refresh_from_db()
    assert admin_user.check_password("password")
    changed = account_form(admin_user, is_superuser="on", first_name="Ada")
    assert admin_client.post(f"{page}change/", changed).status_code == 302
    admin_user.refresh_from_db()
    assert (admin_user.first_name, admin_user.is_superuser) == ("Ada", True)


def test_a_superuser_makes_superusers(admin_client):
    user = User.objects.create_user("Ann", is_staff=True)
    page = f"/admin/auth/user/{user.pk}/change/"
    assert admin_client.post(page, account_form(user, is_superuser="on")).status_code == 302
    user.refresh_from_db()
    assert user.is_superuser


# Saving


def test_a_change_is_kept_with_who_made_it_and_why(admin_client, admin_user):
    document = make_document()
    change = address(Document, "change", document.pk)
    send(admin_client, change, title="Corrected", reason="The title was cut short.")
    row = document.history.first()
    assert (row.title, row.history_user) == ("Corrected", admin_user)
    assert row.history_change_reason == "The title was cut short."
    history = admin_client.get(address(Document, "history", document.pk)).content.decode()
    assert "The title was cut short." in history
    assert admin_user.username in history


def test_a_form_saved_without_a_change_leaves_no_trace_in_the_history(admin_client):
    organisation = make_organisation()
    send(admin_client, address(Organisation, "change", organisation.pk))
    assert organisation.history.count() == 1


@every_model
def test_a_form_sent_back_as_it_came_is_saved(model, admin_client):
    record = BUILDERS[model]()
    response = send(admin_client, address(model, "change", record.pk))
    assert response.status_code == 302, errors_of(response)


@every_model
def test_an_empty_form_asks_for_what_is_missing(model, admin_client):
    response = admin_client.post(address(model, "add"), {})
    assert response.status_code == 200
    needed = {"document", "locator"} if model is not Document else {"title"}
    assert needed <= set(errors_of(response))


def test_a_rule_that_names_a_fixed_field_is_told_on_the_form(admin_client):
    forum = make_forum()
    make_seat(forum=forum, title="Treasurer")
    other = make_seat(forum=forum, title="Secretary")
    response = send(admin_client, address(Seat, "change", other.pk), title="Treasurer")
    assert errors_of(response)["title"] == [
        "The forum already has a seat of this title in that period."
    ]


@every_model
def test_what_the_database_refuses_is_told_on_the_form_with_what_was_typed(
    model, admin_client, monkeypatch
):
    record = BUILDERS[model]()

    def refuse(self, *args, **kwargs):
        raise IntegrityError("some_rule_of_another_day")

    monkeypatch.setattr(model, "save", refuse)
    field = "note" if hasattr(record, "note") else "title"
    change = address(model, "change", record.pk)
    response = send(admin_client, change, **{field: "Typed with care"})
    assert response.status_code == 200
    assert "Nothing was saved. Somebody else" in errors_of(response)["__all__"][0]
    assert "Typed with care" in response.content.decode()
    assert "was changed successfully" not in response.content.decode()


# Lists


def listed(response) -> set:
    return set(response.context["cl"].result_list)


def test_a_list_starts_from_what_is_in_force_today(admin_client):
    today = timezone.localdate()
    current = make_organisation()
    ended = make_organisation(end_date=today - datetime.timedelta(days=1))
    last_day = make_organisation(end_date=today)
    to_come = make_organisation(start_date=today + datetime.timedelta(days=1))
    page = address(Organisation, "changelist")
    assert listed(admin_client.get(page)) == {current, last_day}
    assert listed(admin_client.get(page, {"in_force": "ended"})) == {ended}
    assert listed(admin_client.get(page, {"in_force": "later"})) == {to_come}
    assert len(listed(admin_client.get(page, {"in_force": "all"}))) == 4
    assert listed(admin_client.get(page, {"in_force": "nonsense"})) == {current, last_day}


@pytest.mark.parametrize("make", [make_forum_state, make_post_terms, make_seat_terms])
def test_a_list_of_earlier_terms_starts_from_all_of_them(make, admin_client):
    today = timezone.localdate()
    over, until_today = make(), make(end_date=today)
    page = address(type(over), "changelist")
    first = admin_client.get(page)
    assert listed(first) == {over, until_today}
    assert "Look among" not in first.content.decode()
    [period] = first.context["cl"].filter_specs
    choices = {each["display"]: each["selected"] for each in period.choices(first.context["cl"])}
    assert [words for words, chosen in choices.items() if chosen] == ["All"]
    assert next(iter(choices)) == "In force today"
    assert listed(admin_client.get(page, {"in_force": "today"})) == {until_today}
    assert listed(admin_client.get(page, {"in_force": "ended"})) == {over}
    assert listed(admin_client.get(page, {"in_force": "nonsense"})) == {over, until_today}


@pytest.mark.parametrize("words", ["Sian", "SIÂN", "jones sian", "nee Davies", "o'neill"])
def test_a_person_is_found_by_any_name_however_it_is_typed(words, admin_client):
    person = make_person(name="Siân Jones")
    make_person_name(person=person, name="Siân O’Neill, née Davies")
    make_person_name(person=person, name="S. J.")
    make_person(name="Ian Tait")
    found = admin_client.get(address(Person, "changelist"), {"q": words}).context["cl"].result_list
    assert list(found) == [person]


def test_autocompletion_finds_a_person_by_another_name_once(admin_client):
    person = make_person(name="Siân Jones")
    make_person_name(person=person, name="Sian Jones-Davies")
    asked = {"app_label": "forums", "model_name": "membership", "field_name": "person"}
    answer = admin_client.get("/admin/autocomplete/", {**asked, "term": "sian jones"}).json()
    assert answer["results"] == [{"id": str(person.pk), "text": "Siân Jones"}]


@every_model
def test_no_search_sorts_out_duplicates_or_joins_other_names(model, admin_client):
    make_several(model, 2)
    response = admin_client.get(address(model, "changelist"), {"q": "e 1"})
    assert response.status_code == 200
    query = response.context["cl"].queryset.query
    assert not query.distinct
    assert not any(table.endswith("name") for table in query.alias_map if table != query.base_table)


# Tables on a record's page


def table_on(response, title):
    return next(table for table in response.context["related_tables"] if table.title == title)


def test_a_long_table_shows_its_beginning_and_leads_to_the_whole_list(admin_client, monkeypatch):
    monkeypatch.setattr("editing.related_tables.MOST_ROWS", 3)
    organisation, other = make_organisation(), make_organisation()
    forum = make_forum()
    for number in range(5):
        ended = {"end_date": "2020-01-01"} if number % 2 else {}
        seat = make_seat(forum=forum, on_behalf_of=organisation, order=number, **ended)
        make_membership(seat=seat, **ended)
        make_statement(organisation=organisation)
    make_membership(seat=make_seat(on_behalf_of=other))
    make_statement(organisation=other)

    of_forum = admin_client.get(address(Forum, "change", forum.pk))
    of_organisation = admin_client.get(address(Organisation, "change", organisation.pk))

    for page, title, words in [
        (of_forum, "Seats", "All 5 seats"),
        (of_forum, "Memberships", "All 5 memberships"),
        (of_organisation, "Seats that speak for it", "All 5 seats"),
        (of_organisation, "Statements", "All 5 statements"),
    ]:
        table = table_on(page, title)
        assert len(table.rows) == 3
        assert (table.number, table.all.text) == (5, words)
        assert f"{title} (5)" in page.content.decode()
        assert "The first 3 are shown." in page.content.decode()
        everything = admin_client.get(table.all.address)
        assert everything.status_code == 200
        assert len(listed(everything)) == 5


def test_a_table_that_is_just_short_enough_is_shown_whole(admin_client, monkeypatch):
    monkeypatch.setattr("editing.related_tables.MOST_ROWS", 3)
    forum = make_forum()
    for _ in range(3):
        make_seat(forum=forum)
    page = admin_client.get(address(Forum, "change", forum.pk))
    table = table_on(page, "Seats")
    assert (len(table.rows), table.number, table.all) == (3, 3, None)
    assert "are shown" not in page.content.decode()


@slow.ROWS
def test_every_long_table_leads_to_a_list_that_answers(admin_client, monkeypatch):
    monkeypatch.setattr("editing.related_tables.MOST_ROWS", 0)
    seen = set()
    for model in MODELS:
        record = make_pointing(model)
        surround(record, 1)
        response = admin_client.get(address(model, "change", record.pk))
        for table in response.context["related_tables"]:
            if table.all is not None:
                answer = admin_client.get(table.all.address)
                assert answer.status_code == 200, table.all
                assert len(listed(answer)) == table.number, table.all
                seen.add((model, table.title))
    assert len(seen) >= 20


# Odd requests


@pytest.mark.parametrize(
    "odd",
    [
        "changelist?q=" + "x" * 10_000,
        "changelist?q=" + "a+" * 5_000,
        "changelist?p=99999",
        "changelist?p=x",
        "changelist?o=99.-99.x",
        "changelist?kind__exact=nonsense",
        "changelist?place__id__exact=abc",
        "changelist?place__id__exact=99999999999999999999999",
        "changelist?start_date=never",
        "add?document=abc",
        "add?document=99999999999999999999999",
        "add?document=999999",
        "add?nonsense=1",
        "abc/change/",
        "99999999999999999999999/change/",
        "abc/history/",
        "99999999999999999999999/history/",
        "abc/history/1/",
        "1/history/abc/",
        "abc/delete/",
    ],
)
def test_an_odd_address_is_answered_without_an_error(odd, admin_client):
    make_organisation()
    page, _, query = odd.partition("?")
    path = "" if page == "changelist" else page.replace("add", "add/")
    response = admin_client.get(f"/admin/organisations/organisation/{path}?{query}")
    assert response.status_code in (200, 302, 404)


@pytest.mark.parametrize("key", ["abc", "99999999999999999999999", "-1", "\x00", "<script>"])
def test_a_key_that_cannot_be_one_is_an_error_on_its_field(key, admin_client):
    response = admin_client.post(address(Organisation, "add"), {"document": key, "name": "Kept"})
    assert response.status_code == 200
    assert "document" in errors_of(response)
    assert 'value="Kept"' in response.content.decode()
