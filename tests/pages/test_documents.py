"""Source documents, each with every fact it is the source of."""

from ics_register.pages.documents import FACT_KINDS
from ics_register.seeding import FILES
from records.models import Document


def test_every_kind_of_fact_has_its_place_on_the_page_of_its_document():
    listed = {kind.model for kind in FACT_KINDS if kind.document_field == "document"}

    assert listed == {model for _, model in FILES if model is not Document}
