"""The seed: the register's first records, from YAML files that people can read.

Every record is validated by the same rules as a form of the admin and saved with history. Either
all records are loaded or none.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml
from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models, transaction

from forums.models import (
    EscalationStep,
    ExOfficioSource,
    Forum,
    ForumName,
    ForumState,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatTerms,
    SeatVacancy,
    Succession,
    TermsOfReference,
    TermsReview,
)
from organisations.models import (
    Figure,
    Organisation,
    OrganisationName,
    Place,
    Post,
    PostTerms,
    Rating,
    Relationship,
    Statement,
)
from people.models import Appointment, Distinction, Person, PersonName, PostVacancy
from records.history import Nature, writing
from records.models import Document, Record

# In this order: a record may refer to those of earlier files and of its own.
FILES: list[tuple[str, type[Record]]] = [
    ("documents.yaml", Document),
    ("places.yaml", Place),
    ("organisations.yaml", Organisation),
    ("organisation_names.yaml", OrganisationName),
    ("relationships.yaml", Relationship),
    ("posts.yaml", Post),
    ("post_terms.yaml", PostTerms),
    ("statements.yaml", Statement),
    ("ratings.yaml", Rating),
    ("figures.yaml", Figure),
    ("people.yaml", Person),
    ("person_names.yaml", PersonName),
    ("distinctions.yaml", Distinction),
    ("appointments.yaml", Appointment),
    ("post_vacancies.yaml", PostVacancy),
    ("forums.yaml", Forum),
    ("forum_names.yaml", ForumName),
    ("forum_states.yaml", ForumState),
    ("member_organisations.yaml", MemberOrganisation),
    ("reporting_lines.yaml", ReportingLine),
    ("successions.yaml", Succession),
    ("seats.yaml", Seat),
    ("seat_terms.yaml", SeatTerms),
    ("ex_officio_sources.yaml", ExOfficioSource),
    ("memberships.yaml", Membership),
    ("seat_vacancies.yaml", SeatVacancy),
    ("terms_of_reference.yaml", TermsOfReference),
    ("escalation_steps.yaml", EscalationStep),
    ("terms_reviews.yaml", TermsReview),
]


class Loader(yaml.SafeLoader):
    """A YAML loader that leaves dates as text, so that the message about a wrong one names its
    field."""

    yaml_implicit_resolvers = {
        first: [(tag, shape) for tag, shape in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class SeedRefused(Exception):
    """The seed cannot be loaded; the message says why, and what to do."""


@dataclass
class FixtureEntry:
    """One record as a fixture file writes it."""

    file_name: str
    line: int
    model: str
    fields: dict = field(default_factory=dict)

    def error(self, name: str, sentence: str) -> str:
        label = self.fields.get("slug") or self.fields.get("title") or self.fields.get("name")
        record = f"line {self.line}" + (f" ({label})" if label else "")
        return f"{self.file_name}, {record}, {name}: {sentence}"


def register_is_empty() -> bool:
    """Whether the register holds no record of any kind."""
    return not any(
        model._base_manager.exists() for model in apps.get_models() if issubclass(model, Record)
    )


@transaction.atomic
def load_seed(folder: Path, *, user=None, reason: str = "") -> dict[str, int]:
    """Load every fixture file of `folder`; returns how many records of each kind.

    Raises SeedRefused, having changed nothing, if the register holds records already or if
    any file, record or field is wrong; the message names each.
    """
    if not register_is_empty():
        raise SeedRefused(
            "The register already holds records, so nothing was loaded. Seed an empty database, "
            "or change the records in the admin."
        )
    counts, errors = {}, []
    for file_name, model in FILES:
        entries, file_errors = read_entries(folder / file_name, model)
        errors += file_errors
        for entry in entries:
            errors += _load_entry(entry, model, user, reason)
        counts[str(model._meta.verbose_name_plural)] = len(entries)
    if errors:
        raise SeedRefused(
            f"Nothing was loaded. {len(errors)} thing(s) to mend:\n" + "\n".join(errors)
        )
    return counts


def read_entries(path: Path, model: type[Record]) -> tuple[list[FixtureEntry], list[str]]:
    """The records in a fixture file, and what is wrong with its form."""
    if not path.exists():
        return [], [f"{path.name}: the file is missing from {path.parent.name}/."]
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=Loader)
        content = yaml.load(text, Loader=Loader)
    except UnicodeDecodeError:
        return [], [f"{path.name}: this is not text in UTF-8."]
    except yaml.YAMLError as error:
        return [], [f"{path.name}: this is not YAML. {error}"]
    if content is None:
        return [], []
    if not isinstance(content, list):
        return [], [f"{path.name}: list the records, each beginning with “- model:”."]
    entries, errors = [], []
    for node, item in zip(root.value, content, strict=True):
        line = node.start_mark.line + 1
        if not isinstance(item, dict) or set(item) != {"model", "fields"}:
            errors.append(f"{path.name}, line {line}: give a record’s model and its fields.")
        elif item["model"] != model._meta.label_lower:
            errors.append(
                f"{path.name}, line {line}, model: this file holds {model._meta.label_lower} "
                f"alone, not {item['model']}."
            )
        elif not isinstance(item["fields"], dict):
            errors.append(f"{path.name}, line {line}, fields: give each field a name and a value.")
        else:
            entry = FixtureEntry(path.name, line, item["model"], item["fields"])
            errors += [
                entry.error(name, "this field is given twice.") for name in _given_twice(node)
            ]
            entries.append(entry)
    return entries, errors


def _given_twice(record_node) -> list[str]:
    """Fields that a record gives more than once, of which YAML would keep the last."""
    fields_node = next(value for key, value in record_node.value if key.value == "fields")
    names = [key.value for key, _ in fields_node.value]
    return sorted({name for name in names if names.count(name) > 1})


def _load_entry(entry: FixtureEntry, model: type[Record], user, reason: str) -> list[str]:
    record, errors = _build(entry, model)
    if errors:
        return errors
    source = getattr(record, "document", None)
    where = f"{source}, {record.locator}" if source else f"fixtures/{entry.file_name}"
    told = f"Seeded from {where}" + (f". {reason}" if reason else "")
    try:
        record.full_clean(validate_constraints=False)
        with writing(Nature.SEEDED, reason=told, user=user):
            record.save_or_say_why()
    except ValidationError as error:
        return [
            entry.error("the record" if name == "__all__" else name, sentence)
            for name, sentences in error.message_dict.items()
            for sentence in sentences
        ]
    return []


def _build(entry: FixtureEntry, model: type[Record]) -> tuple[Record, list[str]]:
    record, errors = model(), []
    for name, value in entry.fields.items():
        try:
            model_field = model._meta.get_field(name)
        except FieldDoesNotExist:
            model_field = None
        if model_field is None or not getattr(model_field, "editable", False):
            errors.append(entry.error(name, f"a {model._meta.verbose_name} has no such field."))
        elif isinstance(model_field, models.ForeignKey):
            try:
                setattr(record, name, _referred_to(model_field.related_model, value))
            except ValueError as error:
                errors.append(entry.error(name, str(error)))
        elif isinstance(model_field, models.JSONField):
            try:
                setattr(record, name, _with_keys(value))
            except ValueError as error:
                errors.append(entry.error(name, str(error)))
        elif _is_text(model_field) and not isinstance(value, str | None):
            errors.append(entry.error(name, f"write {value!r} as text, in quotes."))
        else:
            setattr(record, name, value)
    return record, errors


def _with_keys(rule):
    """A rule of quoracy in which seats and organisations are named by their keys, and not as
    fixtures name them. Raises ValueError if there is no such record."""
    match rule:
        case {"seats": [*seats]}:
            return {**rule, "seats": [_referred_to(Seat, each).pk for each in seats]}
        case {"organisation": named}:
            return {**rule, "organisation": _referred_to(Organisation, named).pk}
        case dict():
            return {name: _with_keys(value) for name, value in rule.items()}
        case list():
            return [_with_keys(each) for each in rule]
    return rule


def _is_text(model_field) -> bool:
    return isinstance(model_field, models.CharField | models.TextField | models.DateField)


def _referred_to(model: type[Record], key):
    """The record that `key`, a natural key, names. Raises ValueError if there is none."""
    if key is None:
        return None
    kind = model._meta.verbose_name
    if not isinstance(key, list) or len(key) != len(model.natural_key_fields):
        names = ", ".join(model.natural_key_fields)
        raise ValueError(f"name the {kind} by [{names}], not {key!r}.")
    try:
        return model.objects.get_by_natural_key(*key)
    except model.DoesNotExist:
        raise ValueError(f"there is no {kind} {key}. Add it, or correct the key.") from None
