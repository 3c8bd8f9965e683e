"""What was typed into a form when a session ended, kept for the person who typed it alone.

A signed cookie names whoever signed in last in a browser. It outlives the session, and lets nobody
in.
"""

import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from records.models import KeptForm

COOKIE, SALT = "last_signed_in", "records.kept_forms"
# Somebody leaves a form open at the weekend, or over a short holiday.
COOKIE_LASTS = datetime.timedelta(days=7)

KEPT_FOR = datetime.timedelta(days=1)
MOST = 5  # of one account
LARGEST = 200_000  # characters, as a form of a thousand fields has
# The field that says which kept form is sent again.
KEPT = "kept_form"


def remember_who_signed_in(request: HttpRequest, response: HttpResponse) -> None:
    response.set_signed_cookie(
        COOKIE,
        request.user.pk,
        salt=SALT,
        path="/admin/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def who_signed_in_last(request: HttpRequest) -> User | None:
    key = request.get_signed_cookie(COOKIE, default=None, salt=SALT, max_age=COOKIE_LASTS)
    return User.objects.filter(pk=key, is_active=True, is_staff=True).first() if key else None


def keep(request: HttpRequest, fields: list[tuple[str, str]], *, left_out: bool) -> bool:
    """Keep a form for whoever signed in last in this browser; gives whether it is kept."""
    size = sum(len(name) + len(value) for name, value in fields)
    holds_null = any("\x00" in text for field in fields for text in field)
    if not fields or size > LARGEST or holds_null:
        return False
    user = who_signed_in_last(request)
    if user is None:
        return False
    address = request.get_full_path()
    sent = [list(field) for field in fields]
    with transaction.atomic():
        clear_away()
        for earlier in kept_for(user).filter(address=address):
            if earlier.fields == sent:  # by somebody who went back and sent it once more
                earlier.delete()
        KeptForm.objects.create(account=user, address=address, fields=sent, left_out=left_out)
        newest = list(kept_for(user).values_list("pk", flat=True)[:MOST])
        KeptForm.objects.filter(account=user).exclude(pk__in=newest).delete()
    return True


def kept_for(user: User) -> QuerySet[KeptForm]:
    return KeptForm.objects.filter(account=user, kept_at__gt=timezone.now() - KEPT_FOR)


def clear_away() -> None:
    """Remove what nobody came back for."""
    KeptForm.objects.filter(kept_at__lte=timezone.now() - KEPT_FOR).delete()


def forget_what_was_sent(request: HttpRequest) -> None:
    """Remove the kept form that a request sent again, now that it has been answered."""
    key = request.POST.get(KEPT, "")
    if key.isdecimal() and len(key) < 19:
        KeptForm.objects.filter(pk=key, account=request.user).delete()
