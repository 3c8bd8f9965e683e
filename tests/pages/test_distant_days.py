"""Days outside the register's range: refused everywhere, and harmless in rows that an older release
accepted."""

import contextlib
import datetime

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, models, transaction
from django.test import Client
from django.urls import resolve

from editing.typed_dates import UnreadableDate, read_date
from ics_register.pages.formats import address_in
from records.days import FIRST_DAY, LAST_DAY
from records.history import Recorded
from tests import slow
from tests.builders import BUILDERS, make_organisation
from tests.pages import cast as stage
from tests.pages.reading import read
from tests.pages.test_every_page import PAGES

FEEDS = [f"{page}changes.atom" for page in (stage.FORUM, stage.ORGANISATION, stage.PERSON)] + [
    "/changes.atom",
    "/changes/recorded.atom",
]
DISTANT = ["0001-01-01", "0202-04-01", "1752-09-14", "1799-12-31", "2200-01-01", "9999-12-31"]

EVERY_DAY_FIELD = [
    pytest.param(model, field.name, id=f"{model.__name__}.{field.name}")
    for model in apps.get_models()
    if issubclass(model, Recorded)
    for field in model._meta.concrete_fields
    if type(field) is not models.DateTimeField
    and isinstance(field, models.DateField)
    and field.editable
]


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "name"), EVERY_DAY_FIELD)
def test_no_record_takes_a_day_outside_the_range(model, name):
    for text in DISTANT:
        record = BUILDERS[model](save=False)
        setattr(record, name, text)
        with pytest.raises(ValidationError) as refused:
            record.clean_fields()
        assert "Enter a date from 1800 to 2199" in str(refused.value.message_dict[name])
    for text in (FIRST_DAY.isoformat(), LAST_DAY.isoformat()):
        record = BUILDERS[model](save=False)
        setattr(record, name, text)
        try:
            record.clean_fields()
        except ValidationError as error:
            assert name not in error.message_dict


@pytest.mark.django_db
def test_pages_spreadsheets_and_records_take_the_same_first_and_last_day(quiet):
    make_organisation(slug="oldest", start_date="1800-01-01", end_date="2199-12-31")
    for text in ("1800-01-01", "1837-06-20", "2199-12-31"):
        assert read("/organisations/oldest/", {"as_at": text}).status == 200
        assert read("/changes/", {"from": text, "to": text}).status == 200
        assert read_date(text)[0].isoformat() == text
    for text in ("1799-12-31", "2200-01-01"):
        page = read("/organisations/oldest/", {"as_at": text})
        assert page.status == 400
        assert "from 1800 to 2199" in page.text
        with pytest.raises(UnreadableDate, match="from 1800 to 2199"):
            read_date(text)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["1799-12-31", "2200-01-01"])
def test_an_export_refuses_a_day_outside_the_range(text, tmp_path):
    with pytest.raises(CommandError, match="from 1800 to 2199"):
        call_command("export_data", "--to", str(tmp_path), "--as-at", text)


@slow.WALK
@pytest.mark.django_db
def test_a_page_links_to_no_day_that_it_refuses(quiet):
    make_organisation(slug="old", start_date="1837-06-20", end_date="1900-01-01")
    make_organisation(
        slug="slip", save=False, start_date="0202-01-01", end_date="0202-12-31"
    ).save()
    for address in ("/organisations/old/", "/organisations/slip/", "/organisations/"):
        page = read(address, {"as_at": "1801-01-01"} if address == "/organisations/" else {})
        for path, parameters in page.parameters_of_links:
            assert answers(path, {name: values[0] for name, values in parameters.items()}), path


# Rows that an older release took. They are saved without the check of a form.


def give_everything(cast, **fields):
    """Save `fields` on every record that has one of them, unless another rule refuses that."""
    saved = 0
    for model in apps.get_models():
        own = {name: day for name, day in fields.items() if hasattr(model, name)}
        if not issubclass(model, Recorded) or not own:
            continue
        for record in model.objects.all():
            for name, value in own.items():
                setattr(record, name, value)
            with contextlib.suppress(IntegrityError), transaction.atomic():
                record.save()
                saved += 1
    assert saved > 2


def answers(address: str, parameters: dict) -> bool:
    return Client(headers={"host": "localhost"}).get(address, parameters).status_code == 200


@slow.WALK
@pytest.mark.parametrize(
    "fields",
    [
        {"end_date": datetime.date.max},
        {"end_date": datetime.date.max, "end_precision": "year"},
        {"start_date": datetime.date.min, "end_date": datetime.date.max},
        {"start_date": datetime.date.min, "end_date": datetime.date(202, 4, 1)},
        # The last day of all stands for no bound, and no record begins on it.
        {"start_date": datetime.date(9999, 12, 30), "end_date": None},
        dict.fromkeys(["confirmed_on", "term_ends", "review_date"], datetime.date.max),
        {"confirmed_on": datetime.date.min},
    ],
    ids=str,
)
def test_no_page_fails_over_a_distant_day_in_an_older_row(fields, cast, quiet):
    give_everything(cast, **fields)

    formats = [
        address_in(page, form)
        for page in PAGES
        for form in (() if "?" in page else resolve(page).func.formats)
    ]
    assert [each for each in [*PAGES, *formats, *FEEDS] if not answers(each, {})] == []
