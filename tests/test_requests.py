"""Checks of a request before any page reads it, in the admin and on public pages."""

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import Group, User
from django.test import Client, RequestFactory

from editing.signing_in import AT_ONE_ADDRESS
from ics_register.requests import client_address, counted_address
from tests.admin_pages import address
from tests.builders import BUILDERS
from tests.pages.reading import REFUSED, Page

pytestmark = pytest.mark.django_db


# Null bytes, which are an error on PostgreSQL wherever they arrive


@pytest.mark.parametrize(
    "query",
    [
        "kind__exact=%00",
        "q=%00",
        "q=board%00",
        "p=%00",
        "o=%00",
        "in_force=%00",
        "locator=%00",
        "document__slug__exact=%00",
        "kind%00=x",
        "_changelist_filters=%00",
        "_to_field=%00",
    ],
)
@pytest.mark.parametrize("model", BUILDERS, ids=lambda model: model._meta.model_name)
def test_no_list_of_the_admin_looks_for_a_null_byte(model, query, admin_client):
    assert admin_client.get(f"{address(model, 'changelist')}?{query}").status_code == 400


@pytest.mark.parametrize(
    "odd",
    [
        "/",
        "/nothing/",
        "/forums/%00/",
        "/admin/login/?next=%00",
        "/admin/forums/membership/?seat__role__exact=%00",
        "/admin/forums/forum/%00/change/",
        "/admin/forums/forum/%00/history/",
        "/admin/forums/forum/1/history/%00/",
        "/admin/forums/forum/%00/delete/",
        "/admin/forums/forum/add/?document=%00",
        "/admin/auth/user/?username__exact=%00",
        "/admin/auth/user/%00/password/",
        "/admin/r/%00/1/",
        "/admin/axes/accessattempt/?ip_address=%00",
        "/admin/autocomplete/?app_label=forums&model_name=seat&field_name=forum&term=%00",
        "/admin/autocomplete/?app_label=forums&model_name=seat&field_name=%00&term=a",
        "/admin/jsi18n/?language=%00",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_address_with_a_null_byte_is_refused_with_a_page(odd, method, admin_client):
    if odd in ("/", "/nothing/"):
        odd += "?anything=%00"
    page = Page(getattr(admin_client, method)(odd))
    assert page.status == 400
    assert page.headings == [REFUSED]
    assert "a character that cannot be typed" in page.text
    assert "\x00" not in page.source
    assert "default-src 'none'" in page.response["Content-Security-Policy"]


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "other"])
def test_a_cookie_with_a_null_byte_is_refused(cookie):
    headers = {"cookie": f'{cookie}="\\000abcdefghijklmnopqrstuvwxyz"'}
    assert Client().get("/admin/", headers=headers).status_code == 400


def test_what_only_looks_like_a_null_byte_is_answered(admin_client):
    for query in ["q=%2500", "q=100%25", "q=%25%30%30", "q=\\0"]:
        assert admin_client.get(f"/admin/forums/forum/?{query}").status_code == 200


# Addresses that ask for what cannot be


REGISTERED = [*BUILDERS, User, Group, AccessAttempt, AccessLog]


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model._meta.model_name)
def test_a_list_filtered_by_a_number_beyond_any_database_is_the_list(model, admin_client):
    keys = [each for each in model._meta.concrete_fields if each.many_to_one or each.primary_key]
    for number in ("9" * 25, "-" + "9" * 25):
        for query in (f"{keys[0].name}__in={number}", f"{keys[-1].name}__exact={number}"):
            answer = admin_client.get(f"{address(model, 'changelist')}?{query}")
            assert answer.status_code in (200, 302, 400), query


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("query", ["number__in", "forum__exact", "id__in"])
def test_an_export_filtered_by_a_number_beyond_any_database_leads_to_the_list(
    query, form, admin_client
):
    answer = admin_client.get(f"/admin/export/forums/seat.{form}?{query}={'9' * 25}")
    if answer.status_code == 200:  # PostgreSQL looks, and finds none.
        assert answer.getvalue()
    else:
        assert answer.headers["Location"] == "/admin/forums/seat/?e=1"


@pytest.mark.parametrize("asked", ["change", "delete"])
@pytest.mark.parametrize("model", [*BUILDERS, Group], ids=lambda model: model._meta.model_name)
def test_an_address_that_names_no_field_is_looked_up_by_key(model, asked, admin_client):
    record = BUILDERS[model]() if model in BUILDERS else Group.objects.create(name="A group")
    answer = admin_client.get(f"{address(model, asked, record.pk)}?_to_field=")
    assert answer.status_code == 200


# Signing in


def sign_in(password, **headers):
    data = {"username": "Ann", "password": password}
    return Client().post("/admin/login/", data, headers=headers)


@pytest.fixture
def ann():
    return User.objects.create_user("Ann", password="a long password", is_staff=True)


MANY = range(AT_ONE_ADDRESS.failures)


def test_behind_a_proxy_somebody_elses_failures_do_not_lock_the_account_for_all(ann, settings):
    settings.BEHIND_TLS_PROXY = True
    for _ in MANY:
        sign_in("wrong", x_forwarded_for="198.51.100.1")
    assert sign_in("a long password", x_forwarded_for="198.51.100.1").status_code == 429
    assert sign_in("a long password", x_forwarded_for="198.51.100.2").status_code == 302


@pytest.mark.parametrize("port", [":443", ":51234"])
def test_an_address_with_its_port_locks_the_account_for_that_address_alone(ann, settings, port):
    settings.BEHIND_TLS_PROXY = True
    for number in MANY:
        sign_in("wrong", x_forwarded_for=f"198.51.100.1:{50000 + number}")
    assert sign_in("a long password", x_forwarded_for=f"198.51.100.1{port}").status_code == 429
    assert sign_in("a long password", x_forwarded_for=f"198.51.100.2{port}").status_code == 302


def test_a_proxy_that_writes_no_address_is_told_to_whoever_runs_the_register(settings, caplog):
    settings.BEHIND_TLS_PROXY = True
    client_address(RequestFactory().get("/", headers={"x-forwarded-for": "unknown"}))
    assert "wrote no IP address as the last of X-Forwarded-For, but 'unknown'" in caplog.text


@pytest.mark.parametrize("length", [151, 256, 5_000])
def test_a_name_longer_than_any_accounts_is_refused_at_the_sign_in(length):
    page = Page(Client().post("/admin/login/", {"username": "a" * length, "password": "x"}))
    assert page.status == 200
    assert "at most 150 characters" in page.text


def test_nobody_escapes_by_inventing_where_they_come_from(ann, settings):
    settings.BEHIND_TLS_PROXY = True
    answers = [
        sign_in("wrong", x_forwarded_for=f"203.0.113.{number}, 198.51.100.1") for number in MANY
    ]
    assert answers[-1].status_code == 429


def test_an_address_that_cannot_be_one_does_not_stop_anybody_signing_in(ann, settings):
    settings.BEHIND_TLS_PROXY = True
    for odd in ["", "unknown", "x" * 5000, "198.51.100.1:443", "fe80::1%eth0", "1.2.3.4, "]:
        assert sign_in("a long password", x_forwarded_for=odd).status_code == 302


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "found"),
    [
        (True, "198.51.100.1", "198.51.100.1"),
        (True, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (True, "203.0.113.9,198.51.100.1 ", "198.51.100.1"),
        (True, "2001:DB8::1", "2001:db8::1"),
        (True, "fe80::1%eth0", "fe80::1"),
        (True, "198.51.100.1:443", "198.51.100.1"),
        (True, "203.0.113.9, 198.51.100.1:65535", "198.51.100.1"),
        (True, "[2001:db8::1]:443", "2001:db8::1"),
        (True, "[2001:db8::1]", "2001:db8::1"),
        (True, "[fe80::1%eth0]:443", "fe80::1"),
        (True, "", "192.0.2.1"),
        (True, "198.51.100.1, unknown", "192.0.2.1"),
        (False, "198.51.100.1", "192.0.2.1"),
    ],
)
def test_the_address_of_a_client_is_read_from_a_proxy_only_behind_one(
    behind_proxy, forwarded, found, settings
):
    settings.BEHIND_TLS_PROXY = behind_proxy
    request = RequestFactory(REMOTE_ADDR="192.0.2.1").get(
        "/", headers={"x-forwarded-for": forwarded}
    )
    assert client_address(request) == found


def test_a_request_by_a_unix_socket_came_from_no_address(settings):
    request = RequestFactory(REMOTE_ADDR="").get("/")
    assert client_address(request) is counted_address(request) is None


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("fe80::1%eth0", "fe80::"),
    ],
)
def test_who_has_a_whole_network_of_addresses_is_counted_as_one(address, counted):
    assert counted_address(RequestFactory(REMOTE_ADDR=address).get("/")) == counted


# Cookies on public pages


@pytest.mark.parametrize("asked", ["/", "/chairs/", "/chairs.json", "/forums.csv", "/nowhere/"])
@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_no_cookie_changes_a_public_page_or_is_answered_with_one(name, asked, client, admin_client):
    session = admin_client.cookies["sessionid"].value
    for value in (session, "x", ""):
        answer = Client(headers={"cookie": f"{name}={value}"}).get(asked)
        assert "Cookie" not in answer.get("Vary", "")
        assert not answer.cookies
    kept = client.get(asked)
    assert "Cookie" not in kept.get("Vary", "")


def test_who_has_not_signed_in_is_not_told_apart_by_a_cookie(client):
    client.post("/admin/login/", {"username": "x", "password": "y"})
    assert "saved" not in client.cookies
