"""Choices of a record in the admin, by typing part of a name."""

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.core.exceptions import ValidationError


def possible_keys(value) -> list:
    return [key for key in value if str(key).isdecimal() and len(str(key)) <= 18]


class RecordSelect(AutocompleteSelect):
    """The library's choice of a record, which fails on an address or a form that names a key
    that cannot be one."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, possible_keys(value), attr)


class RecordSelectMultiple(AutocompleteSelectMultiple):
    """The same for several records."""

    def optgroups(self, name, value, attr=None):
        return super().optgroups(name, possible_keys(value), attr)


class SeveralRecords(forms.ModelMultipleChoiceField):
    """The library's choice of several records, which fails on a form that names a key that is
    longer than a database takes."""

    def _check_values(self, value):
        given = value if isinstance(value, list | tuple) else []
        for key in given:
            if not possible_keys([key]):
                words = self.error_messages["invalid_choice"]
                raise ValidationError(words, code="invalid_choice", params={"value": key})
        return super()._check_values(value)
