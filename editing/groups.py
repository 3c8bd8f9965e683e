"""The three groups of staff, and what each may do."""

from collections.abc import Iterable

from django.apps import apps as installed
from django.contrib.auth import get_permission_codename
from django.contrib.auth.management import create_permissions
from django.db import models, transaction

from records.history import recorded_models

AUDITOR = "auditor"
EDITOR = "editor"
MANAGER = "register manager"

# What the admin says of each group.
IN_WORDS = {
    AUDITOR: "Reads everything, the change history included, and changes nothing.",
    EDITOR: "Takes guided steps, adds records and corrects them.",
    MANAGER: "Does what an editor does; also removes records that should never have been, merges "
    "and withholds people, closes organisations, imports spreadsheets and keeps the accounts.",
}


def permissions_of_groups() -> dict[str, set[str]]:
    register = recorded_models()
    user, group = installed.get_model("auth.User"), installed.get_model("auth.Group")
    upload = installed.get_model("records.Upload")
    sign_ins = list(installed.get_app_config("axes").get_models())
    auditor = permissions([*register, upload, user, group, *sign_ins], "view")
    editor = permissions(register, "view", "add", "change")
    return {
        AUDITOR: auditor,
        EDITOR: editor,
        # Includes the permissions of the others, or a manager could put nobody into those groups.
        MANAGER: auditor
        | editor
        | permissions(register, "delete")
        | permissions([user], "add", "change")
        | own_permissions([*register, upload]),
    }


def permissions(of: Iterable[type[models.Model]], *actions: str) -> set[str]:
    return {
        f"{model._meta.app_label}.{get_permission_codename(action, model._meta)}"
        for model in of
        for action in actions
    }


def own_permissions(of: Iterable[type[models.Model]]) -> set[str]:
    """The permissions that models declare themselves: to merge people, to close an organisation."""
    return {
        f"{model._meta.app_label}.{codename}"
        for model in of
        for codename, _ in model._meta.permissions
    }


def settle_groups(sender, *, using: str, apps=installed, **kwargs) -> None:
    """Make the three groups if they are missing, and give each exactly its permissions.

    Called after every `migrate`. Other groups, and the members of each, are left alone.
    """
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:
        return  # migrated back to before there were accounts
    wanted = permissions_of_groups()
    labels = {name.partition(".")[0] for names in wanted.values() for name in names}
    with transaction.atomic(using=using):
        # Django makes permissions app by app, and has not reached all of them yet.
        for label in sorted(labels):
            create_permissions(installed.get_app_config(label), verbosity=0, using=using, apps=apps)
        found = {
            f"{permission.content_type.app_label}.{permission.codename}": permission
            for permission in permission_model.objects.using(using)
            .filter(content_type__app_label__in=labels)
            .select_related("content_type")
        }
        for name, names in wanted.items():
            group, _ = group_model.objects.using(using).get_or_create(name=name)
            group.permissions.set(found[each] for each in names if each in found)
