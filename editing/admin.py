"""The admin: what the editing pages of every record share, source documents, and users."""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminDateWidget, AdminTextareaWidget, AdminTextInputWidget
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.template.loader import render_to_string
from django.urls import path as address_path
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst, slugify
from simple_history.admin import SimpleHistoryAdmin

from editing.conflicts import gone_view, latest_version, settle
from editing.double_submission import batch_of, new_number, wait_for_the_first
from editing.history_pages import (
    ReasonForm,
    history_view,
    last_row,
    restore_view,
    version_view,
)
from editing.site import AnswersAnyAddress, List
from editing.steps import offers_on, offers_on_each, step_view, steps_for, where_next
from editing.typed_dates import DayField, settle_typed_dates
from editing.widgets import OneRecord, RecordSelect
from records import periods
from records.history import Nature, writing
from records.models import Document
from records.names import fold
from records.periods import locked
from records.troubles import REFUSALS, refused_in_words, trouble_of

logger = logging.getLogger(__name__)

# Groups of fields, in the order in which every form has them: identification, accountability
# (each model's own), period, evidence.
PERIOD_FIELDS = [
    "start_date",
    ("start_precision", "start_qualifier"),
    "end_date",
    ("end_precision", "end_qualifier"),
    ("end_document", "end_locator"),
]
PERIOD = ("Period", {"fields": PERIOD_FIELDS})
EVIDENCE = (
    "Evidence",
    {
        "fields": [
            "document",
            "locator",
            "quotation",
            "note",
            ("confirmed_on", "confirmed_precision"),
            ("confirmed_document", "confirmed_locator"),
        ]
    },
)
REASON = ("This change", {"fields": ["reason"]})

# Longer than anybody types. A database refuses to look for thousands of words at once.
SEARCH_LENGTH = 200

# Of a longer table, the page of a record shows the beginning and leads to the list.
MOST_ROWS = 100


class InForce(admin.SimpleListFilter):
    """Records in force today, unless others are asked for."""

    title = "period"
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("ended", "Ended"), ("later", "Yet to start"), ("all", "All")]

    def value(self):
        chosen = super().value()
        return chosen if chosen in dict(self.lookup_choices) else None

    def choices(self, changelist):
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": "In force today",
        }
        for choice, title in self.lookup_choices:
            yield {
                "selected": self.value() == choice,
                "query_string": changelist.get_query_string({self.parameter_name: choice}),
                "display": title,
            }

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case "ended":
                return queryset.ended_before(today)
            case "later":
                return queryset.starting_after(today)
            case "all":
                return queryset
            case _:
                return queryset.as_at(today)


@dataclass(frozen=True)
class Words:
    """Words in a table of related records, with an address if they lead somewhere."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class RelatedTable:
    """A table, on a record's page, of the records that belong to it. To read, not to edit:
    each row leads to its record's own page, where every rule is checked."""

    title: str
    anchor: str
    headings: list[str]
    rows: list[list[list[Words]]]
    number: int  # of records, of which `rows` may be the first alone
    all: Words | None  # the list of them all, if `rows` are not all
    add: Words | None


def change_address(model: type[models.Model], key: int) -> str:
    """The address of the page on which a record is changed."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key])


def add_address(model: type[models.Model], **filled_in) -> str:
    """The address of the page on which a record is added, with some fields filled in."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    return f"{address}?{urlencode(filled_in)}" if filled_in else address


def list_address(model: type[models.Model], **fields) -> str:
    """The address of the list of all records of `model` that have these `fields`."""
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    asked = {f"{name}__exact": value for name, value in fields.items()}
    asked |= admin.site.get_model_admin(model).leaving_nothing_out
    return f"{address}?{urlencode(asked)}" if asked else address


def leading_back(words: Words, back: str) -> Words:
    """The same words, whose page leads back to `back` when it is done with."""
    if not words.address.startswith("/admin/") or "next=" in words.address:
        return words
    mark = "&" if "?" in words.address else "?"
    return Words(words.text, f"{words.address}{mark}{urlencode({'next': back})}")


def may_add(request, model: type[models.Model]) -> bool:
    return admin.site.get_model_admin(model).has_add_permission(request)


def may_view(request, model: type[models.Model]) -> bool:
    return admin.site.get_model_admin(model).has_view_permission(request)


def related_table(
    request,
    model: type[models.Model],
    records: models.QuerySet,
    columns: dict[str, Callable],
    *,
    of: dict,
    read: Callable = list,
    title: str = "",
    adds: bool = True,
    anchor: str = "",
) -> RelatedTable | None:
    """A table of `records`, the first column of which leads to each; None if the user may not
    view them. `columns` names each column and says what stands in it: text, or a list of Words.
    `of` is the fields that make them belong to the page: the list of them all is filtered by
    these, and the form to add another starts with them, unless `adds` is false. `read` makes
    rows of those shown.
    """
    if not may_view(request, model):
        return None
    options = model._meta
    title = title or capfirst(options.verbose_name_plural)
    anchor = anchor or f"table-{slugify(title)}"
    back = f"{request.get_full_path()}#{anchor}"
    # One more than is shown tells whether there are more.
    beginning = records.filter(pk__in=records.values("pk")[: MOST_ROWS + 1])
    shown = read(beginning)
    number, everything = len(shown), None
    if number > MOST_ROWS:
        shown, number = shown[:MOST_ROWS], records.count()
        everything = Words(
            f"All {number:,} {options.verbose_name_plural}", list_address(model, **of)
        )
    rows = []
    for record in shown:
        cells = []
        for content in columns.values():
            cell = content(record)
            cells.append([Words(str(cell))] if not isinstance(cell, list) else cell)
        cells[0] = [Words(cells[0][0].text or "Unnamed", change_address(model, record.id))]
        rows.append([[leading_back(words, back) for words in cell] for cell in cells])
    add = None
    if adds and may_add(request, model):
        article = "an" if str(options.verbose_name)[0] in "aeiou" else "a"
        add = Words(f"Add {article} {options.verbose_name}", add_address(model, **of))
        add = leading_back(add, back)
    return RelatedTable(
        title=title,
        anchor=anchor,
        headings=list(columns),
        rows=rows,
        number=number,
        all=everything,
        add=add,
    )


# What makes the tables on the page of each kind of record.
_tables: dict[type[models.Model], list[Callable]] = defaultdict(list)


def on_page_of(model: type[models.Model]):
    """Puts a table on the admin page of each record of `model`. An app above the model's own
    may do so, as people's appointments stand on the page of a post. What is decorated takes
    the request and the record, and returns a RelatedTable, or None for none.
    """

    def register(make: Callable) -> Callable:
        _tables[model].append(make)
        return make

    return register


# What makes the steps that stand first on the page of each kind of record and are not its own.
_steps_beside: dict[type[models.Model], list[Callable]] = defaultdict(list)


def steps_beside(model: type[models.Model]):
    """Puts steps on the admin page of each record of `model` that are steps on another, as the
    chair's seat of a forum. What is decorated takes the request and the record, and returns a
    list of Words.
    """

    def register(make: Callable) -> Callable:
        _steps_beside[model].append(make)
        return make

    return register


# What makes the links above each list: each takes the request and the model, and returns Words.
_list_tools: list[Callable] = []


def above_lists(make: Callable) -> Callable:
    """Puts links above the list of every kind of record: what `make`, given the request and the
    model, returns as a list of Words."""
    _list_tools.append(make)
    return make


# What makes the links above each record: each takes the request and the record.
_record_tools: list[Callable] = []


def above_records(make: Callable) -> Callable:
    """Puts links above the form and the history of every record: what `make`, given the request
    and the record, returns as a list of Words."""
    _record_tools.append(make)
    return make


def tools_of(request, record: models.Model) -> list[Words]:
    return [words for make in _record_tools for words in make(request, record)]


# Columns that tables of dated records share.
PERIOD_COLUMNS = {
    "From": lambda record: record.start_in_words(),
    "To": lambda record: record.end_in_words(),
}


class RecordForm(forms.ModelForm):
    """A form for any record, which also asks why it is changed."""

    reason = forms.CharField(
        label="Reason for this change",
        max_length=500,
        widget=AdminTextInputWidget,
        help_text="Kept in the change history with your name.",
    )

    # Which version of the record it was opened on (see `editing.conflicts`).
    version = forms.CharField(required=False, widget=forms.HiddenInput)
    present_version = 0

    # Why what was sent may not be saved, whatever the check of the fields says.
    refusal = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.present_version
        settle_typed_dates(self)

    def full_clean(self):
        super().full_clean()
        if not self.is_bound:
            return
        if "confirmed_on" in self.fields and "confirmed_on" not in self.errors:
            try:
                self.instance.refuse_confirmation_to_come(timezone.localdate())
            except ValidationError as error:
                self.add_error(None, error)
        if self.refusal:
            self.add_error(None, self.refusal)

    def _update_errors(self, errors):
        # What could not be read is told once, and not also as missing.
        if hasattr(errors, "error_dict"):
            for name in self.errors:
                errors.error_dict.pop(name, None)
        super()._update_errors(errors)

    def _get_validation_exclusions(self):
        # Fields that are fixed once saved leave the form, yet rules that name them hold.
        left = set(self.instance.fixed_fields) - set(self.fields)
        return super()._get_validation_exclusions() - left


class RecordAdmin(AnswersAnyAddress, SimpleHistoryAdmin):
    """The editing pages of a record: its fields in groups, its history, no quick deletions."""

    form = RecordForm
    change_form_template = "editing/change_form.html"
    change_list_template = "editing/change_list.html"
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})},
        models.URLField: {"assume_scheme": "https"},
        periods.DayField: {"form_class": DayField, "widget": AdminDateWidget},
    }
    list_per_page = 50
    # The number of all records would cost a second count of them on every page.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # The field from which the form to add a record proposes a slug.
    slug_from = ""
    # Where it stands among the kinds of record that a search for what has changed finds.
    found_in_place = 10
    # Fields of other records by which a list may be filtered from its address.
    lists_by: tuple[str, ...] = ()
    # What the address of a list asks for, so that it has every record and not those alone that
    # it starts from.
    leaving_nothing_out: dict[str, str] = {}
    left_out = ""  # what it starts without, in words

    delete_confirmation_template = "editing/removal.html"

    class Media:
        css = {"all": ["editing/history.css"]}
        js = ["editing/admin.js"]

    # What is shown

    def get_queryset(self, request):
        records = super().get_queryset(request)
        # Here and not for lists alone: autocompletion names twenty records too.
        return (
            records.select_related(*self.list_select_related)
            if self.list_select_related
            else records
        )

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        may_save = (
            self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        )
        return [*fieldsets, REASON] if may_save else fieldsets

    def get_readonly_fields(self, request, obj=None):
        return [*super().get_readonly_fields(request, obj), *(obj.fixed_fields if obj else ())]

    def get_autocomplete_fields(self, request):
        # Every one: a list of all people would be the whole page.
        return [
            field.name
            for field in self.model._meta.concrete_fields
            if isinstance(field, models.ForeignKey) and field.editable
        ]

    def get_prepopulated_fields(self, request, obj=None):
        # When adding alone: a slug is a public address and does not follow a change of name.
        return {"slug": [self.slug_from]} if self.slug_from and obj is None else {}

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(db_field, models.ForeignKey):
            # A document or a person is not deleted in passing, from the form of a membership.
            field.widget.can_delete_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", RecordSelect(db_field, self.admin_site))
            kwargs.setdefault("form_class", OneRecord)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        """Records in which every word stands in one of `search_fields`. Folded columns are
        searched for the folded word, so that "Sian" finds "Siân"."""
        query = Q()
        for word in typed_words(search_term):
            anywhere = Q()
            for path in self.search_fields:
                anywhere |= holds_word(self.model, path, word)
            query &= anywhere
        return queryset.filter(query), False

    def lookup_allowed(self, lookup, value, request):
        # A list that a table on another record's page leads to.
        named = lookup.removesuffix("__exact") in self.lists_by
        return named or super().lookup_allowed(lookup, value, request)

    def get_changelist(self, request, **kwargs):
        return ListOfRecords

    def get_list_display(self, request):
        columns = super().get_list_display(request)
        own = [] if IS_POPUP_VAR in request.GET else steps_column(request, self.model)
        return [*columns, *own]

    def get_urls(self):
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        step = address_path(
            "<path:object_id>/step/<slug:name>/",
            self.admin_site.admin_view(self.step_view),
            name=f"{name}_step",
        )
        restore = address_path(
            "<path:object_id>/history/<int:version_id>/restore/",
            self.admin_site.admin_view(self.restore_view),
            name=f"{name}_restore",
        )
        return [step, restore, *super().get_urls()]

    def step_view(self, request, object_id, name):
        self._refuse_odd_key(object_id)
        return step_view(self, request, object_id, name)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        context["steps"] = []
        if obj and not context["is_popup"]:
            beside = [words for make in _steps_beside[self.model] for words in make(request, obj)]
            context["steps"] = [
                *(leading_back(words, request.path) for words in beside),
                *(Words(offer.text, offer.address()) for offer in offers_on(request, obj)),
            ]
        makers = _tables[self.model] if obj and not context["is_popup"] else []
        tables = [make(request, obj) for make in makers]
        context["related_tables"] = [table for table in tables if table is not None]
        context["tools"] = tools_of(request, obj) if obj and not context["is_popup"] else []
        context["conflict"] = getattr(request, "conflict", None)
        context["next"] = where_next(request)
        context["form_number"] = new_number(request)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_changeform_initial_data(self, request):
        # Somebody who adds a record holds a source in hand.
        return {
            "confirmed_on": timezone.localdate(),
            **super().get_changeform_initial_data(request),
        }

    def changelist_view(self, request, extra_context=None):
        tools = [words for make in _list_tools for words in make(request, self.model)]
        context = {"tools": tools, "wider": self.wider_list(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def wider_list(self, request) -> Words | None:
        """The same list with what it leaves out unless asked; None if it leaves nothing out."""
        if not self.left_out or set(self.leaving_nothing_out) & set(request.GET):
            return None
        asked = request.GET.copy()
        asked.update(self.leaving_nothing_out)
        return Words(f"Look among {self.left_out} too", f"?{asked.urlencode()}")

    # Saving

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        form.present_version = getattr(request, "present_version", 0)
        return form

    def save_model(self, request, obj, form, change):
        # What happens in the world is recorded by guided steps; a form corrects the record.
        nature = Nature.CORRECTED if change else Nature.RECORDED
        batch = None if change else batch_of(request)
        with writing(nature, reason=form.cleaned_data["reason"], user=request.user, batch=batch):
            super().save_model(request, obj, form, change)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form. Its check and its save are one transaction; if somebody else was quicker,
        the form says so and keeps what was typed."""
        if request.method != "POST":
            if object_id is not None and self._may_be_a_key(object_id):
                # Before the record itself is read: what comes in between is then a change since.
                request.present_version = latest_version(self.model, unquote(object_id))
            return super().changeform_view(request, object_id, form_url, extra_context)
        try:
            return self._checked_changeform_view(request, object_id, form_url, extra_context)
        except REFUSALS as error:
            logger.warning("The database refused a %s: %s", self.opts.verbose_name, error)
            request.refusal = refusal_in_words(error, self.model)
            forget_messages(request)
            return super().changeform_view(request, object_id, form_url, extra_context)

    @transaction.atomic
    def _checked_changeform_view(self, request, object_id, form_url, extra_context):
        if object_id is not None and self._may_be_a_key(object_id):
            key = unquote(object_id)
            record = locked(self.model).filter(pk=key).first()
            if record is None and self.has_change_permission(request):
                row = last_row(self.model, key)
                if row is not None:
                    return gone_view(self, request, row)
            elif record is not None and self.has_change_permission(request, record):
                request.refusal, request.conflict = settle(self, request, record)
        elif object_id is None and (added := self._added_already(request)):
            return self.response_add(request, added)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _added_already(self, request):
        """The record that this very form has added already, if it was sent before."""
        batch = batch_of(request)
        if batch is None or not self.has_add_permission(request):
            return None
        wait_for_the_first(batch)
        row = self.model.history.filter(history_batch=batch, history_type="+").first()
        if row is None:
            return None
        record = self.get_object(request, str(row.id))
        if record is None:
            request.refusal = (
                "Nothing was saved. What this form added before has been removed since. Open a new "
                "form to add it again."
            )
        return record

    # Where one goes then

    def response_post_save_add(self, request, obj):
        address = where_next(request)
        if address:
            return HttpResponseRedirect(address)
        return super().response_post_save_add(request, obj)

    def response_post_save_change(self, request, obj):
        address = where_next(request)
        if address:
            return HttpResponseRedirect(address)
        return super().response_post_save_change(request, obj)

    def response_add(self, request, obj, post_url_continue=None):
        return self._still_leading_back(
            request, super().response_add(request, obj, post_url_continue)
        )

    def response_change(self, request, obj):
        return self._still_leading_back(request, super().response_change(request, obj))

    def _still_leading_back(self, request, response):
        # Whoever saves and goes on editing still came from somewhere.
        going_on = "_continue" in request.POST or "_addanother" in request.POST
        if going_on and isinstance(response, HttpResponseRedirect) and where_next(request):
            return HttpResponseRedirect(
                leading_back(Words("", response.url), where_next(request)).address
            )
        return response

    # Removing: what is over is ended. Only what should never have been is removed.

    def get_actions(self, request):
        return {
            name: action
            for name, action in super().get_actions(request).items()
            if name != "delete_selected"
        }

    def get_deleted_objects(self, objs, request):
        # Nothing goes with a record: others that need it protect it. They are counted, because
        # to name each would take a query or more for each.
        protected = [words for record in objs for words in dependants_in_words(record)]
        return [str(record) for record in objs], {}, set(), protected

    def delete_model(self, request, obj):
        with writing(Nature.REMOVED, reason=request.removal_reason, user=request.user):
            super().delete_model(request, obj)

    def delete_view(self, request, object_id, extra_context=None):
        sent = request.POST
        form = ReasonForm(sent if request.method == "POST" else None)
        context = {"form": form, **(extra_context or {})}
        try:
            with transaction.atomic():
                if request.method == "POST":
                    context["changed_since"] = self._has_changed_since_shown(request, object_id)
                    if form.is_valid() and not context["changed_since"]:
                        request.removal_reason = form.cleaned_data["reason"]
                    else:
                        request.POST = QueryDict()  # asks again
                if self._may_be_a_key(object_id):
                    context["version"] = latest_version(self.model, unquote(object_id))
                return super().delete_view(request, object_id, context)
        except REFUSALS as error:
            logger.warning("The database kept a %s: %s", self.opts.verbose_name, error)
            forget_messages(request)
            why = (
                f"This {self.opts.verbose_name} was not deleted: other records need it."
                if isinstance(error, IntegrityError) and trouble_of(error) is None
                else refused_in_words(error, "changed")
            )
            self.message_user(request, why, messages.ERROR)
            return HttpResponseRedirect(change_address(self.model, unquote(object_id)))

    def _has_changed_since_shown(self, request, object_id) -> bool:
        """Whether the record is another than the one that the page to remove it showed."""
        if "version" not in request.POST or not self._may_be_a_key(object_id):
            return False
        list(locked(self.model).filter(pk=unquote(object_id)))
        present = latest_version(self.model, unquote(object_id))
        return request.POST["version"] != str(present)

    # History

    def history_view(self, request, object_id, extra_context=None):
        self._refuse_odd_key(object_id)
        record = self.get_object(request, unquote(object_id))
        record = record or self.model(pk=unquote(object_id))
        return history_view(self, request, unquote(object_id), tools_of(request, record))

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        # The library saves what is posted here, to whoever may do no more than view.
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        self._refuse_odd_key(object_id)
        self._refuse_odd_key(version_id)
        return version_view(self, request, unquote(object_id), version_id)

    def restore_view(self, request, object_id, version_id):
        self._refuse_odd_key(object_id)
        return restore_view(self, request, unquote(object_id), version_id)

    def _may_be_a_key(self, key) -> bool:
        return unquote(key).isdecimal() and len(key) <= 18

    def _refuse_odd_key(self, key):
        if not self._may_be_a_key(key):
            raise Http404(f"There is no {self.opts.verbose_name} of this number.")


class DatedAdmin(RecordAdmin):
    """The editing pages of a record with a period. Lists start from what is in force."""

    list_filter = [InForce]
    leaving_nothing_out = {InForce.parameter_name: "all"}
    left_out = "what has ended or is yet to start"

    @admin.display(description="from", ordering="start_date")
    def since(self, record):
        return record.start_in_words()

    @admin.display(description="to", ordering="end_date", empty_value="")
    def until(self, record):
        return record.end_in_words()


def typed_words(text: str) -> list[str]:
    """The words to look for in what somebody typed, or copied from a page with the commas, dashes
    and brackets between them."""
    words = text.replace("\x00", "")[:SEARCH_LENGTH].split()
    return [bare for word in words if fold(word) and (bare := word.strip(',;:.!?()[]{}"“”'))]


def holds_word(model: type[models.Model], path: str, word: str) -> Q:
    """A condition: `word` stands in the column that `path` leads to from `model`.

    Through the several names of something it asks for records whose names are among those
    found. A join would bring a record back once for each name, and sorting that out costs
    seconds when there are many.
    """
    if not path.endswith("folded"):
        return Q(**{f"{path}__icontains": word})
    steps, at = path.split("__"), model
    for number, step in enumerate(steps[:-1]):
        field = at._meta.get_field(step)
        at = field.related_model
        if field.one_to_many:
            found = at.objects.filter(holds_word(at, "__".join(steps[number + 1 :]), word))
            owner = "__".join(steps[:number]) or "pk"
            return Q(**{f"{owner}__in": found.values(field.field.name)})
    return Q(**{f"{path}__contains": fold(word)})


def steps_column(request, model: type[models.Model]) -> list[Callable]:
    """The last column of a list: the guided steps to offer on each record, as `ListOfRecords`
    found them. None if whoever asks may take none."""
    back = request.get_full_path()

    @admin.display(description="steps")
    def steps(record):
        offered = [Words(offer.text, offer.address(next=back)) for offer in record.offers]
        context = {"steps": offered, "record": record}
        return render_to_string("editing/change_list_steps.html", context)

    return [steps] if steps_for(request, model) else []


class ListOfRecords(List):
    """A list of records, each with the steps to offer on it, looked for once for all its rows."""

    def get_results(self, request):
        super().get_results(request)
        if self.is_popup:  # to choose one, and not to change any
            return
        self.result_list = list(self.result_list)
        offers = offers_on_each(request, self.result_list)
        for record in self.result_list:
            record.offers = offers[record.pk]


def refusal_in_words(error: Exception, model: type[models.Model]) -> str:
    """Why the database refused a record, in the words of the rule that it broke."""
    if not isinstance(error, IntegrityError) or trouble_of(error) is not None:
        return refused_in_words(error, "saved")
    words = {rule.name: rule.message % {"other": "another record"} for rule in no_overlaps(model)}
    words |= {rule.name: rule.violation_error_message for rule in model._meta.constraints}
    broken = [name for name in words if name in str(error)]
    why = words[max(broken, key=len)] if broken else "It conflicts with another record."
    return (
        "Nothing was saved. Somebody else saved a record at the same moment, and both cannot "
        f"stand. {why}"
    )


def no_overlaps(model: type[models.Model]) -> tuple:
    return getattr(model, "no_overlaps", ())


def forget_messages(request) -> None:
    """Drop what the page was going to say, after the change it was about was undone."""
    messages.get_messages(request)._queued_messages.clear()


def dependants_in_words(record: models.Model) -> list[str]:
    """How many records of each kind need `record`: "3 memberships", "1 seat"."""
    pointing = defaultdict(Q)
    for relation in record._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) is models.PROTECT and relation.auto_created:
            pointing[relation.related_model] |= Q(**{relation.field.name: record})
    found = []
    for model, points_at_it in pointing.items():
        number = model._base_manager.filter(points_at_it).count()
        if number:
            options = model._meta
            noun = options.verbose_name if number == 1 else options.verbose_name_plural
            found.append(f"{number} {noun}")
    return found


@admin.register(Document)
class DocumentAdmin(RecordAdmin):
    fieldsets = [
        ("Identification", {"fields": ["title", "short_title", "slug", "kind", "publisher"]}),
        ("Publication", {"fields": [("published_date", "published_precision")]}),
        ("Where it is", {"fields": ["url", "file_name", "note"]}),
    ]
    slug_from = "title"
    list_display = ["title", "kind", "publisher", "published"]
    list_filter = ["kind"]
    search_fields = ["folded", "publisher"]

    @admin.display(description="published", ordering="published_date", empty_value="")
    def published(self, document):
        return document.published_in_words()
