from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.utils.module_loading import autodiscover_modules


class EditingConfig(AppConfig):
    """How staff change any record."""

    default = True
    name = "editing"

    def ready(self):
        from django.db.models.signals import post_migrate

        from editing.groups import settle_groups

        # Django sends the signal for apps with models, and this one has none.
        sender = apps.get_app_config("records")
        post_migrate.connect(settle_groups, sender=sender, dispatch_uid="editing.groups")


class RegisterAdminConfig(admin_apps.AdminConfig):
    """The library's admin, with the register's own site, guided steps and worklists."""

    default = False
    default_site = "editing.site.RegisterSite"

    def ready(self):
        super().ready()
        modules = [
            "steps",
            "worklists",
            "spreadsheets",
            "documents",
            "users",
            "your_sessions",
            "kept_forms_page",
            "batches",
            "removed_records",
            "whole_history",
            "terms_admin",
        ]
        autodiscover_modules(*modules)
