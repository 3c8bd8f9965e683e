"""The worklist of chairs that are vacant, and a vacancy in words."""

from collections.abc import Iterable

from django.db.models import QuerySet

from editing.worklists import WorklistPart, WorklistRow, worklist
from organisations.models import HEAD_KINDS, Organisation, Post
from organisations.worklists import PLACE
from people.post_holders import Holding, posts_with_holders
from people.standing import Standing, with_standing

CHAIRS_VACANT = worklist(
    "chairs-vacant",
    order=1,
    title="Chairs vacant",
    finds="Forums in force whose chair’s seat is vacant, and organisations whose post of chair or "
    "leader is. Without a chair a forum may be unable to meet or decide.",
    emptied="Appoint somebody, substantively or for the interim; or, if the sources do not say "
    "who it is, say so on the seat or post.",
    apart="Not recorded",
    why_apart="Nobody knows from the sources who chairs these, or whether anybody does. They are "
    "not vacant as far as is known, and are not counted.",
)


def vacancy_in_words(holding: Holding) -> str:
    """Why it is vacant, and who is to come."""
    if holding.former:
        last = holding.former[0]
        left = last.told_end("left") if last.end_foreseen else f"left {last.when_it_ends()}"
        why = f"Vacant: the last known holder, {last.person_to_staff}, {left}."
    else:
        why = "Vacant: nobody is recorded as ever having held it."
        if holding.quotation:
            why += f" {holding.document_title}, {holding.locator}: “{holding.quotation}”."
    for to_come in holding.to_come[:1]:
        why += f" {to_come.person_to_staff} begins {to_come.when_it_starts()}."
    return why


def silence_in_words(holding: Holding) -> str:
    for holder in holding.may_hold_already:
        if holder.start_date is None:
            return (
                f"Not recorded: {holder.person_to_staff} left {holder.when_it_ends()}, and it is "
                "not known when they began."
            )
        return (
            f"Not recorded: {holder.person_to_staff} is known to have held it "
            f"{holder.start_in_words()}, and may hold it already."
        )
    return "Not recorded: the sources name it, and do not say who holds it."


def standing_in_words(holding: Holding) -> str:
    """Why nobody is named as its holder."""
    if holding.standing == Standing.NOT_RECORDED:
        return silence_in_words(holding)
    return vacancy_in_words(holding)


class Posts(WorklistPart):
    model = Post
    searched = ("title", "organisation__folded", "organisation__names__folded")
    narrowed_by = {PLACE: ("organisation__place",)}

    def listed(self, posts: QuerySet) -> QuerySet:
        return self.narrowed(posts.select_related("organisation")).order_by(
            "organisation__folded", "folded", "pk"
        )

    def post_row(self, post: Post, reason: str, ways: Iterable) -> WorklistRow:
        return WorklistRow(
            record=post,
            name=self.link(post, post.title),
            where=(self.link(post.organisation),),
            reason=reason,
            ways=tuple(ways),
        )


@CHAIRS_VACANT.part
class VacantHeads(Posts):
    """The posts of chair and of leader."""

    def of_standing(self, standing: Standing) -> QuerySet:
        posts = Post.objects.certainly(self.day).filter(
            kind__in=HEAD_KINDS, organisation__in=Organisation.objects.certainly(self.day)
        )
        return self.listed(with_standing(posts, self.day).filter(standing=standing))

    def found(self):
        return self.of_standing(Standing.VACANT)

    def apart(self):
        return self.of_standing(Standing.NOT_RECORDED)

    def rows(self, records):
        posts = Post.objects.filter(pk__in=[post.pk for post in records])
        holdings = {holding.id: holding for holding in posts_with_holders(posts, self.day)}
        return [
            self.post_row(
                post, standing_in_words(holdings[post.pk]), self.steps(post, "appoint", "abolish")
            )
            for post in records
        ]
