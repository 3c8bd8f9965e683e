"""Ratings and figures of an organisation in documents, and what it says about itself."""

import datetime
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import CharField, F, QuerySet, TextField, Value
from django.db.models.functions import Cast

from ics_register.pages.frame import AskedDay
from ics_register.pages.joins import STATED_SOURCES, with_sources
from organisations.models import (
    CqcQuestion,
    Figure,
    Organisation,
    Rating,
    Statement,
    StatementKind,
)
from people.post_holders import EVIDENCE, Stated, document_columns
from records.prepared import prepared


def source_of(fact) -> tuple:
    """The key of facts that share one source."""
    return fact.document_slug, fact.locator, fact.quotation, fact.note


def by_source(facts: Iterable) -> list[list]:
    """`facts` in their order, in groups that share a place in a document."""
    return [list(group) for _, group in itertools.groupby(facts, source_of)]


def ratings_of(organisation: Organisation, asked: AskedDay) -> dict[str, list]:
    """CQC ratings as a person reads them: overall, then by question, then by service."""
    ratings = list(_ratings_of(organisation.pk, asked.day))
    order = {question: position for position, question in enumerate(CqcQuestion.values)}
    whole = sorted((r for r in ratings if not r.service), key=lambda r: order[r.question])
    return {
        "overall": [r for r in whole if r.question == CqcQuestion.OVERALL],
        "questions": by_source(r for r in whole if r.question != CqcQuestion.OVERALL),
        "services": by_source(r for r in ratings if r.service),
    }


@prepared
def _ratings_of(organisation: int, day: datetime.date) -> QuerySet:
    ratings = Rating.objects.stated_by(day).filter(organisation=organisation)
    return with_sources(ratings, sources=STATED_SOURCES)


@dataclass(kw_only=True)
class Said(Stated):
    """A figure or a statement of an organisation, as a row with its source."""

    kind: str  # "figure" or a StatementKind
    text: str
    value: str
    period: str


def said_by(organisation: Organisation, asked: AskedDay) -> dict[str, list]:
    """The figures and statements of `organisation`.

    Statements are by kind, in the document's order, in groups that share a place in a document.
    """
    facts = []
    for row in _said_by(organisation.pk, asked.day):
        del row["order"], row["id"]
        facts.append(Said(**{name.removesuffix("_"): value for name, value in row.items()}))
    statements = [
        (kind.label, by_source(fact for fact in facts if fact.kind == kind))
        for kind in StatementKind
    ]
    return {
        "figures": [fact for fact in facts if fact.kind == "figure"],
        "statements": [(label, groups) for label, groups in statements if groups],
    }


@prepared
def _said_by(organisation: int, day: datetime.date) -> QuerySet:
    def rows(facts: QuerySet, **columns) -> QuerySet:
        stated = facts.stated_by(day).filter(organisation=organisation).order_by()
        return stated.values(
            "order", "id", *EVIDENCE, **document_columns(with_end=False), **columns
        )

    nothing = Value("", CharField())
    said = rows(
        Figure.objects.all(),
        kind_=Value("figure", CharField()),
        text_=Cast("label", TextField()),
        value_=F("value"),
        period_=F("period"),
    ).union(
        rows(
            Statement.objects.all(),
            kind_=F("kind"),
            text_=F("text"),
            value_=nothing,
            period_=nothing,
        ),
        all=True,
    )
    return said.order_by("order", "id")
