"""Who holds a post or a seat, which are held alike, as guided steps show it."""

import datetime
from collections.abc import Callable, Iterable
from functools import singledispatch

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.text import get_text_list

from editing.step_forms import StepForm
from editing.steps import Step
from editing.widgets import SeveralRecords
from organisations.models import Held
from people.actions import never_comes_to_be
from people.holder_rows import Holder
from people.models import ActingFor, EndReason, Tenure, basis_in_words
from people.post_holders import Holding, held_posts_among
from people.standing import Standing
from records.days import NO_LATEST
from records.events import is_over
from records.periods import Precision, When, date_in_words

WHY_THEY_GO = [("", "no source says"), *EndReason.choices]
WHAT_THEY_ACT_FOR = [("", "no source says"), *ActingFor.choices]


# An app above registers for its own models: seats are held too, and may go with a post.


@singledispatch
def holding_of(held: Held, day: datetime.date) -> Holding:
    """A post or a seat, with everybody recorded for it, as it is on a day."""
    return held_posts_among([held.pk], day)[0]


@singledispatch
def going_with(held: Held, day: datetime.date) -> list[Held]:
    """The seats that go with a post on a day, so that its holder fills them."""
    return []


@singledispatch
def tenures_through(held: Held, request) -> QuerySet | None:
    """The tenures, present and to come, of the seats that go with a post; None if whoever asks may
    not end them."""
    return None


@singledispatch
def fields_of_tenure(record, request) -> dict[str, forms.Field]:
    """The further fields that steps on a record ask about whoever comes."""
    return {}


def tenure_in_words(tenure: Tenure) -> str:
    """Somebody and since when: "Ann Lee, interim, since April 2019"."""
    return f"{tenure.person}, {time_in_words(tenure)}"


def time_in_words(tenure: Tenure) -> str:
    basis = basis_in_words(tenure.basis, tenure.acting_for)
    return ", ".join(filter(None, [basis, tenure.time_as_foreseen(timezone.localdate())]))


def names_in_words(holders: Iterable[Holder]) -> str:
    """ "Ann Lee, Ian Tait and Cy Yeo (acting)"."""
    names = [
        f"{holder.person_to_staff} ({holder.basis_words})"
        if holder.basis_words
        else holder.person_to_staff
        for holder in holders
    ]
    return get_text_list(names, "and")


def holders_now(held: Held, day: datetime.date) -> list[tuple[str, str]]:
    """Who holds a post or seat on a day and who is to come, as pairs of words."""
    holding = holding_of(held, day)
    facts = []
    for holder in holding.holders:
        term = f"term ends {date_in_words(holder.term_ends)}" if holder.term_ends else ""
        words = [holder.person_to_staff, holder.basis_words, holder.time_as_foreseen(day), term]
        facts.append((_holds(holder, day), ", ".join(filter(None, words))))
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


def _holds(holder: Holder, day: datetime.date) -> str:
    """The heading of somebody who holds a post or seat on a day."""
    if holder.ex_officio:
        return "Held through a post by"
    return "Was to be held by" if holder.start_is_told_as_foreseen(day) else "Held now by"


def sentences_about_holders(
    posts_and_seats: Iterable[Held], before: datetime.date, after: datetime.date
) -> list[str]:
    """Who holds posts and seats, and the seats that go with them, after they change hands."""
    sentences = []
    for held in posts_and_seats:
        sentences.append(holders_in_words(held, after))
        for other in going_with(held, after):
            was, will = holding_of(other, before), holding_of(other, after)
            if _people(was) != _people(will):
                sentences.append(holders_in_words(other, after))
            elif stays := names_in_words(h for h in will.holders if not h.ex_officio):
                sentences.append(
                    f"{other}, which goes with it, has a record of its own and stays with {stays}."
                )
    return list(dict.fromkeys(sentences))


def _people(holding: Holding) -> list[int]:
    return sorted(holder.person_id for holder in holding.holders)


def holders_in_words(held: Held, day: datetime.date) -> str:
    """Who holds a post or seat on a day, and why if it is through a post."""
    holding, since = holding_of(held, day), f"On {date_in_words(day)}"
    if holding.has_ended(day):
        return f"{since} {held} is over."
    direct = names_in_words(holder for holder in holding.holders if not holder.ex_officio)
    through = names_in_words(holder for holder in holding.holders if holder.ex_officio)
    if through:
        also = f" It is held by {direct} too." if direct else ""
        return (
            f"{since} {held} is filled by {through}, who holds the post it goes "
            f"with: {holding.ex_officio}.{also}"
        )
    if direct:
        return f"{since} {held} is held by {direct}."
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
    """What becomes of ends that were recorded already of tenures that a step ends."""
    return [
        f"{tenure}: an end was recorded already, {tenure.end_in_words()}; "
        + ("it stays." if is_over(tenure, last) else "this takes its place.")
        for tenure in tenures
        if tenure.end_date is not None and not never_comes_to_be(tenure, last, today)
    ]


def first_day_of(begins: When) -> datetime.date:
    """The first day on which pages show only the new holder.

    A former holder who left in a month is shown to the end of that month.
    """
    return begins.day if begins.precision == Precision.DAY else begins.first_day_after()


def now_or_later(tenures: QuerySet, day: datetime.date) -> QuerySet:
    return tenures.filter(latest_end__gte=day)


def tenures_now_or_later(held: Held, day: datetime.date) -> QuerySet:
    return now_or_later(getattr(held, held.tenures_name), day)


def tenure_choices(
    tenures: QuerySet, words: Callable[[Tenure], str] = tenure_in_words, **options
) -> SeveralRecords:
    """A field to tick some of the tenures, each in `words`."""
    # Which documents foresaw them is part of their words.
    tenures = tenures.select_related("document", "end_document")
    choices = SeveralRecords(queryset=tenures, widget=forms.CheckboxSelectMultiple, **options)
    choices.label_from_instance = words
    return choices


def with_no_end(tenures: Iterable[Tenure]) -> list[int]:
    """The keys of the tenures to tick at first: an end already known is left unless asked."""
    return [tenure.pk for tenure in tenures if tenure.latest_end == NO_LATEST]


class HolderStep(Step):
    """A step that changes who holds a post or a seat."""

    def changed(self) -> list[Held]:
        return [self.record]

    def first_day(self, form: StepForm) -> datetime.date:
        """The first day on which everything is as it will be."""
        return first_day_of(form.when)

    def remarks(self, form):
        first = self.first_day(form)
        before = form.when.last_day_before() if form.asks_for_date else first
        return sentences_about_holders(self.changed(), before, first)
