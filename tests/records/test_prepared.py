"""Prepared queries give the same results as plain ones, with the values of each call.

These tests fail if a private name of Django that `records.prepared` uses changes.
"""

import ast
import datetime
import threading

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.models import F, Q, QuerySet

from forums.models import Forum, TermsOfReference
from organisations.models import Organisation
from records.prepared import prepared
from tests.builders import make_document, make_forum, make_organisation

DAY = datetime.date(2020, 5, 1)


@pytest.fixture
def trusts(db):
    document = make_document()
    return [
        make_organisation(
            slug=slug, name=slug.title(), start_date=start, end_date=end, document=document
        )
        for slug, start, end in (
            ("ashford", DAY, None),
            ("barton", DAY + datetime.timedelta(1), None),
            ("corby", datetime.date(2019, 1, 1), DAY),
        )
    ]


def in_force(day, slug):
    found = Organisation.objects.listed(day).filter(~Q(slug=slug))
    return found.select_related("document").order_by("slug")


@pytest.mark.parametrize("days_later", [-1000, -1, 0, 1, 1000])
@pytest.mark.parametrize("slug", ["ashford", "corby", "100%", "it's", ""])
def test_a_prepared_query_is_answered_for_the_values_that_it_is_given(trusts, days_later, slug):
    ask = prepared(in_force)
    ask(datetime.date(1999, 1, 1), "none")  # never read
    list(ask(datetime.date(2001, 2, 3), "other"))
    day = DAY + datetime.timedelta(days_later)

    assert list(ask(day, slug)) == list(in_force(day, slug))


def test_the_result_of_a_prepared_query_is_read_as_a_queryset_is(trusts, django_assert_num_queries):
    found = prepared(in_force)(DAY, "none")
    with django_assert_num_queries(1):
        assert [each.document.slug for each in found] == [trusts[0].document.slug] * 2
        assert len(found) == 2
        assert bool(found)
        assert found.model is Organisation


def test_a_prepared_query_reads_rows_and_days_as_a_queryset_does(trusts):
    def rows(keys):
        found = Organisation.objects.filter(pk__in=keys).order_by("slug")
        return found.values("slug", "end_date", title=F("document__title"))

    keys = tuple(each.pk for each in trusts)
    for some in (keys, keys[1:], keys[2:], ()):
        assert list(prepared(rows)(some)) == list(rows(some))
    assert [row["end_date"] for row in prepared(rows)(keys)] == [None, None, DAY]


def test_a_query_is_compiled_once_for_each_shape_of_its_values(trusts):
    built = []

    @prepared
    def found(keys, slug, by="slug") -> QuerySet:
        built.append((len(keys), slug, by))
        return Organisation.objects.filter(Q(pk__in=keys) | Q(**{by: slug})).order_by("slug")

    def asked(*values, **named):
        before = len(built)
        names = [each.slug for each in found(*values, **named)]
        return names, len(built) > before

    one, two, three = (each.pk for each in trusts)
    assert asked((one, two), "corby") == (["ashford", "barton", "corby"], True)
    assert asked((two, three), "x") == (["barton", "corby"], False)
    assert asked((one, two, three), "x") == (["ashford", "barton", "corby"], True)
    assert asked((three, two, one, one), "x") == (["ashford", "barton", "corby"], False)
    assert asked((two,), "x") == (["barton"], True)
    assert asked((two,), "Corby", by="name") == (["barton", "corby"], True)
    assert asked((two,), "Ashford", by="name") == (["ashford", "barton"], False)


@pytest.mark.parametrize(
    "build",
    [
        lambda day: Forum.objects.listed(day) if day.year > 2000 else Forum.objects.all(),
        lambda day: Forum.objects.filter(start_date__lt=day + datetime.timedelta(1)),
        lambda day: Forum.objects.filter(start_date__year=day.year),
        lambda day: Forum.objects.filter(start_date__gte=day.replace(day=1)),
    ],
)
@pytest.mark.parametrize("day", [DAY, datetime.date(1999, 1, 1), datetime.date.max])
def test_a_query_that_is_another_for_other_values_is_refused(db, build, day):
    with pytest.raises(ImproperlyConfigured, match="cannot be prepared"):
        list(prepared(build)(day))


ALL = Forum.objects.all


@pytest.mark.parametrize(
    "build",
    [
        lambda slug: ALL().filter(slug=slug.strip()),
        lambda slug: ALL().filter(slug=slug.lower()),
        lambda slug: ALL().filter(slug=f"{slug}-x"),
        lambda slug: ALL().filter(slug=slug[:5]),
        lambda slug: ALL().filter(name__contains=slug),
    ],
)
def test_a_builder_that_makes_another_text_of_its_value_is_refused(db, build):
    with pytest.raises(ImproperlyConfigured, match="cannot be prepared"):
        list(prepared(build)("a-board"))


@pytest.mark.parametrize("number", [0, 1, -1, 7, 10**12])
@pytest.mark.parametrize(
    "build",
    [
        lambda number: ALL().filter(pk=number) if number > 0 else ALL(),
        lambda number: ALL().filter(pk=number + 1),
        lambda number: ALL().filter(pk=-number),
        lambda number: ALL().filter(pk=number)[: number % 3],
    ],
)
def test_a_builder_that_calculates_with_a_number_is_refused(db, build, number):
    with pytest.raises(ImproperlyConfigured, match="cannot be prepared"):
        list(prepared(build)(number))


def test_a_builder_that_calculates_with_a_day_is_refused(db):
    one_day = datetime.timedelta(1)
    for reckon in (one_day, -one_day):
        with pytest.raises(ImproperlyConfigured, match="cannot be prepared"):
            list(
                prepared(
                    lambda since, until, more=reckon: ALL().filter(
                        start_date__gte=since, end_date__lte=until, confirmed_on=since + more
                    )
                )(DAY, DAY)
            )


@pytest.mark.parametrize("slugs", [("corby", "barton"), ("corby", "corby")])
def test_a_prepared_query_accepts_the_same_value_twice(trusts, slugs):
    ask = prepared(
        lambda one, other: Organisation.objects.filter(Q(slug=one) | Q(slug=other)).order_by("pk")
    )
    assert {each.slug for each in ask(*slugs)} == set(slugs)


@pytest.mark.parametrize(
    "more",
    [
        lambda q: q.filter(pk=1),
        lambda q: q.first(),
        lambda q: q.count(),
        lambda q: q.exists(),
        lambda q: q.values("pk"),
        lambda q: q[:1],
    ],
)
def test_changing_a_prepared_query_is_refused(db, more):
    with pytest.raises(TypeError, match="in_force asks is prepared"):
        more(prepared(in_force)(DAY, "none"))


@pytest.mark.django_db(transaction=True)
def test_each_thread_asks_by_its_own_connection():
    make_forum(slug="a-board")

    @prepared
    def called(slug):
        return Forum.objects.filter(slug=slug)

    asked = {}

    def ask(number):
        asked[number] = [each.slug for each in called("a-board")]
        connection.close()

    assert [each.slug for each in called("a-board")] == ["a-board"]
    threads = [threading.Thread(target=ask, args=[number]) for number in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert asked == {number: ["a-board"] for number in range(3)}


def test_to_postgresql_small_and_large_numbers_are_one_query(db):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: SQLite has one kind of number")
    ask = prepared(lambda keys: TermsOfReference.objects.filter(pk__in=keys, purpose="numbers"))
    for keys in [(1, 2), (1, 70_000), (5_000_000_000, 3), (70_000, 5_000_000_000), (4, 5)]:
        assert not ask(keys)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE statement LIKE %s",
            ['%"purpose" = %'],
        )
        assert len(cursor.fetchall()) == 1


def decides_by_a_value(function: ast.FunctionDef) -> bool:
    values = {argument.arg for argument in (*function.args.posonlyargs, *function.args.args)}
    values -= {"by"}  # always given by name, so that each has a query of its own
    deciding = (ast.If, ast.IfExp, ast.Match, ast.Compare, ast.BoolOp)
    return any(
        isinstance(name, ast.Name) and name.id in values
        for node in ast.walk(function)
        if isinstance(node, deciding)
        for name in ast.walk(node.test if isinstance(node, ast.If | ast.IfExp) else node)
    )


def test_no_builder_decides_by_a_value_since_it_would_see_a_mark():
    found = [
        function
        for app in ("records", "editing", "organisations", "people", "forums", "ics_register")
        for path in (settings.BASE_DIR / app).rglob("*.py")
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        and any(
            isinstance(each, ast.Name) and each.id == "prepared" for each in function.decorator_list
        )
    ]
    assert len(found) > 20
    assert [function.name for function in found if decides_by_a_value(function)] == []


@pytest.mark.parametrize(
    "body", ["if slug == 'all': return every", "return a if slug else b", "return slug in names"]
)
def test_a_builder_that_decides_is_found(body):
    [function] = ast.parse(f"def build(slug):\n    {body}").body
    assert decides_by_a_value(function)
