"""What records are called, looked up for many at once."""

from collections import defaultdict
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db import models

from records.history import HistoryRow


class RecordNames:
    """What records are called. A record that was removed is called what it last was."""

    def __init__(self):
        self._wanted: dict[type[models.Model], set] = defaultdict(set)
        self._found: dict[type[models.Model], dict] = defaultdict(dict)
        self._removed: set[tuple] = set()

    def want(self, model: type[models.Model], key) -> None:
        """Look up the record of `key` together with the others that are wanted."""
        if key is not None and key not in self._found[model]:
            self._wanted[model].add(key)

    def of(self, model: type[models.Model], key) -> str:
        """What the record of `key` is called; "" if `key` is None."""
        if key is None:
            return ""
        record = self.record(model, key)
        if record is None:
            return f"{model._meta.verbose_name} {key}, which was removed"
        return f"{record} (since removed)" if (model, key) in self._removed else str(record)

    def record(self, model: type[models.Model], key):
        """The record of `key`, or what it last was, or None if history does not know it either."""
        self.want(model, key)
        self._look_up()
        return self._found[model].get(key)

    def with_its_names(self, record):
        """The same record, with the other records that its `str` reads."""
        for field in _named_by(record):
            key = getattr(record, field.attname)
            if key is not None and (other := self.record(field.related_model, key)) is not None:
                setattr(record, field.name, other)
        return record

    def of_row(self, row: HistoryRow) -> str:
        """What the record of a row of history was called, as its fields then had it."""
        try:
            return str(self.with_its_names(row.instance))
        except ObjectDoesNotExist:
            return f"{row.instance_type._meta.verbose_name} {row.id}"

    def _look_up(self) -> None:
        wanted, self._wanted = self._wanted, defaultdict(set)
        from_history = []
        for model, keys in wanted.items():
            records = model._base_manager.all()
            if named_by := getattr(model, "named_by", ()):
                records = records.select_related(*named_by)
            found = self._found[model]
            found.update(dict.fromkeys(keys) | records.in_bulk(keys))
            missing = [key for key in keys if found[key] is None]
            if missing and hasattr(model, "history"):
                for row in model.history.filter(id__in=missing).latest_of_each():
                    found[row.id] = row.instance
                    self._removed.add((model, row.id))
                    from_history.append(found[row.id])
        # All their names are wanted before the first is looked up.
        for record in from_history:
            for field in _named_by(record):
                self.want(field.related_model, getattr(record, field.attname))
        for record in from_history:
            self.with_its_names(record)


def _named_by(record) -> list[Any]:
    paths = getattr(type(record), "named_by", ())
    return [record._meta.get_field(path.partition("__")[0]) for path in paths]
