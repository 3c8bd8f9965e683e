"""The admin site of the register: signing in, pickers, and pages that belong to no one model."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.apps import apps
from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordChangeView
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import PermissionDenied
from django.core.validators import MaxLengthValidator
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from editing.kept_forms import (
    note_whether_any_are_kept,
    note_whose_forms,
    number_kept,
)
from editing.passwords import CHANGE_FIRST, GO_ON_TO, OwnPasswordForm, note_who_has_to_change
from editing.sessions import end_other_sessions, note_where_it_began
from editing.signing_in import remember_who_signed_in
from records.namesakes import with_words_apart

# Routes, views and names, from `site_page`.
_pages: list[tuple[str, Callable, str]] = []


def site_page(route: str, *, name: str) -> Callable:
    """Put a view on the admin site, for anybody who is signed in as staff. The view itself checks
    what they may do."""

    def register(view: Callable) -> Callable:
        _pages.append((route, view, name))
        return view

    return register


# The names of the libraries' groups of models on the front page. They come last.
IN_WORDS = {"auth": "Accounts", "axes": "Signing in"}


class SignInForm(AdminAuthenticationForm):
    """The form to sign in. It refuses a name longer than any account has, for which PostgreSQL
    could not record a failed sign-in."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        longest = User._meta.get_field("username").max_length
        self.fields["username"].validators.append(MaxLengthValidator(longest))


class PickerOptions(AutocompleteJsonView):
    """The options of a picker, with the words that tell records of the same name apart."""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        self.called = with_words_apart(context["object_list"], timezone.localdate())
        return context

    def serialize_result(self, obj, to_field_name):
        return {**super().serialize_result(obj, to_field_name), "text": self.called[obj.pk]}


# Django has this address too, and lets anybody use it who is signed in as staff.
TO_PUBLIC_PAGE = "r/<path:content_type_id>/<path:object_id>/"


class RegisterSite(admin.AdminSite):
    login_form = SignInForm
    site_header = "Governance register"
    site_title = "Governance register"
    index_title = "Records"
    index_template = "editing/index.html"
    # The front page has the twenty lists. Beside a form or a table they would take its room.
    enable_nav_sidebar = False

    def get_urls(self):
        own = [path(route, self.admin_view(view), name=name) for route, view, name in _pages]
        own.append(path(TO_PUBLIC_PAGE, self.admin_view(self.view_on_site), name="view_on_site"))
        # Somebody who has changed their password goes on at once, and needs no page that says so.
        left_out = {each.name for each in own} | {"password_change_done"}
        library = super().get_urls()
        return [*own, *(each for each in library if getattr(each, "name", "") not in left_out)]

    def each_context(self, request):
        return {**super().each_context(request), "number_kept": number_kept(request)}

    def login(self, request, extra_context=None):
        response = super().login(request, {"title": "Sign in", **(extra_context or {})})
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            note_where_it_began(request)
            note_who_has_to_change(request)
            if note_whether_any_are_kept(request):
                # Only the address changes: the answer has the new cookie against forgery.
                response.headers["Location"] = reverse("admin:kept_forms")
            if request.session.get(CHANGE_FIRST):
                request.session[GO_ON_TO] = response.headers["Location"]
            remember_who_signed_in(request, response)
            note_whose_forms(request, response)
        return response

    def admin_view(self, view, cacheable=False):
        """As Django's. Somebody who has to choose a password is sent to the page for that."""
        protected = super().admin_view(view, cacheable)
        if view in (self.password_change, self.logout):
            return protected

        @wraps(protected)
        def unless_password_is_due(request, *args, **kwargs):
            if request.session.get(CHANGE_FIRST):
                return redirect("admin:password_change")
            return protected(request, *args, **kwargs)

        return unless_password_is_due

    def password_change(self, request, extra_context=None):
        first = {"change_first": request.session.get(CHANGE_FIRST)}
        response = PasswordChangeView.as_view(
            form_class=OwnPasswordForm,
            success_url=reverse("admin:index"),
            extra_context={**self.each_context(request), **first, **(extra_context or {})},
        )(request)
        if response.status_code == HTTPStatus.FOUND:
            request.session.pop(CHANGE_FIRST, None)
            go_on_to = request.session.pop(GO_ON_TO, None)
            if go_on_to and not go_on_to.endswith(request.path):
                response = redirect(go_on_to)
            end_other_sessions(request)  # those of the old password
            messages.success(request, "Your password is changed.")
            if request.session.get(CHANGE_FIRST):
                request.session[GO_ON_TO] = response.headers["Location"]
            remember_who_signed_in(request, response)
        return response

    def autocomplete_view(self, request):
        return PickerOptions.as_view(admin_site=self)(request)

    def view_on_site(self, request, content_type_id: str, object_id: str):
        """Redirect to the public page of a record, as Django does, but only users who may view the
        record. The address may contain the name of a person who is withheld."""
        readable = [
            model
            for model in apps.get_models()
            if self.is_registered(model)
            and self.get_model_admin(model).has_view_permission(request)
        ]
        kinds = ContentType.objects.get_for_models(*readable).values()
        if content_type_id not in {str(kind.pk) for kind in kinds}:
            raise PermissionDenied
        return shortcut(request, content_type_id, object_id)

    def get_app_list(self, request, app_label=None):
        """The list on the front page. It is lazy because every page gets it and few show it."""
        return SimpleLazyObject(lambda: self.app_list_in_order(request, app_label))

    def app_list_in_order(self, request, app_label: str | None) -> list[dict]:
        """The kinds of record first, then accounts and sign-ins, under names that staff know."""
        listed = super().get_app_list(request, app_label)
        for app in listed:
            app["name"] = IN_WORDS.get(app["app_label"], app["name"])
        return sorted(listed, key=lambda app: app["app_label"] in IN_WORDS)
