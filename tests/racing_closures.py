"""Attempts for `tests.racing` at steps that end or change whole bodies.

A number says which racer makes the attempt. The attempts import models themselves, when Django is
ready in the racer's own process.
"""


def stand_down_or_fill(seat, person):
    """Without a person, stand down the forum of the seat; with one, fill the seat."""
    from forums.closure_dependants import dependants_of_forum
    from forums.closures import stand_down
    from forums.models import Seat
    from forums.transfers import END
    from people.models import Person

    seat = Seat.objects.select_related("forum").get(pk=seat)
    if person is None:
        last = when("2026-03-31")
        found = dependants_of_forum(seat.forum, last.day)
        stand_down(forum=seat.forum, choices=every(found, END), last=last, **told())
    else:
        from people.actions import appoint_to_each

        appoint_to_each(
            posts_or_seats=[seat],
            begins=when("2026-05-01"),
            source=told()["source"],
            person=Person.objects.get(pk=person),
        )


def stand_down(forum, turn):
    from forums.closure_dependants import dependants_of_forum
    from forums.closures import stand_down as act
    from forums.models import Forum
    from forums.transfers import END

    last = when(f"2026-03-{30 + turn}")
    forum = Forum.objects.get(pk=forum)
    act(forum=forum, choices=every(dependants_of_forum(forum, last.day), END), last=last, **told())


def close(organisation, turn):
    from forums.closure_dependants import dependants_of_organisations
    from forums.closures import close as act
    from forums.transfers import END
    from organisations.models import Organisation

    last = when(f"2026-03-{30 + turn}")
    organisation = Organisation.objects.get(pk=organisation)
    found = dependants_of_organisations([organisation], last.day)
    act(organisation=organisation, choices=every(found, END), last=last, **told())


def succeed(organisation, successor):
    from forums.closure_dependants import dependants_of_organisations
    from forums.closures import succeed as act
    from forums.transfers import PASS_ON
    from organisations.models import Organisation

    begins = when("2026-04-01")
    organisation = Organisation.objects.get(pk=organisation)
    act(
        organisations=[organisation],
        successor=Organisation.objects.get(pk=successor),
        begins=begins,
        choices=every(dependants_of_organisations([organisation], begins.eve().day), PASS_ON),
        **told(),
    )


def move(seat, organisation):
    from forums.closure_dependants import dependants_of_held
    from forums.closures import move_seat
    from forums.models import Seat
    from forums.transfers import FOLLOW
    from organisations.models import Organisation

    begins = when("2026-04-01")
    seat = Seat.objects.get(pk=seat)
    move_seat(
        seat=seat,
        organisation=Organisation.objects.get(pk=organisation),
        begins=begins,
        choices=every(dependants_of_held(seat, begins.eve().day), FOLLOW),
        **told(),
    )


def move_or_stand_down(seat, organisation):
    """With an organisation, move the seat to it; without one, stand down the seat's forum."""
    from forums.models import Seat

    if organisation is None:
        stand_down(Seat.objects.get(pk=seat).forum_id, 1)
    else:
        move(seat, organisation)


def abolish(post, turn):
    from forums.closure_dependants import dependants_of_held
    from forums.closures import abolish as act
    from forums.transfers import END
    from organisations.models import Post

    last = when(f"2026-03-{30 + turn}")
    post = Post.objects.get(pk=post)
    act(held=post, choices=every(dependants_of_held(post, last.day), END), last=last, **told())


def create_a_chair(forum, turn):
    from forums.actions import create_post_or_seat
    from forums.models import Forum, Seat, SeatRole

    seat = Seat(forum=Forum.objects.get(pk=forum), title=f"Chair {turn}", role=SeatRole.CHAIR)
    create_post_or_seat(held=seat, begins=when("2026-04-01"), source=told()["source"])


def rename(forum, turn):
    from forums.actions import rename as act
    from forums.models import Forum

    forum = Forum.objects.get(pk=forum)
    begins = when("2026-02-01")
    act(record=forum, name=f"New name {turn}", short_name="", begins=begins, **told())


def stand_down_in_the_admin(forum, turn):
    """Send the form and its confirmation, as two people do who saw the same page."""
    from django.core.exceptions import ValidationError
    from django.db import close_old_connections

    from forums.models import Forum
    from tests.stepping import take

    close_old_connections()
    done = take(Forum.objects.get(pk=forum), "stand-down", date=f"2026-03-{30 + turn}")
    if done.status_code != 302:
        assert done.status_code in (200, 400), done.status_code
        raise ValidationError("told")


def when(text):
    from records.periods import When
    from tests.builders import day

    return When(day(text))


def told():
    from records.events import Source
    from tests.builders import day, source

    return {"source": Source(source(), "minute 7"), "today": day("2026-03-01")}


def every(found, how):
    from editing.dependants import DependantChoice

    return [DependantChoice(record, how) for records in found.values() for record in records]
