from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What every record shares: source documents, periods, change history."""

    name = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django.db.backends.signals import connection_created
        from django.db.models.signals import post_migrate

        from records import (  # noqa: F401  (and the checks)
            checks,
            folded_text,
            overlap_rules,
            version,
        )

        connection_created.connect(folded_text.give_to_sqlite, dispatch_uid="records.folded_text")
        # For every app: records live in the apps above too.
        post_migrate.connect(overlap_rules.put_in_place, dispatch_uid="records.overlap_rules")
        post_migrate.connect(version.put_in_place, dispatch_uid="records.version")
        post_migrate.connect(
            folded_text.put_in_place, sender=self, dispatch_uid="records.folded_text"
        )
