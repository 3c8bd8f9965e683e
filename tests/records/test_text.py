"""Invisible signs are kept out of every text, whichever way it comes."""

import datetime

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import models

from ics_register.seeding import read_entries
from organisations.models import Organisation, OrganisationName
from organisations.ods.ods_import import run
from organisations.ods.reader import read_files
from people.models import Person
from records.history import Nature, writing
from records.models import Document, Upload
from records.text import many_lines, one_line
from tests.admin_pages import address, send
from tests.admin_urls import left_as_it_is
from tests.builders import (
    BUILDERS,
    make_document,
    make_forum,
    make_person,
    source,
)
from tests.organisations.ods_files import networks
from tests.sheets import checked, csv_of, loaded, manager, problems
from tests.stepping import take

pytestmark = pytest.mark.django_db

ENDS = ["\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r", "\r\n"]
SPACES = ["\xa0", "\u1680", "\u2003", "\u2009", "\u202f", "\u205f", "\u3000"]
GONE = [
    *("\x01", "\x08", "\x0e", "\x1f", "\x7f", "\x80", "\x84", "\x86", "\x9f"),
    *("\xad", "\u200b", "\u200e", "\u202e", "\u2060", "\u2069", "\ufeff", "\ufff9", "\ufffe"),
    *("\uffff", "\ud800", "\udfff"),
]
KEPT = ["\t", "\u200c", "\u200d", "\ufe0f", "é", "e\u0301", "\ue000", "👩🏽‍⚕️", "ﷺ", "\u0301"]


@pytest.mark.parametrize("end", ENDS, ids=ascii)
def test_an_end_of_a_line_of_any_kind_is_one_in_long_texts_and_a_space_in_short_ones(end):
    assert many_lines(f"One{end}two") == "One\ntwo"
    assert one_line(f"One {end} two") == "One two"


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_a_space_of_any_kind_is_a_plain_one(space):
    assert many_lines(f"One{space}two{space}") == "One two"
    assert one_line(f"One{space}{space}two{space}") == "One two"


@pytest.mark.parametrize("odd", GONE, ids=ascii)
def test_what_nobody_sees_is_taken_out(odd):
    assert many_lines(f"O{odd}ne{odd}") == one_line(f"{odd}O{odd}ne") == "One"


@pytest.mark.parametrize("sign", KEPT, ids=ascii)
def test_what_is_seen_or_joins_what_is_seen_stays(sign):
    assert many_lines(f"a{sign}b") == f"a{sign}b"


def texts_of(model: type[models.Model]) -> list[models.Field]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not isinstance(field, models.SlugField)
        and field.editable
        and not field.choices
    ]


@pytest.mark.parametrize("way", ["checked", "saved", "saved together", "changed together"])
@pytest.mark.parametrize("model", BUILDERS, ids=lambda model: model._meta.model_name)
def test_every_text_of_every_record_is_plain_whichever_way_it_is_saved(model, way):
    record = BUILDERS[model](save=way == "changed together")
    for field in texts_of(model):
        if getattr(record, field.attname):
            setattr(record, field.attname, f"a\x0bb\xa0c{ODD}")
    if way == "checked":
        record.clean_fields(exclude=[f.name for f in model._meta.concrete_fields])
    elif way == "saved":
        record.save()
    elif way == "saved together":
        model.objects.bulk_create_with_history([record])
    else:
        model.objects.bulk_update_with_history([record])
    for kept in [record] if way == "checked" else [record.stored(), record.history.first()]:
        for field in texts_of(model):
            plain = "a b c" if isinstance(field, models.CharField) else "a\nb c"
            assert getattr(kept, field.attname) in ("", plain), field


ODD = "".join(odd for odd in GONE if not 0xD800 <= ord(odd) < 0xE000)


# Forms


def test_a_form_takes_a_name_that_was_pasted_as_it_reads(admin_client):
    document = make_document(title="Minutes", note="As sent.")
    page = address(Document, "change", document.pk)
    pasted = {"title": f"Board\x0bpaper\xa0of{ODD} May\n", "note": "One\x0btwo\r\nthree\u2028four"}
    response = send(admin_client, page, **pasted, reason="Typed\x0bby\xa0hand\x01.")
    assert response.status_code == 302
    document.refresh_from_db()
    assert document.title == "Board paper of May"
    assert document.note == "One\ntwo\nthree\nfour"
    assert document.folded.startswith("board paper of may")
    assert document.history.first().history_change_reason == "Typed\nby hand."


def test_what_is_pasted_and_reads_as_what_is_there_is_no_change(admin_client):
    document = make_document(title="Board paper", note="One\ntwo")
    page = address(Document, "change", document.pk)
    send(admin_client, page, title="Board\xa0paper\u200b", note="One\x0btwo")
    assert document.history.count() == 1


def test_a_step_takes_a_name_that_was_pasted_as_it_reads():
    forum = make_forum(name="Quality Board")
    pasted = {"name": "Safety\xa0and\x0bQuality Board\u200b", "reason": "As\x0bpasted."}
    done = take(forum, "rename", **pasted, short_name="", date=datetime.date(2021, 4, 1))
    assert done.status_code == 302
    forum.refresh_from_db()
    assert forum.name == "Safety and Quality Board"
    assert forum.history.first().history_change_reason == "As\npasted."


def test_the_name_of_an_account_or_group_is_one_plain_line(admin_client):
    user = User.objects.create_user("ann", is_staff=True)
    page = address(User, "change", user.pk)
    form = left_as_it_is(admin_client.get(page))
    pasted = {"first_name": "Ann\xa0\x0bMay", "last_name": "\x01Lee"}
    assert admin_client.post(page, {**form, **pasted}).status_code == 302
    user.refresh_from_db()
    assert user.get_full_name() == "Ann May Lee"
    admin_client.post(address(Group, "add"), {"name": "Those\x0bwho\xa0read"})
    assert Group.objects.filter(name="Those who read").exists()


def test_a_password_is_taken_as_it_was_typed(admin_client, client):
    password = "lemon\xa0tractor\u200bvisit"
    sent = {"old_password": "password", "new_password1": password, "new_password2": password}
    assert admin_client.post("/admin/password_change/", sent).status_code == 302
    assert User.objects.get(username="admin").check_password(password)
    sent = {"username": "admin", "password": password, "next": "/admin/"}
    assert client.post("/admin/login/", sent).status_code == 302


def test_a_reason_is_plain_whoever_gives_it():
    with writing(Nature.CORRECTED, reason="Told\x0bso\x01."):
        person = make_person()
    assert person.history.get().history_change_reason == "Told\nso."
    other = make_person(save=False)
    Person.objects.bulk_create_with_history([other], reason="Told\x0bso\x01.")
    assert other.history.get().history_change_reason == "Told\nso."


# Imports

HEADINGS = ["Name", "Source document", "Locator", "Note"]


def test_a_cell_may_hold_ends_of_lines_and_spaces_of_any_kind():
    source()
    cells = ["Ann\x0b\xa0Lee", "Board\u202fpaper", "page\u20281", "One\x0btwo\xa0three\u200b"]
    loaded(manager(), Person, csv_of(HEADINGS, cells))
    person = Person.objects.get()
    assert (person.name, person.locator) == ("Ann Lee", "page 1")
    assert person.note == "One\ntwo three"


@pytest.mark.parametrize("control", ["\x07", "\x7f", "\x80", "\x9f", "\ufffe"], ids=ascii)
def test_a_cell_that_cannot_be_typed_is_named_with_what_to_do(control):
    source()
    rows = [f"A{control}nn Lee", "Board paper", "page 1"]
    upload = checked(manager(), Person, csv_of(HEADINGS[:3], rows))
    says = f"Cell A2, “Name”, holds a character that cannot be typed (U+{ord(control):04X})."
    assert problems(upload)[""] == f"{says} Type it again."


def test_what_is_said_of_a_file_is_plain():
    source()
    upload = checked(manager(), Person, csv_of(HEADINGS[:3], ["Ann", "Board paper", "page 1"]))
    upload.reason, upload.file_name = "Told\x0bso.\x01", "people\xa02.csv"
    upload.save()
    assert Upload.objects.values_list("reason", "file_name").get() == ("Told so.", "people 2.csv")


def test_a_name_of_the_ods_with_other_spaces_is_no_renaming():
    for day, name in [("2024-01-01", "WYE PCN"), ("2024-02-01", "WYE\xa0PCN\u200b")]:
        row = ("U12345", name, "20190701", "")
        extracts = read_files([networks(day, row)], today=datetime.date(2024, 3, 1))
        list(run(extracts, apply=True, reason="The lists"))
    organisation = Organisation.objects.get(ods_code="U12345")
    assert organisation.history.count() == 1
    assert not OrganisationName.objects.exists()


def test_the_seed_may_write_what_cannot_be_typed_and_it_is_taken_out(tmp_path):
    fields = 'slug: a, title: "Board\\vpaper\\_of\\x01 May", short_title: A, kind: other'
    path = tmp_path / "documents.yaml"
    path.write_text(f"- model: records.document\n  fields: {{{fields}}}\n", encoding="utf-8")
    [entry], errors = read_entries(path, Document)
    assert errors == []
    document = Document(**entry.fields)
    document.full_clean()
    assert document.title == "Board paper of May"


def test_a_slug_that_holds_what_nobody_sees_is_refused():
    for odd in ["\x0b", "\xa0", "\u200b", "\x01", "\n"]:
        with pytest.raises(ValidationError) as refusal:
            make_document(slug=f"board{odd}paper")
        assert set(refusal.value.message_dict) == {"slug"}
