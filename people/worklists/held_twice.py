"""The worklist of posts that more people hold than there is room for."""

import datetime
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet

from editing.worklists import WorklistPart, named, worklist
from organisations.models import Held, Post
from people.models import Appointment, Tenure
from people.standing import number_of
from people.worklists.vacancies import Posts
from records.periods import not_over

HELD_TWICE = worklist(
    "held-twice",
    order=11,
    title="Posts held twice",
    finds="Posts and seats that more people certainly hold today than there is room for, not "
    "counting who is acting. A handover known only to the month or the year is not listed, "
    "because it is not certain that both hold it on any one day.",
    emptied="End the record of whoever has left, or record who covers as acting.",
)


def held_by_too_many(model: type[Tenure], day: datetime.date) -> QuerySet:
    """The keys of posts or seats that more people certainly hold on `day` than may hold them."""
    of = model.held_field
    held: Any = model._meta.get_field(of).related_model
    certain = model.objects.certainly(day).not_acting().filter(**{of: OuterRef("pk")})
    return (
        held.objects.order_by()
        .annotate(holders=number_of(certain, of))
        .filter(holders__gt=held.number_on(day))
        .values("pk")
    )


def too_many_in_words(holders: Iterable[Tenure], room: int) -> str:
    """ "Room for 1, and 2 people hold it: Ann Lee from April 2019, Bob Day from May 2019." """
    holders = list(holders)
    names = ", ".join(f"{holder.person} from {holder.start_in_words()}" for holder in holders)
    return f"There is room for {room}, and {len(holders)} people certainly hold it: {names}."


def ways_out_of_too_many(part: WorklistPart, held: Held, holders: Iterable[Tenure]) -> tuple:
    ends = [way for each in holders for way in part.steps(each, "end", worded=named(each.person))]
    return (*ends, *part.correcting(held, "Correct the number who may hold it"))


@HELD_TWICE.part
class PostsHeldTwice(Posts):
    def found(self):
        too_many = held_by_too_many(Appointment, self.day)
        return self.listed(
            Post.objects.certainly(self.day)
            .filter(not_over(self.day, "organisation"), pk__in=too_many)
            .annotate(room=Post.number_on(self.day))
        )

    def rows(self, records):
        holders = defaultdict(list)
        for appointment in (
            Appointment.objects.certainly(self.day)
            .not_acting()
            .filter(post__in=[post.pk for post in records])
            .select_related("person", "post__organisation")
            .order_by("start_date", "pk")
        ):
            holders[appointment.post_id].append(appointment)
        return [
            self.post_row(
                post,
                too_many_in_words(holders[post.pk], post.room),
                ways_out_of_too_many(self, post, holders[post.pk]),
            )
            for post in records
        ]
