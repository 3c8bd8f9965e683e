"""Rules, held by the database, that nothing begins before what it belongs to.

A record breaks a rule if the latest day on which it can have begun is before the earliest day on
which its owner can have: the post or seat it holds, or the body that this is of. Nothing is refused
where an owner is known only *by* a day. Triggers hold the rules on the tables of both, and are put
in place after every migrate, as `records.overlap_rules` are. They look only at rows that are new,
and at writes that give a record another start or owner, or an owner a later start: whatever broke a
rule when the register was upgraded can still be changed in everything else.
"""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import AppConfig, apps
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.models import F, Min

from records.days import NO_EARLIEST
from records.overlap_rules import has_columns
from records.periods import Qualifier

if TYPE_CHECKING:
    from records.models import DatedFact


@dataclass(frozen=True)
class NotBefore:
    """A rule that no record begins before its owner can have begun.

    `path` leads to the owner: "seat", or "seat__forum" for what the seat itself belongs to.
    `called` is what messages call the owner, if that is not its kind, as in "this seat".
    """

    name: str
    path: str
    called: str = ""

    message = (
        "Nothing begins before what it belongs to. Correct the start, or that of what it belongs "
        "to first."
    )

    def validate(self, record: "DatedFact") -> None:
        """Raise ValidationError if `record` breaks the rule, and did not break it so before."""
        owner = self.owner_of(record)
        if owner is None or record.latest_start >= owner.earliest_start:
            return
        stored = None if record._state.adding else record.stored()
        key_field: Any = record._meta.get_field(self.path.split("__")[0])
        unchanged = ("latest_start", key_field.attname)
        if stored is not None and all(
            getattr(stored, name) == getattr(record, name) for name in unchanged
        ):
            return
        noun = owner._meta.verbose_name
        began = "begins" if owner.start_qualifier == Qualifier.NOT_BEFORE else "began"
        which, words = "start", record.start_in_words()
        if not starts_before(record, owner.earliest_start):
            which, words = "end", record.end_in_words()
        raise ValidationError(
            {
                f"{which}_date": f"The {which}, {words}, is before {self.called or f'this {noun}'} "
                f"{began}, {owner.start_in_words()}. Correct the {which}, or the {noun}'s own "
                "start first."
            }
        )

    def owner_of(self, record: "DatedFact") -> Any:
        """The owner; None if a form has not named it, or somebody has removed it."""
        owner: Any = record
        for name in self.path.split("__"):
            try:
                owner = getattr(owner, name)
            except ObjectDoesNotExist:
                return None
            if owner is None:
                return None
        return owner if owner.earliest_start is not None else None


def starts_before(record: "DatedFact", day: datetime.date) -> bool:
    """Whether the start of `record` says that it began before `day`. If it does not, its end may:
    something whose start is not recorded had begun by its end."""
    starts = record.starts
    return (
        starts is not None
        and starts.qualifier != Qualifier.NOT_BEFORE
        and starts.last_possible() < day
    )


@cache
def rules_about(owner: type[models.Model]) -> list[tuple[type[Any], NotBefore]]:
    """The rules by which records of other models belong to those of `owner`, with their models."""
    return [
        (model, rule)
        for model in apps.get_models()
        for rule in getattr(model, "not_before", ())
        if models_on(model, rule)[-1] is owner
    ]


def models_on(model: type[models.Model], rule: NotBefore) -> list[Any]:
    """The models on the path of a rule, from that of the records to that of the owner."""
    passed: list[Any] = [model]
    for name in rule.path.split("__"):
        passed.append(passed[-1]._meta.get_field(name).related_model)
    return passed


def refuse_start_after_what_belongs_to(owner: "DatedFact") -> None:
    """Raise ValidationError if `owner` is now to begin later than it did, and after something that
    belongs to it."""
    rules = rules_about(type(owner))
    if not rules or owner._state.adding or owner.earliest_start == NO_EARLIEST:
        return
    stored = owner.stored()
    if stored is None or owner.earliest_start <= stored.earliest_start:
        return
    for model, rule in rules:
        before = {rule.path: owner.pk, "latest_start__lt": owner.earliest_start}
        found = model._base_manager.filter(**before).order_by("latest_start", "pk")
        first = found.select_related(*model.named_by).first()
        if first is not None:
            whose = f"that of {first}, {first.start_in_words()}"
            if not starts_before(first, owner.earliest_start):
                whose = f"the end of {first}, {first.end_in_words()}"
            raise ValidationError(
                {
                    "start_date": f"The start, {owner.start_in_words()}, is after {whose}, which "
                    "belongs to it. Correct this start, or that record first."
                }
            )


def first_starts_of_what_belongs_to(owner: type[models.Model]) -> dict[int, datetime.date]:
    """For each record of `owner` to which something belongs, by its key: the latest day on which
    the first of that began."""
    starts: dict[int, datetime.date] = {}
    for model, rule in rules_about(owner):
        found = model._base_manager.order_by().values_list(rule.path)
        for key, start in found.annotate(Min("latest_start")):
            starts[key] = min(start, starts.get(key, start))
    return starts


def broken_rules() -> Iterator[tuple["DatedFact", Any]]:
    """The records that break a rule, each with its owner."""
    model: Any
    for model in apps.get_models():
        for rule in getattr(model, "not_before", ()):
            found = model._base_manager.filter(latest_start__lt=F(f"{rule.path}__earliest_start"))
            for record in found.select_related(rule.path, *model.named_by).order_by("pk"):
                yield record, rule.owner_of(record)


# The triggers: on the records, on what lies between them and the owner, and on the owner. A level
# is how many steps of the path lead from the records to a table.

SQLITE_TRIGGER = """
CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {changed}
BEGIN
    SELECT RAISE(ABORT, '{rule}') WHERE EXISTS ({broken});
END
"""

# If one transaction gives a record an owner and another moves that owner's start, the second waits
# for a lock and then sees what the first did. Whoever adds a record locks the post or
# seat as the check of the foreign key does, so that nobody waits who did not wait before.
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF {changed} THEN
        {locks}
        IF EXISTS ({broken}) THEN
            RAISE check_violation USING MESSAGE = '{rule}', CONSTRAINT = '{rule}';
        END IF;
    END IF;
    RETURN NULL;
END $$
"""

POSTGRESQL_TRIGGER = """
CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()
"""

# Every name of a trigger of these rules has this in it, after the name of the table of records.
MARK = "_not_before_"


@dataclass(frozen=True)
class StartTrigger:
    """What holds a rule against the writes of one table."""

    rule: str
    tables: tuple[str, ...]
    keys: tuple[str, ...]  # in each table but the last, the column that leads to the next
    level: int
    event: str

    @property
    def name(self) -> str:
        if self.level == 0:
            return f"{self.rule}_{self.event.lower()}"
        name = f"{self.rule}_{'owner' if self.level == len(self.keys) else 'between'}"
        return f"{name}_insert" if self.event == "INSERT" else name

    @property
    def table(self) -> str:
        return self.tables[self.level]

    def changed(self) -> str:
        """SQL: whether a write concerns the rule."""
        if self.event == "INSERT":
            return "true"
        if self.level == len(self.keys):
            return "NEW.earliest_start > OLD.earliest_start"
        columns = [self.keys[self.level], *(["latest_start"] if self.level == 0 else [])]
        return " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)

    def broken(self) -> str:
        """SQL: the records that would break the rule, of those that the written row leads to."""
        rows = ["NEW" if n == self.level else f"row_{n}" for n in range(len(self.tables))]
        others = [f"{t} AS {r}" for t, r in zip(self.tables, rows, strict=True) if r != "NEW"]
        links = [f"{rows[n]}.{key} = {rows[n + 1]}.id" for n, key in enumerate(self.keys)]
        links.append(f"{rows[0]}.latest_start < {rows[-1]}.earliest_start")
        return f"SELECT 1 FROM {', '.join(others)} WHERE {' AND '.join(links)}"

    def locks(self) -> str:
        """SQL: what keeps others from the other side of the rule until the transaction ends."""
        locks = []
        if self.level < len(self.keys):
            owner, key = self.tables[self.level + 1], self.keys[self.level]
            locks.append(f"PERFORM 1 FROM {owner} WHERE id = NEW.{key} FOR KEY SHARE;")
        if self.level > 0 and self.event == "UPDATE":
            # Whoever adds a record locks what it directly belongs to.
            leads = "id" if self.level == 1 else self.keys[1]
            locks.append(
                f"PERFORM 1 FROM {self.tables[1]} WHERE {leads} = NEW.id ORDER BY id FOR UPDATE;"
            )
        return " ".join(locks)

    def words(self) -> dict[str, str]:
        return {
            "name": self.name,
            "rule": self.rule,
            "table": self.table,
            "event": self.event,
            "changed": self.changed(),
            "broken": self.broken(),
            "locks": self.locks(),
        }


def triggers_of(model: type[Any]) -> list[StartTrigger]:
    """The triggers that hold the rules of a model."""
    triggers = []
    for rule in model.not_before:
        tables = tuple(each._meta.db_table for each in models_on(model, rule))
        fields = zip(models_on(model, rule), rule.path.split("__"), strict=False)
        keys = tuple(each._meta.get_field(name).column for each, name in fields)
        # A row that others refer to is new where a transaction adds them before it.
        writes = [(level, event) for level in range(len(tables)) for event in ("INSERT", "UPDATE")]
        triggers += [StartTrigger(rule.name, tables, keys, *write) for write in writes]
    return triggers


def names_of(app_config: AppConfig, vendor: str) -> set[str]:
    """The names of the triggers that `put_in_place` makes, the same on both databases."""
    ruled = [model for model in app_config.get_models() if hasattr(model, "not_before")]
    return {trigger.name for model in ruled for trigger in triggers_of(model)}


def put_in_place(app_config: AppConfig, connection: BaseDatabaseWrapper) -> None:
    """Give a database the rules of an app's models, and take from it those not declared."""
    for model in app_config.get_models():
        if not hasattr(model, "not_before"):
            continue
        passed = {each for rule in model.not_before for each in models_on(model, rule)}
        if not all(has_columns(connection, each) for each in passed):
            continue
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                _on_postgresql(cursor, model)
            elif connection.vendor == "sqlite":
                _on_sqlite(cursor, model)


def _on_sqlite(cursor: CursorWrapper, model: type[Any]) -> None:
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in cursor.fetchall():
        if name.startswith(f"{model._meta.db_table}{MARK}"):
            cursor.execute(f"DROP TRIGGER {name}")
    for trigger in triggers_of(model):
        cursor.execute(SQLITE_TRIGGER.format(**trigger.words()))


def _on_postgresql(cursor: CursorWrapper, model: type[Any]) -> None:
    declared = {trigger.name: trigger for trigger in triggers_of(model)}
    prefix = f"{model._meta.db_table}{MARK}"
    cursor.execute("SELECT proname FROM pg_proc WHERE starts_with(proname, %s)", [prefix])
    for (name,) in cursor.fetchall():
        if name not in declared:
            cursor.execute(f"DROP FUNCTION {name}() CASCADE")  # with its trigger
    cursor.execute("SELECT tgname FROM pg_trigger WHERE starts_with(tgname, %s)", [prefix])
    present = {name for (name,) in cursor.fetchall()}
    for name, trigger in declared.items():
        cursor.execute(POSTGRESQL_FUNCTION.format(**trigger.words()))
        if name not in present:
            cursor.execute(POSTGRESQL_TRIGGER.format(**trigger.words()))
