"""Names of organisations on a day, and the first day and the first day there is anything of."""

import datetime
from collections.abc import Iterable

from django.db.models import Min, QuerySet

from forums.models import Forum
from ics_register.pages.frame import AskedDay
from organisations.models import Organisation, OrganisationName
from records.days import FIRST_DAY
from records.models import NameKind
from records.periods import Qualifier, date_in_words, first_day
from records.prepared import prepared


def names_then(organisations: Iterable[int], asked: AskedDay) -> dict[int, str]:
    """The names on the day of organisations that have changed their name, in words."""
    if asked.is_today:
        return {}
    organisations = tuple(organisations)
    if not organisations:
        return {}
    former = _former_names(organisations, asked.day)
    told = [(name.organisation_id, name_then(name, asked)) for name in former]
    return {organisation: words for organisation, words in told if words}


@prepared
def _former_names(organisations: tuple[int, ...], day: datetime.date) -> QuerySet:
    names = OrganisationName.objects.as_at(day).filter(kind=NameKind.FORMER)
    return names.filter(organisation__in=organisations).order_by("pk")


def name_then(name: OrganisationName, asked: AskedDay) -> str:
    """A former name in words, if the organisation had it on the day; otherwise "".

    A name that ended *by* a month may have ended earlier, and is not claimed for that month.
    """
    if name.kind != NameKind.FORMER or not name.is_in_force(asked.day):
        return ""
    if name.end_qualifier == Qualifier.ON or name.end_date is None:
        return f"then called {name.name}"
    if first_day(name.end_date, name.end_precision) <= asked.day:
        return ""
    gone = date_in_words(name.end_date, name.end_precision)
    return f"called {name.name} until {gone} at the latest"


def earliest_day() -> datetime.date | None:
    """The first day on which the register has an organisation or a forum; None if there is none."""
    firsts = [
        model.objects.aggregate(first=Min("start_date"))["first"] for model in (Organisation, Forum)
    ]
    first = min((day for day in firsts if day), default=None)
    return max(first, FIRST_DAY) if first else None
