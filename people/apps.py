from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """People, and their appointments to posts."""

    name = "people"
    default_auto_field = "django.db.models.BigAutoField"
