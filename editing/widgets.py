"""Pickers of the admin: fields to choose a record by typing part of its name."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError
from django.utils import timezone

from editing.links import may_be_a_key
from records.models import Record
from records.namesakes import with_its_end


def possible_keys(value) -> list:
    return [key for key in value if may_be_a_key(str(key))]


# A field gets typed text in quotation marks, so that a number is not taken for a key.
TYPED = "“{}”"
MOST_TYPED = 200  # characters


def typed_in(data, name: str) -> list[str]:
    """The text typed in a picker and not chosen from its list, which editing/admin.js sends too."""
    typed = str(data.get(f"{name}-typed", "")).strip()
    return [TYPED.format(typed[:MOST_TYPED])] if typed else []


def refuse_typed(value) -> None:
    """Raise ValidationError for text that was typed in a picker and not chosen."""
    if str(value).startswith(TYPED[0]):
        raise ValidationError(
            "You typed %(value)s and chose nothing. Choose from the list that opens as you type, "
            "or save again to leave it.",
            code="not_chosen",
            params={"value": value},
        )


class RecordSelect(AutocompleteSelect):
    """Django's picker of a record. It does not fail on a key that no record can have, and keeps
    text that was typed and not chosen."""

    def value_from_datadict(self, data, files, name):
        chosen = super().value_from_datadict(data, files, name)
        return chosen or next(iter(typed_in(data, name)), chosen)

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, possible_keys(value), attr)


class RecordSelectMultiple(AutocompleteSelectMultiple):
    """As RecordSelect, for several records."""

    def value_from_datadict(self, data, files, name):
        chosen = super().value_from_datadict(data, files, name)
        typed = typed_in(data, name)
        return [*(chosen or []), *typed] if typed else chosen

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, possible_keys(value), attr)


class OneRecord(forms.ModelChoiceField):
    """Django's field for a record. It refuses text that was typed and not chosen, and says whether
    the chosen record has ended."""

    def label_from_instance(self, obj):
        return with_its_end(obj, timezone.localdate())

    def to_python(self, value):
        refuse_typed(value)
        return super().to_python(value)


class SeveralRecords(forms.ModelMultipleChoiceField):
    """Django's field for several records. It refuses a key that is longer than a database takes,
    and says which records have ended."""

    def label_from_instance(self, obj):
        # Accounts' groups and permissions are chosen in the same way, and do not end.
        return with_its_end(obj, timezone.localdate()) if isinstance(obj, Record) else str(obj)

    def _check_values(self, value):
        given = value if isinstance(value, list | tuple) else []
        for key in given:
            refuse_typed(key)
            if not possible_keys([key]):
                words = self.error_messages["invalid_choice"]
                raise ValidationError(words, code="invalid_choice", params={"value": key})
        return super()._check_values(value)
