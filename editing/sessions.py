"""Sessions of staff: whose each is, and where and when it began. Named in SESSION_ENGINE."""

import datetime
from hashlib import sha256

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

BEGAN, ADDRESS, BROWSER = "began_at", "address", "browser"


class SessionStore(DatabaseStore):
    """Django's store, with columns for what a list of sessions shows."""

    @classmethod
    def get_model_class(cls):
        from records.models import StaffSession

        return StaffSession

    @classmethod
    def clear_expired(cls):
        from editing.kept_forms import clear_away
        from editing.signing_in import clear_away_evidence

        super().clear_expired()
        clear_away()
        clear_away_evidence()

    def create_model_instance(self, data):
        session = super().create_model_instance(data)
        session.account_id = data.get(SESSION_KEY)
        began = data.get(BEGAN)
        session.began_at = datetime.datetime.fromisoformat(began) if began else timezone.now()
        session.address = data.get(ADDRESS)
        session.browser = data.get(BROWSER, "")
        return session


def note_where_it_began(request: HttpRequest) -> None:
    """Keep with a session that has just begun when, where and in which browser it began."""
    request.session[BEGAN] = timezone.now().isoformat()
    request.session[ADDRESS] = request.axes_ip_address
    request.session[BROWSER] = browser_in_words(request.headers.get("User-Agent", ""))


# The sign of each browser in its `User-Agent`, and its name. A browser that also sends the sign of
# another comes before it.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "Android",
    "Mac OS X": "a Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_in_words(user_agent: str) -> str:
    browser = next((name for sign, name in BROWSERS.items() if sign in user_agent), "A browser")
    system = next((name for sign, name in SYSTEMS.items() if sign in user_agent), "")
    return f"{browser} on {system}" if system else browser


def sessions_of(user) -> QuerySet:
    """The present sessions of an account, newest first."""
    from records.models import StaffSession

    return StaffSession.objects.filter(account=user, expire_date__gt=timezone.now()).order_by(
        "-began_at"
    )


def name_of(session_key: str) -> str:
    """A name for a session on a page. Its key would let anybody in who has it."""
    return sha256(session_key.encode()).hexdigest()[:16]


def end_other_sessions(request: HttpRequest, only: str = "") -> int:
    """End the user's other sessions, or only the one with the name `only`; returns how many."""
    others = sessions_of(request.user).exclude(session_key=request.session.session_key)
    ending = [each.pk for each in others if not only or name_of(each.pk) == only]
    return others.filter(pk__in=ending).delete()[0]
