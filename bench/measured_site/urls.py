"""The register's addresses, and hello."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from ics_register.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [*urlpatterns, path("hello/", hello, name="hello")]
