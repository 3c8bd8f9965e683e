"""Missing or malformed settings stop the register with a sentence that helps."""

import runpy
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

SETTINGS = Path(__file__).parent.parent / "ics_register" / "settings.py"

PRODUCTION = {
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "register.example.nhs.uk",
    "DATABASE_URL": "postgres://register:secret@localhost:5432/register",
}
OURS = [
    "REGISTER_DEVELOPMENT",
    "REGISTER_DEBUG",
    "BEHIND_TLS_PROXY",
    "PLAIN_HTTP_INSIDE",
    "HSTS_SECONDS",
    "DATABASE_REPLICA_URL",
]


@pytest.fixture
def settings_of(monkeypatch):
    """The settings on a production machine with these variables. None unsets a variable."""

    def load(**variables) -> dict:
        for name in [*OURS, *PRODUCTION]:
            monkeypatch.delenv(name, raising=False)
        for name, value in {**PRODUCTION, **variables}.items():
            if value is not None:
                monkeypatch.setenv(name, value)
        return runpy.run_path(str(SETTINGS))

    return load


def database_of(settings_of, url: str) -> dict:
    return settings_of(DATABASE_URL=url)["DATABASES"]["default"]


def refusal(settings_of, **variables) -> str:
    with pytest.raises(ImproperlyConfigured) as raised:
        settings_of(**variables)
    return str(raised.value)


def test_a_production_machine_that_was_told_everything_starts(settings_of):
    made = settings_of()
    assert made["ALLOWED_HOSTS"] == ["register.example.nhs.uk"]
    assert made["SECRET_KEY"] == "k" * 50
    assert made["DEBUG"] is made["DEVELOPMENT"] is made["BEHIND_TLS_PROXY"] is False


@pytest.mark.parametrize("name", PRODUCTION)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_needed_and_missing_is_named(name, value, settings_of):
    assert refusal(settings_of, **{name: value}).startswith(f"{name} is not set. Set it to")


@pytest.mark.parametrize("key", ["k" * 49, "changeme"])
def test_a_key_that_could_be_guessed_is_refused_and_not_repeated(key, settings_of):
    words = refusal(settings_of, SECRET_KEY=key)
    assert words.startswith(f"SECRET_KEY has {len(key)} characters. Set it to 50 or more random")
    assert key not in words


@pytest.mark.parametrize(
    "hosts",
    [
        "https://register.example.nhs.uk",
        "register.example.nhs.uk/",
        "register.example.nhs.uk:8000",
        "register.example.nhs.uk www.example.nhs.uk",
        "register.example.nhs.uk, localhost:80",
    ],
)
def test_what_is_no_host_name_is_refused(hosts, settings_of):
    words = refusal(settings_of, ALLOWED_HOSTS=hosts)
    assert words.startswith("ALLOWED_HOSTS: ")
    assert "is not a host name. Set it to the host names people use" in words


@pytest.mark.parametrize("hosts", [",", " , ,"])
def test_a_list_of_no_hosts_is_refused(hosts, settings_of):
    assert refusal(settings_of, ALLOWED_HOSTS=hosts).startswith("ALLOWED_HOSTS names no host. Set")


def test_hosts_are_taken_with_spaces_and_a_last_comma(settings_of):
    made = settings_of(ALLOWED_HOSTS=" register.example.nhs.uk, .example.nhs.uk ,")
    assert made["ALLOWED_HOSTS"] == ["register.example.nhs.uk", ".example.nhs.uk"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("register", "cannot be read"),
        ("postgres://register:secret@localhost:port/register", "cannot be read"),
        ("postgres://register:sec[ret@localhost/register", "cannot be read"),
        ("ftp://register:secret@localhost/register", "cannot be read"),
        ("mysql://register:secret@localhost/register", "neither PostgreSQL nor SQLite"),
        ("postgis://register:secret@localhost/register", "neither PostgreSQL nor SQLite"),
        ("postgres://register:secret@localhost", "names no database"),
        ("postgres:register:secret@localhost/register", "names no database"),
        ("sqlite://register.sqlite3", "names no file"),
        ("sqlite://", "names no file"),
        ("sqlite:///", "names no file"),
    ],
)
def test_what_names_no_database_of_ours_is_refused_without_its_password(url, why, settings_of):
    words = refusal(settings_of, DATABASE_URL=url)
    assert words.startswith("DATABASE_URL ")
    assert why in words
    assert "Set it to postgres://user:password@host:5432/register" in words
    assert "secret" not in words


def test_sqlite_takes_its_write_lock_at_once(settings_of):
    made = database_of(settings_of, "sqlite:////srv/register/register.sqlite3")
    assert made["NAME"] == "/srv/register/register.sqlite3"
    assert made["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_postgresql_compiles_no_queries_and_keeps_what_the_url_asks_for(settings_of):
    url = PRODUCTION["DATABASE_URL"]
    settled = (
        "-c jit=off -c plan_cache_mode=force_generic_plan -c parallel_setup_cost=5000 "
        "-c client_connection_check_interval=1000"
    )
    own = {
        "connect_timeout": 2,
        "options": settled,
        "server_side_binding": True,
        "prepare_threshold": 3,
    }
    assert database_of(settings_of, url)["OPTIONS"] == own
    assert database_of(settings_of, f"{url}?sslmode=require&options=-c%20jit%3Don")["OPTIONS"] == {
        **own,
        "sslmode": "require",
        "options": f"{settled} -c jit=on",
    }
    service = database_of(settings_of, "postgres://?service=register")
    assert service["OPTIONS"] == {**own, "service": "register"}
    # For a pooler that gives each transaction to another server.
    unprepared = database_of(settings_of, f"{url}?server_side_binding=false")["OPTIONS"]
    assert unprepared["server_side_binding"] is False


@pytest.mark.django_db
def test_a_database_made_by_these_settings_has_them():
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: SQLite compiles nothing")
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)


@pytest.mark.django_db
def test_postgresql_plans_once_what_it_is_asked_with_different_values():
    from django.db import connection

    from forums.models import TermsOfReference

    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: SQLite plans in no time")
    for number in range(9):
        assert not TermsOfReference.objects.filter(purpose=f"{number}", pk=number).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE %s",
            ['%"purpose" = %'],
        )
        [(once, anew)] = cursor.fetchall()
    assert once > 0 and anew == 0


@pytest.mark.django_db
def test_postgresql_keeps_what_it_prepared_when_a_transaction_is_rolled_back():
    from django.db import connection, transaction

    from forums.models import TermsOfReference

    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: SQLite prepares nothing")
    for number in range(9):
        with transaction.atomic():
            assert not TermsOfReference.objects.filter(authority=f"{number}").exists()
            transaction.set_rollback(True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ['%"authority" = %'],
        )
        [(used,)] = cursor.fetchall()
    assert used > 3


@pytest.mark.parametrize(
    "name", ["BEHIND_TLS_PROXY", "REGISTER_DEBUG", "PLAIN_HTTP_INSIDE", "REGISTER_DEVELOPMENT"]
)
def test_a_flag_is_one_or_nought(name, settings_of):
    assert refusal(settings_of, **{name: "yes"}) == (
        f"{name} is 'yes'. Set it to 1 for yes or 0 for no."
    )


def test_the_time_for_which_browsers_insist_on_https_is_a_number(settings_of):
    assert refusal(settings_of, HSTS_SECONDS="a year").startswith("HSTS_SECONDS is 'a year'.")


def test_a_proxy_is_believed_where_there_is_one(settings_of):
    made = settings_of(BEHIND_TLS_PROXY="1")
    assert made["BEHIND_TLS_PROXY"] is True
    assert made["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert "SECURE_PROXY_SSL_HEADER" not in settings_of()


def test_a_developers_machine_needs_to_be_told_nothing_else(settings_of):
    made = settings_of(REGISTER_DEVELOPMENT="1", **dict.fromkeys(PRODUCTION))
    assert made["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert made["BEHIND_TLS_PROXY"] is False


def test_a_developer_may_be_shown_tracebacks_and_is_not_unless_asked_for(settings_of):
    assert settings_of(REGISTER_DEVELOPMENT="1")["DEBUG"] is False
    assert settings_of(REGISTER_DEVELOPMENT="1", REGISTER_DEBUG="1")["DEBUG"] is True


@pytest.mark.parametrize("development", [None, "0"])
def test_no_reader_is_shown_a_traceback(development, settings_of):
    assert refusal(settings_of, REGISTER_DEBUG="1", REGISTER_DEVELOPMENT=development).startswith(
        "REGISTER_DEBUG is 1, which would show readers tracebacks and settings. Leave it out here."
    )


# The first user


@pytest.mark.django_db
def test_a_password_for_a_register_without_tables_is_refused_with_a_sentence(monkeypatch):
    from django.db import connection

    monkeypatch.setattr(connection.introspection, "table_names", lambda *args, **kwargs: [])
    with pytest.raises(CommandError, match=r"no database yet\. Run make run first\."):
        call_command("make_first_user", new_password=True)


@pytest.mark.django_db
def test_a_new_password_is_printed_once(capsys):
    call_command("make_first_user", new_password=True)
    assert "as admin, password " in capsys.readouterr().out
    call_command("make_first_user")
    assert "as admin, with the password that was printed" in capsys.readouterr().out
