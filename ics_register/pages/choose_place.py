"""In a register of many systems, pages that compare forums ask for a system first."""

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest

from forums.models import Forum
from ics_register.pages import facts
from ics_register.pages.formats import Here, form_of
from organisations.models import Place, PlaceLevel

# The most forums that a reader can compare with each other.
MOST_FORUMS = 1_000


def place_first(request: HttpRequest, form: Form, forums: QuerySet[Forum]) -> dict | None:
    """The context of a page that asks for a system first; None if the page can be shown.

    It asks if there are too many `forums`, and systems to choose from. Its file holds all of them.
    """
    place = form.cleaned_data["place"]
    if form_of(request.path) == "csv" or (place and place.level != PlaceLevel.REGION):
        return None
    if len(forums.order_by().values_list("pk", flat=True)[: MOST_FORUMS + 1]) <= MOST_FORUMS:
        return None
    systems = Place.objects.filter(level=PlaceLevel.SYSTEM).order_by("folded")
    systems = list(systems.filter(part_of=place) if place else systems)
    if not systems:
        return None
    return {"filters": form, "systems": systems, "place": place, "most_forums": MOST_FORUMS}


def systems_as_json(context: dict, here: Here) -> dict:
    """The systems to choose from, each with the address of this page, in this format, for it."""
    return {
        "most_forums": context["most_forums"],
        "systems": [
            {"place": facts.place(each), "address": here.address("json", place=each.slug)}
            for each in context["systems"]
        ],
    }
