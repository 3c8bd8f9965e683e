"""The stage of the tests of holders' steps.

The cast: Ann Lee, who chairs; Ian Tait, who comes; Cy Yeo, who acts.
"""

import datetime

from django.contrib.auth.models import User
from django.utils import timezone

from editing.steps import offers_on
from forums.models import Membership, Seat
from organisations.models import Post
from people.models import Appointment, EndReason, Person
from people.steps.holders import holding_of
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
)
from tests.pages.reading import read
from tests.stepping import take

KINDS = ["post", "seat"]
SUBSTANTIVE = {"basis": "substantive"}


class Stage:
    """The chair of a trust or of a board, held by Ann Lee since April 2019."""

    def __init__(self, kind: str):
        self.kind = kind
        self.ann = make_person(name="Ann Lee")
        self.ian = make_person(name="Ian Tait")
        self.cy = make_person(name="Cy Yeo")
        if kind == "post":
            self.held = make_post(organisation=make_organisation(slug="trust"), title="Chair")
            self.page = "/organisations/trust/"
        else:
            self.held = make_chair_seat(forum=make_forum(slug="board"))
            self.page = "/forums/board/"
        self.anns = self.add(self.ann, term_ends=day("2024-03-31"))

    def add(self, person, **fields):
        if self.kind == "post":
            return make_appointment(post=self.held, person=person, **fields)
        return make_membership(seat=self.held, person=person, **fields)

    def of(self, person):
        """A person's latest tenure here."""
        return getattr(self.held, type(self.held).tenures_name).filter(person=person).last()

    @property
    def rows(self) -> int:
        """How many rows of history there are of whoever comes and goes."""
        return sum(model.history.count() for model in (Appointment, Membership, Person, Seat, Post))

    def holders(self, text: str) -> list[str]:
        return sorted(holder.person for holder in holding_of(self.held, day(text)).holders)

    def says(self, text: str) -> str:
        """What the public page says, as at a day, of who holds it."""
        page = read(self.page, {"as_at": text})
        return page.section("posts") if self.kind == "post" else page.fact("Chair")

    def shows(self, text: str, *names: str) -> bool:
        """Whether the register and its public page both name these holders and no other; the page
        may name who is to come and, if nobody is there, who was the last."""
        said = self.says(text)
        named = {name for name in ("Ann Lee", "Ian Tait", "Cy Yeo") if name in said}
        holding = holding_of(self.held, day(text))
        others = [*holding.to_come, *([] if names else holding.former[:1])]
        may_be_named = {holder.person for holder in others} - {*names}
        return self.holders(text) == sorted(names) and named - may_be_named == {*names}


def soon(days: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def replace(stage, **fields):
    answers = {"leaving": [stage.anns], "person": stage.ian, "date": "2024-04-01"}
    return take(stage.held, "replace", **{**answers, "basis": "substantive", **fields})


def retires(stage, letter, last) -> None:
    """Records that Ann Lee retires on a day, by a letter."""
    stage.anns.end_date, stage.anns.end_reason = last, EndReason.RETIRED
    stage.anns.end_document, stage.anns.end_locator = letter, "page 2"
    stage.anns.save()


def offered(record) -> set[str]:
    request = type("Request", (), {"user": User.objects.get(username="manager")})
    return {offer.step.name for offer in offers_on(request, record) if offer.record is record}
