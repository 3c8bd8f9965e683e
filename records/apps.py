from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.module_loading import autodiscover_modules


class RecordsConfig(AppConfig):
    """What every record shares: source documents, periods, change history."""

    default = True
    name = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from django.db.models.signals import post_migrate

        from records import checks, overlap_rules, version, words  # noqa: F401  (and the checks)
        from records.groups import settle_groups

        # For every app: records live in the apps above too.
        post_migrate.connect(overlap_rules.put_in_place, dispatch_uid="records.overlap_rules")
        post_migrate.connect(version.put_in_place, dispatch_uid="records.version")
        post_migrate.connect(words.put_in_place, sender=self, dispatch_uid="records.words")
        post_migrate.connect(settle_groups, sender=self, dispatch_uid="records.groups")


class RegisterAdminConfig(admin_apps.AdminConfig):
    """The library's admin, with the register's own site, guided steps and worklists."""

    default = False
    default_site = "records.site.RegisterSite"

    def ready(self):
        super().ready()
        modules = [
            "steps",
            "worklists",
            "spreadsheets",
            "users",
            "your_sessions",
            "kept_forms_page",
            "together",
            "removed",
            "history",
        ]
        autodiscover_modules(*modules)
