"""What documents foresaw, whose day has passed, and whether it happened.

If no later document speaks of a start, an end or a proposal, somebody says that it happened, that
it happened on another day, or that it did not. Each action locks what it changes, and is done
whole or not at all.
"""

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import BooleanField, Case, Exists, F, ProtectedError, Q, QuerySet
from django.db.models import Value as As
from django.db.models import When as CaseWhen

from forums.change_kinds import END, KIND, START
from forums.forum_states import as_on
from forums.handovers import successors
from forums.models import (
    Forum,
    ForumStatus,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatVacancy,
    TermsOfReference,
)
from organisations.held_terms import EarlierTerms
from organisations.models import Held, Post, Relationship
from people.actions import record_vacancy
from people.models import Appointment, PostVacancy, Tenure
from people.vacant_places import Vacancy
from records.confirmations import known_later, reconfirm
from records.dated import Dated
from records.events import Source, begin_on, end, read_and_lock, take_back_end
from records.evidence import spoken_of, stale
from records.foresight import foreseen
from records.models import DatedFact, OtherName
from records.periods import Qualifier, When

# A forum that is proposed: no source says that it was ever set up.
PROPOSAL = "proposal"

# The paths to what a record of each kind may begin or end with, so that one answer is for both.
OWNERS: dict[type[DatedFact], tuple[str, ...]] = {
    Post: ("organisation",),
    Seat: ("forum", "on_behalf_of"),
    Appointment: ("post",),
    Membership: ("seat",),
    PostVacancy: ("post",),
    SeatVacancy: ("seat",),
    Relationship: ("from_organisation", "to_organisation"),
    MemberOrganisation: ("forum", "organisation"),
    ReportingLine: ("from_forum", "to_forum", "to_organisation"),
    TermsOfReference: ("forum",),
}


TERMS = KIND["terms-of-reference"]

# What begins when another of its kind ends.
ONLY_ENDS = (OtherName, EarlierTerms)


def edges_of(model: type[DatedFact]) -> tuple[str, ...]:
    """The edges that are asked about: of a former name, and of what was laid down of a seat until
    it changed, changes tell only the end."""
    return (END,) if issubclass(model, ONLY_ENDS) else (END, START)


def question_about(record: DatedFact, day: datetime.date) -> str:
    """The edge that is not known to have happened, though its day was before `day`: END, START or
    PROPOSAL; "" if there is none."""
    if record.latest_end < day and record.end_foreseen:
        return END
    if START in edges_of(type(record)) and record.latest_start < day and record.start_foreseen:
        return START
    if isinstance(record, Forum) and record.status == ForumStatus.PROPOSED:
        return "" if record.has_ended(day) else PROPOSAL
    return ""


def may_be_answered(record: DatedFact, day: datetime.date) -> str:
    """The edge of which somebody may say what became of it: that of `question_about`, or END if an
    end is foreseen whose day has not passed, which may be put off or called off."""
    ahead = record.end_foreseen and record.latest_end >= day and not isinstance(record, OtherName)
    return question_about(record, day) or (END if ahead else "")


def is_open(which: str, day: datetime.date, path: str = "") -> Q:
    """A condition: it is not known whether a start or an end happened, whose day was before `day`.
    It agrees with `question_about`."""
    return Q(**{f"{path}latest_{which}__lt": day}) & foreseen(which, path)


def open_questions(model: type[DatedFact], day: datetime.date) -> QuerySet:
    """The records of which it is not known whether they began or ended as was foreseen, without
    those that were to begin or end with what they belong to, which is asked about itself; and
    proposed forums that no document of the last year speaks of."""
    records, wanted = model._default_manager.all(), Q()
    for which in edges_of(model):
        name = f"{which}s_with_another"
        with_another = Q(pk__in=[])
        for path in OWNERS.get(model, ()):
            with_another |= same_time_as(which, path) & is_open(which, day, f"{path}__")
        # By a case, because a condition that compares with nothing is neither true nor false.
        case = Case(
            CaseWhen(with_another, then=As(True)), default=As(False), output_field=BooleanField()
        )
        records = records.alias(**{name: case})
        if model is TermsOfReference and which == END:
            # The question about the next version asks about the end of this one too.
            with_another_version = Exists(successors(TERMS).filter(is_open(START, day)))
            wanted |= is_open(which, day) & Q(**{name: False}) & ~Q(with_another_version)
            continue
        wanted |= is_open(which, day) & Q(**{name: False})
    if model is Forum:
        proposed = as_on(day, Q(status=ForumStatus.PROPOSED)) & Q(latest_end__gte=day)
        wanted |= proposed & stale(day)
    return records.filter(wanted)


def same_time_as(which: str, path: str) -> Q:
    """A condition: it begins or ends exactly when what `path` leads to does."""
    names = [f"{which}_{name}" for name in ("date", "precision", "qualifier")]
    return Q(**{name: F(f"{path}__{name}") for name in names})


def sharing(record: DatedFact, which: str, among: Q | None = None) -> list[DatedFact]:
    """The records, foreseen or `among` others, that were to begin or end with one that they belong
    to: those that belong to others come after these."""
    fields = Dated.START_FIELDS if which == START else Dated.END_FIELDS
    when = {name: getattr(record, name) for name in fields}
    found: dict[tuple[type, int], DatedFact] = {}
    level: list[DatedFact] = [record]
    while level:
        reached: list[DatedFact] = []
        for model, paths in OWNERS.items():
            for path in paths:
                field: Any = model._meta.get_field(path)
                owners = [each.pk for each in level if type(each) is field.related_model]
                if owners:
                    facts = model._default_manager.filter(
                        foreseen(which) if among is None else among,
                        **{f"{path}__in": owners},
                        **when,
                    )
                    reached += facts.select_related(*model.named_by).order_by("pk")
        level = [each for each in reached if (type(each), each.pk) not in found]
        found |= {(type(each), each.pk): each for each in level}
    return list(found.values())


def locked_with_others(record: DatedFact, which: str, today: datetime.date) -> list[DatedFact]:
    """A record and what was to begin or end with it, locked. Raises ValidationError if somebody
    else has answered the question meanwhile."""
    stored = read_and_lock(record)
    if may_be_answered(stored, today) != which:
        raise ValidationError(
            f"{stored}: somebody else has said meanwhile whether it happened. Look again."
        )
    others = [] if which == PROPOSAL else sharing(stored, which)
    return [stored, *map(read_and_lock, others)]


def former_terms(record: DatedFact, which: str) -> list[TermsOfReference]:
    """The terms of reference that were to end when these were to begin, locked."""
    if which != START or not isinstance(record, TermsOfReference):
        return []
    versions = TermsOfReference.objects.filter(foreseen(END), forum=record.forum_id)
    return [read_and_lock(each) for each in versions if each.is_followed_by(record)]


def vacancies_to_follow(fact: DatedFact) -> list[Vacancy]:
    """The vacancies that were to begin the day after somebody left, foreseen as that is."""
    if not isinstance(fact, Tenure) or fact.ends is None:
        return []
    then = fact.held.vacancies.filter(foreseen(START), **fact.ends.morrow().as_start())
    return [read_and_lock(vacancy) for vacancy in then]


def follow_with_vacancy(left: Any, vacancies: list[Vacancy], source: Source) -> None:
    """Record that a document says that the place of somebody who left is vacant then: by the
    vacancies that were foreseen, if there were any."""
    assert left.ends is not None
    begins = left.ends.morrow()
    for vacancy in vacancies:
        begin_on(vacancy, begins, source)
    if not vacancies:
        record_vacancy(held=left.held, begins=begins, source=source)


def refuse_if_unsettled(record: DatedFact, source: Source, today: datetime.date) -> None:
    """Raise ValidationError if the document cannot know what it is said to say."""
    stored = read_and_lock(record)
    which = question_about(stored, today)
    if which in (START, END):
        when = stored.when_it_starts() if which == START else stored.when_it_ends()
        raise ValidationError(
            {
                "document": f"{source.document.short_title} speaks as of "
                f"{source.document.as_of_in_words()}, and cannot say what happened {when}. Choose "
                "a later document."
            }
        )


def refuse_an_older_document(record: DatedFact, said: When, source: Source) -> None:
    """Raise ValidationError if a document is older than the one that foresaw what it denies."""
    if known_later(record, said):
        raise ValidationError(
            {
                "document": f"{source.document.short_title} speaks as of {said.in_words()}, and "
                "what was to happen is known from a later document "
                f"({record.last_known_in_words()}). Choose one that is later still."
            }
        )


def day_spoken_of(source: Source) -> When:
    """The day of which a document speaks. Raises ValidationError if it has none."""
    said = spoken_of(source.document, "as_of")
    if said is None:
        raise ValidationError(
            {
                "as_of": f"{source.document.short_title} has no day of which it speaks. Enter it: "
                "without, nobody knows whether it was written before or after."
            }
        )
    return said


@transaction.atomic
def it_happened(
    *, record: DatedFact, which: str, source: Source, today: datetime.date, vacant: bool = False
) -> None:
    """Record that a document says that a record began or ended as was foreseen, and so what was to
    begin or end with it; with `vacant`, that the place of somebody who left is vacant then.

    Raises ValidationError, changing nothing, if the document is too early to know.
    """
    said = day_spoken_of(source)
    facts = locked_with_others(record, which, today)
    if vacant:
        follow_with_vacancy(facts[0], vacancies_to_follow(facts[0]), source)
    for former in former_terms(facts[0], which):
        assert former.ends is not None
        end(former, former.ends, source)
    if which == END:
        for fact in facts:
            assert fact.ends is not None
            end(fact, fact.ends, source)  # and so had begun
    else:
        reconfirm(facts=facts, when=said, source=source)
    refuse_if_unsettled(record, source, today)


@transaction.atomic
def on_another_day(
    *,
    record: DatedFact,
    which: str,
    when: When,
    source: Source,
    today: datetime.date,
    vacant: bool = False,
) -> None:
    """Correct the day on which a record began or ended, and what was to begin or end with it, by a
    document; with `vacant`, it says that the place of somebody who left is vacant then. Vacancies
    that were to follow an end follow it still.

    The document may be of before that day, and so put it off: then that is foreseen again. Raises
    ValidationError, changing nothing, if a rule would be broken or if the document is too old.
    """
    said = day_spoken_of(source)
    facts = locked_with_others(record, which, today)
    refuse_an_older_document(facts[0], said, source)
    follow = vacancies_to_follow(facts[0]) if which == END else []
    former = former_terms(facts[0], which)
    earlier = facts[0].starts is None or when.day < facts[0].starts.day
    for each in former if earlier else ():
        end(each, when.eve(), source)
    for fact in facts:
        if which == END:
            end(fact, when, source)
            continue
        begin_on(fact, when, source)
    for each in () if earlier else former:
        end(each, when.eve(), source)
    if vacant or follow:
        follow_with_vacancy(read_and_lock(facts[0]), follow, source)


@transaction.atomic
def it_did_not_happen(
    *, record: DatedFact, which: str, source: Source, today: datetime.date
) -> None:
    """Record that a document says that what was foreseen did not come about.

    An end is taken back, with a vacancy that was to follow it, and the document confirms the
    record. What did not begin is removed, with
    what was to begin with it; their history is kept. A proposal ends by the day of the document.
    Raises ValidationError, changing nothing, if a rule would be broken.
    """
    said = day_spoken_of(source)
    facts = locked_with_others(record, which, today)
    refuse_an_older_document(facts[0], said, source)
    if which == PROPOSAL:
        end(facts[0], When(said.day, said.precision, Qualifier.BY), source)
    elif which == END:
        for vacancy in vacancies_to_follow(facts[0]):
            vacancy.delete()
        for fact in facts:
            take_back_end(fact)
        reconfirm(facts=facts, when=said, source=source)
    else:
        former = former_terms(facts[0], which)
        for fact in reversed(facts):
            remove(fact)
        for each in former:
            take_back_end(each)
        reconfirm(facts=former, when=said, source=source)


def remove(fact: DatedFact) -> None:
    """Remove what did not come about; a post or seat with its vacancies."""
    try:
        if isinstance(fact, Held):
            held: Any = fact
            for vacancy in held.vacancies.all():
                vacancy.delete()
        fact.delete()
    except ProtectedError as error:
        others = ", ".join(sorted(str(other) for other in error.protected_objects))
        raise ValidationError(
            f"{fact} cannot be removed: {others} would be left without it. Say first what became "
            "of that."
        ) from error
