"""Failed attempts to sign in: how many are allowed, and who waits how long after them."""

import datetime

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.signing import get_cookie_signer
from django.db.models import F, Sum
from django.test import Client

from editing.passwords import give_password
from editing.signing_in import (
    AT_ONE_ADDRESS,
    COOKIE,
    EVIDENCE_FOR,
    FORGOTTEN_AFTER,
    KNOWN_FOR,
    OF_ACCOUNT,
    OF_ADDRESS,
    SALT,
)
from tests import racing, slow
from tests.pages.reading import Page
from tests.racing import WON, race

pytestmark = pytest.mark.django_db

PASSWORD = "a long password"
HERE, ELSEWHERE = "198.51.100.1", "203.0.113.99"
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def ann():
    return User.objects.create_user("Ann", password=PASSWORD, is_staff=True)


def sign_in(name="Ann", password=PASSWORD, address=HERE, **headers):
    answers = {"username": name, "password": password}
    return Client(REMOTE_ADDR=address).post("/admin/login/", answers, headers=headers)


def fail(times: int, **how) -> list[int]:
    return [sign_in(password="wrong", **how).status_code for _ in range(times)]


def pass_time(by: datetime.timedelta) -> None:
    """Move all attempts to sign in back in time, as if `by` had passed."""
    for model in (AccessAttempt, AccessLog):
        model.objects.update(attempt_time=F("attempt_time") - by)


def failures() -> int:
    return AccessAttempt.objects.aggregate(all=Sum("failures_since_start"))["all"]


def known(name: str, address: str) -> None:
    assert sign_in(name, address=address).status_code == 302


@pytest.fixture
def hashes(monkeypatch) -> list[str]:
    """The passwords hashed since the test began."""
    made = []
    encode = MD5PasswordHasher.encode

    def count(self, password, salt):
        made.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", count)
    return made


# How long somebody waits


def test_the_wait_begins_with_a_minute_and_doubles_up_to_the_longest():
    waits = [AT_ONE_ADDRESS.wait(number) / MINUTE for number in range(4, 13)]
    assert waits == [0, 1, 2, 4, 8, 16, 32, 60, 60]
    assert [OF_ACCOUNT.wait(number) / MINUTE for number in (19, 20, 24, 500)] == [0, 1, 15, 15]
    assert [OF_ADDRESS.wait(number) / MINUTE for number in (29, 30, 34, 10**9)] == [0, 1, 15, 15]


def test_after_five_failures_one_waits_a_minute_and_is_told_so(ann):
    assert fail(5) == [200, 200, 200, 200, 429]
    answer = sign_in()
    page = Page(answer)
    assert page.status == 429
    assert page.headings == ["Too many attempts to sign in"]
    assert "Wait 1 minute, then try again." in page.text
    assert "A register manager can unlock the account" in page.text
    assert answer.headers["Retry-After"] == "60"
    pass_time(MINUTE)
    assert sign_in().status_code == 302


def test_each_failure_after_a_wait_doubles_the_next(ann):
    fail(5)
    pass_time(MINUTE)
    assert fail(1) == [429]
    assert "Wait 2 minutes, then" in Page(sign_in()).text
    pass_time(MINUTE)
    assert sign_in().status_code == 429
    pass_time(MINUTE)
    assert sign_in().status_code == 302


def test_an_attempt_during_the_wait_costs_no_hash_does_not_count_and_lengthens_nothing(ann, hashes):
    fail(5)
    assert len(hashes) == 5
    last = AccessAttempt.objects.get().attempt_time
    assert fail(20) == [429] * 20
    assert len(hashes) == failures() == 5
    assert AccessAttempt.objects.get().attempt_time == last


def test_failures_are_forgotten_after_a_day(ann):
    fail(4)
    pass_time(FORGOTTEN_AFTER)
    assert fail(4) == [200] * 4
    assert failures() == 4


def test_another_browser_or_another_spelling_of_a_name_is_no_fresh_start(ann):
    for number in range(3):
        sign_in(password="wrong", user_agent=f"Browser {number}")
    sign_in("  Ann ", password="wrong")
    assert sign_in("\N{FULLWIDTH LATIN CAPITAL LETTER A}nn", password="wrong").status_code == 429
    assert sign_in(user_agent="Another").status_code == 429


def test_names_are_counted_as_accounts_are_looked_up_with_their_capitals(ann):
    assert fail(4, name="ann") == [200] * 4
    assert fail(4) == [200] * 4  # "Ann" is another name than "ann", which has no account


def test_a_name_without_an_account_is_counted_and_answered_alike(ann):
    there, nowhere = fail(6), fail(6, name="Nobody", address=ELSEWHERE)
    assert there == nowhere
    answers = [sign_in(), sign_in("Nobody", address=ELSEWHERE)]
    assert Page(answers[0]).text == Page(answers[1]).text
    assert answers[0].headers["Retry-After"] == answers[1].headers["Retry-After"]


# Which accounts and addresses are held


def test_sixty_addresses_that_try_one_account_are_held_and_its_owner_is_not(ann, hashes):
    known("Ann", HERE)
    hashes.clear()
    answers = [fail(1, address=f"203.0.113.{number}")[0] for number in range(60)]
    assert answers.count(429) == 41  # from the twentieth on
    assert len(hashes) == failures() == OF_ACCOUNT.failures
    assert sign_in().status_code == 302
    assert sign_in(address=ELSEWHERE).status_code == 429


def test_who_is_not_known_at_an_address_is_kept_out_a_quarter_of_an_hour_at_most(ann):
    for number in range(60):
        fail(1, address=f"203.0.113.{number}")
        pass_time(15 * MINUTE)
    fail(1, address=HERE)
    assert "Wait 15 minutes" in Page(sign_in(address=ELSEWHERE)).text
    pass_time(15 * MINUTE)
    assert sign_in(address=ELSEWHERE).status_code == 302


def test_sixty_accounts_tried_from_one_address_hold_it_and_not_who_is_known_there(ann, hashes):
    User.objects.create_user("Bo", password=PASSWORD, is_staff=True)
    known("Ann", HERE)
    hashes.clear()
    answers = [fail(1, name=f"user{number}")[0] for number in range(60)]
    assert answers.count(429) == 31  # from the thirtieth on
    assert failures() == OF_ADDRESS.failures
    refused = Page(sign_in("Bo"))
    assert refused.status == 429
    assert "Too many attempts came from your network." in refused.text
    assert "register manager" not in refused.text  # who could not help
    assert sign_in().status_code == 302
    assert sign_in("Bo", address=ELSEWHERE).status_code == 302
    pass_time(15 * MINUTE)
    assert sign_in("Bo").status_code == 302


def test_who_is_known_at_an_address_still_waits_for_their_own_failures(ann):
    known("Ann", HERE)
    assert fail(5)[-1] == 429
    assert sign_in().status_code == 429
    pass_time(MINUTE)
    for number in range(25):
        fail(1, address=f"203.0.113.{number}")
    assert sign_in().status_code == 302


def test_an_owner_on_a_journey_is_known_by_their_browser_and_nobody_else_by_theirs(ann):
    User.objects.create_user("Bo", password=PASSWORD, is_staff=True)
    hers, his = Client(REMOTE_ADDR=HERE), Client(REMOTE_ADDR=HERE)
    for browser, name in [(hers, "Ann"), (his, "Bo")]:
        browser.post("/admin/login/", {"username": name, "password": PASSWORD})
        browser.post("/admin/logout/")
    AccessLog.objects.all().delete()
    for number in range(25):
        fail(1, address=f"203.0.113.{number}")
    answers = {"username": "Ann", "password": PASSWORD}
    sent = [
        browser.post("/admin/login/", answers, REMOTE_ADDR=ELSEWHERE).status_code
        for browser in (Client(), his, hers)
    ]
    assert sent == [429, 429, 302]
    cookie = hers.cookies[COOKIE]
    assert (cookie["max-age"], cookie["path"], cookie["httponly"]) == (7_776_000, "/admin/", True)


def tries_from_everywhere() -> None:
    """Fail often enough that unknown addresses have to wait for the account."""
    for number in range(25):
        fail(1, address=f"203.0.113.{number}")


def test_a_browser_is_no_longer_known_once_somebody_gives_the_account_a_new_password(ann):
    hers = Client(REMOTE_ADDR=HERE)
    hers.post("/admin/login/", {"username": "Ann", "password": PASSWORD})
    password = give_password(ann)
    tries_from_everywhere()
    answers = {"username": "Ann", "password": password}
    assert hers.post("/admin/login/", answers, REMOTE_ADDR=ELSEWHERE).status_code == 429


def test_a_browser_in_which_one_changed_ones_own_password_is_still_known(ann):
    hers = Client(REMOTE_ADDR=HERE)
    hers.post("/admin/login/", {"username": "Ann", "password": PASSWORD})
    new = "quiet-harbour-71"
    both = {"new_password1": new, "new_password2": new}
    answer = hers.post("/admin/password_change/", {"old_password": PASSWORD, **both})
    assert answer.status_code == 302
    hers.post("/admin/logout/")
    tries_from_everywhere()
    answers = {"username": "Ann", "password": new}
    assert hers.post("/admin/login/", answers, REMOTE_ADDR=ELSEWHERE).status_code == 302


def test_a_cookie_of_an_earlier_release_names_nobody(ann):
    browser = Client(REMOTE_ADDR=ELSEWHERE)
    browser.cookies[COOKIE] = get_cookie_signer(salt=COOKIE + SALT).sign(str(ann.pk))
    tries_from_everywhere()
    answers = {"username": "Ann", "password": PASSWORD}
    assert browser.post("/admin/login/", answers).status_code == 429


def test_whoever_has_not_signed_in_for_ninety_days_is_no_longer_known(ann):
    known("Ann", HERE)
    pass_time(KNOWN_FOR)
    for number in range(20):
        fail(1, address=f"203.0.113.{number}")
    assert sign_in().status_code == 429


def test_who_signed_in_is_kept_for_a_year(ann):
    known("Ann", HERE)
    pass_time(2 * MINUTE)
    known("Ann", ELSEWHERE)
    pass_time(EVIDENCE_FOR - MINUTE)
    call_command("clearsessions")
    assert [log.ip_address for log in AccessLog.objects.all()] == [ELSEWHERE]


def test_signing_in_resets_ones_own_count_and_nobody_elses(ann):
    fail(4)
    fail(4, name="Bo")
    fail(4, address=ELSEWHERE)
    assert sign_in().status_code == 302
    left = AccessAttempt.objects.values_list("username", "ip_address", "failures_since_start")
    assert sorted(left) == [("Ann", ELSEWHERE, 4), ("Bo", HERE, 4)]


def test_checking_whether_somebody_has_to_wait_takes_two_queries(ann, django_assert_num_queries):
    for number in range(30):
        AccessAttempt.objects.create(
            username="Ann", ip_address=f"203.0.113.{number}", failures_since_start=2
        )
    with django_assert_num_queries(2):  # the counts, and whether they are known
        assert sign_in().status_code == 429


@slow.RACE
@pytest.mark.django_db(transaction=True)
def test_two_failures_at_the_same_moment_are_both_counted(monkeypatch):
    names = [f"user{number}" for number in range(4)]
    assert race(racing.fail_to_sign_in, names, ["one browser"] * 2, monkeypatch) == [[WON, WON]] * 4
    counts = AccessAttempt.objects.values_list("failures_since_start", flat=True)
    assert list(counts) == [2, 2, 2, 2]
