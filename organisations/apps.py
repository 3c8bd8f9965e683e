from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    """Places, organisations, their names, relationships, posts and ratings."""

    name = "organisations"
    default_auto_field = "django.db.models.BigAutoField"
