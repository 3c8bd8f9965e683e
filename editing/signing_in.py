"""How often sign-in may fail, and how long somebody then waits.

Failures are counted against the account from one address, against the account from all addresses,
and against the address for all accounts. Whoever reaches a limit waits a minute, and twice as long
after each further failure. An attempt during the wait costs no password hash and does not count.
"""

import datetime
import logging
from dataclasses import dataclass
from math import ceil

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.models import User
from django.db import DatabaseError, transaction
from django.db.models import Max, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from editing.cookies import set_admin_cookie

logger = logging.getLogger(__name__)

FIRST_WAIT = datetime.timedelta(minutes=1)
# Failures are forgotten so long after the last: everybody starts the next working day afresh.
FORGOTTEN_AFTER = datetime.timedelta(days=1)
# Somebody who has signed in to an account is known for so long at their address, and in their
# browser at any address. It spans a long illness, and not the time until an address goes to
# somebody else.
KNOWN_FOR = datetime.timedelta(days=90)
# Records of who signed in, when and from where are kept for so long, as evidence.
EVIDENCE_FOR = datetime.timedelta(days=365)
# The signed cookie that says who signed in last in a browser. It lets nobody in.
# The salt is the one of earlier releases: another would make their cookies void.
COOKIE, SALT = "last_signed_in", "records.signing_in"


@dataclass(frozen=True)
class Limit:
    """How many failures make somebody wait, and the longest wait."""

    failures: int
    longest: datetime.timedelta

    def wait(self, failures: int) -> datetime.timedelta:
        """The wait after the last of this number of failures."""
        if failures < self.failures:
            return datetime.timedelta()
        # After ten doublings every wait is the longest.
        return min(FIRST_WAIT * 2 ** min(failures - self.failures, 10), self.longest)


# Somebody who has forgotten their password tries a few. An hour leaves a guesser 30 tries a day.
AT_ONE_ADDRESS = Limit(5, datetime.timedelta(hours=1))
# This and the next limit also hold the owner of an account who is not known at their address, as on
# a journey. Strangers can keep them out for a quarter of an hour.
OF_ACCOUNT = Limit(20, datetime.timedelta(minutes=15))
# A whole office may come from one address.
OF_ADDRESS = Limit(30, datetime.timedelta(minutes=15))
LIMITS = {"pair": AT_ONE_ADDRESS, "account": OF_ACCOUNT, "address": OF_ADDRESS}


@dataclass(frozen=True)
class Lock:
    """The time until which nobody may try, and whether only the address is the reason."""

    until: datetime.datetime
    of_address: bool = False

    def minutes_left(self) -> int:
        return max(1, ceil((self.until - timezone.now()) / datetime.timedelta(minutes=1)))


def lock_on(request: HttpRequest, username: str) -> Lock | None:
    """The lock that keeps somebody from signing in to an account; None if there is none."""
    address, now = request.axes_ip_address, timezone.now()
    account, there = Q(username=username), Q(ip_address=address)
    counted = {}
    for name, which in [("pair", account & there), ("account", account), ("address", there)]:
        counted[name] = Sum("failures_since_start", filter=which, default=0)
        counted[f"{name}_last"] = Max("attempt_time", filter=which)
    found = failures_that_count(now).filter(account | there).aggregate(**counted)
    locks = {
        name: Lock(found[f"{name}_last"] + limit.wait(found[name]), of_address=name == "address")
        for name, limit in LIMITS.items()
        if found[name]
    }
    locks = {name: lock for name, lock in locks.items() if lock.until > now}
    if locks.keys() - {"pair"} and is_known(request, username, now):
        return locks.get("pair")
    return max(locks.values(), key=lambda lock: lock.until, default=None)


def failures_that_count(now: datetime.datetime):
    return AccessAttempt.objects.filter(attempt_time__gt=now - FORGOTTEN_AFTER)


@dataclass(frozen=True)
class Failures:
    """The failures that count against an account."""

    number: int
    # The end of the wait, and the only address at which it holds, if it does not everywhere.
    until: datetime.datetime | None
    address: str | None = None


def failures_of(username: str) -> Failures:
    """The failures that count against an account, wherever they came from."""
    now = timezone.now()
    places = list(
        failures_that_count(now)
        .filter(username=username)
        .order_by("ip_address")
        .values("ip_address")
        .annotate(number=Sum("failures_since_start"), last=Max("attempt_time"))
    )
    if not places:
        return Failures(0, None)
    number = sum(place["number"] for place in places)
    everywhere = max(place["last"] for place in places) + OF_ACCOUNT.wait(number)
    if everywhere > now:
        return Failures(number, everywhere)
    ends = [(p["last"] + AT_ONE_ADDRESS.wait(p["number"]), p["ip_address"]) for p in places]
    until, address = max(ends, key=lambda end: end[0])
    return Failures(number, until, address) if until > now else Failures(number, None)


def unlock(username: str) -> int:
    """Forget the failures that count against an account; returns how many there were."""
    with transaction.atomic():
        number = failures_of(username).number
        AccessAttempt.objects.filter(username=username).delete()
    return number


def is_known(request: HttpRequest, username: str, now: datetime.datetime) -> bool:
    """Whether this account was lately signed in to from this address or in this browser."""
    there = AccessLog.objects.filter(
        username=username, ip_address=request.axes_ip_address, attempt_time__gt=now - KNOWN_FOR
    )
    if there.exists():
        return True
    user = who_signed_in_last(request)
    return user is not None and user.get_username() == username


def clear_away_evidence() -> None:
    """Delete records of sign-ins that are too old to keep."""
    AccessLog.objects.filter(attempt_time__lte=timezone.now() - EVIDENCE_FOR).delete()


def remember_who_signed_in(request: HttpRequest, response: HttpResponse) -> None:
    value = f"{request.user.pk}:{_mark_of_password(request.user)}"
    set_admin_cookie(response, COOKIE, value, salt=SALT, max_age=KNOWN_FOR)


def who_signed_in_last(request: HttpRequest) -> User | None:
    """The account last signed in to in a browser, if it is still active with the same password."""
    value = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=KNOWN_FOR)
    key, _, mark = value.partition(":")
    if not mark:
        return None
    user = User.objects.filter(pk=key, is_active=True, is_staff=True).first()
    return user if user and constant_time_compare(mark, _mark_of_password(user)) else None


def _mark_of_password(user: User) -> str:
    """A text that changes with the password, so that a new password ends what a browser knows."""
    return user.get_session_auth_hash()[:16]


class Locks(AxesDatabaseHandler):
    """Counts failures as django-axes does, and decides by its own limits who has to wait."""

    def is_locked(self, request: HttpRequest, credentials: dict | None = None) -> bool:
        username = get_client_username(request, credentials)
        request.sign_in_lock = lock_on(request, username)
        return request.sign_in_lock is not None

    def user_login_failed(self, sender, credentials: dict, request=None, **kwargs):
        if request is None or request.axes_locked_out:
            return  # an attempt during the wait does not count
        super().user_login_failed(sender, credentials, request, **kwargs)
        request.axes_locked_out = self.is_locked(request, credentials)

    def user_logged_out(self, sender, request, user, **kwargs):
        try:
            super().user_logged_out(sender, request, user, **kwargs)
        except DatabaseError as error:
            # Ending a session needs no room: a full disk keeps nobody signed in.
            logger.warning("When somebody signed out could not be written down: %s", error)
