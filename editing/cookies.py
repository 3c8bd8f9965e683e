"""The signed cookies of the admin."""

import datetime

from django.conf import settings
from django.http import HttpResponse

PATH = "/admin/"


def set_admin_cookie(
    response: HttpResponse,
    name: str,
    value: str,
    *,
    salt: str,
    max_age: datetime.timedelta | None = None,
) -> None:
    response.set_signed_cookie(
        name,
        value,
        salt=salt,
        max_age=max_age,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
