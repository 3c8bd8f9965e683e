"""Atom feeds: what the register newly says, for people who follows it."""

import functools
import uuid

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt

from forums.disambiguation import tell_apart
from forums.handovers import with_handovers
from forums.happenings import happenings
from forums.recent_edits import as_row, edits_in_words, first_edit_rows, latest_keys
from forums.sentences import sentences_about
from ics_register.pages.changes import OF
from ics_register.pages.errors import method_not_allowed
from ics_register.pages.formats import MEDIA_TYPES
from ics_register.pages.page import kept_by_proxies
from ics_register.pages.record_addresses import Moved, record_at
from ics_register.recorded import end_of, first_recorded, register_id
from records.days import FIRST_DAY, LAST_DAY, day_before
from records.text import one_line

MOST = 50


class Feed(Atom1Feed):
    """A feed that is as old as its latest entry, or as the register while it has none.

    If it is full, it says how many entries it holds and where all of them are.
    """

    def __init__(self, what: tuple, **options):
        self.register = register_id()
        super().__init__(feed_guid=self.id_of(*what), **options)

    def id_of(self, *what) -> str:
        """An id that stays when a slug, the words or the host name change. It it names a record by
        its number in this register."""
        return uuid.uuid5(self.register, "/".join(map(str, what))).urn

    def says_what_it_leaves_out(self, whole: str) -> None:
        """Say where all entries are. Counting them would take longer than the feed itself."""
        self.feed["subtitle"] = f"The last {len(self.items)}. All: {whole}"
        self.feed["whole"] = whole

    def add_root_elements(self, handler):
        super().add_root_elements(handler)
        if "whole" in self.feed:
            link = {"rel": "alternate", "type": MEDIA_TYPES["csv"], "href": self.feed["whole"]}
            handler.addQuickElement("link", "", link)

    def latest_post_date(self):
        if self.items:
            return super().latest_post_date()
        begun = first_recorded() or timezone.localdate()
        return end_of(day_before(begun))


def feed_page(view):
    """A feed, which proxies may keep as they keep public pages are."""

    @csrf_exempt
    @functools.wraps(view)
    def answer(request: HttpRequest, **kwargs) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return method_not_allowed(request)
        try:
            feed = view(request, **kwargs)
        except Moved as moved:
            kind = moved.record._meta.model_name
            address = reverse(f"{kind}-feed", args=[moved.record.slug])
            return HttpResponsePermanentRedirect(address)
        response = HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)
        return kept_by_proxies(response)

    return answer


def _feed(request: HttpRequest, title: str, address: str, *what) -> Feed:
    return Feed(
        what,
        title=one_line(title),
        link=request.build_absolute_uri(address),
        description="",
        subtitle=None,
        language="en-GB",
        author_name="Governance register",
        feed_url=request.build_absolute_uri(request.path),
    )


def whole_file(request: HttpRequest, page: str, asked: dict) -> str:
    query = f"?{urlencode(asked)}" if asked else ""
    return request.build_absolute_uri(reverse(f"{page}.csv")) + query


def _add_what_is_said(feed: Feed, request: HttpRequest, about=None, **of: str) -> Feed:
    """An entry for each beginning and end, dated when the register last changed it."""
    said = latest_keys(MOST, about)
    keys = with_handovers(key for key, _ in said)
    # Either side of a handover may have been written last.
    written_at = {}
    for key, (_, at) in zip(keys, said, strict=True):
        place = key.what, key.pk, key.which
        written_at[place] = max(at, written_at.get(place, at))
    today = timezone.localdate()
    found = happenings(dict.fromkeys(keys), about)
    of_each = [sentences_about([each], today)[0] for each in found]
    for told in tell_apart(of_each, today):
        happening = told.first
        place = happening.what, happening.id, happening.which
        own = next((piece for piece in told.pieces if piece.slug), None)
        address = reverse(own.kind, args=[own.slug]) if own else reverse("changes")
        sources = "; ".join(f"{title}, {where}" for _, title, where, *_ in told.sources)
        feed.add_item(
            title=one_line(told.text),
            link=request.build_absolute_uri(address),
            description=one_line(f"Source: {sources}"),
            unique_id=feed.id_of(*place),
            updateddate=written_at[place],
        )
    if len({(key.what, key.pk) for key, _ in said}) == MOST:
        whole = {"from": FIRST_DAY, "to": LAST_DAY, **of}
        feed.says_what_it_leaves_out(whole_file(request, "changes", whole))
    return feed


@feed_page
def changes(request: HttpRequest) -> Feed:
    feed = _feed(request, "Governance register: changes", reverse("changes"), "changes")
    return _add_what_is_said(feed, request)


@feed_page
def recorded(request: HttpRequest) -> Feed:
    title = "Governance register: what it recorded"
    feed = _feed(request, title, reverse("recorded"), "recorded")
    found = first_edit_rows(None, None, most=MOST)
    for each in edits_in_words(map(as_row, found), timezone.localdate()):
        feed.add_item(
            title=one_line(f"{each.nature}: {each.text}"),
            link=request.build_absolute_uri(reverse("recorded")),
            description=one_line(each.row.step),
            unique_id=feed.id_of("recorded", each.row.what, each.row.number),
            updateddate=each.row.at,
        )
    if len(found) == MOST:
        feed.says_what_it_leaves_out(whole_file(request, "recorded", {}))
    return feed


@feed_page
def of_one(request: HttpRequest, kind: str, slug: str) -> Feed:
    """The changes of one forum, organisation or person."""
    record = record_at(OF[kind](), slug)
    title = f"Governance register: changes to {record}"
    address = f"{reverse('changes')}?{kind}={record.slug}"
    feed = _feed(request, title, address, kind, record.pk)
    return _add_what_is_said(feed, request, (kind, record.pk), **{kind: record.slug})
