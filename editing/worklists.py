"""Worklists: what in the register needs somebody's attention, and why.

Each is declared once, in the lowest app that knows of it; an app above adds its own kinds of
record as further parts. A worklist is worked out from the register on the day and stored nowhere,
so that it empties itself when the cause is mended. docs/worklists.md says what each list finds
and what empties it.
"""

import datetime
import functools
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from django.contrib import admin
from django.core.cache import cache
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.views.decorators.http import require_safe

from editing.finding import findable
from editing.links import Link, add_address, change_address, may_add, may_view, step_address
from editing.site import site_page
from editing.steps import steps_for
from editing.word_search import holds_words, search_text, typed_words
from records.history import Recorded

PER_PAGE = 50
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class WorklistRow:
    """One record that needs attention."""

    record: models.Model
    name: Link
    reason: str
    where: tuple[Link, ...] = ()
    ways: tuple[Link, ...] = ()  # to mend it: guided steps first
    # The heading that it is listed under, and ways to mend all rows under it at once.
    group: Link | None = None
    group_ways: tuple[Link, ...] = ()

    @property
    def kind(self) -> str:
        return capfirst(str(self.record._meta.verbose_name))


@dataclass(frozen=True)
class Narrowing:
    """A choice that narrows a worklist, such as a place."""

    name: str
    label: str
    everything: str  # in words: "All places"
    choices: Callable[[], list[tuple[str, str]]]
    keys: Callable[[str], set]  # of a choice


def size_of(found: QuerySet | list) -> int:
    return found.count() if isinstance(found, QuerySet) else len(found)


class WorklistPart:
    """One kind of record on a worklist, for one user on one day.

    It finds a queryset or, if no query can find it, a list. Only a page of either is made into
    rows.
    """

    model: type[models.Model]
    # The paths to the columns that are searched for words.
    searched: tuple[str, ...] = ()
    # For each Narrowing that applies, the paths to the keys that it chooses among.
    narrowed_by: dict[Narrowing, tuple[str, ...]] = {}
    # If finding takes long, every model that the result depends on. The number of records found is
    # then cached until the history of one of these models has a new row.
    rests_on: tuple[type[Recorded], ...] = ()

    def __init__(
        self,
        request: HttpRequest,
        day: datetime.date,
        words: Sequence[str] = (),
        chosen: dict[Narrowing, set] | None = None,
    ):
        self.request, self.day, self.words, self.chosen = request, day, words, chosen or {}

    # Subclasses say

    def found(self) -> QuerySet | list:
        """The records that need attention, in order."""
        raise NotImplementedError

    def apart(self) -> QuerySet | list:
        """Records listed beside them and not counted, because nobody need do anything."""
        return []

    def counted(self, found: QuerySet | list) -> int:
        """How many there are of what the list counts: the records found, unless a subclass counts
        something in each."""
        return size_of(found)

    def counted_apart(self, found: QuerySet | list) -> int:
        return size_of(found)

    def row(self, record) -> WorklistRow:
        raise NotImplementedError

    def rows(self, records: Iterable) -> list[WorklistRow]:
        return [self.row(record) for record in records]

    def apart_rows(self, records: Iterable) -> list[WorklistRow]:
        return self.rows(records)

    # Subclasses may use

    def narrowed(self, records: QuerySet) -> QuerySet:
        """The `records` that the user asked for."""
        query = holds_words(self.model, self.searched, self.words)
        for narrowing, keys in self.chosen.items():
            anywhere = Q(pk__in=[])
            for path in self.narrowed_by.get(narrowing, ()):
                anywhere |= Q(**{f"{path}__in": keys})
            query &= anywhere
        return records.filter(query)

    def number(self) -> int:
        if not self.rests_on:
            return self.counted(self.found())
        written = [
            model.history.order_by("-history_id").values_list("history_id", "history_date").first()
            for model in self.rests_on
        ]
        state = f"{type(self).__qualname__} {self.day} {written}"
        key = f"worklist-{hashlib.sha256(state.encode()).hexdigest()}"
        return cache.get_or_set(key, lambda: self.counted(self.found()), timeout=DAY)

    @property
    def here(self) -> str:
        return self.request.get_full_path()

    def link(self, record: models.Model | None, text: str = "") -> Link:
        """A record's name, with a link to its page if the user may see that."""
        if record is None:
            return Link(text)
        may = may_view(self.request, type(record))
        return Link(text or str(record), change_address(type(record), record.pk) if may else "")

    def steps(
        self, record: models.Model, *names: str, worded: str = "{}", **filled_in
    ) -> list[Link]:
        """Links to those of the guided steps `names` that the user may take on `record` today.
        `worded` names the record, if it is not the row's own."""
        today, model = timezone.localdate(), type(record)
        may_take = steps_for(self.request, model)
        return [
            Link(
                worded.format(may_take[name].title),
                step_address(model, record.pk, name, **filled_in, next=self.here),
            )
            for name in names
            if name in may_take and may_take[name].is_for(record, today)
        ]

    def correcting(self, record: models.Model, text: str) -> list[Link]:
        """A link to the form of a record, if the user may change it."""
        if not admin.site.get_model_admin(type(record)).has_change_permission(self.request):
            return []
        return [Link(text, change_address(type(record), record.pk)).returning_to(self.here)]

    def adding(self, model: type[models.Model], text: str, **filled_in) -> list[Link]:
        """A link to the form that adds a record, if the user may."""
        if not may_add(self.request, model):
            return []
        return [Link(text, add_address(model, **filled_in, next=self.here))]


class WorklistRows(Sequence):
    """The rows of several parts, one after another, made only when they are looked at."""

    def __init__(self, parts: list[WorklistPart], apart: bool = False):
        self.apart = apart
        self.found = [(part, part.apart() if apart else part.found()) for part in parts]

    @functools.cached_property
    def sizes(self) -> list[int]:
        return [size_of(found) for _, found in self.found]

    def __len__(self):
        return sum(self.sizes)

    @property
    def number(self) -> int:
        return sum(
            part.counted_apart(found) if self.apart else part.counted(found)
            for part, found in self.found
        )

    def __getitem__(self, wanted: slice) -> list[WorklistRow]:
        start, stop, _ = wanted.indices(len(self))
        rows = []
        for (part, found), size in zip(self.found, self.sizes, strict=True):
            records = list(found[max(start, 0) : max(min(stop, size), 0)]) if size else []
            rows += part.apart_rows(records) if self.apart else part.rows(records)
            start, stop = start - size, stop - size
        return rows


@dataclass
class Worklist:
    slug: str
    order: int
    title: str
    finds: str  # what it finds, and why it matters
    emptied: str  # what empties it
    apart: str = ""  # the heading of records beside it that are not counted: "Not recorded"
    why_apart: str = ""
    counts_apart: bool = True
    counts: str = ""  # what is counted in each record, if not the records: "place,places"
    parts: list[type[WorklistPart]] = field(default_factory=list)

    def part(self, kind: type[WorklistPart]) -> type[WorklistPart]:
        """Add a kind of record to the list."""
        self.parts.append(kind)
        return kind

    @property
    def address(self) -> str:
        return reverse("admin:worklist", args=[self.slug])

    def parts_for(self, request: HttpRequest, day: datetime.date, *asked) -> list[WorklistPart]:
        """The parts whose records the user may view."""
        return [part(request, day, *asked) for part in self.parts if may_view(request, part.model)]

    def rows(
        self, request: HttpRequest, day: datetime.date, *asked, apart: bool = False
    ) -> WorklistRows:
        return WorklistRows(self.parts_for(request, day, *asked), apart)

    def number_in(self, rows: WorklistRows) -> int:
        """How many there are in `rows` of what it counts."""
        return rows.number if self.counts else len(rows)

    def count(self, request: HttpRequest, day: datetime.date) -> int:
        return sum(part.number() for part in self.parts_for(request, day))


_worklists: dict[str, Worklist] = {}


def worklist(slug: str, **words) -> Worklist:
    _worklists[slug] = Worklist(slug, **words)
    return _worklists[slug]


def all_worklists() -> list[Worklist]:
    return sorted(_worklists.values(), key=lambda listed: listed.order)


# Words and conditions for worklists


def ended_before(day: datetime.date, *paths: str) -> Q:
    """A condition: a record that one of `paths` leads to had ended before `day`."""
    query = Q()
    for path in paths:
        query |= Q(**{f"{path}__latest_end__lt": day})
    return query


def named_in_ends(*paths: str) -> list[str]:
    """The documents to fetch with records whose rows say how what `paths` lead to ended."""
    return [f"{path}{name}" for path in paths for name in ("__document", "__end_document")]


def named(record: object) -> str:
    """How the row of another record words a step on `record`: the step, and its name."""
    return "{}: " + str(record).replace("{", "").replace("}", "")


def number_of_days(days: int) -> str:
    return f"{days:,} day{'' if days == 1 else 's'}"


# Pages


@site_page("", name="index")
def front_page(request: HttpRequest) -> HttpResponse:
    """The library's front page, with the worklists and how much is on each."""
    today = timezone.localdate()
    listed = [
        {
            "title": each.title,
            "address": each.address,
            "number": each.count(request, today),
            "apart": number_apart_in_words(each, request, today),
        }
        for each in all_worklists()
        if each.parts_for(request, today)
    ]
    return admin.site.index(request, {"worklists": listed, "may_find": findable(request)})


def number_apart_in_words(listed: Worklist, request: HttpRequest, day: datetime.date) -> str:
    """How many records are beside a list: "2 explained"; "" if none, or if they are not counted."""
    if not listed.counts_apart:
        return ""
    number = listed.number_in(listed.rows(request, day, apart=True))
    return f"{number:,} {listed.apart.lower()}" if number else ""


@site_page("worklists/<slug:slug>/", name="worklist")
@require_safe
def worklist_page(request: HttpRequest, slug: str) -> HttpResponse:
    listed = _worklists.get(slug)
    today = timezone.localdate()
    if listed is None or not listed.parts_for(request, today):
        raise Http404("There is no such worklist.")
    text = search_text(request)
    narrowings, chosen = choices_made(request, listed)
    asked = (typed_words(text), chosen)
    shows_apart = bool(listed.apart) and request.GET.get("show") == "apart"
    rows = listed.rows(request, today, *asked)
    apart = listed.rows(request, today, *asked, apart=True) if listed.apart else rows
    shown = apart if shows_apart else rows
    number, number_apart = listed.number_in(rows), listed.number_in(apart)
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    kept = {"q": text, **{each["name"]: each["value"] for each in narrowings}}
    kept = {name: value for name, value in kept.items() if value}
    context = {
        **admin.site.each_context(request),
        "title": listed.title,
        "worklist": listed,
        "day": today,
        "text": text,
        "narrowings": narrowings,
        "is_narrowed": bool(kept),
        "number": number,
        "number_apart": number_apart,
        "number_shown": number_apart if shows_apart else number,
        "number_of_rows": len(shown),
        "shows_apart": shows_apart,
        "page": page,
        "rows": page.object_list,
        "page_numbers": page.paginator.get_elided_page_range(page.number, on_ends=1),
        "counted_address": f"?{urlencode(kept)}",
        "apart_address": f"?{urlencode({**kept, 'show': 'apart'})}",
        "page_address": f"?{urlencode({**kept, 'show': 'apart'} if shows_apart else kept)}&page=",
    }
    return TemplateResponse(request, "editing/worklist.html", context)


def choices_made(request: HttpRequest, listed: Worklist) -> tuple[list[dict], dict[Narrowing, set]]:
    """The choices that narrow a worklist, as the page offers them, and the keys chosen."""
    offered, chosen = [], {}
    for narrowing in dict.fromkeys(each for part in listed.parts for each in part.narrowed_by):
        choices = narrowing.choices()
        value = request.GET.get(narrowing.name, "")
        if value in dict(choices):
            chosen[narrowing] = narrowing.keys(value)
        else:
            value = ""
        offered.append(
            {
                "name": narrowing.name,
                "label": narrowing.label,
                "everything": narrowing.everything,
                "choices": choices,
                "value": value,
            }
        )
    return offered, chosen
