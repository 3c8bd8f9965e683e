"""Lists of records in the admin: their filter by period and their column of guided steps."""

from collections.abc import Callable

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db import models
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone

from editing.links import Link
from editing.steps import offers_on_each, steps_for
from records.periods import listed


class RegisterChangeList(ChangeList):
    """A list of the admin. A number in its address that no database can hold is a wrong filter, as
    is text that is no number."""

    def get_results(self, request):
        try:
            super().get_results(request)
        except OverflowError as error:
            raise IncorrectLookupParameters(error) from error


class AnswersAnyAddress:
    """Pages of the admin that answer with a page, whatever their address asks for."""

    def get_changelist(self, request, **kwargs):
        return RegisterChangeList

    def get_object(self, request, object_id, from_field=None):
        # An empty `?_to_field=` names no field.
        return super().get_object(request, object_id, from_field or None)


class RecordChangeList(RegisterChangeList):
    """A list of records and the steps to offer on each, found at once for all its rows."""

    def get_results(self, request):
        super().get_results(request)
        if self.is_popup:  # to choose a record, and not to change any
            return
        self.result_list = list(self.result_list)
        offers = offers_on_each(request, self.result_list)
        for record in self.result_list:
            record.offers = offers[record.pk]


def steps_column(request: HttpRequest, model: type[models.Model]) -> list[Callable]:
    """The last column of a list: the steps that `RecordChangeList` found for each record. No
    column if the user may take none."""
    here = request.get_full_path()

    @admin.display(description="steps")
    def steps(record):
        offered = [Link(offer.text, offer.address(next=here)) for offer in record.offers]
        context = {"steps": offered, "record": record}
        return render_to_string("editing/change_list_steps.html", context)

    return [steps] if steps_for(request, model) else []


class InForce(admin.SimpleListFilter):
    """Records in force today, certainly or perhaps, unless others are asked for."""

    title = "period"
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("ended", "Ended"), ("later", "Yet to start, as far as is known"), ("all", "All")]

    def value(self):
        chosen = super().value()
        return chosen if chosen in dict(self.lookup_choices) else None

    def choices(self, changelist):
        in_force, *others = super().choices(changelist)
        yield {**in_force, "display": "In force today"}
        yield from others

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case "ended":
                return queryset.ended_before(today)
            case "later":
                return queryset.filter(latest_end__gte=today).exclude(listed(today))
            case "all":
                return queryset
            case _:
                return queryset.listed(today)


class OfAnyPeriod(InForce):
    """Records of a kind that is over by its nature: all of them, unless some are asked for."""

    def lookups(self, request, model_admin):
        return [("today", "In force today"), *super().lookups(request, model_admin)]

    def value(self):
        return super().value() or "all"

    def choices(self, changelist):
        _, *named = super().choices(changelist)  # the first of them is what InForce starts from
        yield from named
