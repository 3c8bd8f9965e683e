"""Settings of the register. What differs between machines comes from the environment.

`.env.example` lists every variable. Production is the default, so that a machine without
settings refuses to start rather than serve an insecure register.
"""

import os
import re
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from records.outcome import SQLiteConnection

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"


def flag(name: str) -> bool:
    """Whether the environment variable `name` is 1 (or 0, or absent)."""
    value = os.environ.get(name, "0")
    if value not in ("0", "1"):
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to 1 for yes or 0 for no.")
    return value == "1"


def required(name: str, remedy: str) -> str:
    """The environment variable `name`; raises ImproperlyConfigured with `remedy` without it."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {remedy}")
    return value


def whole_number(name: str, default: int) -> int:
    """The environment variable `name` as a whole number of 0 or more."""
    value = os.environ.get(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}. Set it to a whole number.")
    return int(value)


def secret_key() -> str:
    """SECRET_KEY, which signs sessions and is worth nothing if it can be guessed."""
    remedy = (
        "Set it to 50 or more random characters and keep it secret, or set "
        "REGISTER_DEVELOPMENT=1 on a machine that serves nobody else."
    )
    key = required("SECRET_KEY", remedy)
    if len(key) < 50:
        raise ImproperlyConfigured(f"SECRET_KEY has {len(key)} characters. {remedy}")
    return key


def allowed_hosts() -> list[str]:
    """ALLOWED_HOSTS: the names that the register answers to."""
    remedy = (
        "Set it to the host names people use, with commas between them and without https:// "
        "or a port: register.example.nhs.uk"
    )
    listed = required("ALLOWED_HOSTS", remedy)
    hosts = [host.strip() for host in listed.split(",") if host.strip()]
    if not hosts:
        raise ImproperlyConfigured(f"ALLOWED_HOSTS names no host. {remedy}")
    for host in hosts:
        if re.search(r"[/:\s]", host):
            raise ImproperlyConfigured(f"ALLOWED_HOSTS: {host!r} is not a host name. {remedy}")
    return hosts


# To plan a query of a page takes PostgreSQL longer than to answer it. It plans once and for all
# what it is asked again and again, if it is sent the values apart from the query, and if told to:
# left to itself it estimates that a plan for these values would be a little better, and plans each.
# And to start processes for what one does in a millisecond takes it twenty.
PREPARING = {"server_side_binding": True, "prepare_threshold": 3}
PLANNING = "-c plan_cache_mode=force_generic_plan -c parallel_setup_cost=5000"

# A query that nobody waits for any more is given up by the server too.
GIVING_UP = "-c client_connection_check_interval=1000"


def database(url: str) -> dict:
    """The database that `url` names: PostgreSQL or SQLite, as this register wants them."""
    # Without the URL itself, which holds a password and would go into a log.
    remedy = (
        "Set it to postgres://user:password@host:5432/register, with any character of the "
        "password that is not a letter or a digit written as a per cent code (@ is %40), or "
        "to sqlite:////directory/register.sqlite3, with four slashes."
    )
    try:
        parsed = dj_database_url.parse(url)
    except ValueError:
        raise ImproperlyConfigured(
            f"DATABASE_URL cannot be read as the address of a database. {remedy}"
        ) from None
    match parsed["ENGINE"]:
        case "django.db.backends.sqlite3":
            # An address that names no file would keep the register in memory, and lose it.
            if parsed.get("HOST") or (parsed["NAME"] == ":memory:" and ":memory:" not in url):
                raise ImproperlyConfigured(f"DATABASE_URL names no file. {remedy}")
            # IMMEDIATE takes the write lock when a transaction begins, so that of two writers
            # the second waits; the default lets both read and then fails one with "database
            # is locked".
            options = {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                "factory": SQLiteConnection,
            }
            # Opening it again reads all the tables' rules, which takes longer than to make a page.
            return {**parsed, "OPTIONS": options, "CONN_MAX_AGE": 60}
        case "django.db.backends.postgresql":
            options = parsed.get("OPTIONS", {})
            if "://" not in url or not (parsed["NAME"] or "service" in options):
                raise ImproperlyConfigured(f"DATABASE_URL names no database. {remedy}")
            # PostgreSQL compiles the queries of these pages, which join much and return little,
            # at ten times the cost of running them: 5.3 s for one that takes 0.4 s uncompiled.
            # What the URL asks for stands last, and wins.
            own = f"-c jit=off {PLANNING} {GIVING_UP} {options.get('options', '')}".strip()
            return {
                **parsed,
                "ENGINE": "records.postgresql",
                "OPTIONS": {"connect_timeout": 2, **PREPARING, **options, "options": own},
                "CONN_MAX_AGE": 3600,
                "CONN_HEALTH_CHECKS": True,
            }
        case _:
            raise ImproperlyConfigured(
                f"DATABASE_URL names neither PostgreSQL nor SQLite, which alone will do. {remedy}"
            )


def replica(url: str, primary: dict) -> dict:
    """The database that `url` names: a replica of `primary`, which public pages are read from."""
    try:
        made = database(url)
    except ImproperlyConfigured as error:
        said = str(error).replace("DATABASE_URL", "DATABASE_REPLICA_URL")
        raise ImproperlyConfigured(said) from None
    if {made["ENGINE"], primary["ENGINE"]} != {"records.postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL is set, and only PostgreSQL has replicas. Let both it and "
            "DATABASE_URL name PostgreSQL, or leave it out."
        )
    if _whereabouts(made) == _whereabouts(primary):
        raise ImproperlyConfigured(
            "DATABASE_REPLICA_URL names the same database as DATABASE_URL. Let it name the "
            "replica, or leave it out."
        )
    # A replica that is gone is noticed in seconds. What the URL asks for wins.
    options = {"tcp_user_timeout": 3000, **made["OPTIONS"]}
    options["options"] += " -c default_transaction_read_only=on"
    return {**made, "OPTIONS": options, "TEST": {"MIRROR": "default"}}


def _whereabouts(database: dict) -> tuple:
    options = database["OPTIONS"]
    return (
        database["HOST"],
        int(database["PORT"] or 5432),
        database["NAME"],
        *(options.get(name) for name in ("service", "host", "hostaddr", "port", "dbname")),
    )


DEVELOPMENT = flag("REGISTER_DEVELOPMENT")

# Whether a proxy in front says how and from where a request reached it, and is to be believed.
BEHIND_TLS_PROXY = not DEVELOPMENT and flag("BEHIND_TLS_PROXY")

# Shows tracebacks, queries and settings in place of our own pages of errors.
DEBUG = flag("REGISTER_DEBUG")
if DEBUG and not DEVELOPMENT:
    raise ImproperlyConfigured(
        "REGISTER_DEBUG is 1, which would show readers tracebacks and settings. Leave it out "
        "here. On a developer's machine, set REGISTER_DEVELOPMENT=1 too."
    )

if DEVELOPMENT:
    SECRET_KEY = os.environ.get("SECRET_KEY", "development only: signs nothing that matters")
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
    VAR_DIR.mkdir(mode=0o700, exist_ok=True)  # for the database, which is nobody else's
    DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'register.sqlite3'}"
else:
    SECRET_KEY = secret_key()
    ALLOWED_HOSTS = allowed_hosts()
    DATABASE_URL = required(
        "DATABASE_URL", "Set it to the database: postgres://user:password@host:5432/register"
    )

INSTALLED_APPS = [
    "ics_register",
    "forums",
    "people",
    "organisations",
    "records",
    "editing",
    "simple_history",
    "django_filters",
    "axes",
    "csp",
    "editing.apps.RegisterAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "ics_register.requests.keep_admin_out_of_caches",
    "ics_register.requests.send_no_body_after_a_head",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Above CommonMiddleware, which redirects addresses that lack their last slash.
    "ics_register.kept_pages.replace_pages_that_are_gone",
    "django.middleware.common.CommonMiddleware",
    "ics_register.requests.refuse_null_bytes",
    "ics_register.requests.leave_cookies_to_the_admin",
    "ics_register.parameters.leave_out_what_no_page_reads",
    "ics_register.database_down.answer_without_database",
    "ics_register.kept_pages.keep_pages",
    "ics_register.kept_files.keep_whole_files",
    "ics_register.replicas.ReadFromReplica",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "ics_register.requests.PlainForms",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "ics_register.pages.stale_forms.keep_what_the_signed_out_typed",
    "simple_history.middleware.HistoryRequestMiddleware",
    "axes.middleware.AxesMiddleware",
]

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Public pages as they were last made, in each process that serves them.
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 300},
    },
}

# Whole lists and files of the whole register, as they were last made, for all processes.
KEPT_FILES = Path(os.environ.get("KEPT_FILES") or VAR_DIR / "files")

ROOT_URLCONF = "ics_register.urls"
WSGI_APPLICATION = "ics_register.wsgi.application"

TEMPLATES = [
    {
        # Public pages. Strict: a misspelt name fails a test and not a reader.
        "NAME": "jinja2",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "ics_register.jinja.environment"},
    },
    {
        # The admin.
        "NAME": "django",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {"default": database(DATABASE_URL)}
DATABASE_REPLICA_URL = os.environ.get("DATABASE_REPLICA_URL")
if DATABASE_REPLICA_URL:
    DATABASES["replica"] = replica(DATABASE_REPLICA_URL, DATABASES["default"])
    DATABASE_ROUTERS = ["ics_register.replicas.Router"]

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = "ics_register.locale_formats"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "build" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT
WHITENOISE_AUTOREFRESH = DEVELOPMENT

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "editing.passwords.HardToGuess",
        "OPTIONS": {
            "words": ["register", "governance", "herefordshire", "worcestershire", "nhs", "ics"],
            "names": {
                "organisations.Organisation": "name",
                "organisations.Post": "title",
                "forums.Forum": "name",
            },
        },
    },
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
# How many failures make whoever signs in wait, and how long, is in editing/signing_in.py.
AXES_HANDLER = "editing.signing_in.Locks"
AXES_LOCK_OUT_AT_FAILURE = False  # by a limit of the library's, besides
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_COOLOFF_TIME = 24  # hours, after which failures are forgotten
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]  # a success resets this count alone
AXES_CLIENT_IP_CALLABLE = "ics_register.requests.counted_address"
AXES_LOCKOUT_CALLABLE = "ics_register.pages.errors.locked_out"
AXES_VERBOSE = False

# Nothing inline and nothing from elsewhere, in the admin too.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
# A step that closes a body of some thousand dependants sends several fields for each, and the form
# of a rule of quoracy a dozen for each of a thousand conditions.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

CSRF_FAILURE_VIEW = "ics_register.pages.stale_forms.stale_form"

X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_ENGINE = "editing.sessions"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60  # a working day, in seconds
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
if not DEVELOPMENT:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = not flag("PLAIN_HTTP_INSIDE")
    SECURE_HSTS_SECONDS = whole_number("HSTS_SECONDS", 31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if BEHIND_TLS_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SIMPLE_HISTORY_REVERT_DISABLED = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "ics_register.logs.InALine",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        }
    },
    "filters": {"once": {"()": "ics_register.logs.OnceInAWhile"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["once"]}
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    # A request for somebody else's host name is answered with 400 and is no fault of ours.
    "loggers": {"django.security.DisallowedHost": {"level": "CRITICAL"}},
}
