"""The history of a forum, an organisation or a person with everything that belongs to it.

The history itself says what belongs to it, so that removed and former records are shown too.
"""

import datetime
from collections.abc import Callable, Iterable

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import CharField, Model, Q, QuerySet, Value
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
    ExOfficioSource,
    Forum,
    ForumName,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    Succession,
    TermsOfReference,
    TermsReview,
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
from records.days import next_day
from records.history import Nature, Recorded, recorded_models
from records.models import Record
from records.periods import first_day, last_day


def ever(model: type[Recorded], *owned: Q, **fields) -> QuerySet:
    """The rows of every record of `model` that ever had these `fields`."""
    return model.history.filter(id__in=model.history.filter(*owned, **fields).values("id"))


def of_forum(key: int) -> Iterable[QuerySet]:
    yield Forum.history.filter(id=key)
    for model in (ForumName, MemberOrganisation, Seat, TermsOfReference):
        yield ever(model, forum_id=key)
    terms = TermsOfReference.history.filter(forum_id=key).values("id")
    for part in (EscalationStep, TermsReview):
        yield ever(part, terms_id__in=terms)
    seats = Seat.history.filter(forum_id=key)
    yield ever(Membership, seat_id__in=seats.values("id"))
    # The holders of these posts fill seats.
    posts = seats.filter(ex_officio_post_id__isnull=False).values("ex_officio_post_id")
    yield ever(Appointment, post_id__in=posts)
    sources = ExOfficioSource.history.filter(seat_id__in=seats.values("id"))
    yield ExOfficioSource.history.filter(id__in=sources.values("id"))
    yield ever(Appointment, post_id__in=sources.values("post_id"))
    yield ever(Membership, seat_id__in=sources.values("other_seat_id"))
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


# The histories of everything that belongs to a record.
CONTENTS: dict[type[Record], Callable[[int], Iterable[QuerySet]]] = {
    Forum: of_forum,
    Organisation: of_organisation,
    Person: of_person,
}

# What its page says that it shows.
EXPLAINS = {
    Forum: "All that was recorded of this forum: the forum itself, its seats, memberships and "
    "member organisations, appointments to the posts that its seats go with, its names, reporting "
    "lines, terms of reference with their escalation steps and reviews, and "
    "successions, those since ended or removed among them.",
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
    since = TypedDayField(label="From", required=False, month_as=first_day)
    until = TypedDayField(label="To", required=False, month_as=last_day)

    def conditions(self) -> dict:
        """The filters that were asked for, without any that cannot be read."""
        data = self.cleaned_data
        since, until = data.get("since"), data.get("until")
        filters = {
            "history_user": data.get("who"),
            "history_nature": data.get("nature"),
            "history_date__gte": since and midnight(since),
            "history_date__lt": until and midnight(next_day(until)),
        }
        return {name: value for name, value in filters.items() if value}


def midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


@above_records
def link_to_everything(request, record):
    if type(record) not in CONTENTS:
        return []
    address = reverse("admin:everything", args=[record._meta.model_name, record.pk])
    return [Link("History with everything in it", address)]


@site_page("everything/<slug:kind>/<int:key>/", name="everything")
def everything_view(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """The changes of a record and of everything that belongs to it, the last first."""
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
        if may_view(request, rows.model.instance_type)
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
    return TemplateResponse(request, "editing/whole_history.html", context)


def by_time(parts: list[QuerySet]) -> QuerySet:
    """The rows of several histories, the last written first: when, number and history of each.

    The database sorts these alone. The rows of one page are read afterwards.
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
    rows: dict[tuple[str, int], Model] = {}
    for model in recorded_models():
        history = model.history
        own = [number for _, number, whose in numbers if whose == history.model.__name__]
        if own:
            found = history.filter(history_id__in=own).select_related("history_user")
            rows |= {(history.model.__name__, row.history_id): row for row in found}
    return [rows[whose, number] for _, number, whose in numbers]
