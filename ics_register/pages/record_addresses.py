"""Finds the record whose page an address asks for, by its slug of today or an earlier one."""

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import Http404

from ics_register.recorded import reads_the_past


class Moved(Exception):
    def __init__(self, record):
        super().__init__(record)
        self.record = record


# Returns records by the value of the named field.
Find = Callable[..., QuerySet]


def record_at(records: QuerySet | Find, slug: str):
    """The record whose address ends in `slug`, among `records`.

    Raises Moved if it had that slug once, which the change history knows, or if it was merged into
    another record. Raises Http404 if no record that may be shown ever had the slug.
    """
    find = records if callable(records) else lambda value, by: records.filter(**{by: value})
    asked = find(slug, by="slug")
    # When reading the past, look up by key: historical slugs are not indexed.
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
    """The record that `record` was merged into in the end, or itself; None if it may not be
    shown."""
    passed = set()
    while record is not None and getattr(record, "merged_into_id", None) is not None:
        if record.pk in passed:
            return None
        passed.add(record.pk)
        record = _only(find(record.merged_into_id, by="pk"))
    return record
