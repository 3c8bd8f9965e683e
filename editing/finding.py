"""The page that finds the record to change, with the guided steps for it."""

from dataclasses import dataclass

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from editing.change_lists import InForce
from editing.links import Link, change_address, may_view, page_address
from editing.site import site_page
from editing.steps import all_steps, offers_on_each
from editing.word_search import search_text
from records.models import DatedFact
from records.namesakes import with_words_apart

# For each kind of record. More words find fewer.
MOST_OF_A_KIND = 10


@dataclass(frozen=True)
class FoundRecord:
    name: Link
    period: str
    steps: list[Link]


@dataclass(frozen=True)
class FoundOfKind:
    kind: str
    records: list[FoundRecord]
    more: Link | None  # to the list of all of them, if there are more
    ended: Link | None  # to the list of those that have ended, if any


def findable(request: HttpRequest) -> list[type[models.Model]]:
    """The kinds of record that have guided steps which lists offer, and that the user may view, in
    the order of `found_in_place`."""
    offered = {model for model, step in all_steps() if step.offered_in_lists}
    found = {model for model in offered if may_view(request, model)}
    return sorted(found, key=lambda model: admin.site.get_model_admin(model).found_in_place)


@site_page("find/", name="find")
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    text = search_text(request)
    kinds = [found_of_kind(request, model, text) for model in findable(request)] if text else []
    context = {
        **admin.site.each_context(request),
        "title": "Record a change",
        "text": text,
        "found": [kind for kind in kinds if kind.records or kind.ended],
        "may_find": findable(request),
    }
    return TemplateResponse(request, "editing/find.html", context)


def found_of_kind(request: HttpRequest, model: type[models.Model], text: str) -> FoundOfKind:
    model_admin = admin.site.get_model_admin(model)
    records, _ = model_admin.get_search_results(request, model_admin.get_queryset(request), text)
    today, plural = timezone.localdate(), str(model._meta.verbose_name_plural)
    ended = None
    if issubclass(model, DatedFact):
        records = records.select_related("document", "end_document")
        # Only the list has the records that have ended: there may be many.
        if records.filter(latest_end__lt=today).exists():
            ended = Link(f"{capfirst(plural)} that have ended", searched(model, text, "ended"))
        records = records.exclude(latest_end__lt=today)
    shown = list(model_admin.without_merged(records)[: MOST_OF_A_KIND + 1])
    called = with_words_apart(shown, today)
    offers = offers_on_each(request, shown[:MOST_OF_A_KIND])
    more = None
    if len(shown) > MOST_OF_A_KIND:
        more = Link(f"All {plural} with these words", searched(model, text, "all"))
    here = request.get_full_path()
    return FoundOfKind(
        kind=capfirst(plural),
        records=[
            FoundRecord(
                name=Link(called[record.pk], change_address(model, record.pk)),
                period=record.time_as_foreseen(today) if isinstance(record, DatedFact) else "",
                steps=[Link(offer.text, offer.address(next=here)) for offer in offers[record.pk]],
            )
            for record in shown[:MOST_OF_A_KIND]
        ],
        more=more,
        ended=ended,
    )


def searched(model: type[models.Model], text: str, in_force: str) -> str:
    """The address of the list of records with these words. For records with a period, `in_force` is
    the choice of that filter."""
    period = {InForce.parameter_name: in_force} if issubclass(model, DatedFact) else {}
    return page_address(model, "changelist", q=text, **period)
