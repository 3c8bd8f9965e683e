"""The register as open data: the files, and what each field says."""

import contextlib
import functools
import io
import tempfile
from typing import BinaryIO

from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.csrf import csrf_exempt

from ics_register.kept_files import Abandoned, abandoned, watching
from ics_register.open_data.export import unwatched
from ics_register.open_data.files import FORMATS, Format, gathered_file, write
from ics_register.open_data.identifiers import Addresses
from ics_register.open_data.metadata import LICENCE_ADDRESS, TERMS, TITLE, Wanted
from ics_register.open_data.tables import BY_NAME, TABLES
from ics_register.pages.errors import bad_request, method_not_allowed
from ics_register.pages.formats import Here, open_to_all, site
from ics_register.pages.frame import DAYS, AskedDay, asked_day
from ics_register.pages.page import kept_by_proxies, public_page
from ics_register.parameters import reads
from ics_register.recorded import as_recorded
from organisations.models import Organisation
from records.models import Document


def data_as_json(context: dict, here: Here) -> dict:
    return {
        "title": TITLE,
        "licence": LICENCE_ADDRESS,
        "terms": TERMS,
        "files": [
            {"name": each.name, "media_type": each.media_type, "address": address}
            for each, address in context["files"]
        ],
    }


@public_page(as_json=data_as_json)
def data(request: HttpRequest, asked: AskedDay):
    addresses = Addresses(site(request))
    files = [(each, asked.link(addresses.of("data-file", each.name))) for each in FORMATS]
    codes = Organisation.objects.filter(codes_document__isnull=False).values("codes_document")
    return "data/data.html", {
        "files": files,
        "terms": TERMS,
        "licence_address": LICENCE_ADDRESS,
        "code_documents": list(Document.objects.filter(pk__in=codes).order_by("folded")),
        "tables": TABLES,
        "structured": functools.partial(as_data_set, files, addresses) if asked.is_now else None,
    }


def as_data_set(files: list[tuple[Format, str]], addresses: Addresses) -> dict:
    """The data as search engines for data sets read it (schema.org)."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": addresses.of("data"),
        "url": addresses.of("data"),
        "name": TITLE,
        "description": "Who chairs and sits on what in the NHS integrated care system: "
        "organisations, forums, posts, seats and their holders, as at any day, each fact with the "
        "document that states it.",
        "license": LICENCE_ADDRESS,
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": each.label,
                "encodingFormat": each.media_type,
                "contentUrl": address,
            }
            for each, address in files
        ],
    }


def fields_as_json(context: dict, here: Here) -> dict:
    return {
        "tables": [
            {
                "name": table.name,
                "label": table.label,
                "explains": table.explains,
                "fields": [
                    {
                        "name": column.name,
                        "label": column.label,
                        "explains": column.explains,
                        "type": column.type.value,
                        "required": column.required,
                        "refers_to": column.refers_to or None,
                        "choices": {value: str(words) for value, words in column.choices},
                    }
                    for column in table.columns
                ],
            }
            for table in TABLES
        ]
    }


@public_page(as_json=fields_as_json)
def data_fields(request: HttpRequest, asked: AskedDay):
    return "data/fields.html", {"tables": TABLES, "dated": BY_NAME["forums"]}


def asked_for_everything(request: HttpRequest) -> bool:
    """Whether `?periods=all` asks for all that is recorded and not for one day. Raises BadRequest
    for what is neither."""
    text = request.GET.get("periods", "")
    if text not in ("", "all"):
        raise BadRequest(
            f"periods: “{text[:40]}” is not known. Write periods=all for everything with all its "
            "periods, or leave it out for what is in force on the day."
        )
    return text == "all"


def public_file(view):
    """A file to download. It is as at a day, and may be kept by any proxy."""

    @csrf_exempt
    @functools.wraps(view)
    def answer(request: HttpRequest, **kwargs):
        if request.method not in ("GET", "HEAD"):
            return method_not_allowed(request)
        try:
            response = view(request, asked_day(request), **kwargs)
        except (BadRequest, SuspiciousOperation) as error:
            return bad_request(request, error)
        return kept_by_proxies(open_to_all(response))

    return answer


@reads(*DAYS, "periods")
@public_file
def data_file(request: HttpRequest, asked: AskedDay, name: str):
    format = next((each for each in FORMATS if each.name == name), None)
    if format is None:
        raise Http404("There is no file of that name. The page of open data lists those there are.")
    addresses = Addresses(site(request))
    wanted = Wanted(asked.day, asked_for_everything(request), addresses, asked.recorded)
    if request.method == "HEAD":
        response = sent(io.BytesIO(), format, wanted)
        del response["Content-Length"]  # known once the file is built, but no reader asked for it
        return response
    with contextlib.ExitStack() as unless_sent:
        # Write it to disk, so that the register is read quickly however slowly the file is taken.
        file = unless_sent.enter_context(tempfile.TemporaryFile())
        watch = watching(request) if hasattr(request, "tag") else unwatched
        try:
            with as_recorded(asked.recorded), gathered_file(wanted, watch) as gathered:
                write(format, gathered, file)
        except Abandoned:
            return abandoned()
        file.seek(0)
        unless_sent.pop_all()  # closed when it has been sent
    return sent(file, format, wanted)


def sent(file: BinaryIO, format: Format, wanted: Wanted) -> FileResponse:
    return FileResponse(
        file, as_attachment=True, filename=file_name(format, wanted), content_type=format.media_type
    )


def file_name(format: Format, wanted: Wanted) -> str:
    name, _, ending = format.name.rpartition(".")
    day = f"as-at-{wanted.day.isoformat()}"
    parts = ["register", *([name] if name != "register" else []), day]
    if wanted.everything:
        parts.append("all-periods")
    if wanted.recorded:
        parts.append(f"as-recorded-on-{wanted.recorded.isoformat()}")
    return f"{'-'.join(parts)}.{ending}"
