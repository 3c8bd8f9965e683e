"""Who holds a post or a seat, which are held alike, as guided steps show it."""

import datetime
from collections.abc import Iterable
from functools import singledispatch

from django.db import models
from django.utils import timezone

from editing.steps import Step
from organisations.models import Held, Post
from people.actions import never_comes_to_be
from people.models import Basis, EndReason, Tenure
from people.post_holders import Holder, Holding, Standing, posts_with_holders
from records.events import When, is_over
from records.periods import Precision, date_in_words

WHY_THEY_GO = [("", "no source says"), *EndReason.choices]


# What an app above adds to for what it has: a seat is held too, and may go with a post.


@singledispatch
def holding_of(held: Held, day: datetime.date) -> Holding:
    """Something held, with everybody recorded for it, as it is on a day."""
    return posts_with_holders(Post.objects.filter(pk=held.pk), day)[0]


@singledispatch
def going_with(held: Held, day: datetime.date) -> list[Held]:
    """What else whoever holds it fills on a day by holding it."""
    return []


@singledispatch
def tenures_through(held: Held, request) -> models.QuerySet | None:
    """The records of those who fill something by holding this and have a record there besides,
    for whoever asks to end; None if there can be none."""
    return None


# In words


def tenure_in_words(tenure: Tenure) -> str:
    """Somebody and since when: "Ann Lee, interim, since April 2019"."""
    return f"{tenure.person}, {time_in_words(tenure)}"


def time_in_words(tenure: Tenure) -> str:
    basis = "" if tenure.basis == Basis.SUBSTANTIVE else tenure.get_basis_display()
    return ", ".join(filter(None, [basis, tenure.time_in_words(timezone.localdate())]))


def names_in_words(names: Iterable[str]) -> str:
    """ "Ann Lee", "Ann Lee and Ian Tait", "Ann Lee, Ian Tait and Cy Yeo"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def name_and_basis(holder: Holder) -> str:
    """ "Ann Lee", "Cy Yeo (acting)"."""
    basis = f" ({holder.basis_words})" if holder.basis_words else ""
    return f"{holder.person_to_staff}{basis}"


def holders_now(held: Held, day: datetime.date) -> list[tuple[str, str]]:
    """Who holds something on a day and who is to come, as pairs of words."""
    holding = holding_of(held, day)
    facts = []
    for holder in holding.holders:
        words = ", ".join(
            filter(
                None,
                [
                    holder.person_to_staff,
                    holder.basis_words,
                    holder.time_in_words(day),
                    _term_in_words(holder),
                ],
            )
        )
        facts.append(("Held through a post by" if holder.ex_officio else "Held now by", words))
    if not holding.holders:
        facts.append(("Held now by", f"nobody: {Standing(holding.standing).label}"))
    for holder in holding.to_come:
        facts.append(("To come", f"{holder.person_to_staff}, {holder.time_in_words(day)}"))
    if holding.ex_officio:
        facts.append(("Goes with the post", holding.ex_officio))
    if held.capacity != 1:
        room = "not recorded" if held.capacity is None else str(held.capacity)
        facts.append(("Number of holders", room))
    return facts


def _term_in_words(holder) -> str:
    return f"term ends {date_in_words(holder.term_ends)}" if holder.term_ends else ""


def what_follows(helds: Iterable[Held], before: datetime.date, after: datetime.date) -> list[str]:
    """Who holds something, and what goes with it, on a day after it has changed hands."""
    words = []
    for held in helds:
        words.append(held_in_words(held, after))
        for other in going_with(held, after):
            was, will = holding_of(other, before), holding_of(other, after)
            if _holders(was) != _holders(will):
                words.append(held_in_words(other, after))
            elif stays := [
                name_and_basis(holder) for holder in will.holders if not holder.ex_officio
            ]:
                words.append(
                    f"{other}, which goes with it, has a record of its own and stays with "
                    f"{names_in_words(stays)}."
                )
    return list(dict.fromkeys(words))


def _holders(holding: Holding) -> list[int]:
    return sorted(holder.person_id for holder in holding.holders)


def held_in_words(held: Held, day: datetime.date) -> str:
    """Who holds something on a day, and why if it is through a post."""
    holding, since = holding_of(held, day), f"On {date_in_words(day)}"
    if holding.has_ended(day):
        return f"{since} {held} is over."
    direct = [name_and_basis(holder) for holder in holding.holders if not holder.ex_officio]
    through = [name_and_basis(holder) for holder in holding.holders if holder.ex_officio]
    if through:
        also = f" It is held by {names_in_words(direct)} too." if direct else ""
        return (
            f"{since} {held} is filled by {names_in_words(through)}, who holds the post it goes "
            f"with: {holding.ex_officio}.{also}"
        )
    if direct:
        return f"{since} {held} is held by {names_in_words(direct)}."
    standing = Standing(holding.standing).label
    if holding.to_come:
        first = holding.to_come[0]
        return (
            f"{since} {held} is {standing}; {first.person_to_staff} is recorded from "
            f"{first.start_in_words()}."
        )
    if holding.ex_officio:
        return (
            f"{since} {held} is {standing}: nobody fills it who holds the post it goes with, "
            f"{holding.ex_officio}."
        )
    return f"{since} {held} is {standing}."


def ends_in_words(tenures: Iterable[Tenure], last: When, today: datetime.date) -> list[str]:
    """Of those who go, whose end was recorded already, and what becomes of it."""
    return [
        f"{tenure}: an end was recorded already, {tenure.end_in_words()}; "
        + ("it stays." if is_over(tenure, last) else "this takes its place.")
        for tenure in tenures
        if tenure.end_date is not None and not never_comes_to_be(tenure, last, today)
    ]


def first_day_of(begins: When) -> datetime.date:
    """The first day on which only what begins then is shown, and not what it takes the place
    of. What ends in a month is shown to the end of that month."""
    return begins.day if begins.precision == Precision.DAY else begins.first_day_after()


def holding_now_or_later(held: Held, day: datetime.date) -> models.QuerySet:
    """The records of those who hold something on a day, or will."""
    return now_or_later(getattr(held, held.tenures_name), day)


def now_or_later(tenures: models.QuerySet, day: datetime.date) -> models.QuerySet:
    """Those in force on a day or to come."""
    return tenures.filter(end_date=None) | tenures.filter(end_date__gte=day)


def with_no_end(tenures: Iterable[Tenure]) -> list[int]:
    """Those to tick before anybody has: an end that is recorded is left alone unless asked."""
    return [tenure.pk for tenure in tenures if tenure.end_date is None]


class OnHolders(Step):
    """A step that changes who holds something."""

    def changed(self) -> list[Held]:
        """What it is that changes hands."""
        return [self.record]

    def first_day(self, form) -> datetime.date:
        """The first day on which everything is as it will be."""
        return first_day_of(form.when)

    def remarks(self, form):
        first = self.first_day(form)
        before = form.when.last_day_before() if form.asks_for_date else first
        who = form.remarks() if hasattr(form, "remarks") else []
        return [*who, *what_follows(self.changed(), before, first)]
