"""Two processes that try to do the same thing at the same moment."""

import functools
import multiprocessing
import urllib.parse

from django.conf import settings
from django.db import connection

PATIENCE = 60  # seconds for a process to start, or to wait for the other

WON = "won"
TOLD = "told"  # that a rule would be broken: what a person can read
REFUSED = "refused"  # by the database


def race(attempt, keys, people, monkeypatch) -> list[list[str]]:
    """For each of `keys` in turn, the outcomes of `attempt(key, person)` by each of `people`.

    Each person has their own process, and all start on each key together. The processes are forked
    from one that has loaded the register already and has no connections.
    """
    monkeypatch.setenv("DATABASE_URL", address_of_test_database())
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.ready_to_race"])
    barrier = processes.Barrier(len(people), timeout=PATIENCE)
    results = processes.Queue()
    racers = [
        processes.Process(target=run, args=(attempt, keys, person, barrier, results))
        for person in people
    ]
    for racer in racers:
        racer.start()
    outcomes = [results.get(timeout=PATIENCE) for _ in racers]
    for racer in racers:
        racer.join(timeout=PATIENCE)
        racer.close()
    return [sorted(each) for each in zip(*outcomes, strict=True)]


def address_of_test_database() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return urllib.parse.urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}").geturl()


def run(attempt, keys, person, barrier, results) -> None:
    """What a racer's process does."""
    outcomes = []
    for key in keys:
        barrier.wait()
        outcomes.append(outcome_of(attempt, key, person))
    results.put(outcomes)


def outcome_of(attempt, key, person) -> str:
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError, OperationalError

    try:
        attempt(key, person)
    except ValidationError:
        return TOLD
    except (IntegrityError, OperationalError):  # the latter of two that wait for each other
        return REFUSED
    except Exception as error:
        return repr(error)
    return WON


# The attempts. They import models themselves, when Django is ready in the racer's own process.


def appoint_to_seat(seat, person):
    from forums.models import Seat

    appoint(Seat.objects.get(pk=seat), person)


def appoint_to_post(post, person):
    from organisations.models import Post

    appoint(Post.objects.get(pk=post), person)


def appoint(held, person):
    from people.actions import appoint_to_each
    from people.models import Person
    from tests.builders import START

    appoint_to_each(
        posts_or_seats=[held],
        begins=when(START),
        source=told(),
        person=Person.objects.get(pk=person),
    )


def submit_a_membership(seat, person):
    submit(unsaved_membership(seat, person))


def fail_to_sign_in(name, browser):
    from django.test import Client

    Client(SERVER_NAME="localhost").post(
        "/admin/login/", {"username": name, "password": "wrong"}, headers={"user-agent": browser}
    )


def narrow_a_seat_or_fill_it(seat, person):
    """As the admin does. Without a person, narrow the seat to one holder; with one, add them."""
    from forums.models import Membership, Seat

    if person is None:
        submit(Seat.objects.get(pk=seat), number=1)
    else:
        submit(Membership(seat_id=seat, person_id=person, **evidence_and_start()))


def narrow_a_post_or_fill_it(post, person):
    from organisations.models import Post
    from people.models import Appointment

    if person is None:
        submit(Post.objects.get(pk=post), max_holders=1)
    else:
        submit(Appointment(post_id=post, person_id=person, **evidence_and_start()))


def reconfirm_or_end(membership, turn):
    from people.actions import end_tenure
    from tests.builders import day

    if turn:
        reconfirm(membership)
    else:
        last = day("2026-03-31")
        end_tenure(
            tenure=read(membership), when=when(last), source=told(), end_reason="", today=last
        )


def reconfirm_or_withdraw(membership, turn):
    from django.utils import timezone

    from people.actions import withdraw

    if turn:
        reconfirm(membership)
    else:
        withdraw(tenure=read(membership), source=told(), today=timezone.localdate())


def date_a_paper_or_end_by_another(membership, turn):
    """Correct the day of the paper that a membership rests on, or end it by a day of another."""
    from people.actions import end_tenure
    from records.periods import Qualifier, When
    from tests.builders import day

    tenure = read(membership)
    if turn:
        submit(tenure.document, as_of=day("2021-06-01"))
    else:
        last = When(day("2026-03-31"), qualifier=Qualifier.BY)
        end_tenure(tenure=tenure, when=last, source=told(), end_reason="", today=last.day)


def reconfirm(membership):
    from records.confirmations import reconfirm
    from tests.builders import START

    reconfirm(facts=[read(membership)], when=when(START), source=told())


def read(membership):
    from django.core.exceptions import ValidationError

    from forums.models import Membership

    found = Membership.objects.select_related("person", "seat__forum").filter(pk=membership)
    if not found:
        raise ValidationError("It is gone.")
    return found[0]


def when(day):
    from records.periods import When

    return When(day)


def told():
    from records.events import Source
    from tests.builders import source

    return Source(source(), "minute 7")


def submit(record, **changes):
    """Check and save in one transaction, and call no action, as the admin does."""
    from django.db import transaction

    with transaction.atomic():
        for name, value in changes.items():
            setattr(record, name, value)
        record.full_clean()
        record.save()


def save_a_membership(seat, person):
    """Save without any check."""
    unsaved_membership(seat, person).save()


def unsaved_membership(seat, person):
    from forums.models import Membership

    return Membership(seat_id=seat, person_id=person, **evidence_and_start())


def evidence_and_start():
    from tests.builders import START, source

    return {"document": source(), "locator": "page 1", "start_date": START}


def confirm_a_step(moves, racer):
    """Confirm a guided step through its page, after the preview.

    `moves` gives, for each racer, the address of the step and what the form sends.
    """
    from django.core.exceptions import ValidationError

    address, answers = moves[racer]
    response = _browser().post(address, answers)
    if response.status_code == 302:
        return
    if response.status_code == 404:  # the record was removed by the other
        raise ValidationError("It is gone.")
    page = response.content.decode()
    if response.status_code == 400 and "Nothing was changed" in page:
        raise ValidationError("It was refused in words.")
    if response.status_code == 200 and "Nothing has been changed yet" in page:
        raise ValidationError("What has changed since was shown.")
    raise AssertionError(f"{response.status_code}: {page[:2000]}")


@functools.cache
def _browser():
    from tests.stepping import signed_in

    return signed_in()


def send_an_opened_form(opened, _person):
    """Send the same form of the admin as the other, as a browser does on two presses of Enter."""
    from django.core.exceptions import ValidationError

    page, sent = opened
    response = _browser().post(page, sent)
    if response.status_code != 302:
        raise ValidationError(str(response.status_code))
