"""The admin of accounts: who may sign in, what they may do, and who tried to sign in.

A user who keeps the accounts cannot give anybody more permissions than they have, change an account
that has more, or shut themselves out.
"""

from axes.admin import AccessAttemptAdmin as LibraryAccessAttemptAdmin
from axes.admin import AccessLogAdmin as LibraryAccessLogAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as LibraryGroupAdmin
from django.contrib.auth.admin import UserAdmin as LibraryUserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group, Permission, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import ngettext

from editing.change_lists import AnswersAnyAddress
from editing.groups import IN_WORDS
from editing.passwords import give_password, known_by
from editing.sessions import sessions_of
from editing.signing_in import failures_of, unlock
from editing.widgets import SeveralRecords
from records.models import PasswordToChange
from records.text import tidy

# The log of failures stays empty: the attempts have them.
admin.site.unregister([User, Group, AccessAttempt, AccessFailureLog, AccessLog])


def permissions_held(user: User) -> QuerySet[Permission]:
    """The permissions given to an account or its groups. An inactive account has them too, because
    it may be made active again."""
    return Permission.objects.filter(Q(user=user) | Q(group__user=user))


def has_no_more_than(account: User, keeper: User) -> bool:
    """Whether `keeper` may do everything that `account` may."""
    if keeper.is_superuser:
        return True
    beyond = permissions_held(account).exclude(pk__in=permissions_held(keeper).values("pk"))
    return not account.is_superuser and not beyond.exists()


def groups_to_give(keeper: User) -> QuerySet[Group]:
    """The groups without any permission that `keeper` lacks."""
    if keeper.is_superuser:
        return Group.objects.all()
    beyond = Permission.objects.exclude(pk__in=permissions_held(keeper).values("pk"))
    return Group.objects.exclude(permissions__in=beyond)


ASK_ANOTHER = "Ask another register manager to change your own account."


class AccountForm(UserChangeForm):
    """The form of an account. Nobody can shut themselves out with it."""

    password = None  # there is a page for a new one

    keeper: User

    # The error if somebody takes one of these from their own account.
    kept_on_own_account = {
        "is_active": ASK_ANOTHER,
        "is_staff": ASK_ANOTHER,
        "is_superuser": "You cannot take this from yourself. Ask another superuser.",
    }

    def clean(self):
        data = super().clean()
        if self.instance.pk != self.keeper.pk:
            return data
        for name, words in self.kept_on_own_account.items():
            if name in self.fields and self.initial.get(name) and not data.get(name):
                self.add_error(name, words)
        if not self.keeper.is_superuser and "groups" in data:
            had = {group.pk for group in self.initial.get("groups", [])}
            if {group.pk for group in data["groups"]} != had:
                self.add_error("groups", ASK_ANOTHER)
        return data


class NewAccountForm(UserCreationForm):
    """Django's form, without boxes for a password: the register makes the first password."""

    password1 = password2 = None

    def set_password_and_save(self, user, commit=True, **kwargs):
        if commit:
            user.save()
        return user


@admin.register(User)
class UserAdmin(AnswersAnyAddress, LibraryUserAdmin):
    form = AccountForm
    filter_horizontal = ["user_permissions"]
    show_facets = admin.ShowFacets.NEVER
    change_form_template = "editing/account.html"
    add_form = NewAccountForm
    add_form_template = None  # Django's mentions accounts without a password
    list_display = ["username", "full_name", "email", "in_groups", "is_active", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "groups"]
    fieldsets = [
        (None, {"fields": ["username"]}),
        ("Who it is", {"fields": ["first_name", "last_name", "email"]}),
        (
            "What they may do",
            {
                "fields": ["is_active", "is_staff", "groups", "is_superuser", "user_permissions"],
                "description": "An account is never deleted, because the change history names "
                "it. Take the tick off “Active” instead: whoever is signed in with it is signed "
                "out at once.",
            },
        ),
        ("Important dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "fields": ["username"],
                "description": "The register makes a first password and shows it to you once, when "
                "you have saved.",
            },
        ),
        ("Who it is", {"fields": ["first_name", "last_name", "email"]}),
        ("What they may do", {"fields": ["is_staff", "groups"]}),
    ]

    @admin.display(description="name")
    def full_name(self, user):
        return user.get_full_name()

    @admin.display(description="groups")
    def in_groups(self, user):
        names = ["superuser"] if user.is_superuser else []
        return ", ".join(names + sorted(group.name for group in user.groups.all()))

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    def save_model(self, request, obj, form, change):
        tidy(obj)
        super().save_model(request, obj, form, change)
        if not change:
            obj.first_password = give_password(obj)

    def response_add(self, request, obj, post_url_continue=None):
        """Show the first password at once, so that it is kept nowhere."""
        return self.page_of_password(
            request, f"New account: {obj}", obj, {"password": obj.first_password, "is_new": True}
        )

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("<id>/unlock/", view(self.unlock_view), name="auth_user_unlock"),
            path("<id>/sign-out/", view(self.sign_out_view), name="auth_user_sign_out"),
            *super().get_urls(),
        ]

    def account_to_keep(self, request, key: str) -> User:
        """Another user's account, whose sign-in is to be changed."""
        user = self.get_object(request, unquote(key))
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user is None:
            raise Http404("There is no account at this address.")
        if user.pk == request.user.pk:
            raise PermissionDenied
        return user

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if add:
            context["show_save_and_add_another"] = context["show_save_and_continue"] = False
        if obj and obj.pk != request.user.pk and self.has_change_permission(request, obj):
            context["failures"] = failures_of(obj.username)
            context["sessions"] = sessions_of(obj).count()
            context["chooses_password"] = PasswordToChange.objects.filter(user=obj).exists()
        return super().render_change_form(request, context, add, change, form_url, obj)

    def unlock_view(self, request, id):
        """Let the owner of an account try to sign in again at once."""
        user = self.account_to_keep(request, id)
        if request.method == "POST":
            number = unlock(user.username)
            if number:
                failed = ngettext("%d failed sign-in", "%d failed sign-ins", number) % number
                self.log_change(request, user, f"Unlocked: {failed} no longer counted.")
                name = user.get_full_name() or user
                said = f"{name} can sign in again now. {failed} no longer "
                messages.success(request, said + ("counts." if number == 1 else "count."))
            else:
                messages.info(
                    request, f"Nothing was locked: no failed sign-in counts for “{user}”."
                )
        return redirect("admin:auth_user_change", user.pk)

    def sign_out_view(self, request, id):
        user = self.account_to_keep(request, id)
        if request.method == "POST":
            number, _ = sessions_of(user).delete()
            if number:
                ended = ngettext("%d session", "%d sessions", number) % number
                self.log_change(request, user, f"Signed out: {ended} ended.")
                messages.success(request, f"“{user}” is signed out: {ended} ended.")
            else:
                messages.info(request, f"“{user}” was not signed in.")
        return redirect("admin:auth_user_change", user.pk)

    def user_change_password(self, request, id, form_url=""):
        """Give another user a new password, which is shown once. Django's page offers ways to sign
        in that this register does not have."""
        user = self.account_to_keep(request, id)
        password, changed_since = "", False
        if request.method == "POST":
            with transaction.atomic():
                user = User.objects.select_for_update().get(pk=user.pk)
                changed_since = request.POST.get("known_by") != known_by(user)
                if not changed_since:
                    password = give_password(user)
                    unlock(user.username)
                    self.log_change(
                        request, user, "Given a new password, to be changed at sign-in."
                    )
        about = {"password": password, "known_by": known_by(user), "changed_since": changed_since}
        return self.page_of_password(request, f"New password: {user}", user, about)

    def page_of_password(self, request, title: str, user: User, about: dict) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "original": user,
            "sign_in_at": request.build_absolute_uri(reverse("admin:index")),
            **about,
        }
        return TemplateResponse(request, "editing/new_password.html", context)

    def get_changeform_initial_data(self, request):
        # Accounts are made for people who are to sign in to the admin.
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.keeper = request.user
        return form

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name == "groups":
            kwargs["queryset"] = groups_to_give(request.user).order_by("name")
            kwargs["widget"] = CheckboxSelectMultiple
        kwargs["form_class"] = SeveralRecords
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_delete_permission(self, request, obj=None):
        # The change history names the users. An account is made inactive instead.
        return False

    def has_change_permission(self, request, obj=None):
        # Somebody who sets the password of an account can sign in to it.
        if obj is not None and not has_no_more_than(obj, request.user):
            return False
        return super().has_change_permission(request, obj)

    def get_readonly_fields(self, request, obj=None):
        fields = [*super().get_readonly_fields(request, obj), "last_login", "date_joined"]
        if request.user.is_superuser:
            return fields
        return [*fields, "is_superuser", "user_permissions"]


@admin.register(Group)
class GroupAdmin(AnswersAnyAddress, LibraryGroupAdmin):
    """Groups of accounts. `migrate` makes the register's own three, which nobody can change."""

    actions = None

    def save_model(self, request, obj, form, change):
        tidy(obj)
        super().save_model(request, obj, form, change)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        return super().formfield_for_manytomany(
            db_field, request, form_class=SeveralRecords, **kwargs
        )

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser and (obj is None or obj.name not in IN_WORDS)

    def has_delete_permission(self, request, obj=None):
        return self.has_change_permission(request, obj)

    def get_fieldsets(self, request, obj=None):
        if obj is None or obj.name not in IN_WORDS:
            return super().get_fieldsets(request, obj)
        words = f"{IN_WORDS[obj.name]} This group comes with the register and cannot be changed."
        return [(None, {"fields": ["name", "permissions"], "description": words})]


class ReadOnly(AnswersAnyAddress):
    """Records of sign-ins. They are evidence, and nobody changes them."""

    actions = None

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnly, LibraryAccessLogAdmin):
    pass


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnly, LibraryAccessAttemptAdmin):
    """Failed sign-ins that still count. Deleting them also unlocks an address from which too many
    came."""

    # Not the library's status, which goes by another limit. The page of an account says whether it
    # is locked.
    list_display = ["attempt_time", "ip_address", "username", "failures_since_start", "user_agent"]
    list_filter = ["attempt_time"]

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser
