"""The page that downloads a list of the admin as a spreadsheet."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from editing.site import site_page
from editing.spreadsheets.exporting import FORMS, answer, rows_of


@site_page("export/<slug:app>/<slug:model>.<str:form>", name="export")
def export(request: HttpRequest, app: str, model: str, form: str) -> HttpResponse:
    """A list of the admin as it is filtered and searched."""
    try:
        model_class = apps.get_model(app, model)
        page = admin.site.get_model_admin(model_class)
    except (LookupError, NotRegistered) as error:
        raise Http404("There is no such list.") from error
    if form not in FORMS or not hasattr(model_class, "history"):
        raise Http404("There is no such list.")
    if not page.has_view_permission(request):
        raise PermissionDenied
    try:
        records = page.get_changelist_instance(request).queryset
    except IncorrectLookupParameters:
        options = model_class._meta
        address = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        return HttpResponseRedirect(f"{address}?{ERROR_FLAG}=1")
    return answer(rows_of(records), str(model_class._meta.verbose_name_plural), form)
