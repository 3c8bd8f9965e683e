"""What was typed into a form when a session ended, kept for the person who typed it alone: whoever
signed in last in the browser that sends it."""

import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from records.models import KeptForm
from records.signing_in import who_signed_in_last

KEPT_FOR = datetime.timedelta(days=1)
MOST = 5  # of one account
LARGEST = 200_000  # characters, as a form of a thousand fields has
# The field that says which kept form is sent again.
KEPT = "kept_form"


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


def forget_what_was_sent(request: HttpRequest) -> bool:
    """Remove the kept form that a request names; gives whether there was one."""
    key = request.POST.get(KEPT, "")
    if not key.isdecimal() or len(key) > 18:
        return False
    return KeptForm.objects.filter(pk=key, account=request.user).delete()[0] > 0
