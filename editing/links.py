"""Links between the pages of the admin, and who may follow them."""

from dataclasses import dataclass

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


@dataclass(frozen=True)
class Link:
    """A text on a page, and the address that it leads to, if it leads anywhere."""

    text: str
    address: str = ""

    def returning_to(self, page: str) -> "Link":
        """The same link. The page that it leads to returns to `page` when it is done with."""
        if not self.address.startswith("/admin/") or "next=" in self.address:
            return self
        mark = "&" if "?" in self.address else "?"
        return Link(self.text, f"{self.address}{mark}{urlencode({'next': page})}")


def page_address(model: type[models.Model], page: str, /, *args, **query) -> str:
    """The address of one of the admin's pages of `model`: "change", "history", "changelist"."""
    options = model._meta
    address = reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=args)
    return f"{address}?{urlencode(query)}" if query else address


def change_address(model: type[models.Model], key: int | str) -> str:
    return page_address(model, "change", key)


def add_address(model: type[models.Model], **filled_in) -> str:
    return page_address(model, "add", **filled_in)


def list_address(model: type[models.Model], **fields) -> str:
    """The address of the list of all records of `model` that have these `fields`."""
    asked = {f"{name}__exact": value for name, value in fields.items()}
    asked |= admin.site.get_model_admin(model).leaving_nothing_out
    return page_address(model, "changelist", **asked)


def step_address(model: type[models.Model], key: int, step: str, **filled_in) -> str:
    """The address of a guided step on a record, with some fields filled in. `next` is the page
    that it returns to."""
    return page_address(model, "step", key, step, **filled_in)


def page_to_return_to(request: HttpRequest) -> str:
    """The page of the admin that led here and is to be returned to; "" if there is none."""
    address = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(address, None) and address.startswith("/admin/")
    return address if own else ""


def may_add(request: HttpRequest, model: type[models.Model]) -> bool:
    return admin.site.get_model_admin(model).has_add_permission(request)


def may_view(request: HttpRequest, model: type[models.Model]) -> bool:
    return admin.site.get_model_admin(model).has_view_permission(request)


def may_be_a_key(text: str) -> bool:
    """Whether an address or a form may name a record by this text. No database holds a number of
    more digits."""
    return text.isdecimal() and len(text) <= 18
