"""Choosing a record by typing part of a name."""

import json
import re

import pytest
from django.contrib import admin
from django.db import models
from django.forms import Form
from django.test import RequestFactory
from django.utils import timezone

from editing.step_forms import record_choice
from editing.word_search import typed_words
from forums.models import Forum, Membership, Seat
from organisations.models import Organisation, Place, Post
from people.models import Appointment, Person
from records.models import Document
from tests.admin_pages import address, errors_of, typed
from tests.builders import (
    BUILDERS,
    day,
    make_appointment,
    make_document,
    make_forum,
    make_organisation,
    make_person,
    make_place,
    make_post,
    make_seat,
)
from tests.stepping import errors_of as errors_of_step
from tests.stepping import preview

pytestmark = pytest.mark.django_db

MODELS = sorted(BUILDERS, key=lambda model: model._meta.label)
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)

CHOSEN = {
    Document: ("document", lambda: make_document(title="Board paper, March 2019 (final)")),
    Place: ("place", lambda: make_place(name="Worcester, city of")),
    Organisation: ("host", lambda: make_organisation(name="Hereford, Ross – and Ledbury Trust")),
    Post: ("ex_officio_post", lambda: make_post(title="Chair; interim")),
    Person: ("person", lambda: make_person(name="Ann Lee", honorific="Dr.")),
    Forum: ("forum", lambda: make_forum(name="ICS Finance Forum")),
    Seat: (
        "seat",
        lambda: make_seat(title="Chair", forum=make_forum(name="ICS Finance Forum")),
    ),
}
OF = {Document: Forum, Place: Forum, Organisation: Forum, Post: Seat, Forum: Seat}
every_choice = pytest.mark.parametrize("model", CHOSEN, ids=lambda model: model._meta.model_name)


def choices(browser, model, text: str) -> list[dict]:
    """What a picker of `model` offers for the words typed."""
    name, _ = CHOSEN[model]
    owner = OF.get(model, Membership)
    asked = {
        "term": text,
        "app_label": owner._meta.app_label,
        "model_name": owner._meta.model_name,
        "field_name": name,
    }
    found = browser.get("/admin/autocomplete/", asked)
    return json.loads(found.content)["results"]


def picked(browser, model, text: str) -> list[str]:
    """The keys of the records that the picker offers."""
    return [each["id"] for each in choices(browser, model, text)]


@every_choice
def test_a_record_is_found_by_the_words_that_pages_call_it(model, admin_client):
    record = CHOSEN[model][1]()
    assert str(record.pk) in picked(admin_client, model, str(record))


@every_choice
def test_the_list_finds_a_record_by_the_words_that_pages_call_it(model, admin_client):
    record = CHOSEN[model][1]()
    found = admin_client.get(address(model, "changelist"), {"q": str(record)})
    assert record in found.context["cl"].queryset


@pytest.mark.parametrize("text", [",", " – ", "Chair , ICS", "“Chair”, (ICS)"])
def test_marks_alone_are_no_words_to_look_for(text):
    assert set(typed_words(text)) <= {"Chair", "ICS"}


def test_a_sign_that_means_something_to_a_database_is_looked_for_as_it_is(admin_client):
    make_person(name="Ann Lee")
    assert picked(admin_client, Person, "%") == []


def pickers_of(model) -> list[str]:
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.editable
    ]


@every_model
def test_a_form_says_of_every_picker_what_was_typed_and_not_chosen(model, admin_user):
    request = RequestFactory().get("/")
    request.user, request.resolver_match = admin_user, None
    form_class = admin.site.get_model_admin(model).get_form(request)
    # A number that would be a key is no choice either.
    # `NOT_FILLED_IN` in tests/test_hand_kept_lists.py has the few fields that a form leaves out.
    pickers = [name for name in pickers_of(model) if name in form_class.base_fields]
    form = form_class({f"{name}-typed": str(make_document().pk) for name in pickers})
    told = {name: form.errors[name] for name in pickers}
    assert all("You typed “" in str(errors) for errors in told.values())


def test_an_optional_picker_left_after_typing_does_not_save(admin_client):
    forum = make_forum(place=make_place())
    page = address(Forum, "change", forum.pk)
    sent = {**typed(admin_client.get(page)), "reason": "A correction"}
    answer = admin_client.post(page, {**sent, "place": "", "place-typed": "Hereford"})
    assert "You typed “Hereford” and chose nothing." in str(errors_of(answer)["place"])
    assert Forum.objects.get().place is not None

    # The page has said so: somebody who saves again means it.
    assert admin_client.post(page, {**typed(answer), "place": ""}).status_code == 302
    assert Forum.objects.get().place is None


def test_a_form_ignores_what_was_typed_before_a_record_was_chosen(admin_client):
    forum, place = make_forum(), make_place()
    page = address(Forum, "change", forum.pk)
    sent = {**typed(admin_client.get(page)), "reason": "A correction"}
    answer = admin_client.post(page, {**sent, "place": place.pk, "place-typed": "Heref"})
    assert answer.status_code == 302
    assert Forum.objects.get().place == place


@pytest.mark.parametrize("multiple", [False, True], ids=["one", "several"])
def test_a_step_says_what_was_typed_and_not_chosen(multiple, admin_user):
    request = RequestFactory().get("/")
    request.user = admin_user
    field = record_choice(request, Appointment, "person", multiple=multiple, required=False)
    form = type("Asks", (Form,), {"who": field})
    person = make_person()
    assert "You typed “Ann”" in str(form({"who-typed": "Ann"}).errors["who"])
    assert not form({"who": [person.pk] if multiple else person.pk}).errors
    assert not form({}).errors


def test_merging_says_what_was_typed_and_not_chosen(admin_client):
    shown = preview(make_person(), "merge", admin_client, **{"other-typed": "Ann Lee"})
    assert "You typed “Ann Lee” and chose nothing." in str(errors_of_step(shown)["other"])


TWINS = {
    Document: lambda: make_document(title="Minutes"),
    Place: lambda: make_place(name="Newtown"),
    Organisation: lambda: make_organisation(name="Town Council", place=make_place()),
    Post: lambda: make_post(title="Chair", organisation=TWINS[Organisation]()),
    Person: lambda: (
        make_appointment(person=make_person(name="Ann Lee"), post=make_post(title="Nurse")).person
    ),
    Forum: lambda: make_forum(name="Finance Committee", place=make_place()),
    Seat: lambda: make_seat(title="Chair", forum=TWINS[Forum]()),
}


@every_choice
def test_a_picker_tells_two_of_one_name_apart(model, admin_client):
    one, other = TWINS[model](), TWINS[model]()
    assert str(one) == str(other)
    offered = [each["text"] for each in choices(admin_client, model, str(one))]
    assert len(offered) == len(set(offered)) == 2
    assert all(text.startswith(f"{one} (") for text in offered)


@every_choice
def test_a_picker_adds_nothing_to_a_name_that_one_record_alone_has(model, admin_client):
    one = CHOSEN[model][1]()
    assert [each["text"] for each in choices(admin_client, model, str(one))] == [str(one)]


@every_choice
def test_a_picker_of_many_records_of_one_name_takes_no_more_queries(
    model, admin_client, django_assert_max_num_queries
):
    for _ in range(6):
        TWINS[model]()
    name = str(model.objects.order_by("pk").last())
    with django_assert_max_num_queries(12):
        assert len(choices(admin_client, model, name)) == 6


CLOSED = {
    Organisation: (lambda **end: make_organisation(name="Hereford CCG", **end), "closed"),
    Forum: (lambda **end: make_forum(name="Finance Forum", **end), "stood down"),
    Post: (lambda **end: make_post(title="Chair", **end), "ended"),
    Seat: (lambda **end: make_seat(title="Chair", **end), "ended"),
}
every_end = pytest.mark.parametrize("model", CLOSED, ids=lambda model: model._meta.model_name)


@every_end
@pytest.mark.parametrize("named", ["offered", "chosen"])
def test_a_picker_says_when_a_record_ended(model, named, admin_client, admin_user):
    make, verb = CLOSED[model]
    record = make(end_date=day("2020-03-31"))
    if named == "offered":
        [called] = [each["text"] for each in choices(admin_client, model, str(record))]
    else:
        called = chosen_in_a_form(admin_user, record)
    assert called == f"{record}, {verb} 31 March 2020"


@every_end
def test_a_picker_gives_no_end_that_is_still_to_come(model, admin_client):
    make, _ = CLOSED[model]
    record = make(end_date=timezone.localdate())
    assert [each["text"] for each in choices(admin_client, model, str(record))] == [str(record)]


def test_a_picker_says_of_a_post_or_a_seat_that_what_it_belongs_to_is_no_more(admin_client):
    closed = make_organisation(name="Hereford CCG", end_date=day("2020-03-31"))
    make_post(title="Accountable officer", organisation=closed)
    make_seat(title="Convener", forum=make_forum(name="Old Board", end_date=day("2021-03-31")))
    [post] = choices(admin_client, Post, "Accountable")
    [seat] = choices(admin_client, Seat, "Convener")
    assert post["text"] == "Accountable officer, Hereford CCG, organisation closed 31 March 2020"
    assert seat["text"] == "Convener, Old Board, forum stood down 31 March 2021"


def test_a_form_says_that_the_person_it_names_was_merged(admin_user):
    kept = make_person(name="Ann Lee")
    other = make_person(name="A Lee", merged_into=kept)
    assert chosen_in_a_form(admin_user, other) == "A Lee, merged into Ann Lee"


def chosen_in_a_form(user, record) -> str:
    """What a form calls a record chosen in one of its pickers."""
    model = type(record)
    request = RequestFactory().get("/")
    request.user = user
    field = record_choice(request, OF.get(model, Membership), CHOSEN[model][0])
    [chosen] = read_options(str(type("Asks", (Form,), {"it": field})(initial={"it": record})["it"]))
    return chosen


def read_options(html: str) -> list[str]:
    found = re.findall(r"<option[^>]* selected[^>]*>([^<]*)<", html)
    return [text for text in found if text]


@every_end
def test_a_picker_of_many_ended_records_takes_no_more_queries(
    model, admin_client, django_assert_max_num_queries
):
    for number in range(6):
        owner = {"slug": f"one-{number}"} if model in (Organisation, Forum) else {}
        CLOSED[model][0](end_date=day("2020-03-31"), **owner)
    with django_assert_max_num_queries(12):
        assert len(choices(admin_client, model, str(model.objects.first()).partition(",")[0])) == 6


def test_record_a_change_tells_two_of_one_name_apart(admin_client):
    for place in ("Marches", "Fens"):
        make_forum(name="Finance Committee", place=make_place(name=place))
    found = admin_client.get("/admin/find/", {"q": "finance committee"}).context_data["found"]
    [forums] = [kind for kind in found if kind.kind == "Forums"]
    assert {record.name.text for record in forums.records} == {
        "Finance Committee (Fens)",
        "Finance Committee (Marches)",
    }
