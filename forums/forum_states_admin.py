"""The admin of what forums were before they were set up, rehosted or moved."""

from django.contrib import admin

from editing.admin import DatedAdmin
from editing.change_lists import OfAnyPeriod
from editing.record_forms import EVIDENCE, PERIOD
from editing.related_tables import PERIOD_COLUMNS, on_page_of, related_table
from forums.models import Forum, ForumState


@admin.register(ForumState)
class ForumStateAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["forum", "status", "host", "place"]}),
        PERIOD,
        EVIDENCE,
    ]
    list_display = ["forum", "status", "host", "place", "since", "until"]
    list_filter = [OfAnyPeriod]
    left_out = ""
    list_select_related = ["forum", "host", "place"]
    search_fields = ["forum__folded", "forum__names__folded"]


@on_page_of(Forum)
def earlier_states_of_forum(request, forum):
    return related_table(
        request,
        ForumState,
        forum.earlier_states.select_related("host", "place"),
        {
            "Status": lambda state: state.get_status_display(),
            "Host": lambda state: state.host or "",
            "Place": lambda state: state.place or "",
            **PERIOD_COLUMNS,
        },
        title="What it was before it changed",
        of={"forum": forum.pk},
    )
