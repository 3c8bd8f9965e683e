"""The worklists of rules of quoracy: those that cannot be met, and those that nobody compared."""

from collections import defaultdict

from django.db.models import Exists, OuterRef, Q

from editing.worklists import WorklistPart, WorklistRow, named, worklist
from forums.forum_states import as_on
from forums.models import (
    ClauseKind,
    Forum,
    ForumStatus,
    MemberOrganisation,
    Membership,
    QuoracyClause,
    Seat,
    TermsOfReference,
)
from forums.quoracy import SOMEBODY_IN_THE_ROOM, Verdict, as_filled
from forums.quoracy_inputs import bodies_of, rule_of
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
    finds="Terms of reference with clauses of quoracy of which nobody has said whether they say "
    "all that the document asks. Until somebody does, no page calls a meeting quorate by them.",
    emptied="Read the document. Say on the form of the terms of reference that the clauses say all "
    "that it asks; or that they do not, and what it also asks.",
)


@NOT_QUORATE.part
class NotQuorate(Forums):
    """No query can find them: the clauses and seats of every forum with a rule are read."""

    rests_on = (
        Forum,
        TermsOfReference,
        QuoracyClause,
        Seat,
        Membership,
        MemberOrganisation,
        Organisation,
        Post,
        Appointment,
    )

    def found(self):
        ruled = TermsOfReference.objects.certainly(self.day).filter(quoracy_clauses__isnull=False)
        set_up = as_on(self.day, Q(status=ForumStatus.ESTABLISHED))
        there = self.narrowed(Forum.objects.certainly(self.day).filter(set_up))
        terms = {
            each.forum_id: each for each in ruled.filter(forum__in=there.values("pk")).distinct()
        }
        forums = list(Forum.objects.filter(pk__in=list(terms)).order_by("folded", "pk"))
        clauses = defaultdict(list)
        rules = QuoracyClause.objects.filter(terms__in=[each.pk for each in terms.values()])
        for clause in rules.order_by("order", "pk"):
            clauses[clause.terms_id].append(clause)
        bodies = bodies_of(terms, self.day)
        self.failing = {}
        for forum in forums:
            in_force = terms[forum.pk]
            rule = clauses[in_force.pk]
            judgement = as_filled(rule_of(in_force, rule), bodies[forum.pk])
            if judgement.met is False:
                self.failing[forum.pk] = [
                    (clause, verdict)
                    for clause, (_, verdict) in zip(rule, judgement.clauses, strict=True)
                    if verdict.met is False
                ]
        return [forum for forum in forums if forum.pk in self.failing]

    def rows(self, records):
        records = list(records)
        keys = {clause.seat_id for forum in records for clause, _ in self.failing[forum.pk]}
        self.seats = Seat.objects.select_related("forum").in_bulk(keys - {None})
        return super().rows(records)

    def row(self, forum):
        where, reasons, ways = [], [], self.steps(forum, "stand-down")
        for clause, verdict in self.failing[forum.pk]:
            where.append(self.link(clause, self.clause_in_words(clause)))
            reasons.append(self.failure_in_words(clause, verdict))
            if clause.seat_id:
                seat = self.seats[clause.seat_id]
                ways += self.steps(seat, "appoint", worded=named(seat.title))
            ways += self.correcting(clause, "Correct the rule")
        return WorklistRow(
            record=forum,
            name=self.link(forum),
            where=tuple(where),
            reason=" ".join(reasons) or f"Nobody can attend. It wants {SOMEBODY_IN_THE_ROOM}.",
            ways=tuple(ways),
        )

    def clause_in_words(self, clause: QuoracyClause) -> str:
        match clause.kind:
            case ClauseKind.AT_LEAST:
                return f"at least {clause.number} members"
            case ClauseKind.AT_LEAST_SHARE:
                return f"at least {clause.number} per cent of members"
            case ClauseKind.MUST_INCLUDE:
                return f"must include {self.seats[clause.seat_id].title}"
        return str(clause.get_kind_display())

    def failure_in_words(self, clause: QuoracyClause, verdict: Verdict) -> str:
        asked = f"Its rule asks for {self.clause_in_words(clause)}."
        missing = "; ".join(verdict.missing)
        if clause.kind in (ClauseKind.EVERY_ORGANISATION, ClauseKind.MUST_INCLUDE):
            return f"{asked} Nobody can attend as: {missing}."
        return f"{asked} As filled it wants {missing}."


@NOT_COMPARED.part
class NotCompared(WorklistPart):
    model = TermsOfReference
    searched = ("forum__folded", "forum__names__folded")
    narrowed_by = {PLACE: ("forum__place",)}

    def found(self):
        """The versions in force or to come, of forums in force."""
        clauses = QuoracyClause.objects.filter(terms=OuterRef("pk"))
        return self.narrowed(
            TermsOfReference.objects.filter(
                Exists(clauses),
                quoracy_clauses_say_all=None,
                latest_end__gte=self.day,
                forum__in=Forum.objects.certainly(self.day),
            )
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
            ways=tuple(self.correcting(terms, "Say whether the clauses say all")),
        )
