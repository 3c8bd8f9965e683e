"""The worklist of chairs that are vacant, and a vacancy in words."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst

from editing.links import Link
from editing.worklists import WorklistPart, WorklistRow, named, worklist
from organisations.models import HEAD_KINDS, Organisation, Post
from organisations.worklists import PLACE
from people.holder_rows import Holder
from people.post_holders import Holding, held_posts_among
from people.standing import Standing, with_standing
from people.vacant_rows import StatedVacancy
from records.periods import Qualifier

CHAIRS_VACANT = worklist(
    "chairs-vacant",
    order=1,
    title="Chairs vacant",
    finds="Forums in force whose chair’s seat a source says is vacant, and organisations of whose "
    "post of chair or leader one does. Without a chair a forum may be unable to meet or decide.",
    emptied="Appoint somebody, substantively or for the interim; or record that the vacancy is "
    "over.",
    apart="Not recorded",
    why_apart="Nobody knows from the sources who chairs these, or whether anybody does. They are "
    "not vacant as far as is known, and are not counted.",
)


def vacancy_in_words(holding: Holding) -> str:
    """Which source says that it is vacant, who was the last, and who is to come."""
    words = "Vacant"
    for vacancy in holding.shown_vacancies[:1]:
        words += f" {_since(vacancy)}: {vacancy.document_title}, {vacancy.locator}"
        if vacancy.quotation:
            words += f": “{vacancy.quotation}”"
    words += "."
    if holding.former:
        words += f" {_last_known(holding.former[0])}."
    for to_come in holding.to_come[:1]:
        words += f" {to_come.person_to_staff} begins {to_come.when_it_starts()}."
    return words


def _since(vacancy: StatedVacancy) -> str:
    if vacancy.start_date is None:
        return "until " + vacancy.end_in_words()
    since = "since " if vacancy.start_qualifier == Qualifier.ON else ""
    return since + vacancy.start_in_words()


def _last_known(last: Holder) -> str:
    return f"The last known holder, {last.person_to_staff}, {last.how_it_ended('left')}"


def silence_in_words(holding: Holding) -> str:
    for holder in holding.may_hold_already:
        if holder.start_date is None:
            return (
                f"Not recorded: {holder.person_to_staff} {holder.how_it_ended('left')}, and it is "
                "not known when they began."
            )
        return (
            f"Not recorded: {holder.person_to_staff} is known to have held it "
            f"{holder.start_in_words()}, and may hold it already."
        )
    if holding.former:
        words = (
            f"Not recorded. {_last_known(holding.former[0])}, and no source says what came after."
        )
    else:
        words = "Not recorded: the sources name it, and do not say who holds it."
    for vacancy in holding.perhaps_vacant:
        words += f" {capfirst(vacancy.perhaps_in_words(holding.day))}: {vacancy.document_title}, "
        words += f"{vacancy.locator}."
    for to_come in holding.to_come[:1]:
        words += f" {to_come.person_to_staff} begins {to_come.when_it_starts()}."
    return words


def standing_in_words(holding: Holding) -> str:
    """Why nobody is named as its holder."""
    if holding.standing == Standing.NOT_RECORDED:
        return silence_in_words(holding)
    return vacancy_in_words(holding)


def vacancy_step(holding: Holding) -> list[str]:
    """The step that records a vacancy, if a place is left that nobody is recorded for."""
    return ["record-vacancy"] if holding.not_recorded else []


class MayBeVacantPart(WorklistPart):
    """Posts or seats that are listed with what sources say of their being vacant."""

    def ending(self, *holdings: Holding) -> dict[int, list[Link]]:
        """Links to the step that says that a vacancy is over, for each vacancy by which one of
        `holdings` is vacant: by the key of the post or seat. Asks a query for each kind of vacancy.
        """
        shown = [(each.id, x) for each in holdings for x in each.shown_vacancies]
        keys: dict[Any, set[int]] = defaultdict(set)
        for _, vacancy in shown:
            keys[vacancy.model].add(vacancy.id)
        found = {
            model: model.objects.select_related(*model.named_by).in_bulk(of_model)
            for model, of_model in keys.items()
        }
        ways: dict[int, list[Link]] = defaultdict(list)
        for held, vacancy in shown:
            if (record := found[vacancy.model].get(vacancy.id)) is not None:
                worded = "{}" if isinstance(record.held, self.model) else named(record.held)
                ways[held] += self.steps(record, "end", worded=worded)
        return ways


class Posts(MayBeVacantPart):
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
        read = held_posts_among([post.pk for post in records], self.day)
        holdings = {holding.id: holding for holding in read}
        ending = self.ending(*read)
        return [
            self.post_row(
                post,
                standing_in_words(holdings[post.pk]),
                [
                    *self.steps(post, "appoint"),
                    *ending[post.pk],
                    *self.steps(post, *vacancy_step(holdings[post.pk]), "abolish"),
                ],
            )
            for post in records
        ]
