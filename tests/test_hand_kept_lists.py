"""The lists that are kept by hand have every page, worklist, guided step, field and kind of record.

Whoever adds one runs this file, and is told at once of each list that lacks it: the file, the name
of the list, and what to write there. What can be worked out is in no list. The lists below are kept
by hand because each line says something that nobody can work out, or is to be reviewed by somebody:
an address, a heading, what makes a row, the order in a map, what the public may have.
"""

import contextlib
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import User
from django.test import RequestFactory
from django.urls import Resolver404, get_resolver, resolve

from editing.admin import RecordAdmin
from editing.steps import all_steps
from editing.worklists import all_worklists
from forums.models import Succession
from ics_register.kept_files import WHOLE_LISTS
from ics_register.open_data.tables import BY_NAME, TABLES
from ics_register.pages.documents import FACT_KINDS
from ics_register.pages.formats import address_in
from ics_register.pages.sitemaps import LISTS as IN_SITE_MAP
from ics_register.seeding import FILES
from records.history import Recorded
from records.models import DatedFact, Document
from tests.browser.test_public_pages import PAGES as IN_BROWSER
from tests.builders import BUILDERS
from tests.editing.test_worklists import LIGHTS
from tests.forums.test_every_step_raced import STEPS
from tests.listed import explained
from tests.pages import cast as stage
from tests.pages.as_data import read_data
from tests.pages.test_cost import LISTS as COSTED
from tests.pages.test_every_page import PAGES
from tests.test_permissions import said as said_of_permissions

RECORDED = [model for model in apps.get_models() if issubclass(model, Recorded)]


def tell(lacking: Iterable[str]) -> None:
    """Fail with every line that is lacking, and not with the first alone."""
    lines = list(lacking)
    assert not lines, "\n" + "\n".join(lines)


# Public pages

# A search is no page for search engines, and its list is short.
NOT_IN_SITE_MAP = {"search"}
# The query counts of calendars are in another test of that file.
COSTED_ELSEWHERE = {"calendar"}


def public_pages() -> dict[str, str]:
    """The route of each public page, by its name."""
    return {
        pattern.name: str(pattern.pattern)
        for pattern in get_resolver().url_patterns
        if getattr(pattern.callback, "formats", None) is not None and "." not in pattern.name
    }


def names(addresses: Iterable[str]) -> set[str]:
    found = set()
    for address in addresses:
        with contextlib.suppress(Resolver404):  # an address that leads nowhere is tested too
            found.add(resolve(address.partition("?")[0]).view_name)
    return found


def layers_of_pages() -> set[str]:
    """The modules in the layers of `ics_register.pages`."""
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    [layers] = [
        contract["layers"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract.get("containers") == ["ics_register.pages"]
    ]
    return {name.strip() for layer in layers for name in layer.split(":")}


def parameters_read() -> set[str]:
    """The parameters that public pages read. The names of quoracy's end in the number of a seat."""
    views = [pattern.callback for pattern in get_resolver().url_patterns]
    read = {name for view in views for name in getattr(view, "reads", ())}
    return {name for name in read if not name.endswith("-")}


def lacking_of_pages() -> Iterator[str]:
    of_all = public_pages()
    of_no_record = {name for name, route in of_all.items() if "<" not in route}
    for name, route in of_all.items():
        if name not in names(PAGES):
            yield (
                f'tests/pages/test_every_page.py, PAGES: add "/{route}": ("Heading", "Title"), '
                "or the address of it in the cast"
            )
        if name not in names(IN_BROWSER.values()):
            yield (
                f'tests/browser/test_public_pages.py, PAGES: add "{name}": "/{route}", '
                "with a record of the seed"
            )
    for name in sorted(of_no_record - set(IN_SITE_MAP) - NOT_IN_SITE_MAP):
        yield f'ics_register/pages/sitemaps.py, LISTS: add "{name}"'
    for name in sorted(of_no_record - names(COSTED) - COSTED_ELSEWHERE):
        yield (
            f'tests/pages/test_cost.py, LISTS: add "/{of_all[name]}": 20, the number of rows that '
            "fill_lists makes at least"
        )
    files = {
        pattern.name
        for pattern in get_resolver().url_patterns
        if getattr(pattern, "default_args", {}).get("form") == "csv"
        and "<" not in str(pattern.pattern)
    }
    files -= {f"{name}.csv" for name in NOT_IN_SITE_MAP}
    for name in sorted(files - WHOLE_LISTS):
        yield f"ics_register/kept_files.py, WHOLE_LISTS: add {name.removesuffix('.csv')}"
    modules = {path.stem for path in (settings.BASE_DIR / "ics_register/pages").glob("[!_]*.py")}
    for name in sorted(modules - layers_of_pages()):
        yield f"pyproject.toml, layers of ics_register.pages: add {name}, beside the other pages"


def lacking_of_parameters() -> Iterator[str]:
    """What docs/nginx.conf has to pass on, since it is the key by which nginx keeps pages."""
    text = (settings.BASE_DIR / "docs/nginx.conf").read_text()
    passed = re.findall(r"^map \$arg_(\w+) \$with_\1 .*&\1=\$arg_\1", text, re.M)
    joined = re.findall(r'default "((?:\$with_\w+)+)";', text)[0].replace("$with_", " ").split()
    for name in sorted(parameters_read() - set(passed)):
        line = f'map $arg_{name} $with_{name} {{ "" ""; default "&{name}=$arg_{name}"; }}'
        yield f"docs/nginx.conf: add {line}"
    for name in sorted(parameters_read() - set(joined)):
        yield f"docs/nginx.conf, `default` of the map $uri: add $with_{name}"
    for name in sorted({*passed, *joined} - parameters_read()):
        yield f"docs/nginx.conf: remove {name}, which no page reads"
    for name, times in Counter(passed).items():
        if times > 1:
            yield f"docs/nginx.conf: {name} is mapped twice"


def test_every_public_page_is_in_every_list_of_pages():
    tell(lacking_of_pages())


def test_every_parameter_that_a_page_reads_is_passed_on_by_nginx_and_no_other():
    tell(lacking_of_parameters())


# Worklists


def lacking_of_worklists() -> Iterator[str]:
    lists = all_worklists()
    orders = Counter(each.order for each in lists)
    for each in lists:
        if orders[each.order] > 1:
            yield f"{each.title}: another worklist has the order {each.order} too; give it its own"
        if each.slug not in LIGHTS:
            yield (
                f'tests/editing/test_worklists.py, LIGHTS: add "{each.slug}": make_…, what makes '
                "a row"
            )
    titles = [each.title for each in lists]
    for heading in ("What each list finds", "On the seeded register"):
        where, table = f"docs/worklists.md, {heading}", list(explained(heading))
        for title in titles:
            if title not in table:
                yield f"{where}: add | {title} | … |"
        for title in table:
            if title not in titles:
                yield f"{where}: remove | {title} | … |, of which there is no list"
        if sorted(table) == sorted(titles) and table != titles:
            yield f"{where}: put the rows in the order of the front page"
    for slug in sorted(set(LIGHTS) - {each.slug for each in lists}):
        yield f"tests/editing/test_worklists.py, LIGHTS: remove {slug}, of which there is no list"
    for path in sorted(settings.BASE_DIR.glob("*/worklists/[!_]*.py")):
        app = path.parts[-3]
        if f"{app}.worklists.{path.stem}" not in sys.modules:
            yield f"{app}/worklists/__init__.py: import {path.stem}, or its lists are nowhere"


def test_every_worklist_is_in_every_list_of_worklists():
    tell(lacking_of_worklists())


# Guided steps


def lacking_of_steps() -> Iterator[str]:
    in_table = {row["page"] for row in said_of_permissions()}
    for model, step in all_steps():
        if (step.name, model) not in STEPS:
            yield (
                f"tests/forums/test_every_step_raced.py, STEPS: add "
                f'("{step.name}", {model.__name__}): lambda: (a record, what one person enters, '
                "what another does),"
            )
        if step.title not in in_table:
            yield f"docs/who-may-do-what.md lacks the step “{step.title}”: run make permissions"


def test_every_guided_step_is_in_every_list_of_steps():
    tell(lacking_of_steps())


# Kinds of record


def lacking_of_records() -> Iterator[str]:
    seeded, exported = {model for _, model in FILES}, {table.model for table in TABLES}
    on_documents = {kind.model for kind in FACT_KINDS}
    for model in RECORDED:
        name, plural = model.__name__, model._meta.verbose_name_plural
        if model not in BUILDERS:
            yield f"tests/builders.py: add make_…, and {name}: make_… to BUILDERS"
        if model not in seeded:
            yield (
                f'ics_register/seeding.py, FILES: add ("….yaml", {name}), after what it refers to, '
                "and the file to fixtures/"
            )
        if model not in exported:
            yield f"ics_register/open_data/tables.py, TABLES: add a table of {name}"
        if model not in on_documents and model is not Document:
            yield (
                f'ics_register/pages/documents.py, FACT_KINDS: add FactKind("…", '
                f'"{str(plural).capitalize()}", {name}, (what its words name)),'
            )
        if not isinstance(admin.site._registry.get(model), RecordAdmin):
            yield f"{model._meta.app_label}/admin.py: register {name} with a RecordAdmin"


def test_every_kind_of_record_is_in_every_list_of_kinds():
    tell(lacking_of_records())


# Fields

# What serves searching, ordering and the database's own rules, and what is not for the public.
NOT_GIVEN = {
    "folded",
    "folded_sort_name",
    *DatedFact.FOUR_DAYS,
    "latest_day",
    "sole",
    "withheld",
    "merged_into",
}
# The order in which a seat is shown, beyond its forum's.
NOT_GIVEN_OF = {"seats": {"order"}}
# JSON has sources as objects, a record's address as its id, and names in their order.
SAID_OTHERWISE = {"codes_document", "codes_locator", "end_document", "end_locator", "slug"}
SAID_OTHERWISE |= {"quoracy_document", "quoracy_locator", "sort_name"}


# A succession never ends.
NOT_FILLED_IN = {Succession: {*DatedFact.END_FIELDS, *DatedFact.END_SOURCE_FIELDS}}


def lacking_in_forms() -> Iterator[str]:
    request = RequestFactory().get("/")
    request.user, request.resolver_match = User(is_superuser=True, is_staff=True), None
    for model in RECORDED:
        page = admin.site.get_model_admin(model)
        where = f"{model._meta.app_label}/admin.py, fieldsets of {model.__name__}"
        shown = set(flatten_fieldsets(page.get_fieldsets(request)))
        filled_in = {field.name for field in model._meta.concrete_fields if field.editable}
        wanted = filled_in - {"id"} - NOT_FILLED_IN.get(model, set()) | {"reason"}
        for name in sorted(wanted - shown):
            yield f'{where}: add "{name}"'
        for name in sorted(shown - wanted):
            yield f'{where}: remove "{name}", which nobody fills in'


def lacking_in_exports() -> Iterator[str]:
    for table in TABLES:
        given = {column.name.removesuffix("_id") for column in table.columns}
        given |= {
            lookup.split("__")[0] for column in table.columns for lookup in column.needs.values()
        }
        kept_back = NOT_GIVEN | NOT_GIVEN_OF.get(table.name, set())
        fields = {field.name for field in table.model._meta.concrete_fields}
        for name in sorted(fields - given - kept_back):
            yield (
                f'ics_register/open_data/tables.py, "{table.name}": add "{name}"; or, if it is not '
                "for the public, to NOT_GIVEN in tests/test_hand_kept_lists.py"
            )


def keys_in(said) -> set[str]:
    """Every key anywhere in what a page says as JSON."""
    if isinstance(said, dict):
        return set(said).union(*map(keys_in, said.values()))
    return set().union(*map(keys_in, said)) if isinstance(said, list) else set()


def lacking_in_json() -> Iterator[str]:
    pages = {"forums": stage.FORUM, "organisations": stage.ORGANISATION, "people": stage.PERSON}
    for table, address in pages.items():
        exported = {column.name.removesuffix("_id") for column in BY_NAME[table].columns}
        exported -= {*DatedFact.EVIDENCE_FIELDS, *DatedFact.PERIOD_FIELDS} | SAID_OTHERWISE
        said = read_data(address_in(address, "json")).said
        for name in sorted(exported - keys_in(said)):
            yield f'ics_register/pages/facts.py: add "{name}" to what JSON says of {table}'


@pytest.mark.django_db
def test_every_field_is_in_every_list_of_fields():
    stage.Cast().enlarge()
    tell([*lacking_in_forms(), *lacking_in_exports(), *lacking_in_json()])
