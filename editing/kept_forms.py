"""What was typed into a form when a session ended, kept for the person whose session it was.

At sign-in the browser gets a signed cookie that names the account and the secret in the forms of
that session. It goes with the first answer to somebody who is signed out, so that no form which
such an answer holds is taken for one of the session.
"""

import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from records.models import KeptForm

KEPT_FOR = datetime.timedelta(days=1)
MOST = 5  # of one account
LARGEST = 200_000  # characters, as a form of a thousand fields has
# The field that says which kept form is sent again.
KEPT = "kept_form"
# The signed cookie that says whose session a form is of. It lets nobody in.
COOKIE, SALT = "forms_of", "editing.kept_forms"
# In the session: that some forms were kept when it began.
SOME_ARE_KEPT = "forms_kept"
# Nothing is kept of what is sent to these: it could give access.
OF_ACCOUNTS = ["auth/", "axes/", "password_change/", "sessions/"]


def note_whose_forms(request: HttpRequest, response: HttpResponse) -> None:
    """Let what is typed in the session that has just begun be kept if it ends meanwhile."""
    response.set_signed_cookie(
        COOKIE,
        f"{request.user.pk}:{_secret_of_forms(request)}",
        salt=SALT,
        path="/admin/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget_whose_forms(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path="/admin/", samesite="Lax")


def whose_form(request: HttpRequest) -> User | None:
    """Whoever was signed in when a form was opened that has passed the check against forgery, if
    nobody was answered in that browser since while signed out."""
    key, _, secret = request.get_signed_cookie(COOKIE, default="", salt=SALT).partition(":")
    if not secret or not constant_time_compare(secret, _secret_of_forms(request)):
        return None
    return User.objects.filter(pk=key, is_active=True, is_staff=True).first()


def _secret_of_forms(request: HttpRequest) -> str:
    """Tells the secret of Django's check against forgery, which changes at each sign-in, from
    others, without giving it away."""
    return salted_hmac(SALT, request.META.get("CSRF_COOKIE", ""), algorithm="sha256").hexdigest()


def is_of_accounts(request: HttpRequest) -> bool:
    """Whether a form is about who may sign in and what they may do."""
    admin = reverse("admin:index")
    return request.path.startswith(tuple(admin + part for part in OF_ACCOUNTS))


def keep(request: HttpRequest, fields: list[tuple[str, str]], *, left_out: bool) -> bool:
    """Keep a form for whoever was signed in when it was opened; gives whether it is kept."""
    size = sum(len(name) + len(value) for name, value in fields)
    holds_null = any("\x00" in text for field in fields for text in field)
    if not fields or size > LARGEST or holds_null or is_of_accounts(request):
        return False
    user = whose_form(request)
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


def note_whether_any_are_kept(request: HttpRequest) -> bool:
    """Note in a session that has just begun that forms are kept, if any are."""
    some = kept_for(request.user).exists()
    if some:
        request.session[SOME_ARE_KEPT] = True
    return some


def number_kept(request: HttpRequest) -> int:
    """How many forms are kept for whoever is signed in. Asks the database only in sessions that
    began while some were, until none are left."""
    if not request.session.get(SOME_ARE_KEPT):
        return 0
    number = kept_for(request.user).count()
    if not number:
        del request.session[SOME_ARE_KEPT]
    return number


def clear_away() -> None:
    """Remove what nobody came back for."""
    KeptForm.objects.filter(kept_at__lte=timezone.now() - KEPT_FOR).delete()


def forget_what_was_sent(request: HttpRequest) -> bool:
    """Remove the kept form that a request names; gives whether there was one."""
    key = request.POST.get(KEPT, "")
    if not key.isdecimal() or len(key) > 18:
        return False
    return KeptForm.objects.filter(pk=key, account=request.user).delete()[0] > 0
