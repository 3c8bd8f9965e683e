"""What every test shares: development settings, a database of its own, and no quiet skips."""

import gc
import os
import tempfile

import django
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Model
from django.test.utils import setup_databases, teardown_databases
from hypothesis import HealthCheck
from hypothesis import settings as property_tests

from tests import slow

# Set here rather than in pyproject.toml, from which Django would be loaded before this line.
os.environ["REGISTER_DEVELOPMENT"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "ics_register.settings"
django.setup()

# Registers that stand for many tests: see tests/standing.py.
STANDING = {"standing_cast", "standing_seed", "standing_england", "standing_admin"}
DEVELOPMENT_DATABASE = settings.DATABASES["default"]["NAME"]

# Whole lists that tests have made are kept nowhere else, and not for long.
KEPT_FILES = tempfile.TemporaryDirectory(prefix="register-tests-")
settings.KEPT_FILES = KEPT_FILES.name

# A busy machine is no fault of what is tested.
property_tests.register_profile(
    "untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
property_tests.load_profile("untimed")

# Hashing is slow on purpose, and these passwords protect nothing.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def no_column_is_read_later():
    """Fail if a column that a query deferred is read later: Django would fetch it by one query for
    each row, and no page would look any different."""
    read_and_lock = Model.refresh_from_db

    def read(self, using=None, fields=None, **options):
        assert not fields, f"{fields} of {type(self).__name__} was left out, and is read after all."
        return read_and_lock(self, using=using, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Model, "refresh_from_db", read)
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, django_db_keepdb, tmp_path_factory, worker_id
) -> None:
    """Test on a SQLite file and not in memory, so that threads and processes can race on it.

    The file is a new one each time, or the same one with `--reuse-db`.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        if django_db_keepdb:
            directory = settings.BASE_DIR / "build" / "test-database" / worker_id
            directory.mkdir(parents=True, exist_ok=True)
        else:
            directory = tmp_path_factory.mktemp("database")
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(directory / "register.sqlite3")}
        # Nobody needs a test database after a power cut.
        database["OPTIONS"]["init_command"] += (
            "PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536;"
        )


@pytest.fixture(scope="session", autouse=True)
def test_database(django_db_setup, django_db_blocker, django_db_keepdb, django_db_createdb):
    """The test database, whichever tests are chosen.

    pytest-django makes it only if one of the chosen tests is marked as using it. Tests that read
    a standing register are not marked, and would reach the development database.
    """
    if connection.settings_dict["NAME"] != DEVELOPMENT_DATABASE:
        yield
        return
    with django_db_blocker.unblock():
        databases = setup_databases(
            verbosity=0,
            interactive=False,
            keepdb=django_db_keepdb and not django_db_createdb,
        )
    yield
    if not django_db_keepdb:
        with django_db_blocker.unblock():
            teardown_databases(databases, verbosity=0)


def pytest_collection_finish():
    """Freeze what is loaded for all tests: collecting garbage there took a seventh of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(items):
    for item in items:
        asked = set(item.fixturenames)
        # Such a test would be moved among others, and find a standing register where none is.
        if "browser_name" in asked and not item.nodeid.startswith("tests/browser"):
            raise pytest.UsageError(
                f"{item.nodeid} asks for a browser. Call its argument other than page, browser or "
                "context, or move it to tests/browser."
            )
        # It would come among the first, and leave the standing register to those after it.
        if asked & STANDING and (
            asked & {"db", "transactional_db"} or item.get_closest_marker("django_db")
        ):
            raise pytest.UsageError(
                f"{item.nodeid} asks for a standing register and for a database of its own. Use "
                "signed_in() for admin_client, or leave out the mark."
            )
    marked = [item for item in items if item.get_closest_marker("slow")]
    # What takes minutes to prepare comes first, whole: spread over several workers at the end,
    # each of them would prepare it, and the others wait for the last.
    items.sort(key=lambda item: not slow.prepares_for_long(item))
    if len(marked) > slow.MOST:
        raise pytest.UsageError(
            f"{len(marked)} tests are marked as slow, and at most {slow.MOST} may be. Make some "
            "of them faster."
        )


def forbidden_skip(item_id: str, reason: str) -> bool:
    """Whether REGISTER_NO_SKIPS forbids this skip.

    "browser" forbids every skip in tests/browser, "postgresql" every skip of a test that is
    for PostgreSQL only or wants nginx. Continuous integration sets it, so that nothing is left
    out unseen.
    """
    match os.environ.get("REGISTER_NO_SKIPS"):
        case "browser":
            return item_id.startswith("tests/browser")
        case "postgresql":
            return reason.startswith(("PostgreSQL only", "nginx is not installed"))
    return False


def fail_forbidden_skip(report) -> None:
    if not report.skipped or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if forbidden_skip(report.nodeid, reason):
        report.outcome = "failed"
        report.longrepr = f"Skipped where it has to run: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    fail_forbidden_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    fail_forbidden_skip(report)
    return report
