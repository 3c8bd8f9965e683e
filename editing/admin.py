"""The admin pages that every kind of record has."""

import logging
from collections import defaultdict
from collections.abc import Callable

from django.contrib import admin
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminDateWidget, AdminTextareaWidget
from django.db import models, transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.urls import path
from simple_history.admin import SimpleHistoryAdmin

from editing.change_lists import AnswersAnyAddress, InForce, RecordChangeList, steps_column
from editing.conflicts import hold_against_present, latest_version
from editing.double_submission import added_already, batch_of, new_number
from editing.history_pages import history_view, restore_view, version_view
from editing.links import Link, may_be_a_key, page_to_return_to
from editing.record_forms import REASON, RecordForm
from editing.refusals import forget_messages, refusal_in_words
from editing.related_tables import tables_of
from editing.removals import dependants_in_words, removal_view
from editing.step_pages import step_view
from editing.steps import Offer, offers_on
from editing.typed_dates import TypedDayField
from editing.widgets import OneRecord, RecordSelect
from editing.word_search import holds_words, typed_words
from records import days
from records.history import Nature, writing
from records.troubles import REFUSALS

logger = logging.getLogger(__name__)

_steps_beside: dict[type[models.Model], list[Callable]] = defaultdict(list)


def steps_beside(model: type[models.Model]) -> Callable:
    """Put steps on other records on the admin page of each record of `model`, such as a step on
    the chair's seat on the page of a forum. The decorated function takes the request and the
    record, and returns a list of Links."""

    def register(make: Callable) -> Callable:
        _steps_beside[model].append(make)
        return make

    return register


_list_tools: list[Callable] = []


def above_lists(make: Callable) -> Callable:
    """Put links above the list of every kind of record. The decorated function takes the request
    and the model, and returns a list of Links."""
    _list_tools.append(make)
    return make


_record_tools: list[Callable] = []


def above_records(make: Callable) -> Callable:
    """Put links above the form and the history of every record. The decorated function takes the
    request and the record, and returns a list of Links."""
    _record_tools.append(make)
    return make


def tools_of(request: HttpRequest, record: models.Model) -> list[Link]:
    return [link for make in _record_tools for link in make(request, record)]


class RecordAdmin(AnswersAnyAddress, SimpleHistoryAdmin):
    """The admin pages of a record: its list, its form, its history and its removal."""

    form = RecordForm
    change_form_template = "editing/change_form.html"
    change_list_template = "editing/change_list.html"
    delete_confirmation_template = "editing/removal.html"
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})},
        models.URLField: {"assume_scheme": "https"},
        days.DayField: {"form_class": TypedDayField, "widget": AdminDateWidget},
    }
    actions = None  # no quick deletions: anything that is over is ended
    list_per_page = 50
    # The number of all records would cost a second count of them on every page.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # The field from which the form to add a record proposes a slug.
    slug_from = ""
    # The place of this kind of record among those that a search for a record finds.
    found_in_place = 10
    # Fields of other records by which the address of a list may filter it.
    lists_by: tuple[str, ...] = ()
    # The query that makes a list show every record, and not only those that it starts from.
    leaving_nothing_out: dict[str, str] = {}
    left_out = ""  # the records that a list starts without, in words

    class Media:
        css = {"all": ["editing/history.css"]}
        js = ["editing/admin.js"]

    # Lists

    def get_queryset(self, request):
        records = super().get_queryset(request)
        # Not only for lists: autocompletion names twenty records too.
        return (
            records.select_related(*self.list_select_related)
            if self.list_select_related
            else records
        )

    def get_changelist(self, request, **kwargs):
        return RecordChangeList

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        own = [] if IS_POPUP_VAR in request.GET else steps_column(request, self.model)
        return [*columns, *own]

    def get_search_results(self, request, queryset, search_term):
        """The records in which every word is in one of `search_fields`."""
        words = typed_words(search_term)
        return queryset.filter(holds_words(self.model, self.search_fields, words)), False

    def offers_elsewhere(self, request, records, day) -> dict[int, list[Offer]]:
        """Steps on other records to offer with those on each of `records`, by its key."""
        return {}

    def without_merged(self, records):
        """The `records` without those that were merged into another, which nobody looks for."""
        return records

    def lookup_allowed(self, lookup, value, request):
        # A table on the page of another record leads to such a list.
        named = lookup.removesuffix("__exact") in self.lists_by
        return named or super().lookup_allowed(lookup, value, request)

    def changelist_view(self, request, extra_context=None):
        tools = [link for make in _list_tools for link in make(request, self.model)]
        context = {"tools": tools, "wider": self.wider_list(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def wider_list(self, request) -> Link | None:
        """The same list with every record; None if it leaves nothing out."""
        if not self.left_out or set(self.leaving_nothing_out) & set(request.GET):
            return None
        asked = request.GET.copy()
        asked.update(self.leaving_nothing_out)
        return Link(f"Look among {self.left_out} too", f"?{asked.urlencode()}")

    # The form

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        may_save = (
            self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        )
        return [*fieldsets, REASON] if may_save else fieldsets

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(obj.fixed_fields if obj else ())]

    def get_autocomplete_fields(self, request):
        # Every foreign key: a list of all people would fill the page.
        return [
            field.name
            for field in self.model._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and field.editable
        ]

    def get_prepopulated_fields(self, request, obj=None):
        # Only when adding: a slug is a public address and does not follow a change of name.
        return {"slug": [self.slug_from]} if self.slug_from and obj is None else {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.ForeignKey):
            # The form of a membership is no place to delete a document or a person.
            field.widget.can_delete_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RecordSelect(db_field, self.admin_site))
            kwargs.setdefault("form_class", OneRecord)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        form.present_version = getattr(request, "present_version", 0)
        return form

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj and not context["is_popup"]:
            beside = [link for make in _steps_beside[self.model] for link in make(request, obj)]
            context["steps"] = [
                *(link.returning_to(request.path) for link in beside),
                *(Link(offer.text, offer.address()) for offer in offers_on(request, obj)),
            ]
            context["related_tables"] = tables_of(request, obj)
            context["tools"] = tools_of(request, obj)
        context["conflict"] = getattr(request, "conflict", None)
        context["next"] = page_to_return_to(request)
        context["form_number"] = new_number(request)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    # Saving

    def save_model(self, request, obj, form, change):
        # Guided steps record what happens in the world; a form corrects the record.
        nature = Nature.CORRECTED if change else Nature.RECORDED
        batch = None if change else batch_of(request)
        with writing(nature, reason=form.cleaned_data["reason"], user=request.user, batch=batch):
            super().save_model(request, obj, form, change)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form. Its check and its save are one transaction; if somebody else was quicker, the
        form says so and keeps what was typed."""
        if request.method != "POST":
            if object_id is not None and may_be_a_key(unquote(object_id)):
                # Read before the record: a change between the two then counts as one since.
                request.present_version = latest_version(self.model, unquote(object_id))
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            with transaction.atomic():
                if object_id is None:
                    added = added_already(self, request)
                    answer = self.response_add(request, added) if added else None
                else:
                    answer = hold_against_present(self, request, unquote(object_id))
                return answer or super().changeform_view(
                    request, object_id, form_url, extra_context
                )
        except REFUSALS as error:
            logger.warning("The database refused a %s: %s", self.opts.verbose_name, error)
            request.refusal = refusal_in_words(error, self.model)
            forget_messages(request)
            return super().changeform_view(request, object_id, form_url, extra_context)

    # The page after saving

    def response_post_save_add(self, request, obj):
        return _return(request) or super().response_post_save_add(request, obj)

    def response_post_save_change(self, request, obj):
        return _return(request) or super().response_post_save_change(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        return _still_returning(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request, obj):
        return _still_returning(request, super().response_change(request, obj))

    # Removing

    def get_deleted_objects(self, objs, request):
        # Nothing is removed with a record: others that need it protect it. They are counted,
        # because naming each would take a query or more for each.
        protected = [words for record in objs for words in dependants_in_words(record)]
        return [str(record) for record in objs], {}, set(), protected

    def delete_model(self, request, obj):
        with writing(Nature.REMOVED, reason=request.removal_reason, user=request.user):
            super().delete_model(request, obj)

    def delete_view(self, request, object_id, extra_context=None):
        return removal_view(self, request, object_id, super().delete_view)

    # Guided steps and history

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/step/<slug:name>/", view(self.step_view), name=f"{name}_step"),
            path(
                "<path:object_id>/history/<int:version_id>/restore/",
                view(self.restore_view),
                name=f"{name}_restore",
            ),
            *super().get_urls(),
        ]

    def step_view(self, request, object_id, name):
        return step_view(self, request, self._key_or_404(object_id), name)

    def history_view(self, request, object_id, extra_context=None):
        key = self._key_or_404(object_id)
        record = self.get_object(request, key) or self.model(pk=key)
        return history_view(self, request, key, tools_of(request, record))

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        # The library saves what is posted here, even for somebody who may only view.
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        version = self._key_or_404(version_id)
        return version_view(self, request, self._key_or_404(object_id), version)

    def restore_view(self, request, object_id, version_id):
        return restore_view(self, request, self._key_or_404(object_id), version_id)

    def _key_or_404(self, object_id: str) -> str:
        key = unquote(object_id)
        if not may_be_a_key(key):
            raise Http404(f"There is no {self.opts.verbose_name} of this number.")
        return key


def _return(request: HttpRequest) -> HttpResponse | None:
    address = page_to_return_to(request)
    return HttpResponseRedirect(address) if address else None


def _still_returning(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Keep the page to return to in the address of a form that somebody goes on editing."""
    going_on = "_continue" in request.POST or "_addanother" in request.POST
    page = page_to_return_to(request)
    if going_on and page and isinstance(response, HttpResponseRedirect):
        return HttpResponseRedirect(Link("", response.url).returning_to(page).address)
    return response


class DatedAdmin(RecordAdmin):
    """The admin pages of a record with a period. Its list starts from the records in force."""

    list_filter = [InForce]
    leaving_nothing_out = {InForce.parameter_name: "all"}
    left_out = "what has ended or is yet to start"

    @admin.display(description="from", ordering="start_date")
    def since(self, record):
        return record.start_in_words()

    @admin.display(description="to", ordering="end_date", empty_value="")
    def until(self, record):
        return record.end_in_words()
