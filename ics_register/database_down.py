"""What readers are answered while the database cannot be asked.

A public page is then made from the replica, if there is one that answers, or it is the page that
was kept when the database last answered. Either says how old it may be. Without both, the answer is
the page of an error, which says what is the matter (see `ics_register.pages.errors`).
"""

import datetime
import time
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import caches
from django.core.signals import request_finished
from django.db import Error, connections
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format

from ics_register.kept_files import WholeFile, answer_with, is_whole
from ics_register.kept_pages import tag_of
from ics_register.pages.formats import form_of
from ics_register.parameters import NOT_PUBLIC
from ics_register.replicas import REPLICA, reading_from
from records import outcome, waiting
from records.troubles import Trouble

# Within how many seconds it is known whether a server answers: what the primary leaves of them is
# the replica's.
IN_ALL = 2.8
# A new connection is given no less than this. psycopg knows no shorter time.
TO_CONNECT = 2

# A page that was kept is shown for an hour at most after the database last answered.
OLDEST = datetime.timedelta(hours=1)

# Where templates/base.html has the age of a page told.
MARK = b"<!-- how old this page is -->"

request_finished.connect(waiting.wait_for_ever, dispatch_uid="ics_register.database_down")


@dataclass(frozen=True)
class LastKnown:
    """The last version of the register that this process read, and when that was the present
    one."""

    version: str
    at: datetime.datetime


last_known: LastKnown | None = None


def answer_without_database(get_response):
    """Middleware: bounds how long a request waits for the database, and answers for public pages
    when it cannot be asked. It stands before `keep_pages`, which asks first."""

    def answer(request: HttpRequest) -> HttpResponse:
        began, asked_at = time.monotonic(), timezone.now()
        outcome.begin()
        be_patient_for(request)
        response = get_response(request)
        if request.method not in ("GET", "HEAD") or request.path_info.startswith(NOT_PUBLIC):
            return response
        remember(request, asked_at)
        trouble = getattr(request, "trouble", None)
        if trouble is None:
            return response
        left = IN_ALL - (time.monotonic() - began)
        return (
            from_replica(request, trouble, get_response, left)
            or from_kept(request, trouble)
            or response
        )

    return answer


def be_patient_for(request: HttpRequest) -> None:
    if is_page(request):
        waiting.wait_for_a_page()
    else:
        waiting.wait_while_it_works()


def is_page(request: HttpRequest) -> bool:
    """Whether a reader waits for a page. The admin, lists and files may take longer."""
    if request.path_info.startswith("/admin/") or request.method not in ("GET", "HEAD"):
        return False
    return form_of(request.path_info) != "csv" and not is_whole(request)


def remember(request: HttpRequest, asked_at: datetime.datetime) -> None:
    global last_known
    if version := getattr(request, "register_version", None):
        last_known = LastKnown(version, asked_at)


def from_replica(
    request: HttpRequest, trouble: Trouble, get_response, left: float
) -> HttpResponse | None:
    """The page as the replica has it; None if there is none, or if it is sick too. For as many
    seconds as are left it may keep silent."""
    if REPLICA not in settings.DATABASES:
        return None
    replica = connections[REPLICA]
    if replica.connection is None and left < TO_CONNECT:
        return None
    request.trouble = request.register_version = None
    with reading_from(REPLICA):
        waiting.wait_for_a_page(left)
        try:
            as_of = last_change_of_replica(replica)
        except Error:
            return None
        be_patient_for(request)
        response = get_response(request)
        if request.trouble is not None:
            return None
        if response.streaming and form_of(request.path_info) == "csv":
            # Its rows would be read when this is over, and from the primary.
            response = HttpResponse(response.getvalue(), headers=response.headers)
    if last_known and last_known.version == request.register_version:
        as_of = max(as_of or last_known.at, last_known.at)
    if as_of is None:
        told = "It is not known how old the copy is."
    else:
        told = (
            f"The copy has every change that was saved by {in_words(as_of)}. Later ones may be "
            "missing."
        )
    words = f"{trouble.heading}. This page was made from a copy of it. {told}"
    return as_old(response, as_of, words)


def last_change_of_replica(replica) -> datetime.datetime | None:
    """When the last change was made that the replica has, if it says so."""
    with waiting.first_question(), replica.cursor() as cursor:
        cursor.execute("SELECT pg_last_xact_replay_timestamp()")
        return cursor.fetchone()[0]


def from_kept(request: HttpRequest, trouble: Trouble) -> HttpResponse | None:
    """The page as it was when the database last answered; None if it was not kept."""
    if last_known is None or timezone.now() - last_known.at > OLDEST:
        return None
    response = kept_page(request, last_known.version)
    if response is None:
        return None
    words = (
        f"{trouble.heading}. This page is as it was at {in_words(last_known.at)} and may be out of "
        "date."
    )
    return as_old(response, last_known.at, words)


def kept_page(request: HttpRequest, version: str) -> HttpResponse | None:
    """The page, or the whole list or file, as it was made for that version."""
    tag = tag_of(request, version)
    if is_whole(request):
        file = WholeFile(version, tag).opened()
        return answer_with(file, request) if file else None
    kept = caches["pages"].get(tag)
    if kept is None:
        return None
    content, headers = kept
    return HttpResponse(content, headers=headers)


def as_old(response: HttpResponse, as_of: datetime.datetime | None, words: str) -> HttpResponse:
    """A page that may be old and says so. No proxy keeps it, and no browser takes it for new."""
    del response["ETag"]
    response["Cache-Control"] = "no-store"
    if as_of is not None:
        response["Age"] = str(max(0, int((timezone.now() - as_of).total_seconds())))
    if not response.streaming and MARK in response.content:
        line = render_to_string("errors/age.html", {"words": words}, using="jinja2")
        response.content = response.content.replace(MARK, line.encode(), 1)
    return response


def in_words(moment: datetime.datetime) -> str:
    return date_format(timezone.localtime(moment), "H:i \\o\\n j F Y")
