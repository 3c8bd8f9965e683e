"""Ratings and figures of an organisation in documents, and what it says about itself."""

import datetime
import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    CharField,
    F,
    PositiveSmallIntegerField,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast

from ics_register.pages.frame import AskedDay
from organisations.models import (
    CqcQuestion,
    CqcRating,
    Figure,
    Organisation,
    Rating,
    Statement,
    StatementKind,
)
from records.prepared import prepared
from records.stated import EVIDENCE, Stated, document_columns


def source_of(fact) -> tuple:
    """The key of facts that share one source."""
    return fact.document_slug, fact.locator, fact.quotation, fact.note


def by_source(facts: Iterable) -> list[list]:
    """`facts` in their order, in groups that share a place in a document."""
    return [list(group) for _, group in itertools.groupby(facts, source_of)]


@dataclass(kw_only=True)
class Said(Stated):
    """A rating, a figure or a statement of an organisation, as a row with its source."""

    kind: str  # "rating", "figure" or a StatementKind
    text: str  # of a rating, the service
    value: str
    period: str
    question: str

    @property
    def rating_words(self) -> str:
        return CqcRating(self.value).label

    @property
    def question_words(self) -> str:
        return CqcQuestion(self.question).label


def said_by(organisation: Organisation, asked: AskedDay) -> dict[str, Any]:
    """The ratings, figures and statements of `organisation`.

    Statements are by kind, in the document's order, in groups that share a place in a document.
    """
    facts = []
    for row in _said_by(organisation.pk, asked.day):
        del row["order_"], row["id"]
        facts.append(Said(**{name.removesuffix("_"): value for name, value in row.items()}))
    statements = [
        (kind.label, by_source(fact for fact in facts if fact.kind == kind))
        for kind in StatementKind
    ]
    return {
        "ratings": _as_read([fact for fact in facts if fact.kind == "rating"]),
        "figures": [fact for fact in facts if fact.kind == "figure"],
        "statements": [(label, groups) for label, groups in statements if groups],
    }


def _as_read(ratings: list[Said]) -> dict[str, list]:
    """CQC ratings as a person reads them: overall, then by question, then by service."""
    order = CqcQuestion.values.index
    whole = sorted((r for r in ratings if not r.text), key=lambda r: order(r.question))
    services = sorted((r for r in ratings if r.text), key=lambda r: r.text)
    return {
        "overall": [r for r in whole if r.question == CqcQuestion.OVERALL],
        "questions": by_source(r for r in whole if r.question != CqcQuestion.OVERALL),
        "services": by_source(services),
    }


@prepared
def _said_by(organisation: int, day: datetime.date) -> QuerySet:
    def rows(facts: QuerySet, order, **columns) -> QuerySet:
        stated = facts.stated_by(day).filter(organisation=organisation).order_by()
        return stated.values(
            "id", *EVIDENCE, **document_columns(with_end=False), order_=order, **columns
        )

    nothing = Value("", CharField())
    ratings = rows(
        Rating.objects.all(),
        Value(0, PositiveSmallIntegerField()),
        kind_=Value("rating", CharField()),
        text_=Cast("service", TextField()),
        value_=F("rating"),
        period_=nothing,
        question_=F("question"),
    )
    figures = rows(
        Figure.objects.all(),
        F("order"),
        kind_=Value("figure", CharField()),
        text_=Cast("label", TextField()),
        value_=F("value"),
        period_=F("period"),
        question_=nothing,
    )
    statements = rows(
        Statement.objects.all(),
        F("order"),
        kind_=F("kind"),
        text_=F("text"),
        value_=nothing,
        period_=nothing,
        question_=nothing,
    )
    return ratings.union(figures, statements, all=True).order_by("order_", "id")
