from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What every record shares: source documents, periods, change history."""

    name = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django.db.models.signals import post_migrate

        from records import checks  # noqa: F401  (registers the system checks)
        from records.overlap_rules import put_in_place

        # For every app: dated records live in the apps above.
        post_migrate.connect(put_in_place, dispatch_uid="records.overlap_rules")
