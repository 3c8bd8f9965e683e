"""Source documents, each with every fact it is the source of."""

import pytest
from django.urls import reverse

from ics_register.pages.documents import FACT_KINDS
from ics_register.seeding import FILES
from records.models import Document
from tests.builders import make_document
from tests.pages.as_data import read_data
from tests.pages.reading import read


def test_every_kind_of_fact_has_its_place_on_the_page_of_its_document():
    listed = {kind.model for kind in FACT_KINDS if kind.document_field == "document"}

    assert listed == {model for _, model in FILES if model is not Document}


@pytest.mark.django_db
def test_the_page_of_a_document_and_its_files_say_of_which_day_it_speaks():
    paper = make_document(
        published_date="2021-07-01", as_of="2021-06-15", as_of_precision="month",
        as_of_qualifier="by",
    )  # fmt: skip
    address = reverse("document", args=[paper.slug])

    assert "Speaks as of by June 2021" in read(address).text
    assert "by June 2021" in read(reverse("documents")).row(paper.title)
    said = read_data(f"{address.rstrip('/')}.json").said
    assert [said[name] for name in ("as_of", "as_of_precision", "as_of_qualifier")] == [
        "2021-06", "month", "by",
    ]  # fmt: skip
    [row] = read_data("/documents.csv").rows
    assert (row["as_of"], row["as_of_precision"], row["as_of_qualifier"]) == (
        "2021-06", "month", "by",
    )  # fmt: skip


@pytest.mark.django_db
def test_a_document_that_is_not_dated_at_all_speaks_of_no_day():
    paper = make_document()

    assert "Speaks as of not recorded" in read(reverse("document", args=[paper.slug])).text
