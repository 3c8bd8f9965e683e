"""What the benchmark asks of a register, within the register's own process."""

import datetime
import gc
import time

from django.contrib.auth.models import User
from django.db.models import Count, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from editing.links import step_address
from forums.models import Forum, Membership, SeatRole
from forums.seat_holders import held_seats_of
from ics_register.recorded import as_recorded, end_of
from ics_register.urls import urlpatterns
from organisations.models import HEAD_KINDS, Organisation
from people.models import Appointment, Person
from records.models import Document

# How much is much to be recorded of one, and how many are tried as to the size of their pages.
ENOUGH, TRIED = 20, 30

AS_AT = datetime.date(2023, 5, 1)

# Files that hold the whole register or a whole list, and so are as long as it is.
WHOLE = {"data-file", "sitemap-of"}

# What changed within the last year is nothing or much, by when the register was written.
CHANGES = {"changes", "changes.json"}

client = Client(headers={"host": "127.0.0.1"})


def counted() -> dict[str, QuerySet]:
    """The records of each kind that one may be chosen of, each with how much is recorded of it as
    `size`. They were recorded by the day in the past that pages are asked about."""
    resting = Subquery(
        Membership.objects.filter(document=OuterRef("pk"))
        .order_by()
        .values("document")
        .annotate(size=Count("pk"))
        .values("size")
    )
    every = {
        "forums": Forum.objects.listed(AS_AT).annotate(size=Count("seats__memberships")),
        "organisations": Organisation.objects.listed(AS_AT).annotate(
            size=Count("posts__appointments")
        ),
        "people": Person.objects.filter(withheld=False, merged_into=None).annotate(
            size=Count("memberships")
        ),
        "documents": Document.objects.annotate(size=Coalesce(resting, 0)),
    }
    day = end_of(recorded_day())
    return {
        kind: records.filter(
            pk__in=records.model.history.filter(history_date__lt=day).values("id")
        ).order_by("size", "id")
        for kind, records in every.items()
    }


def chosen(like: dict | None) -> dict[str, dict]:
    """One record of each kind: of which much is recorded, or whose page is about as large as one
    that was chosen in another register."""
    return {
        kind: as_large(kind, records, like[kind]) if like else richest(kind, records)
        for kind, records in counted().items()
    }


def richest(kind: str, records: QuerySet) -> dict:
    """Not by far the richest of all, if there are many that are rich."""
    record = records.filter(size__gte=ENOUGH).first() or records.last()
    return {"slug": record.slug, "size": record.size, "bytes": length(kind, record.slug)}


def as_large(kind: str, records: QuerySet, like: dict) -> dict:
    size = like["size"]
    around = [*records.filter(size__gte=size)[:TRIED], *records.filter(size__lt=size)[:TRIED]]
    tried = [
        {"slug": each.slug, "size": each.size, "bytes": length(kind, each.slug)} for each in around
    ]
    return min(tried, key=lambda each: abs(each["bytes"] - like["bytes"]))


def length(kind: str, slug: str) -> int:
    return len(client.get(f"/{kind}/{slug}/").content)


def recorded_day() -> datetime.date:
    """A day half-way between the one on which the first forum was recorded and today."""
    first = Forum.history.aggregate(first=Min("history_date"))["first"]
    first, today = timezone.localdate(first), timezone.localdate()
    return first + (today - first) / 2


def addresses(like: dict | None = None) -> dict:
    records = chosen(like)
    slugs = {kind: record["slug"] for kind, record in records.items()}
    name = Person.objects.values_list("name", flat=True).get(slug=slugs["people"])
    return {
        "records": records,
        "slugs": slugs,
        "search": name.split()[-1],
        "as_at": AS_AT.isoformat(),
        "recorded": recorded_day().isoformat(),
        "pages": list(every_page(slugs)),
    }


def fullest_year() -> str:
    """The year in which most memberships began, as the page of what changed is asked for it."""
    begun = Membership.objects.filter(start_date__isnull=False).order_by()
    years = begun.values_list("start_date__year").annotate(size=Count("pk"))
    year, _ = years.order_by("-size", "start_date__year")[0]
    return f"?from={year}-01-01&to={year}-12-31"


def every_page(slugs: dict[str, str]):
    """Every kind of public page but whole files, as (name, address)."""
    changed = fullest_year()
    for pattern in urlpatterns:
        if not isinstance(pattern, URLPattern) or pattern.name in WHOLE:
            continue
        route = str(pattern.pattern)
        listed = "<slug:slug>" not in route
        if listed and route.endswith((".csv", ".ics")):
            continue
        kind = route.partition("/")[0]
        days = changed if pattern.name in CHANGES else ""
        yield pattern.name, "/" + route.replace("<slug:slug>", slugs.get(kind, "")) + days


def some(number: int) -> list[str]:
    """`number` addresses of different pages, as readers would ask for them."""
    slugs = {
        kind: list(records.order_by("id").values_list("slug", flat=True))
        for kind, records in (
            ("forums", Forum.objects),
            ("organisations", Organisation.objects),
            ("people", Person.objects.filter(withheld=False, merged_into=None)),
        )
    }
    names = list(Person.objects.order_by("id").values_list("name", flat=True)[:1000])
    pages = []
    for at in range(number):
        kind = ("forums", "organisations", "people")[at % 3]
        slug = slugs[kind][at * 7919 % len(slugs[kind])]
        day = f"?as_at={2016 + at % 10}-05-01" if at % 5 == 0 else ""
        ending = ".json" if at % 4 == 0 else "/"
        match at % 50:
            case 17:
                pages.append(f"/search/?q={names[at % len(names)].split()[-1]}")
            case 33:
                pages.append(f"/chairs/?page={1 + at // 50 % 3}")
            case _:
                pages.append(f"/{kind}/{slug}{ending}{day}")
    return pages


def page(address: str, times: int) -> dict:
    """How long a page takes, each time, in ms."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        response = client.get(address)
        size = len(b"".join(response.streaming_content) if response.streaming else response.content)
        took.append((time.perf_counter() - began) * 1000)
    return {"status": response.status_code, "bytes": size, "ms": took}


def chaired() -> list:
    """Who chairs or leads what in the whole register on a day, as values."""
    forums = (
        Membership.objects.listed(AS_AT)
        .filter(seat__role=SeatRole.CHAIR)
        .values_list("seat__forum__slug", "seat__forum__name", "person__slug", "person__name")
    )
    organisations = (
        Appointment.objects.listed(AS_AT)
        .filter(post__kind__in=HEAD_KINDS)
        .values_list(
            "post__organisation__slug", "post__organisation__name", "person__slug", "person__name"
        )
    )
    return [*forums, *organisations]


def as_recorded_on(slug: str, day: str) -> list:
    """One forum with its seats and who held them, as recorded on a day; found as pages find it."""
    day = datetime.date.fromisoformat(day)
    key = Forum.history.filter(slug=slug).values_list("id", flat=True).first()
    with as_recorded(day):
        return held_seats_of(Forum.objects.get(pk=key), day)


def timed(work, times: int) -> dict:
    took, rows = [], 0
    for _ in range(times):
        gc.collect()
        began = time.perf_counter()
        rows = len(work())
        took.append((time.perf_counter() - began) * 1000)
    return {"rows": rows, "ms": took}


def step(times: int) -> dict:
    """How long the preview of a guided step takes from POST to answer, each time, in ms: ending a
    membership. It is rolled back, so the register stays as it is."""
    user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    staff = Client(headers={"host": "127.0.0.1"})
    staff.force_login(user)
    membership = Membership.objects.certainly(timezone.localdate()).order_by("id").first()
    sent = {
        "_preview": "1",
        "date": timezone.localdate().isoformat(),
        "precision": "day",
        "qualifier": "on",
        "document": Document.objects.order_by("id").first().pk,
        "locator": "page 1",
        "reason": "To measure it.",
    }
    took = []
    for _ in range(times):
        began = time.perf_counter()
        response = staff.post(step_address(Membership, membership.pk, "end"), sent)
        took.append((time.perf_counter() - began) * 1000)
        if not response.context_data["preview"]:
            raise RuntimeError(f"The step was refused: {response.context_data['form'].errors}")
    return {"ms": took}


def answer(question: dict):
    match question:
        case {"ask": "addresses", "like": like}:
            return addresses(like)
        case {"ask": "some", "number": number}:
            return some(number)
        case {"ask": "page", "address": address, "times": times}:
            return page(address, times)
        case {"ask": "step", "times": times}:
            return step(times)
        case {"ask": "chaired", "times": times}:
            return timed(chaired, times)
        case {"ask": "as recorded", "slug": slug, "day": day, "times": times}:
            return timed(lambda: as_recorded_on(slug, day), times)
    raise ValueError(question)
