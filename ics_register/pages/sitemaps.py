"""The site map and robots.txt, which tell search engines what to read."""

from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import index, sitemap
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from forums.models import Forum
from ics_register.pages.page import kept_by_proxies
from ics_register.pages.people import shown_people
from ics_register.parameters import reads
from organisations.models import Organisation
from records.models import Document


class _Lists(Sitemap):
    """Pages that are not about one record."""

    def items(self) -> list[str]:
        return LISTS

    def location(self, item: str) -> str:
        return reverse(item)


LISTS = [
    "home",
    "chairs",
    "representation",
    "concentration",
    "structure",
    "forums",
    "organisations",
    "people",
    "changes",
    "recorded",
    "calendar",
    "documents",
    "data",
    "data-fields",
]


class _Records(Sitemap):
    """Pages of records. Only their addresses are read, because there may be many."""

    limit = 20_000

    def __init__(self, records):
        self.records = records

    def items(self) -> QuerySet:
        return self.records().only("slug").order_by("pk")


SITEMAPS = {
    "lists": _Lists,
    "forums": _Records(Forum.objects.all),
    "organisations": _Records(Organisation.objects.all),
    "people": _Records(shown_people),
    "documents": _Records(Document.objects.all),
}


@csrf_exempt
@require_safe
def site_map(request: HttpRequest) -> HttpResponse:
    """The index of the maps. Each kind of page has a map of addresses."""
    return kept_by_proxies(index(request, SITEMAPS, sitemap_url_name="sitemap-of").render())


@reads("p")
@csrf_exempt
@require_safe
def site_map_of(request: HttpRequest, section: str) -> HttpResponse:
    return kept_by_proxies(sitemap(request, SITEMAPS, section=section).render())


@csrf_exempt
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    ]
    return kept_by_proxies(
        HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
    )
