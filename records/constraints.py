"""Rules about data that the database holds as well as the forms."""

from django.db import models


class HeldByDatabase(models.BaseConstraint):
    """A rule that a field's choices or `clean()` explain to people.

    The database holds it against writes that go past both. Django would also check it with a query
    of its own for every record that a form or an action validates.
    """

    # The class of Django's that migrations name in its place.
    django_class: str

    def validate(self, model, instance, exclude=None, using=None) -> None:
        """Do nothing: the field or `clean()` has checked it already."""

    def deconstruct(self):
        _, args, kwargs = super().deconstruct()
        return self.django_class, args, kwargs


class DatabaseCheck(HeldByDatabase, models.CheckConstraint):
    """A rule of what one record says."""

    django_class = "django.db.models.CheckConstraint"


class DatabaseUnique(HeldByDatabase, models.UniqueConstraint):
    """A rule that there is one record of a kind."""

    django_class = "django.db.models.UniqueConstraint"
