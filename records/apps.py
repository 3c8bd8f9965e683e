from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """What every record shares: source documents, periods, change history."""

    name = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django.db.backends.signals import connection_created
        from django.db.models.signals import post_migrate, pre_migrate

        from records import after_migrate, checks, folded_text  # noqa: F401  (and the checks)

        connection_created.connect(folded_text.give_to_sqlite, dispatch_uid="records.folded_text")
        pre_migrate.connect(
            after_migrate.take_triggers_away, dispatch_uid="records.take_triggers_away"
        )
        post_migrate.connect(after_migrate.put_in_place, dispatch_uid="records.after_migrate")
