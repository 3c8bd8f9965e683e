"""Rules about data that the database holds as well as the forms."""

from django.db import models


class DatabaseCheck(models.CheckConstraint):
    """A rule that a field's choices or `clean()` explain to people.

    The database holds it against writes that go past both. Django would also check it with a query
    of its own for every record that a form or an action validates.
    """

    def validate(self, model, instance, exclude=None, using=None) -> None:
        """Do nothing: the field or `clean()` has checked it already."""

    def deconstruct(self):
        _, args, kwargs = super().deconstruct()
        return "django.db.models.CheckConstraint", args, kwargs


class DatabaseUnique(models.UniqueConstraint):
    """A rule of one record of a kind, that `clean()` explains to people, as with DatabaseCheck."""

    def validate(self, model, instance, exclude=None, using=None) -> None:
        """Do nothing: `clean()` has checked it already."""

    def deconstruct(self):
        _, args, kwargs = super().deconstruct()
        return "django.db.models.UniqueConstraint", args, kwargs
