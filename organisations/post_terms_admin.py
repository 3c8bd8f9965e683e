"""The admin of what posts were before they changed."""

from django.contrib import admin

from editing.admin import DatedAdmin
from editing.change_lists import OfAnyPeriod
from editing.record_forms import EVIDENCE, PERIOD
from editing.related_tables import PERIOD_COLUMNS, on_page_of, related_table
from organisations.models import Post, PostTerms


@admin.register(PostTerms)
class PostTermsAdmin(DatedAdmin):
    fieldsets = [
        ("Identification", {"fields": ["post", "title"]}),
        ("Holders", {"fields": ["max_holders", "requirement"]}),
        PERIOD,
        EVIDENCE,
    ]
    list_display = ["post", "title", "max_holders", "since", "until"]
    list_filter = [OfAnyPeriod]
    left_out = ""
    list_select_related = ["post__organisation"]
    search_fields = ["title", "post__folded", "post__organisation__folded"]


@on_page_of(Post)
def earlier_terms_of_post(request, post):
    return related_table(
        request,
        PostTerms,
        post.earlier_terms.all(),
        {
            "Title": lambda terms: terms.title,
            "May hold it": lambda terms: terms.max_holders,
            **PERIOD_COLUMNS,
        },
        title="What it was before it changed",
        of={"post": post.pk},
    )
