"""The history of a forum, an organisation or a person with everything that belongs to it.

What belongs to it is told from history itself, so that what was removed is told of, and a seat
that ended, and what belonged to it once.
"""

import datetime
from collections.abc import Callable, Iterable

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import CharField, Q, QuerySet, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from editing.admin import above_records
from editing.field_changes import changes_in_words
from editing.history_pages import ROWS_A_PAGE, own_context, pages_of, record_or_last_version
from editing.links import Link, may_view
from editing.site import site_page
from editing.typed_dates import TypedDayField
from forums.models import (
    EscalationStep,
    Forum,
    ForumName,
    MemberOrganisation,
    Membership,
    QuoracyClause,
    ReportingLine,
    Seat,
    Succession,
)
from organisations.models import (
    Figure,
    Organisation,
    OrganisationName,
    Post,
    Rating,
    Relationship,
    Statement,
)
from people.models import Appointment, Distinction, Person, PersonName
from records.history import Nature, recorded_models
from records.periods import first_day, last_day, next_day


def ever(model, *owned, **fields) -> QuerySet:
    """The rows of every record of `model` that ever had these `fields`, whatever it has now."""
    return model.history.filter(id__in=model.history.filter(*owned, **fields).values("id"))


def of_forum(key: int) -> Iterable[QuerySet]:
    yield Forum.history.filter(id=key)
    for model in (ForumName, MemberOrganisation, Seat, QuoracyClause, EscalationStep):
        yield ever(model, forum_id=key)
    seats = Seat.history.filter(forum_id=key)
    yield ever(Membership, seat_id__in=seats.values("id"))
    # Whoever holds these fills a seat.
    posts = seats.filter(ex_officio_post_id__isnull=False).values("ex_officio_post_id")
    yield ever(Appointment, post_id__in=posts)
    for model in (ReportingLine, Succession):
        yield ever(model, Q(from_forum_id=key) | Q(to_forum_id=key))


def of_organisation(key: int) -> Iterable[QuerySet]:
    yield Organisation.history.filter(id=key)
    for model in (OrganisationName, Post, Statement, Rating, Figure, MemberOrganisation):
        yield ever(model, organisation_id=key)
    yield ever(Relationship, Q(from_organisation_id=key) | Q(to_organisation_id=key))
    yield ever(Appointment, post_id__in=Post.history.filter(organisation_id=key).values("id"))
    for model in (Seat, Membership):
        yield ever(model, on_behalf_of_id=key)
    yield ever(ReportingLine, to_organisation_id=key)


def of_person(key: int) -> Iterable[QuerySet]:
    yield Person.history.filter(id=key)
    for model in (PersonName, Appointment, Membership):
        yield ever(model, person_id=key)
    yield ever(Distinction, Q(person_id=key) | Q(other_id=key))


# What of it there is.
CONTENTS: dict[type, Callable] = {
    Forum: of_forum,
    Organisation: of_organisation,
    Person: of_person,
}

# What its page says that it tells.
EXPLAINS = {
    Forum: "All that was recorded of this forum: the forum itself, its seats, memberships and "
    "member organisations, appointments to the posts that its seats go with, its names, reporting "
    "lines, quoracy clauses, escalation steps and successions, those since ended or removed among "
    "them.",
    Organisation: "All that was recorded of this organisation: the organisation itself, its names, "
    "posts and appointments, how it stands to others, its statements, ratings and figures, and "
    "the seats and memberships that speak for it, those since ended or removed among them.",
    Person: "All that was recorded of this person: the person, their other names, and what they "
    "have held, ended or removed since or not.",
}


class FilterForm(forms.Form):
    """Asks for whose changes, of what nature and when."""

    who = forms.ModelChoiceField(
        label="Who", queryset=User.objects.order_by("username"), required=False, empty_label="all"
    )
    nature = forms.ChoiceField(label="What", choices=[("", "all"), *Nature.choices], required=False)
    since = TypedDayField(label="From", required=False, stands=first_day)
    until = TypedDayField(label="To", required=False, stands=last_day)

    def conditions(self) -> dict:
        """What rows have that fit; of what was asked in a way that cannot be read, nothing."""
        data = self.cleaned_data
        found = {}
        if data.get("who"):
            found["history_user"] = data["who"]
        if data.get("nature"):
            found["history_nature"] = data["nature"]
        if data.get("since"):
            found["history_date__gte"] = midnight(data["since"])
        if data.get("until"):
            found["history_date__lt"] = midnight(next_day(data["until"]))
        return found


def midnight(day: datetime.date) -> datetime.datetime:
    """When a day began."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


@above_records
def link_to_everything(request, record):
    if type(record) not in CONTENTS:
        return []
    address = reverse("admin:everything", args=[record._meta.model_name, record.pk])
    return [Link("History with everything in it", address)]


@site_page("everything/<slug:kind>/<int:key>/", name="everything")
def everything_view(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """The changes of a record and of all that belongs to it, the last first."""
    model = next((model for model in CONTENTS if model._meta.model_name == kind), None)
    if model is None or len(str(key)) > 18:
        raise Http404("There is no such history.")
    model_admin = admin.site.get_model_admin(model)
    record, title, is_there = record_or_last_version(model_admin, request, str(key))
    form = FilterForm(request.GET)
    form.full_clean()
    conditions = form.conditions()
    parts = [
        rows.filter(**conditions)
        for rows in CONTENTS[model](key)
        if may_view(request, recorded(rows))
    ]
    page = Paginator(by_time(parts), ROWS_A_PAGE).get_page(request.GET.get(PAGE_VAR))
    query = request.GET.copy()
    query.pop(PAGE_VAR, None)
    context = {
        **own_context(model_admin, request, record, title, is_there),
        "title": f"History of {title}, with everything in it",
        "explains": EXPLAINS[model],
        "form": form,
        "media": model_admin.media + form.media,
        "filtered": bool(conditions),
        "changes": changes_in_words(read(page.object_list)),
        "query": query.urlencode(),
        **pages_of(page),
    }
    return TemplateResponse(request, "editing/forum_history.html", context)


def recorded(rows: QuerySet) -> type:
    """The model that `rows` are the history of."""
    return rows.model.instance_type


def by_time(parts: list[QuerySet]) -> QuerySet:
    """Which rows, of which of several histories, the last written first: (when, number, whose).

    The numbers alone, so that the database sorts little; the rows of one page are read after.
    """
    numbers = [
        rows.order_by()
        .annotate(whose=Value(rows.model.__name__, output_field=CharField()))
        .values_list("history_date", "history_id", "whose")
        for rows in parts
    ]
    return numbers[0].union(*numbers[1:], all=True).order_by("-history_date", "-history_id")


def read(numbers: Iterable[tuple]) -> list:
    """The rows that `by_time` names, in the same order."""
    numbers = list(numbers)
    rows = {}
    for model in recorded_models():
        history = model.history
        own = [number for _, number, whose in numbers if whose == history.model.__name__]
        if own:
            found = history.filter(history_id__in=own).select_related("history_user")
            rows |= {(history.model.__name__, row.history_id): row for row in found}
    return [rows[whose, number] for _, number, whose in numbers]
