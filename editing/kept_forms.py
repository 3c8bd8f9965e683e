"""Forms that somebody filled in before their session ended, kept for that person.

At sign-in the browser gets a signed cookie that names the account and the secret in the forms of
that session. The cookie is deleted with the first answer to somebody who is signed out, so that
a form in such an answer is not taken for one of the session.
"""

import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from editing import cookies
from editing.links import may_be_a_key
from records.models import KeptForm

KEPT_FOR = datetime.timedelta(days=1)
MOST = 5  # for each account
LARGEST = 200_000  # characters, enough for a form of a thousand fields
# The field that names the kept form that is sent again.
KEPT = "kept_form"
# The signed cookie that says whose session a form belongs to. It lets nobody in.
# The salt is the one of earlier releases: another would make their cookies void.
COOKIE, SALT = "forms_of", "records.kept_forms"
# In the session: whether forms were kept when it began.
SOME_ARE_KEPT = "forms_kept"
# Forms sent to these addresses are not kept: they could give access.
OF_ACCOUNTS = ["auth/", "axes/", "password_change/", "sessions/"]


def note_whose_forms(request: HttpRequest, response: HttpResponse) -> None:
    """Let the forms of the session that has just begun be kept if it ends."""
    value = f"{request.user.pk}:{_secret_of_forms(request)}"
    cookies.set_admin_cookie(response, COOKIE, value, salt=SALT)


def forget_whose_forms(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=cookies.PATH, samesite="Lax")


def whose_form(request: HttpRequest) -> User | None:
    """The account that a form was opened with. The form has passed the check against forgery. None
    if that browser has had an answer for somebody signed out since."""
    key, _, secret = request.get_signed_cookie(COOKIE, default="", salt=SALT).partition(":")
    if not secret or not constant_time_compare(secret, _secret_of_forms(request)):
        return None
    return User.objects.filter(pk=key, is_active=True, is_staff=True).first()


def _secret_of_forms(request: HttpRequest) -> str:
    """A digest of the secret of Django's check against forgery, which changes at each sign-in."""
    return salted_hmac(SALT, request.META.get("CSRF_COOKIE", ""), algorithm="sha256").hexdigest()


def is_of_accounts(request: HttpRequest) -> bool:
    """Whether a form is about who may sign in and what they may do."""
    admin = reverse("admin:index")
    return request.path.startswith(tuple(admin + part for part in OF_ACCOUNTS))


def keep(request: HttpRequest, fields: list[tuple[str, str]], *, left_out: bool) -> bool:
    """Keep a form for the account that it was opened with; returns whether it is kept."""
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
            if earlier.fields == sent:  # sent again by somebody who went back
                earlier.delete()
        KeptForm.objects.create(account=user, address=address, fields=sent, left_out=left_out)
        newest = list(kept_for(user).values_list("pk", flat=True)[:MOST])
        KeptForm.objects.filter(account=user).exclude(pk__in=newest).delete()
    return True


def kept_for(user: User) -> QuerySet[KeptForm]:
    return KeptForm.objects.filter(account=user, kept_at__gt=timezone.now() - KEPT_FOR)


def note_whether_any_are_kept(request: HttpRequest) -> bool:
    """Note in a session that has just begun whether forms are kept; returns whether they are."""
    some = kept_for(request.user).exists()
    if some:
        request.session[SOME_ARE_KEPT] = True
    return some


def number_kept(request: HttpRequest) -> int:
    """How many forms are kept for the user. Makes a query only if some were kept when the session
    began, and until none are left."""
    if not request.session.get(SOME_ARE_KEPT):
        return 0
    number = kept_for(request.user).count()
    if not number:
        del request.session[SOME_ARE_KEPT]
    return number


def clear_away() -> None:
    """Delete old forms, which nobody came back for."""
    KeptForm.objects.filter(kept_at__lte=timezone.now() - KEPT_FOR).delete()


def forget_what_was_sent(request: HttpRequest) -> bool:
    """Delete the kept form that a request names; returns whether there was one."""
    key = request.POST.get(KEPT, "")
    if not may_be_a_key(key):
        return False
    return KeptForm.objects.filter(pk=key, account=request.user).delete()[0] > 0
