"""The worklists of rules of quoracy: those that cannot be met, and those that nobody compared."""

from dataclasses import dataclass

from editing.worklists import WorklistPart, WorklistRow, named, worklist
from forums.forum_states import established_on
from forums.models import (
    Forum,
    MemberOrganisation,
    Membership,
    Seat,
    TermsOfReference,
)
from forums.quoracy import SOMEBODY_IN_THE_ROOM
from forums.quoracy_inputs import bodies_of, rule_of
from forums.rule_as_filled import as_filled
from forums.rule_sentences import NamesInRules, branch_in_words, names_of
from forums.rule_trees import seats_named
from forums.rule_verdicts import missing_from
from forums.rules import Found
from forums.worklists.reporting import Forums
from organisations.models import Organisation, Post
from organisations.worklists import PLACE
from people.models import Appointment

NOT_QUORATE = worklist(
    "cannot-be-quorate",
    order=9,
    title="Forums that cannot be quorate as filled",
    finds="Forums whose rule of quoracy could not be met if everybody who sits on them came. "
    "What they decide would not stand. Whom the sources do not name is given the benefit of the "
    "doubt.",
    emptied="Fill the seats, or correct the rule.",
)
NOT_COMPARED = worklist(
    "quoracy-not-compared",
    order=10,
    title="Rules of quoracy not compared with the document",
    finds="Terms of reference with a rule of quoracy of which nobody has said whether it says all "
    "that the document asks. Until somebody does, no page calls a meeting quorate by it.",
    emptied="Read the document. Say on the form of the terms of reference that the rule says all "
    "that it asks; or that it does not, and what it also asks.",
)


@NOT_QUORATE.part
class NotQuorate(Forums):
    """No query can find them: the rule and seats of every forum with a rule are read."""

    rests_on = (
        Forum,
        TermsOfReference,
        Seat,
        Membership,
        MemberOrganisation,
        Organisation,
        Post,
        Appointment,
    )

    def found(self):
        ruled = TermsOfReference.objects.certainly(self.day).exclude(quoracy_rule=None)
        there = self.narrowed(Forum.objects.certainly(self.day).filter(established_on(self.day)))
        ruled = ruled.select_related("forum")
        terms = {each.forum_id: each for each in ruled.filter(forum__in=there.values("pk"))}
        forums = list(Forum.objects.filter(pk__in=list(terms)).order_by("folded", "pk"))
        bodies = bodies_of(terms, self.day)
        self.failing = {}
        for forum in forums:
            in_force, body = terms[forum.pk], bodies[forum.pk]
            rule = rule_of(in_force)
            if rule is None:
                continue
            judged = as_filled(rule, body)
            if judged.met is False:
                self.failing[forum.pk] = Failing(
                    in_force,
                    names_of(body, rule.organisations),
                    [each for each in judged.found.all() if each.met is False and not each.below],
                )
        return [forum for forum in forums if forum.pk in self.failing]

    def rows(self, records):
        records = list(records)
        failing = [self.failing[forum.pk] for forum in records]
        keys = {seat for each in failing for seat in each.seats}
        self.seats = Seat.objects.select_related("forum").in_bulk(keys)
        return super().rows(records)

    def row(self, forum):
        failing = self.failing[forum.pk]
        ways = self.steps(forum, "stand-down")
        for key in failing.seats:
            if seat := self.seats.get(key):
                ways += self.steps(seat, "appoint", worded=named(seat.title))
        ways += self.correcting(failing.terms, "Correct the rule")
        return WorklistRow(
            record=forum,
            name=self.link(forum),
            where=tuple(
                self.link(failing.terms, branch_in_words(each.branch, failing.names))
                for each in failing.branches
            ),
            reason=" ".join(map(failing.in_words, failing.branches))
            or f"Nobody can attend. It wants {SOMEBODY_IN_THE_ROOM}.",
            ways=tuple(ways),
        )


@dataclass(frozen=True)
class Failing:
    """The branches of a forum’s rule that could not be met."""

    terms: TermsOfReference
    names: NamesInRules
    branches: list[Found]

    @property
    def seats(self) -> list[int]:
        """The seats that these branches name."""
        return sorted({seat for each in self.branches for seat in seats_named(each.branch)})

    def in_words(self, found: Found) -> str:
        asked = f"Its rule asks that {branch_in_words(found.branch, self.names)}."
        return f"{asked} As filled it lacks {missing_from(found, self.names)}."


@NOT_COMPARED.part
class NotCompared(WorklistPart):
    model = TermsOfReference
    searched = ("forum__folded", "forum__names__folded")
    narrowed_by = {PLACE: ("forum__place",)}

    def found(self):
        """The versions in force or to come, of forums in force."""
        return self.narrowed(
            TermsOfReference.objects.filter(
                quoracy_rule_says_all=None,
                latest_end__gte=self.day,
                forum__in=Forum.objects.certainly(self.day),
            )
            .exclude(quoracy_rule=None)
            .select_related("forum")
            .order_by("forum__folded", "pk")
        )

    def row(self, terms):
        wording = terms.quoracy_wording
        return WorklistRow(
            record=terms,
            name=self.link(terms, str(terms.forum)),
            reason=f"The document says: “{wording}”"
            if wording
            else "The document’s words on quoracy are not recorded.",
            ways=tuple(self.correcting(terms, "Say whether the rule says all")),
        )
