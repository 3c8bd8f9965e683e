"""Lists are in the order of an index, the same on every database."""

import pytest
from django.apps import apps
from django.db import connection, models

from organisations.models import PostKind
from records.history import Recorded
from records.names import FoldedField
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_post,
    make_seat,
)
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

# The order of an index. Sorted by bytes, "Álvarez", "de Souza" and "zimmer" would come last.
FAMILIES = ["Adams", "Álvarez", "de Souza", "Łoś", "O’Brien", "Øst", "zimmer", "Zorn"]


def made(make, called: str) -> list[str]:
    """Make records in another order. Gives their names in the order that lists should have."""
    names = [called.format(family) for family in FAMILIES]
    for name in [*names[::-2], *names[-2::-2]]:
        make(name)
    return names


def in_order(names: list[str], path: str, **asked) -> list[str]:
    """`names` as they come on a page."""
    page = read(path, asked)
    assert page.status == 200, path
    return sorted(names, key=page.text.index)


@pytest.mark.parametrize("path", ["/people/", "/search/?q=ann"])
def test_people_go_by_their_family_names(path):
    names = made(lambda name: make_person(name=name, sort_name=f"{name[4:]}, Ann"), "Ann {}")
    assert in_order(names, path) == names


def test_people_go_by_their_given_names():
    names = made(lambda name: make_person(name=name, sort_name="Lee"), "{} Lee")
    assert in_order(names, "/people/", sort="given-name") == names


def test_a_family_name_alone_comes_before_one_that_goes_on():
    names = ["Zoë Lee", "Ann Lee Smith", "Ann Leeds"]
    for name, sort_name in zip(names, ["Lee, Zoë", "Lee Smith, Ann", "Leeds, Ann"], strict=True):
        make_person(name=name, sort_name=sort_name)
    assert in_order(names, "/people/") == names


def test_a_name_alone_comes_before_one_that_goes_on_whatever_their_short_names():
    make_forum(name="Place Board Herefordshire", short_name="AAA")
    make_forum(name="Place Board", short_name="ZZZ")
    text = read("/forums/").text
    assert text.rindex("ZZZ") < text.rindex("AAA")


@pytest.mark.parametrize("path", ["/forums/", "/structure/", "/chairs/", "/search/?q=board"])
def test_forums_go_by_their_names(path):
    names = made(
        lambda name: make_membership(seat=make_chair_seat(forum=make_forum(name=name))),
        "{} Board",
    )
    assert in_order(names, path) == names


@pytest.mark.parametrize(
    "path", ["/organisations/", "/chairs/", "/representation/?sort=name", "/search/?q=trust"]
)
def test_organisations_go_by_their_names(path):
    forum = make_forum()

    def make(name):
        organisation = make_organisation(name=name)
        make_appointment(post=make_post(organisation=organisation, kind=PostKind.CHAIR))
        make_seat(forum=forum, on_behalf_of=organisation)

    names = made(make, "{} Trust")
    assert in_order(names, path) == names


def test_what_somebody_holds_goes_by_the_names_of_what_it_is_in():
    person = make_person(slug="ann-lee")
    names = made(
        lambda name: make_membership(person=person, seat=make_seat(forum=make_forum(name=name))),
        "{} Board",
    )
    assert in_order(names, "/people/ann-lee/") == names


def test_posts_go_by_their_titles():
    trust = make_organisation(slug="wye-trust")
    names = made(lambda name: make_post(organisation=trust, title=name), "{} Officer")
    assert in_order(names, "/organisations/wye-trust/") == names


def test_what_began_on_one_day_goes_by_the_names_of_what_it_belongs_to():
    names = made(lambda name: make_forum(name=name, start_date="2020-05-01"), "{} Board")
    assert in_order(names, "/changes/?from=2020-05-01&to=2020-05-02") == names


def test_places_to_choose_from_go_by_their_names():
    names = made(lambda name: make_place(name=name), "{} Valley")
    assert in_order(names, "/forums/") == names


def test_source_documents_go_by_their_titles():
    names = made(lambda name: make_document(title=name), "{} paper")
    assert in_order(names, "/documents/") == names


def columns(model: type[models.Model], ordering: list) -> list[models.Field]:
    """The columns that a query orders records by."""
    found = []
    for each in ordering:
        *path, name = str(each.expression.name if hasattr(each, "expression") else each).split("__")
        at = model
        for step in path:
            at = at._meta.get_field(step.lstrip("-")).related_model
        if name.lstrip("-") != "pk":
            found.append(at._meta.get_field(name.lstrip("-")))
    return found


@pytest.mark.parametrize(
    "model",
    [model for model in apps.get_models() if issubclass(model, Recorded)],
    ids=lambda model: model._meta.label,
)
def test_no_kind_of_record_is_ordered_by_a_name_as_it_is_written(model):
    names = {"name", "title", "sort_name", "short_name", "short_title"}
    assert not names & {field.name for field in columns(model, model._meta.ordering)}
    for index in model._meta.indexes:
        # Namesakes are looked up by their own name, in no order.
        assert index.fields[0] not in names or index.name.endswith("_by_own_name")


def test_postgresql_orders_folded_names_by_their_letters_whatever_language_it_was_made_for():
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: SQLite has no other order")
    folded = {
        (model._meta.db_table, field.column)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, FoldedField)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE collation_name = 'C'"
        )
        assert folded <= set(cursor.fetchall())
