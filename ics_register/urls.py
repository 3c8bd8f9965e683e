"""Addresses of the register. Slugs are public and permanent."""

from django.contrib import admin
from django.urls import path

from ics_register.pages import (
    chairs,
    documents,
    errors,
    forums,
    home,
    organisations,
    people,
    search,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("chairs/", chairs.chairs, name="chairs"),
    path("forums/", forums.forum_list, name="forums"),
    path("forums/<slug:slug>/", forums.forum, name="forum"),
    path("organisations/", organisations.organisation_list, name="organisations"),
    path("organisations/<slug:slug>/", organisations.organisation, name="organisation"),
    path("people/", people.person_list, name="people"),
    path("people/<slug:slug>/", people.person, name="person"),
    path("documents/", documents.document_list, name="documents"),
    path("documents/<slug:slug>/", documents.document, name="document"),
    path("search/", search.search, name="search"),
    path("admin/", admin.site.urls),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
