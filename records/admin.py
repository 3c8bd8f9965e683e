"""The admin: what the editing pages of every record share, source documents, and users."""

import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.widgets import (
    AdminTextareaWidget,
    AdminTextInputWidget,
    AutocompleteSelect,
)
from django.contrib.auth.admin import UserAdmin as LibraryUserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.db.models import Q
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.http import urlencode
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin

from records.models import Document
from records.names import fold
from records.periods import Dated

logger = logging.getLogger(__name__)

admin.site.site_header = "Governance register"
admin.site.site_title = "Governance register"
admin.site.index_title = "Records"

# Groups of fields, in the order in which every form has them: identification, accountability
# (each model's own), period, evidence.
PERIOD_FIELDS = [
    "start_date",
    ("start_precision", "start_qualifier"),
    "end_date",
    ("end_precision", "end_qualifier"),
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
    if issubclass(model, Dated):
        asked[InForce.parameter_name] = "all"
    return f"{address}?{urlencode(asked)}"


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
        rows.append(cells)
    add = None
    if adds and may_add(request, model):
        article = "an" if str(options.verbose_name)[0] in "aeiou" else "a"
        add = Words(f"Add {article} {options.verbose_name}", add_address(model, **of))
    return RelatedTable(
        title=title or capfirst(options.verbose_name_plural),
        anchor=anchor or options.model_name,
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


# Columns that tables of dated records share.
PERIOD_COLUMNS = {
    "From": lambda record: record.start_in_words(),
    "To": lambda record: record.end_in_words(),
}


class RecordForm(forms.ModelForm):
    """A form for any record, which also asks why it is changed."""

    reason = forms.CharField(
        label="Reason for this change",
        required=False,
        max_length=500,
        widget=AdminTextInputWidget,
        help_text="Kept in the change history. Optional.",
    )

    # Why the database refused what this form had let through; set for a second try only.
    refusal = ""

    def full_clean(self):
        super().full_clean()
        if self.is_bound and self.refusal and not self._errors:
            self.add_error(None, self.refusal)

    def _update_errors(self, errors):
        # What could not be read is told once, and not also as missing.
        if hasattr(errors, "error_dict"):
            for name in self._errors:
                errors.error_dict.pop(name, None)
        super()._update_errors(errors)

    def _get_validation_exclusions(self):
        # Fields that are fixed once saved leave the form, yet rules that name them hold.
        left = set(self.instance.fixed_fields) - set(self.fields)
        return super()._get_validation_exclusions() - left


class RecordSelect(AutocompleteSelect):
    """The library's choice of a record, which fails on an address or a form that names a key
    that cannot be one."""

    def optgroups(self, name, value, attr=None):
        keys = [key for key in value if str(key).isdecimal() and len(str(key)) <= 18]
        return super().optgroups(name, keys, attr)


class RecordAdmin(SimpleHistoryAdmin):
    """The editing pages of a record: its fields in groups, its history, no quick deletions."""

    form = RecordForm
    change_form_template = "records/change_form.html"
    formfield_overrides = {
        models.TextField: {"widget": AdminTextareaWidget(attrs={"rows": 4})},
        models.URLField: {"assume_scheme": "https"},
        models.DateField: {"error_messages": {"invalid": "Enter a date such as 27/03/2026."}},
    }
    list_per_page = 50
    # The number of all records would cost a second count of them on every page.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # The field from which the form to add a record proposes a slug.
    slug_from = ""
    # Fields of other records by which a list may be filtered from its address.
    lists_by: tuple[str, ...] = ()

    class Media:
        js = ["records/admin.js"]

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
        return [*fieldsets, REASON] if may_save and not shows_past(request) else fieldsets

    def get_readonly_fields(self, request, obj=None):
        if shows_past(request):
            return flatten_fieldsets(self.get_fieldsets(request, obj))
        return [*super().get_readonly_fields(request, obj), *(obj.fixed_fields if obj else ())]

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
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_search_results(self, request, queryset, search_term):
        """Records in which every word stands in one of `search_fields`. Folded columns are
        searched for the folded word, so that "Sian" finds "Siân"."""
        query = Q()
        for word in search_term.replace("\x00", "")[:SEARCH_LENGTH].split():
            anywhere = Q()
            for path in self.search_fields:
                anywhere |= holds_word(self.model, path, word)
            query &= anywhere
        return queryset.filter(query), False

    def lookup_allowed(self, lookup, value, request):
        # A list that a table on another record's page leads to.
        named = lookup.removesuffix("__exact") in self.lists_by
        return named or super().lookup_allowed(lookup, value, request)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        makers = _tables[self.model] if obj and not context["is_popup"] else []
        tables = [make(request, obj) for make in makers]
        context["related_tables"] = [table for table in tables if table is not None]
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_changeform_initial_data(self, request):
        # Somebody who adds a record holds a source in hand.
        return {
            "confirmed_on": timezone.localdate(),
            **super().get_changeform_initial_data(request),
        }

    # Saving

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refusal = getattr(request, "refusal", "")
        return form

    def save_model(self, request, obj, form, change):
        obj._change_reason = form.cleaned_data.get("reason", "")
        super().save_model(request, obj, form, change)

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The form. Its check and its save are one transaction; if the database refuses what
        the check let through, because somebody else was quicker, the form says so and keeps
        what was typed."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except IntegrityError as error:
            logger.warning("The database refused a %s: %s", self.opts.verbose_name, error)
            request.refusal = refusal_in_words(error, self.model)
            forget_messages(request)
            return super().changeform_view(request, object_id, form_url, extra_context)

    # Deleting: what is over is ended. Superusers alone remove what should never have been.

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser and super().has_delete_permission(request, obj)

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

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, extra_context)
        except IntegrityError as error:
            logger.warning("The database kept a %s: %s", self.opts.verbose_name, error)
            forget_messages(request)
            self.message_user(
                request,
                f"This {self.opts.verbose_name} was not deleted: other records need it.",
                messages.ERROR,
            )
            return HttpResponseRedirect(change_address(self.model, unquote(object_id)))

    # History

    def get_history_queryset(self, request, history_manager, pk_name, object_id):
        rows = super().get_history_queryset(request, history_manager, pk_name, object_id)
        return rows.select_related("history_user", *self._named_in_history())

    def _named_in_history(self) -> list[str]:
        """What to join so that naming whatever a record points at takes no further query."""
        paths = []
        for field in self.model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                beyond = admin.site.get_model_admin(field.related_model).list_select_related
                paths += [field.name, *(f"{field.name}__{path}" for path in beyond or ())]
        return paths

    def history_view(self, request, object_id, extra_context=None):
        self._refuse_odd_key(object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view_title(self, request, obj):
        when = timezone.localtime(obj._history.history_date)
        return f"{obj}, as recorded on {date_format(when, 'j F Y, H:i:s')}"

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        # The library saves what is posted here, to whoever may do no more than view.
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        self._refuse_odd_key(object_id)
        self._refuse_odd_key(version_id)
        return super().history_form_view(request, object_id, version_id, extra_context)

    def _refuse_odd_key(self, key):
        try:
            self.model._meta.pk.to_python(unquote(key))
        except ValidationError as error:
            raise Http404(f"There is no {self.opts.verbose_name} of this number.") from error


class DatedAdmin(RecordAdmin):
    """The editing pages of a record with a period. Lists start from what is in force."""

    list_filter = [InForce]

    @admin.display(description="from", ordering="start_date")
    def since(self, record):
        return record.start_in_words()

    @admin.display(description="to", ordering="end_date", empty_value="")
    def until(self, record):
        return record.end_in_words()


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


def shows_past(request) -> bool:
    """Whether the page shows a record as it once was, from its change history."""
    match = request.resolver_match
    return match is not None and (match.url_name or "").endswith("_simple_history")


def refusal_in_words(error: IntegrityError, model: type[models.Model]) -> str:
    """Why the database refused a record, in the words of the rule that it broke."""
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
    found = []
    for relation in record._meta.get_fields(include_hidden=True):
        if getattr(relation, "on_delete", None) is not models.PROTECT:
            continue
        if not relation.auto_created:
            continue
        options = relation.related_model._meta
        number = relation.related_model._base_manager.filter(
            **{relation.field.name: record}
        ).count()
        if number:
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


admin.site.unregister(User)


@admin.register(User)
class UserAdmin(LibraryUserAdmin):
    def has_delete_permission(self, request, obj=None):
        # Deleting a user would erase who changed what. Make the account inactive instead.
        return False

    # Somebody who keeps the accounts may neither give themselves more than they have nor take
    # over the account of somebody who has everything.

    def has_change_permission(self, request, obj=None):
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request, obj=None):
        fields = super().get_readonly_fields(request, obj)
        if request.user.is_superuser:
            return fields
        return [*fields, "is_superuser", "groups", "user_permissions"]
