"""Every address of the admin, found by walking the resolver, and who is sent there.

A page that is added to the admin is found without being named here. The walk fails, and says what
to add where, if the page's address takes an unknown argument or the page is of no known kind.
"""

import copy
import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html.parser import HTMLParser

from axes.models import AccessAttempt, AccessLog
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils.http import urlencode

from editing.groups import AUDITOR, EDITOR, MANAGER
from editing.spreadsheets.exporting import FORMS
from editing.spreadsheets.kinds import KINDS
from editing.steps import all_steps
from editing.worklists import all_worklists
from forums.models import Forum, Membership, Seat
from forums.whole_history import CONTENTS
from organisations.models import Organisation, Post
from organisations.ods.ods_pages import packed
from people.models import Appointment, Person
from records.history import Nature, writing
from records.models import Upload
from tests.builders import BUILDERS
from tests.organisations.ods_files import networks

PASSWORD = "a long password"

# The people who are sent to every address, and what the table calls them.
ANONYMOUS = "nobody signed in"
NOT_STAFF = "not staff"
NO_GROUP = "staff in no group"
SUPERUSER = "superuser"
WHO = [ANONYMOUS, NOT_STAFF, NO_GROUP, AUDITOR, EDITOR, MANAGER, SUPERUSER]

# Pages of one kind of record, by what follows the name of the kind in their address: what each
# is called in the table.
OF_RECORDS = {
    "": "List",
    "add/": "Add one",
    "<path:object_id>/": "Short address of one",
    "<path:object_id>/change/": "One, and correcting it",
    "<path:object_id>/delete/": "Removing one that should never have been",
    "<path:object_id>/history/": "Change history of one",
    "^([^/]+)/history/([^/]+)/$": "Past version of one",
    "<path:object_id>/history/<int:version_id>/restore/": "Restoring a past version",
    "<path:object_id>/step/<slug:name>/": "Guided step",
    "<id>/password/": "New password for somebody else",
    "<id>/sign-out/": "Ending all sessions of somebody else",
    "<id>/unlock/": "Unlocking after failed sign-ins",
}
# Pages of the site as a whole, by their address.
OF_SITE = {
    "": "Front page",
    "login/": "Sign in",
    "logout/": "Sign out",
    "password_change/": "Change one’s own password",
    "sessions/": "Your sessions",
    "kept/": "Forms typed before being signed out",
    "autocomplete/": "What a field proposes while one types",
    "jsi18n/": "Words of the scripts",
    "r/<path:content_type_id>/<path:object_id>/": "To the public page of a record",
    "^(?P<app_label>{labels})/$": "Part of the front page",
    "(?P<url>.*)$": "An address at which there is nothing",
    "find/": "Record a change",
    "worklists/<slug:slug>/": "Worklist",
    "together/<uuid:batch>/": "Changes made in one go, and undoing them",
    "everything/<slug:kind>/<int:key>/": "History with everything in it",
    "removed/<slug:app_label>/<slug:model_name>/": "Removed records",
    "imports/": "What can be imported",
    "imports/<str:kind>/": "Import",
    "imports/<str:kind>/template.<str:form>": "Template to import from",
    "uploads/<int:key>/": "Spreadsheet sent",
    "uploads/<int:key>/check/": "Spreadsheet sent: check it",
    "uploads/<int:key>/load/": "Spreadsheet sent: load it",
    "ods/": "Import from the Organisation Data Service",
    "ods/<int:key>/": "Lists sent",
    "ods/<int:key>/check/": "Lists sent: check them",
    "ods/<int:key>/load/": "Lists sent: load them",
    "export/<slug:app>/<slug:model>.<str:form>": "Export of a list",
}
# Pages that change nothing, whatever is sent to them.
READING = {
    "List",
    "Short address of one",
    "Change history of one",
    "Past version of one",
    "Front page",
    "What a field proposes while one types",
    "Words of the scripts",
    "To the public page of a record",
    "Part of the front page",
    "An address at which there is nothing",
    "Record a change",
    "Worklist",
    "History with everything in it",
    "Removed records",
    "What can be imported",
    "Template to import from",
    "Lists sent",
    "Spreadsheet sent",
    "Export of a list",
}
# Pages that answer everybody who may read them. Whether somebody may act shows in what is written.
JUDGED_BY_WRITES = {"Changes made in one go, and undoing them"}


@dataclass(frozen=True)
class Page:
    """One address of the admin."""

    kind: str  # what the table calls it
    about: str  # the kind of record, or "" for a page of the site
    address: str

    def __str__(self):
        return f"{self.kind}: {self.about or 'the site'} ({self.address})"


@dataclass(frozen=True)
class Pattern:
    """A pattern of the admin's addresses, with its arguments."""

    model: type[models.Model] | None
    rest: str  # what follows the name of the kind of record, or "admin/"

    @property
    def kind(self) -> str:
        kinds = OF_SITE if self.model is None else OF_RECORDS
        known = _without_labels(self.rest)
        assert known in kinds, (
            f"There is a new kind of page, {self.rest!r} ({self.model or 'of the site'}). Say in "
            "tests/admin_urls.py what the table in docs/who-may-do-what.md is to call it, and "
            "whether it only reads."
        )
        return kinds[known]

    @property
    def arguments(self) -> list[str]:
        """The names of its arguments, in order."""
        return [_name(place, number) for number, place in enumerate(_places(self.rest))]

    def filled(self, values: dict[str, str]) -> str:
        """The address with its arguments filled in."""
        start = "/admin/"
        if self.model:
            start += f"{self.model._meta.app_label}/{self.model._meta.model_name}/"
        rest = self.rest
        for number, place in enumerate(_places(rest)):
            rest = rest.replace(place, str(values[_name(place, number)]), 1)
        query = f"?{urlencode(values['query'])}" if "query" in values else ""
        return start + rest.removeprefix("^").removesuffix("$") + query


# A place for an argument: "<path:object_id>", "([^/]+)", "(?P<app_label>a|b)".
_PLACE = re.compile(r"<[^<>()]+>|\((?:\?P<\w+>)?(?:\[[^]]*\]|[^()])*\)")


def _places(route: str) -> list[str]:
    return _PLACE.findall(route)


def _name(place: str, number: int) -> str:
    named = re.match(r"<(?:\w+:)?(\w+)>$|\(\?P<(\w+)>", place)
    if named:
        return named[1] or named[2]
    # The library's own address of a past version names neither.
    return ["object_id", "version_id"][number]


def _without_labels(route: str) -> str:
    return re.sub(r"^\^\(\?P<app_label>[\w|]+\)", "^(?P<app_label>{labels})", route)


def patterns() -> list[Pattern]:
    """Every address of the admin."""
    models_by_path = {
        f"{model._meta.app_label}/{model._meta.model_name}/": model
        for model in admin.site._registry
    }
    found = []
    for route in _routes(get_resolver().url_patterns):
        if not route.startswith("admin/"):
            continue
        rest = route.removeprefix("admin/")
        path = next((path for path in models_by_path if rest.startswith(path)), None)
        if path is None:
            found.append(Pattern(None, rest))
        else:
            found.append(Pattern(models_by_path[path], rest.removeprefix(path)))
    return found


def _routes(urlpatterns, start: str = "") -> Iterator[str]:
    for pattern in urlpatterns:
        route = start + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


# The people who are sent, and the records they find


@dataclass
class Cast:
    """The people who are sent to every page, and a record of every kind for them to find."""

    accounts: dict[str, User]
    # For each kind of record: one record, and what the table calls it.
    records: dict[type[models.Model], list[tuple[str, models.Model]]]
    # The batch of a change that can be undone.
    batch: uuid.UUID
    uploads: dict[str, Upload]
    lists: dict[str, Upload]  # of the Organisation Data Service

    def browser(self, who: str, **options) -> Client:
        """A browser in which that person is signed in."""
        browser = Client(**options)
        if who in self.accounts:
            browser.force_login(self.accounts[who])
        return browser


def make_cast() -> Cast:
    """One person of every sort, and a record of every kind that has been changed."""
    accounts = {
        NOT_STAFF: User.objects.create_user("Nora", password=PASSWORD),
        NO_GROUP: User.objects.create_user("Stan", password=PASSWORD, is_staff=True),
        SUPERUSER: User.objects.create_superuser("Sue", password=PASSWORD),
    }
    for number, name in enumerate([AUDITOR, EDITOR, MANAGER]):
        user = User.objects.create_user(f"Mem{number}", password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        accounts[name] = user
    records = {model: [(_plural(model), make())] for model, make in BUILDERS.items()}
    # A holder and the post or seat they hold, so that guided steps find something to do.
    for tenure in (Appointment, Membership):
        _, record = records[tenure][0]
        for model, other in [(type(record.held), record.held), (Person, record.person)]:
            records[model] = [(_plural(model), other)]
    _, seat = records[Seat][0]
    records[Forum] = [(_plural(Forum), seat.forum)]
    _, post = records[Post][0]
    records[Organisation] = [(_plural(Organisation), post.organisation)]
    with writing(Nature.CORRECTED, reason="A slip.", user=accounts[SUPERUSER]) as together:
        _, person = records[Person][0]
        person.name = "Corrected"
        person.save()
    more = Group.objects.create(name="more than a manager")
    more.permissions.add(Permission.objects.get(codename="delete_group"))
    stranger = User.objects.create_user("Mora", password=PASSWORD, is_staff=True)
    stranger.groups.add(more)
    colleague = User.objects.create_user("Cora", password=PASSWORD, is_staff=True)
    superior = User.objects.create_superuser("Sam", password=PASSWORD)
    signing_in = {"username": "Ann", "ip_address": "192.0.2.1", "path_info": "/admin/login/"}
    records |= {
        User: [
            ("accounts", colleague),
            ("accounts that may do more than a register manager", stranger),
            ("accounts of superusers", superior),
        ],
        Group: [
            ("groups that come with the register", Group.objects.get(name=EDITOR)),
            ("groups of one’s own", more),
        ],
        AccessAttempt: [
            (
                "sign-ins that failed and still count",
                AccessAttempt.objects.create(failures_since_start=1, **signing_in),
            )
        ],
        AccessLog: [("sign-ins", AccessLog.objects.create(**signing_in))],
    }
    uploads = {who: upload_of(user) for who, user in accounts.items()}
    lists = {who: lists_of(user) for who, user in accounts.items()}
    return Cast(accounts, records, together.batch, uploads, lists)


def lists_of(user: User) -> Upload:
    """An uploaded list of networks, none of which can be loaded."""
    return Upload.objects.create(
        kind="ods",
        file_name="epcn_2019-12-04.csv",
        content=packed([networks("2019-12-04", ("U", "NO NETWORK", "20191001", ""))]),
        uploaded_by=user,
        reason="Lists for a test.",
        choices={"day": "", "same": {}, "new": []},
    )


def upload_of(user: User) -> Upload:
    """An uploaded spreadsheet that adds nothing."""
    headings = "name,document,locator\n"
    return Upload.objects.create(
        kind="people.person",
        file_name="people.csv",
        content=headings.encode(),
        uploaded_by=user,
        reason="Test.",
    )


# What fills the arguments of each address: for each way to fill them, what the table says that the
# page is about, and the arguments.
Filled = list[tuple[str, dict]]


def ways_to_fill(cast: Cast, who: str, pattern: Pattern) -> Filled:
    """The arguments to try in an address."""
    if pattern.model is not None:
        assert pattern.model in cast.records, (
            f"{pattern.model._meta.label} has pages in the admin and no record to open them for. "
            "Make one in make_cast of tests/admin_urls.py."
        )
        return _ways_on_records(cast, pattern)
    fill = FILL_OF_SITE.get(_without_labels(pattern.rest))
    assert fill or not pattern.arguments, (
        f"Nothing says what to put into the address {pattern.rest!r}. Add it to FILL_OF_SITE in "
        "tests/admin_urls.py."
    )
    return fill(cast, who) if fill else [("", {})]


def _ways_on_records(cast: Cast, pattern: Pattern) -> Filled:
    found = cast.records[pattern.model]
    wanted = pattern.arguments
    if not wanted:
        return [(OF_ALL.get(pattern.model, found[0][0]), {})]
    ways = []
    for about, record in found:
        values = {"object_id": record.pk, "id": record.pk}
        if "version_id" in wanted:
            values["version_id"] = record.history.latest().history_id
        names = [step.name for model, step in all_steps() if model is pattern.model]
        ways += [
            (about, {**values, "name": name}) for name in (names if "name" in wanted else [""])
        ]
    return ways


# What all of those are called of which single ones are told apart.
OF_ALL = {User: "accounts", Group: "groups"}


def _plural(model: type[models.Model]) -> str:
    return str(model._meta.verbose_name_plural)


def _own_and_somebody_elses(cast: Cast, who: str) -> Filled:
    other = SUPERUSER if who != SUPERUSER else MANAGER
    own = cast.uploads.get(who, cast.uploads[MANAGER])
    return [("one’s own", {"key": own.pk}), ("somebody else’s", {"key": cast.uploads[other].pk})]


def _own_lists_and_somebody_elses(cast: Cast, who: str) -> Filled:
    other = SUPERUSER if who != SUPERUSER else MANAGER
    own = cast.lists.get(who, cast.lists[MANAGER])
    return [("one’s own", {"key": own.pk}), ("somebody else’s", {"key": cast.lists[other].pk})]


def one_field_for_each_kind() -> list[models.ForeignKey]:
    """For each kind of record that forms can choose, one field that chooses it."""
    return list(
        {
            each.related_model: each
            for model in BUILDERS
            for each in model._meta.fields
            if isinstance(each, models.ForeignKey) and each.editable
        }.values()
    )


FILL_OF_SITE: dict[str, Callable[[Cast, str], Filled]] = {
    "r/<path:content_type_id>/<path:object_id>/": lambda cast, who: [
        (
            "",
            {
                "content_type_id": ContentType.objects.get_for_model(Person).pk,
                "object_id": cast.records[Person][0][1].pk,
            },
        )
    ],
    "^(?P<app_label>{labels})/$": lambda cast, who: [
        ("the register", {"app_label": "forums"}),
        ("accounts", {"app_label": "auth"}),
        ("signing in", {"app_label": "axes"}),
    ],
    "autocomplete/": lambda cast, who: [
        (
            _plural(field.related_model),
            {
                "query": {
                    "app_label": field.model._meta.app_label,
                    "model_name": field.model._meta.model_name,
                    "field_name": field.name,
                    "term": "a",
                }
            },
        )
        for field in one_field_for_each_kind()
    ],
    "(?P<url>.*)$": lambda cast, who: [("", {"url": "nothing/here/"})],
    "worklists/<slug:slug>/": lambda cast, who: [
        (listed.title.lower(), {"slug": listed.slug}) for listed in all_worklists()
    ],
    "together/<uuid:batch>/": lambda cast, who: [("", {"batch": cast.batch})],
    "everything/<slug:kind>/<int:key>/": lambda cast, who: [
        (_plural(model), {"kind": model._meta.model_name, "key": cast.records[model][0][1].pk})
        for model in CONTENTS
    ],
    "removed/<slug:app_label>/<slug:model_name>/": lambda cast, who: [
        (
            _plural(model),
            {"app_label": model._meta.app_label, "model_name": model._meta.model_name},
        )
        for model in BUILDERS
    ],
    "imports/<str:kind>/": lambda cast, who: [
        (_plural(sheet.model), {"kind": kind}) for kind, sheet in KINDS.items()
    ],
    "imports/<str:kind>/template.<str:form>": lambda cast, who: [
        (_plural(sheet.model), {"kind": kind, "form": form})
        for kind, sheet in KINDS.items()
        for form in FORMS
    ],
    "uploads/<int:key>/": _own_and_somebody_elses,
    "uploads/<int:key>/check/": _own_and_somebody_elses,
    "uploads/<int:key>/load/": _own_and_somebody_elses,
    "ods/<int:key>/": _own_lists_and_somebody_elses,
    "ods/<int:key>/check/": _own_lists_and_somebody_elses,
    "ods/<int:key>/load/": _own_lists_and_somebody_elses,
    "export/<slug:app>/<slug:model>.<str:form>": lambda cast, who: [
        (
            _plural(model),
            {"app": model._meta.app_label, "model": model._meta.model_name, "form": form},
        )
        for model in BUILDERS
        for form in FORMS
    ],
}


def every_page(cast: Cast, who: str) -> list[Page]:
    """Every address of the admin, with arguments that fit."""
    return [
        Page(_kind(pattern, values), about, pattern.filled(values))
        for pattern in patterns()
        for about, values in ways_to_fill(cast, who, pattern)
    ]


def _kind(pattern: Pattern, values: dict) -> str:
    if "name" not in pattern.arguments:
        return pattern.kind
    titles = {step.name: step.title for model, step in all_steps() if model is pattern.model}
    return f"{pattern.kind}: {titles[values['name']]}"


# Asking, and what is answered


@dataclass
class Answer:
    """A response, and what the request wrote to the database."""

    status: int
    response: object
    writes: list[str]

    @property
    def sent_to_sign_in(self) -> bool:
        location = self.response.headers.get("Location", "")
        return self.status == 302 and location.startswith(reverse("admin:login"))

    @property
    def refused(self) -> bool:
        return self.status in (403, 404, 405) or self.sent_to_sign_in


# Tables that record who visits, and not what the register says.
NOT_OF_THE_REGISTER = [
    "django_session",
    "records_staffsession",
    "axes_accesslog",
    "axes_accessattempt",
    "last_login",
]


@contextmanager
def watched() -> Iterator[list[str]]:
    """The statements that wrote something, in order."""
    written = []

    def watch(execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) and not any(
            name in sql for name in NOT_OF_THE_REGISTER
        ):
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield written


def ask(browser: Client, method: str, address: str, data=None) -> Answer:
    """Send a request and roll back what it changed, so that requests do not affect each other."""
    cookies = copy.deepcopy(browser.cookies)
    with transaction.atomic(), watched() as written:
        response = getattr(browser, method)(address, data or {})
        if response.streaming:
            list(response)
        transaction.set_rollback(True)
    browser.cookies = cookies  # which signing out took away
    return Answer(response.status_code, response, written)


class FormReader(HTMLParser):
    """Reads what a browser would send from the forms of a page if nobody typed anything."""

    def __init__(self, html: str):
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.names: set[str] = set()
        self._name = ""  # of the list or the box of text that is being read
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        name = attributes.get("name", "")
        match tag:
            case "input" if name and attributes.get("type") not in ("submit", "file"):
                self.names.add(name)
                box = attributes.get("type") in ("checkbox", "radio")
                if not box or "checked" in attributes:
                    value = attributes.get("value") or ("on" if box else "")
                    self.values.setdefault(name, []).append(value)
            case "select" | "textarea" if name:
                self.names.add(name)
                self._name = name
            case "option" if self._name and "selected" in attributes:
                self.values.setdefault(self._name, []).append(attributes.get("value") or "")

    def handle_data(self, data):
        if self._name and self.lasttag == "textarea":
            self.values.setdefault(self._name, []).append(data)

    def handle_endtag(self, tag):
        if tag in ("select", "textarea"):
            self._name = ""


def left_as_it_is(response) -> dict[str, list[str]]:
    """What a browser would send from each form of a page if nobody typed anything."""
    return FormReader(response.content.decode()).values if readable(response) else {}


def names_on_forms(response) -> set[str]:
    return FormReader(response.content.decode()).names if readable(response) else set()


def readable(response) -> bool:
    return not response.streaming and response["Content-Type"].startswith("text/html")
