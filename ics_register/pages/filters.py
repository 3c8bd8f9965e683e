"""Filters that several lists share."""

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_filters.fields import ModelChoiceField, ModelChoiceIterator

from forums.forum_states import as_on
from forums.models import Forum
from ics_register.pages.frame import AskedDay
from organisations.models import Place
from records.names import has_words, plain_letters
from records.namesakes import told_apart


def within(place: Place, path: str = "place") -> Q:
    """A filter: the place at `path` is `place` or lies in it."""
    query, up = Q(pk=place.pk), "part_of"
    for _ in range(3):  # region, system, place, neighbourhood
        query |= Q(**{up: place})
        up += "__part_of"
    # Find the places first, which are few, so that what is in them is found by index.
    return Q(**{f"{path}__in": Place.objects.filter(query)})


def named(words: list[str], other_names: QuerySet, owner: str) -> Q:
    """A filter: one of a record's names, its own or another, holds all the folded `words`."""
    return has_words(words, "folded") | Q(
        pk__in=other_names.filter(has_words(words, "folded")).values(owner)
    )


# More words than any name has, and fewer than a database can search at once.
MOST_WORDS = 40


def refuse_many_words(text: str) -> None:
    """Raise ValidationError if `text` has more words than can be looked for."""
    if len(plain_letters(text).split()) > MOST_WORDS:
        raise ValidationError(f"Use at most {MOST_WORDS} words.")


class PlacesApart(ModelChoiceIterator):
    """A choice of places, with words that tell apart those of one name."""

    def __iter__(self):
        yield "", self.field.empty_label
        places = list(self.queryset.all())
        apart = told_apart(places, timezone.localdate())
        for place in places:
            label = f"{place} ({apart[place.pk]})" if place.pk in apart else str(place)
            yield self.field.prepare_value(place), label


class PlaceField(ModelChoiceField):
    iterator = PlacesApart


class PlaceFilter(django_filters.ModelChoiceFilter):
    """Narrows a list to what serves a place or lies in it."""

    field_class = PlaceField

    def __init__(self, *, path: str = "place"):
        super().__init__(
            label="Place",
            queryset=Place.objects.order_by("folded")
            .select_related("part_of")
            .only("slug", "name", "level", "part_of__name"),
            to_field_name="slug",
            empty_label="Every place",
        )
        self.path = path

    def filter(self, queryset, value):
        return queryset.filter(within(value, self.path)) if value else queryset


class ForumPlaceFilter(PlaceFilter):
    """Narrows a list to forums that serve a place on the day of their FiltersOfDay, or to what
    belongs to such forums."""

    def filter(self, queryset, value):
        if not value:
            return queryset
        there = as_on(self.parent.asked.day, within(value))
        if self.path == "place":
            return queryset.filter(there)
        return queryset.filter(forum__in=Forum.objects.filter(there))


class FiltersOfDay(django_filters.FilterSet):
    """Filters of a list as at a day."""

    def __init__(self, *args, asked: AskedDay, **kwargs):
        super().__init__(*args, **kwargs)
        self.asked = asked


class NameFilter(django_filters.CharFilter):
    """Narrows a list to those whose name, or another of their names, holds all the words."""

    def __init__(self, *, other_names: type, owner: str, label: str = "Name"):
        super().__init__(label=label, max_length=200, validators=[refuse_many_words])
        self.other_names = other_names
        self.owner = owner

    def filter(self, queryset, value):
        # Search for initials one by one: a person with two may be written with the first name in
        # full.
        words = plain_letters(value or "").split()
        if not words:
            return queryset
        return queryset.filter(named(words, self.other_names.objects.all(), self.owner))


class SortFilter(django_filters.OrderingFilter):
    """A filter that sorts a list. `orders` are (word in the address, words on the page, column)."""

    def __init__(self, *orders: tuple[str, str, str]):
        super().__init__(
            label="Sort by",
            fields=[(column, word) for word, _, column in orders],
            choices=[(word, words) for word, words, _ in orders],
            empty_label=None,
            null_label=None,
        )

    def filter(self, queryset, value):
        # Sort by the primary key last, so that no row is on two pages.
        queryset = super().filter(queryset, value)
        return queryset.order_by(*queryset.query.order_by, "pk")
