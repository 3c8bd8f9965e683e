"""Choices of a record in the admin, by typing part of a name."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.utils import timezone

from records.models import Record
from records.namesakes import with_its_end


def possible_keys(value) -> list:
    return [key for key in value if str(key).isdecimal() and len(str(key)) <= 18]


# What was typed is given to a field in quotation marks, so that no number is taken for a key.
TYPED = "“{}”"
MOST_TYPED = 200  # characters


def typed_in(data, name: str) -> list[str]:
    """What was typed in a picker and not chosen from its list, as editing/admin.js hands it on."""
    typed = str(data.get(f"{name}-typed", "")).strip()
    return [TYPED.format(typed[:MOST_TYPED])] if typed else []


def refuse_typed(value) -> None:
    """Raise ValidationError for words that were typed in a picker and name no record."""
    if str(value).startswith(TYPED[0]):
        raise ValidationError(
            "You typed %(value)s and chose nothing. Choose from the list that opens as you type, "
            "or save again to leave it.",
            code="not_chosen",
            params={"value": value},
        )


class RecordSelect(AutocompleteSelect):
    """The library's choice of a record, which fails on an address or a form that names a key
    that cannot be one, and loses what was typed and not chosen."""

    def value_from_datadict(self, data, files, name):
        chosen = super().value_from_datadict(data, files, name)
        return chosen or next(iter(typed_in(data, name)), chosen)

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, possible_keys(value), attr)


class RecordSelectMultiple(AutocompleteSelectMultiple):
    """The same for several records."""

    def value_from_datadict(self, data, files, name):
        chosen = super().value_from_datadict(data, files, name)
        typed = typed_in(data, name)
        return [*(chosen or []), *typed] if typed else chosen

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, possible_keys(value), attr)


class OneRecord(forms.ModelChoiceField):
    """The library's choice of a record, which says what was typed and not chosen, and that what
    is chosen is no more."""

    def label_from_instance(self, obj):
        return with_its_end(obj, timezone.localdate())

    def to_python(self, value):
        refuse_typed(value)
        return super().to_python(value)


class SeveralRecords(forms.ModelMultipleChoiceField):
    """The library's choice of several records, which fails on a form that names a key that is
    longer than a database takes, and says what is no more."""

    def label_from_instance(self, obj):
        # Groups of accounts and permissions are chosen in the same way, and do not end.
        return with_its_end(obj, timezone.localdate()) if isinstance(obj, Record) else str(obj)

    def _check_values(self, value):
        given = value if isinstance(value, list | tuple) else []
        for key in given:
            refuse_typed(key)
            if not possible_keys([key]):
                words = self.error_messages["invalid_choice"]
                raise ValidationError(words, code="invalid_choice", params={"value": key})
        return super()._check_values(value)
