from django.apps import AppConfig


class ForumsConfig(AppConfig):
    """Forums, seats, memberships, reporting lines and quoracy."""

    name = "forums"
    default_auto_field = "django.db.models.BigAutoField"
