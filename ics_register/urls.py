"""Addresses of the register. Slugs are public and permanent."""

from django.contrib import admin
from django.urls import path

from ics_register.pages import (
    attendance_sheet,
    calendars,
    chairs,
    changes,
    concentration,
    data,
    documents,
    errors,
    feeds,
    forums,
    home,
    organisations,
    people,
    quoracy,
    recorded,
    representation,
    search,
    sitemaps,
    structure,
    terms,
)
from ics_register.pages.formats import page

urlpatterns = [
    *page("", home.home, "home"),
    *page("chairs/", chairs.chairs, "chairs"),
    *page("concentration/", concentration.concentration, "concentration"),
    *page("forums/", forums.forum_list, "forums"),
    *page("forums/<slug:slug>/", forums.forum, "forum"),
    *page("forums/<slug:slug>/quoracy/", quoracy.quoracy, "forum-quoracy"),
    *page("forums/<slug:slug>/terms/", terms.terms, "forum-terms"),
    *page("forums/<slug:slug>/attendance/", attendance_sheet.attendance, "forum-attendance"),
    *page("forums/<slug:slug>/calendar/", calendars.forum_calendar, "forum-calendar"),
    *page("calendar/", calendars.calendar, "calendar"),
    *page("organisations/", organisations.organisation_list, "organisations"),
    *page("organisations/<slug:slug>/", organisations.organisation, "organisation"),
    *page("people/", people.person_list, "people"),
    *page("people/<slug:slug>/", people.person, "person"),
    *page("representation/", representation.representation, "representation"),
    *page("changes/", changes.changes, "changes"),
    *page("changes/recorded/", recorded.recorded, "recorded"),
    path("changes.atom", feeds.changes, name="changes-feed"),
    path("changes/recorded.atom", feeds.recorded, name="recorded-feed"),
    path("forums/<slug:slug>/changes.atom", feeds.of_one, {"kind": "forum"}, name="forum-feed"),
    path(
        "organisations/<slug:slug>/changes.atom",
        feeds.of_one,
        {"kind": "organisation"},
        name="organisation-feed",
    ),
    path("people/<slug:slug>/changes.atom", feeds.of_one, {"kind": "person"}, name="person-feed"),
    *page("structure/", structure.structure, "structure"),
    *page("documents/", documents.document_list, "documents"),
    *page("documents/<slug:slug>/", documents.document, "document"),
    *page("search/", search.search, "search"),
    *page("data/", data.data, "data"),
    *page("data/fields/", data.data_fields, "data-fields"),
    path("data/<str:name>", data.data_file, name="data-file"),
    path("sitemap.xml", sitemaps.site_map, name="sitemap"),
    path("sitemap-<slug:section>.xml", sitemaps.site_map_of, name="sitemap-of"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("admin/", admin.site.urls),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
