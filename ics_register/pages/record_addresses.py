"""The record whose page an address asks for, under its slug of today or an earlier one."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import Http404

from ics_register.recorded import reads_the_past


class Moved(Exception):
    """The record asked for has another address now."""

    def __init__(self, record):
        super().__init__(record)
        self.record = record


# Finds records by the value of the field that is named.
Find = Callable[..., QuerySet]


def record_at(records: QuerySet | Find, slug: str):
    """The record whose address ends in `slug`, among `records`.

    Raises Moved if it had that slug once, which the change history knows, or if it was merged
    into another, and Http404 if nothing that may be shown ever had it.
    """
    find = records if callable(records) else lambda value, by: records.filter(**{by: value})
    asked = find(slug, by="slug")
    # As it was recorded before, by its key alone: of what a slug was then no index tells.
    found = None if reads_the_past() else _only(asked)
    if found is None:
        once = asked.model.history.filter(slug=slug).values_list("id", flat=True)
        ever = [_only(find(key, by="pk")) for key in dict.fromkeys(once)]
        known = [record for record in ever if record is not None]
        found = next((record for record in known if record.slug == slug), (known or [None])[0])
    now = merged_into(found, find)
    if now is None:
        kind = asked.model._meta.verbose_name
        raise Http404(f"There is no {kind} at this address. It may have been typed wrongly.")
    if now.slug != slug:
        raise Moved(now)
    return now


def _only(records: QuerySet):
    return next(iter(records), None)


def merged_into(record, find: Find):
    """What `record` became by merging, however often it was merged, or itself if it was not;
    None if nothing that may be shown."""
    passed = set()
    while record is not None and getattr(record, "merged_into_id", None) is not None:
        if record.pk in passed:
            return None
        passed.add(record.pk)
        record = _only(find(record.merged_into_id, by="pk"))
    return record
