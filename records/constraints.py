"""Rules about data that the database holds."""

from django.db import models


class DatabaseCheck(models.CheckConstraint):
    """A rule that people are told of by a field's choices or by `clean()`.

    The database holds it too, against whatever goes past both. Django would evaluate it once
    more, with a query of its own, for every record that a form or an action validates.
    """

    def validate(self, model, instance, exclude=None, using=None) -> None:
        """Leave it to the field and to `clean()`, which have said it already."""

    def deconstruct(self):
        _, args, kwargs = super().deconstruct()
        return "django.db.models.CheckConstraint", args, kwargs
