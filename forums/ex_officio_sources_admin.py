"""The admin of what else seats go with."""

from django.contrib import admin

from editing.admin import DatedAdmin
from editing.record_forms import EVIDENCE, PERIOD
from editing.related_tables import PERIOD_COLUMNS, on_page_of, related_table
from forums.models import ExOfficioSource, Seat


@admin.register(ExOfficioSource)
class ExOfficioSourceAdmin(DatedAdmin):
    fieldsets = [("Identification", {"fields": ["seat", "post", "other_seat"]}), PERIOD, EVIDENCE]
    list_display = ["seat", "goes_with", "since", "until"]
    list_select_related = ["seat__forum", "post__organisation", "other_seat__forum"]
    search_fields = [
        "seat__title",
        "seat__forum__folded",
        "post__folded",
        "post__organisation__folded",
        "other_seat__forum__folded",
    ]

    @admin.display(description="goes with")
    def goes_with(self, source):
        return source.post or source.other_seat


@on_page_of(Seat)
def ex_officio_sources_of_seat(request, seat):
    return related_table(
        request,
        ExOfficioSource,
        seat.ex_officio_sources.select_related("post__organisation", "other_seat__forum"),
        {"Goes with": lambda source: source.post or source.other_seat, **PERIOD_COLUMNS},
        title="What else it goes with",
        of={"seat": seat.pk},
    )
