"""Files of the Organisation Data Service in the admin: upload, preview, load."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from organisations.models import Organisation, OrganisationKind, Relationship
from organisations.ods import ods_pages, reader
from records.models import Upload
from tests.builders import make_organisation
from tests.organisations.ods_files import networks, partners
from tests.organisations.test_ods import EAST, FIRST, FORD, MILL

pytestmark = pytest.mark.django_db


def sent(client, *files, reason="The lists", **more):
    attached = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(reverse("admin:ods"), {"files": attached, "reason": reason, **more})


def looked_at(client, *files) -> tuple[Upload, str]:
    """Send files and check them. Gives the upload and the words of its page."""
    assert sent(client, *files).status_code == 302
    upload = Upload.objects.latest("pk")
    client.post(reverse("admin:ods_check", args=[upload.pk]))
    return upload, page(client, upload)


def page(client, upload: Upload) -> str:
    return client.get(reverse("admin:ods_upload", args=[upload.pk])).content.decode()


def load(client, upload: Upload, **more):
    upload.refresh_from_db()
    seen = {"seen": upload.outcome["fingerprint"], **more}
    return client.post(reverse("admin:ods_load", args=[upload.pk]), seen)


def test_files_are_previewed_before_anything_is_loaded(admin_client):
    upload, told = looked_at(admin_client, *FIRST)
    assert "This would make 6 changes" in told
    assert not Organisation.objects.exists()
    load(admin_client, upload)
    assert Organisation.objects.count() == 4
    row = Organisation.history.first()
    assert row.history_change_reason == "The lists"
    assert row.history_user == upload.uploaded_by
    assert "Loaded" in page(admin_client, upload)


def test_what_was_loaded_is_not_loaded_again(admin_client):
    upload, _ = looked_at(admin_client, *FIRST)
    load(admin_client, upload)
    answer = load(admin_client, upload)
    rows = Organisation.history.count()
    assert "loaded already" in admin_client.get(answer.url).content.decode()
    assert Organisation.history.count() == rows


def test_nothing_is_loaded_that_was_not_looked_at(admin_client):
    upload, _ = looked_at(admin_client, *FIRST)
    admin_client.post(reverse("admin:ods_load", args=[upload.pk]))
    assert not Organisation.objects.exists()


def test_the_preview_is_shown_again_when_a_record_has_changed_since(admin_client):
    upload, _ = looked_at(admin_client, *FIRST)
    make_organisation(name="East Town PCN", kind=OrganisationKind.PCN, ods_code="U00001",
                      start_date="2019-10-01")  # fmt: skip
    load(admin_client, upload)
    assert "the register has changed since you looked" in page(admin_client, upload)
    assert Organisation.objects.count() == 1


def test_wrong_files_are_told_line_by_line_and_kept_nowhere(admin_client):
    answer = sent(admin_client, networks("2019-12-04", EAST, EAST))
    assert answer.status_code == 400
    assert "epcn_details_2019-12-04.csv, line 3: The code U00001 stands" in answer.content.decode()
    assert not Upload.objects.exists()


def test_what_only_the_register_can_tell_is_wrong_is_told_on_the_page(admin_client):
    upload, told = looked_at(admin_client, partners("2019-12-04", MILL))
    assert "line 2: There is no network U00001" in told
    upload.refresh_from_db()
    answer = admin_client.post(reverse("admin:ods_load", args=[upload.pk]), {"seen": "anything"})
    assert answer.status_code == 302
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("more", "told"),
    [({"reason": ""}, "required"), ({"day": "yesterday"}, "Write a day as 31 December 2025")],
)
def test_a_form_that_is_not_filled_in_is_told_so(admin_client, more, told):
    answer = sent(admin_client, *FIRST, **more)
    assert answer.status_code == 400
    assert told in answer.content.decode()


def test_no_file_at_all_is_told_so(admin_client):
    assert sent(admin_client).status_code == 400


def test_the_page_counts_the_problems_that_it_does_not_show_and_says_how_to_see_them(
    admin_client, monkeypatch
):
    monkeypatch.setattr(reader, "MOST_PROBLEMS", 3)
    monkeypatch.setattr(ods_pages, "MOST_SHOWN", 2)
    answer = sent(admin_client, networks("2019-12-04", *[EAST] * 6)).content.decode()
    assert "5 things to mend" in answer
    assert answer.count("The code U00001 stands") == 2
    assert "And 3 more. Mend these, then send the files again to see the others." in answer


def test_too_much_is_refused_before_it_is_read(admin_client):
    answer = admin_client.post(reverse("admin:ods"), {}, CONTENT_LENGTH=str(10**9))
    assert answer.status_code == 413


def test_a_question_on_the_page_can_be_answered(admin_client):
    mill = make_organisation(name="Mill Surgery", kind=OrganisationKind.PRACTICE,
                             start_date="2019-10-01")  # fmt: skip
    ford = make_organisation(name="Ford Surgery", kind=OrganisationKind.PRACTICE)
    files = [networks("2019-12-04", EAST), partners("2019-12-04", MILL, FORD)]
    upload, told = looked_at(admin_client, *files)
    assert "Is MILL SURGERY (A00001) in the register already?" in told
    admin_client.post(
        reverse("admin:ods_check", args=[upload.pk]),
        {"answer-A00001": f"same:{mill.slug}", "answer-A00002": "new"},
    )
    load(admin_client, upload)
    mill.refresh_from_db()
    ford.refresh_from_db()
    assert (mill.ods_code, ford.ods_code) == ("A00001", "")
    assert Relationship.objects.count() == 2


def test_an_answer_that_was_not_offered_is_passed_over(admin_client):
    make_organisation(name="East Town PCN", kind=OrganisationKind.PCN)
    other = make_organisation(name="Another")
    upload, _ = looked_at(admin_client, networks("2019-12-04", EAST))
    answers = {"answer-U00001": f"same:{other.slug}"}
    admin_client.post(reverse("admin:ods_check", args=[upload.pk]), answers)
    upload.refresh_from_db()
    assert upload.choices["same"] == {}


def test_progress_is_told_line_by_line_and_leads_back(admin_client):
    sent(admin_client, *FIRST)
    upload = Upload.objects.get()
    answer = admin_client.post(
        reverse("admin:ods_check", args=[upload.pk]), headers={"Accept": "application/x-ndjson"}
    )
    lines = [json.loads(line) for line in b"".join(answer.streaming_content).splitlines()]
    assert [step["done"] for step in lines[:-1]] == [0, 1, 2]
    assert lines[-1] == {"next": reverse("admin:ods_upload", args=[upload.pk])}


def test_the_list_of_organisations_leads_there(admin_client):
    told = admin_client.get(reverse("admin:organisations_organisation_changelist"))
    assert reverse("admin:ods") in told.content.decode()
