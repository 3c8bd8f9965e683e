"""Change history: what the register said when, and who wrote it.

django-simple-history, with its holes closed: a save and its history row are one transaction, a
save that changes nothing writes nothing, a write that would leave no history is refused, and two
changes of one instant keep their order.
"""

import contextlib
import contextvars
import dataclasses
import datetime
import uuid
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.text import capfirst
from simple_history.manager import HistoricalQuerySet as LibraryHistoricalQuerySet
from simple_history.manager import HistoryDescriptor as LibraryHistoryDescriptor
from simple_history.models import HistoricalRecords as LibraryHistoricalRecords

from records.locks import locked
from records.text import plain, tidy


class Nature(models.TextChoices):
    """The kind of change that a row of history records."""

    SEEDED = "seeded", "loaded with the first records"
    RECORDED = "recorded", "recorded"
    CORRECTED = "corrected", "corrected"  # the register had been wrong, or silent
    CHANGED = "changed", "changed"  # something happened in the world
    CONFIRMED = "confirmed", "confirmed"
    IMPORTED = "imported", "imported"
    RESTORED = "restored", "restored"
    UNDONE = "undone", "undone"
    UPGRADED = "upgraded", "put right by an upgrade"  # of the register's own programs
    REMOVED = "removed", "removed"


@dataclasses.dataclass(frozen=True)
class Writing:
    """Changes that belong together: their nature, who makes them and why, and the rows written."""

    nature: Nature
    reason: str = ""
    step: str = ""
    user: models.Model | None = None
    batch: uuid.UUID = dataclasses.field(default_factory=uuid.uuid4)
    rows: list["HistoryRow"] = dataclasses.field(default_factory=list)


_writing: contextvars.ContextVar[Writing | None] = contextvars.ContextVar("writing", default=None)


@contextlib.contextmanager
def writing(
    nature: Nature,
    *,
    reason: str = "",
    step: str = "",
    user: models.Model | None = None,
    batch: uuid.UUID | None = None,
) -> Iterator[Writing]:
    """All changes made inside belong together, and their history has this nature.

    The Writing holds the rows that were written, in order. `step` is the guided step in words:
    "Replace the holder". Without a `user`, it is whoever made the request. `batch` is the number
    of these changes, if they have one already.
    """
    changes = Writing(nature, plain(reason), step, user, batch or uuid.uuid4())
    token = _writing.set(changes)
    try:
        yield changes
    finally:
        _writing.reset(token)


# The defaults of a new row of history.


def current_nature() -> str:
    changes = _writing.get()
    return changes.nature.value if changes else ""


def current_step() -> str:
    changes = _writing.get()
    return changes.step if changes else ""


def current_batch() -> uuid.UUID | None:
    changes = _writing.get()
    return changes.batch if changes else None


class HistoryRow(models.Model):
    """The fields of a row of change history besides those of the record as it then was."""

    history_nature = models.CharField(
        max_length=10, choices=Nature, blank=True, default=current_nature, editable=False
    )
    history_step = models.CharField(max_length=60, blank=True, default=current_step, editable=False)
    # The same for all changes that belong together.
    history_batch = models.UUIDField(
        null=True, default=current_batch, editable=False, db_index=True
    )

    # django-simple-history adds these, and the fields of the record.
    id: int
    history_id: int
    history_date: datetime.datetime
    history_type: str
    history_user: Any
    history_user_id: int | None
    history_change_reason: str | None
    instance: Any
    instance_type: Any

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        changes = _writing.get()
        if changes is not None:
            changes.rows.append(self)


class HistoricalQuerySet(LibraryHistoricalQuerySet):
    """Rows of change history, in the order in which they were written."""

    def latest_of_each(self):
        """The last row of each record, deletions included.

        The library compares the time alone, which returns two rows for changes of one instant;
        and it looks for later rows only among those already filtered, which finds a record by
        what it used to be. Here later rows are looked for among all rows, by the order of
        writing: the clock may have been wrong. As of a moment, rows go by their dates, and the
        order of writing breaks ties.
        """
        later = Q(history_id__gt=OuterRef("history_id"))
        if self._as_of is not None:
            later = Q(history_date__lte=self._as_of) & (
                Q(history_date__gt=OuterRef("history_date"))
                | (Q(history_date=OuterRef("history_date")) & later)
            )
        same_record = Q(**{self._pk_attr: OuterRef(self._pk_attr)})
        return self.filter(~Exists(self.model.objects.filter(same_record, later)))


class HistoryDescriptor(LibraryHistoryDescriptor):
    """The history of a record, or of a model. The library makes a class at each access."""

    def __init__(self, library: LibraryHistoryDescriptor):
        super().__init__(library.model, library.manager_class, library.queryset_class)
        self.manager = self.manager_class.from_queryset(self.queryset_class)

    def __get__(self, instance, owner):
        return self.manager(self.model, instance)


class HistoricalRecords(LibraryHistoricalRecords):
    """The history of a model of the register: every change, who made it and why."""

    def __init__(self, **kwargs):
        kwargs.setdefault("inherit", True)
        kwargs.setdefault("history_change_reason_field", models.TextField(blank=True, default=""))
        kwargs.setdefault("historical_queryset", HistoricalQuerySet)
        kwargs.setdefault("bases", [HistoryRow])
        super().__init__(**kwargs)

    def finalize(self, sender, **kwargs):
        super().finalize(sender, **kwargs)
        if issubclass(sender, self.cls):
            library = vars(sender)[self.manager_name]
            setattr(sender, self.manager_name, HistoryDescriptor(library))
            models.signals.pre_save.connect(self.refuse_raw, sender=sender, weak=False)

    def refuse_raw(self, sender, raw=False, **kwargs):
        """Refuse the saves of `loaddata`, which the library leaves out of the history."""
        if raw:
            raise WritesNoHistory(
                f"{capfirst(sender._meta.verbose_name_plural)} saved as a fixture has them would "
                "write no history. Load the register's first records with “manage.py seed”; "
                "restore a register from a copy of its database."
            )

    def add_extra_methods(self, cls):
        """Add no `save_without_historical_record`."""

    def get_change_reason_for_object(self, instance, history_type, using):
        own = super().get_change_reason_for_object(instance, history_type, using)
        changes = _writing.get()
        return plain(own or (changes.reason if changes else ""))

    def get_history_user(self, instance):
        changes = _writing.get()
        if changes is not None and changes.user is not None:
            return changes.user
        return super().get_history_user(instance)

    def get_meta_options(self, model):
        options = super().get_meta_options(model)
        # For the last row of each record as of a moment. The default indexes serve the rest.
        options["indexes"] = [
            models.Index(
                fields=[model._meta.pk.attname, "history_date", "history_id"],
                name=f"{model._meta.app_label[:5]}_{model._meta.model_name[:18]}_asof",
            ),
            # For the few records that were removed.
            models.Index(
                fields=["history_date", "history_id"],
                condition=Q(history_type="-"),
                name=f"{model._meta.app_label[:5]}_{model._meta.model_name[:18]}_gone",
            ),
        ]
        return options

    def post_save(self, instance, created, using=None, **kwargs):
        if hasattr(instance, "skip_history_when_saving"):
            del instance.skip_history_when_saving
        super().post_save(instance, created, using=using, **kwargs)


class WritesNoHistory(TypeError):
    """A write that django-simple-history does not see, refused."""


class RecordQuerySet(models.QuerySet):
    def update(self, **kwargs):
        self._refuse("update")

    def bulk_create(self, *args, **kwargs):
        self._refuse("bulk_create")

    def bulk_update(self, *args, **kwargs):
        self._refuse("bulk_update")

    def _refuse(self, method):
        raise WritesNoHistory(
            f"{self.model.__name__}.objects.{method}() would write no history. Save each record, "
            "or use bulk_create_with_history() for many new ones."
        )

    def bulk_create_with_history(self, records, *, user=None, reason="", batch_size=None):
        """Save many new records at once and a history row for each, or none at all.

        They are not validated here. Raises IntegrityError if the database refuses one.
        """
        records = list(records)
        with transaction.atomic(using=self.db):
            for record in records:
                record.prepare()
            made = super().bulk_create(records, batch_size=batch_size)
            self._write_history(made, user, reason, batch_size=batch_size)
        return made

    def bulk_update_with_history(self, records, *, user=None, reason=""):
        """Save many changed records at once and a history row for each that differs from its stored
        version, or none at all.

        They are not validated here, and their own `save` is not called. Raises IntegrityError if
        the database refuses one.
        """
        records = list(records)
        with transaction.atomic(using=self.db):
            stored = locked(self.model).in_bulk([record.pk for record in records])
            changed, names = [], set()
            for record in records:
                record.prepare()
                record.refuse_changed_fixed_fields(stored[record.pk])
                if differing := record.differing_fields(stored[record.pk]):
                    changed.append(record)
                    names |= differing
            if changed:
                models.QuerySet(self.model, using=self.db).bulk_update(changed, sorted(names))
                self._write_history(changed, user, reason, update=True)
        return changed

    def _write_history(self, records, user, reason, **options) -> None:
        changes = _writing.get()
        if changes is not None:
            user, reason = user or changes.user, reason or changes.reason
        rows = self.model.history.bulk_history_create(
            records, default_user=user, default_change_reason=plain(reason), **options
        )
        if changes is not None:
            changes.rows.extend(rows)


class Recorded(models.Model):
    history = HistoricalRecords()

    class Meta:
        abstract = True

    # Fields that may not change once saved: with another value it would be another record.
    fixed_fields: tuple[str, ...] = ()
    instead_of_changing = "Delete this record and add another."
    # The fixed fields that a step may change on this record, as a merge of two people does.
    unfixed: tuple[str, ...] = ()

    # Fields that guided steps set and no form has.
    set_by_steps: tuple[str, ...] = ()

    # The other records that `str` of a record reads, as paths for `select_related`.
    named_by: tuple[str, ...] = ()

    def save(self, *args, **kwargs):
        """Save this and its history row as one, or neither; nothing if nothing changed.

        Raises ValidationError if one of `fixed_fields` was changed. `update_fields` makes no
        difference: history keeps whole records, so a whole record is saved.
        """
        kwargs.pop("update_fields", None)
        with transaction.atomic(using=kwargs.get("using")):
            self.prepare()
            stored = None if self._state.adding else self.stored()
            if stored is not None:
                self.refuse_changed_fixed_fields(stored)
                if not self.differing_fields(stored):
                    return
            super().save(*args, **kwargs)

    def save_or_say_why(self) -> None:
        """Save a record whose constraints were not validated: the database holds them.

        Raises ValidationError in the words of the constraint that the database found broken.
        """
        try:
            self.save()
        except IntegrityError:
            self.validate_constraints()
            raise

    def delete(self, *args, **kwargs):
        """Remove a record that should never have been; its history stays."""
        with transaction.atomic(using=kwargs.get("using")):
            return super().delete(*args, **kwargs)

    def prepare(self) -> None:
        """Tidy texts, and set fields that are worked out from others. Every save calls this."""
        tidy(self)

    def clean_fields(self, exclude=None) -> None:
        tidy(self)
        super().clean_fields(exclude=exclude)

    def stored(self):
        """This record as the database has it, or None."""
        return type(self)._base_manager.filter(pk=self.pk).first()

    def refuse_changed_fixed_fields(self, stored) -> None:
        """Raise ValidationError for each of `fixed_fields` that differs from `stored`."""
        errors = {
            field.name: f"The {field.verbose_name} of this {self._meta.verbose_name} cannot be "
            f"changed once saved. {self.instead_of_changing}"
            for field in self._meta.concrete_fields
            if field.name in self.fixed_fields
            and field.name not in self.unfixed
            and getattr(self, field.attname) != getattr(stored, field.attname)
        }
        if errors:
            raise ValidationError(errors)

    def clean(self) -> None:
        super().clean()
        if not self._state.adding and self.fixed_fields and (stored := self.stored()):
            self.refuse_changed_fixed_fields(stored)

    def differing_fields(self, stored) -> set[str]:
        """The names of the fields in which this differs from `stored`."""
        return {
            field.name
            for field in self._meta.concrete_fields
            if field.to_python(field.pre_save(self, add=False))
            != field.to_python(getattr(stored, field.attname))
        }


def recorded_models() -> list[type[Recorded]]:
    """Every model of the register that has change history."""
    return [model for model in apps.get_models() if issubclass(model, Recorded)]
