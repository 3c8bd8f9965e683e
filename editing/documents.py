"""The admin of source documents."""

from django.contrib import admin

from editing.admin import RecordAdmin
from records.models import Document


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    fieldsets = [
        ("Identification", {"fields": ["title", "short_title", "slug", "kind", "publisher"]}),
        (
            "Publication",
            {
                "fields": [
                    ("published_date", "published_precision"),
                    "as_of",
                    ("as_of_precision", "as_of_qualifier"),
                ]
            },
        ),
        ("Where it is", {"fields": ["url", "file_name", "note"]}),
    ]
    slug_from = "title"
    list_display = ["title", "kind", "publisher", "published", "speaks_as_of"]
    list_filter = ["kind"]
    search_fields = ["folded", "publisher"]

    @admin.display(description="published", ordering="published_date", empty_value="")
    def published(self, document):
        return document.published_in_words()

    @admin.display(description="speaks as of", ordering="as_of", empty_value="")
    def speaks_as_of(self, document):
        return document.as_of_in_words()
