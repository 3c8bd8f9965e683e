"""The admin of what seats were before they changed."""

from django.contrib import admin

from editing.admin import DatedAdmin
from editing.change_lists import OfAnyPeriod
from editing.record_forms import EVIDENCE, PERIOD
from editing.related_tables import PERIOD_COLUMNS, on_page_of, related_table
from forums.models import Seat, SeatTerms


@admin.register(SeatTerms)
class SeatTermsAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["seat", "title", ("role", "category")]}),
        (
            "Accountability",
            {
                "fields": [
                    "number",
                    "requirement",
                    ("voting", "counts_to_quoracy", "may_be_deputised"),
                ]
            },
        ),
        PERIOD,
        EVIDENCE,
    ]
    list_display = ["seat", "title", "number", "since", "until"]
    list_filter = [OfAnyPeriod]
    left_out = ""
    list_select_related = ["seat__forum"]
    search_fields = ["title", "seat__title", "seat__forum__folded", "seat__forum__names__folded"]


@on_page_of(Seat)
def earlier_terms_of_seat(request, seat):
    return related_table(
        request,
        SeatTerms,
        seat.earlier_terms.all(),
        {
            "Title": lambda terms: terms.title,
            "Number": lambda terms: "" if terms.number is None else terms.number,
            **PERIOD_COLUMNS,
        },
        title="What it was before it changed",
        of={"seat": seat.pk},
    )
