"""The kinds of record whose beginnings and ends are changes, and how to read them."""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    DateField,
    F,
    Func,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from forums.forum_states import first_status
from forums.models import (
    ExOfficioSource,
    Forum,
    ForumName,
    ForumState,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatTerms,
    SeatVacancy,
    Succession,
    TermsOfReference,
)
from organisations.models import (
    Organisation,
    OrganisationName,
    Post,
    PostTerms,
    Relationship,
)
from organisations.successions import SuccessionKind
from people.designates import NAMED_FIELDS
from people.identity import may_be_named
from people.models import Appointment, PersonName, PostVacancy
from records.models import DatedFact, NameKind
from records.periods import Precision

START, END, NAMED, GIVEN_UP = "start", "end", "named", "given_up"

# One forum, organisation or person: ("forum", its key).
Subject = tuple[str, int]


def text(words: str = "") -> Value:
    return Value(words, CharField())


class DaysAfter(Func):
    """The day that many `days` after another. SQLite adds them itself, where Django would have it
    call Python on each row."""

    template = "(%(expressions)s + (%(days)d))"
    output_field = DateField()

    def as_sqlite(self, compiler, connection, **context):
        template = "DATE(%(expressions)s, '%(days)+d days')"
        return self.as_sql(compiler, connection, template=template, **context)


def of_any(found: list[QuerySet]) -> Q:
    """A filter: its key is in one of these."""
    return Q(pk__in=found[0].union(*found[1:]) if found[1:] else found[0])


@dataclass(frozen=True)
class Befalls:
    """An event that befalls a forum, though it is of an organisation or a post: the forum has it as
    a member, or has a seat for it, at the time."""

    which: str
    # The paths to what ties it to the forum, and from there to the forum.
    ties: tuple[tuple[str, str], ...]
    only: Q = field(default_factory=Q)

    def found(self, model: type[DatedFact], forum: int) -> list[QuerySet]:
        """The keys of the records whose event befalls a forum, by each tie."""
        if self.which == GIVEN_UP:
            first = last = DAY_GIVEN_UP[f"{GIVEN_UP}_date"]
        else:
            first, last = F(f"latest_{self.which}"), F(f"earliest_{self.which}")
        # A member may end with the organisation, on the eve of the day on which another takes over.
        until = DaysAfter(last, days=-1) if self.which == START else last
        return [
            model.objects.filter(
                self.only,
                **{
                    f"{tie}__{to_forum}": forum,
                    f"{tie}__earliest_start__lte": first,
                    f"{tie}__latest_end__gte": until,
                },
            )
            .order_by()
            .values("pk")
            for tie, to_forum in self.ties
        ]


@dataclass(frozen=True)
class Kind:
    """One kind of record whose beginning and end are changes."""

    what: str
    model: type[DatedFact]
    # The path to the folded name that its changes are sorted by, and its rank among the changes of
    # that name: the forum or organisation itself comes before what belongs to it.
    sorted_by: str
    rank: int
    # The subject and the object of its sentence: (forum, organisation or person; path to it).
    subject: tuple[str, str]
    object: tuple[str, str] = ("", "")
    columns: dict = field(default_factory=dict)
    # The path to the owner whose sentence counts the records that begin or end with it.
    counted_with: str = ""
    # The path to what it is true of: what is so from the first day of that, or to the last, is no
    # change.
    true_of: str = ""
    # The path to the folded name of what was split, of a kind of record that may say so.
    split_from: str = ""
    shown: Q = field(default_factory=Q)
    events: tuple[str, ...] = (START, END)
    # Whether its end is listed on the day after, when something else takes effect: the next name.
    listed_the_day_after: bool = False
    # The paths to the forums, organisations and people that it concerns.
    concerns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Its events that befall forums. It has no path to a forum in `concerns` then.
    befalls: tuple[Befalls, ...] = ()

    @property
    def held_field(self) -> str:
        """The field of the post or seat that somebody holds; "" for other kinds."""
        return getattr(self.model, "held_field", "")

    @property
    def taken_over_in(self) -> str:
        """The field of that in which one record takes over from another: the post or seat, or the
        forum that has other terms of reference, or another seat; "" for other kinds."""
        return "forum" if self.model in (TermsOfReference, Seat) else self.held_field

    @property
    def owner_name(self) -> F | Case:
        """The name that its changes are sorted by. What one was split into follows its name."""
        if not self.split_from:
            return F(self.sorted_by)
        split = When(kind=SuccessionKind.SPLIT_INTO, then=F(self.split_from))
        return Case(split, default=F(self.sorted_by))

    def rows(self) -> QuerySet:
        return self.model.objects.filter(self.shown).order_by()

    def rows_with(self, which: str) -> QuerySet:
        """Its records, with the columns of when that happened to them."""
        if which != GIVEN_UP:
            return self.rows()
        # Few plans are given up. SQLite looks these up in the index, and would not if this said
        # that there is a document.
        return self.rows().alias(**DAY_GIVEN_UP).filter(given_up_document__gt=0)

    def day_of(self, which: str) -> F | Case:
        """The day on which its beginning or end is listed."""
        column = f"{which}_date"
        if not self.listed_the_day_after:
            return F(column)
        known = {f"{which}_precision": Precision.DAY}
        the_day_after = When(**known, then=DaysAfter(F(column), days=1))
        return Case(the_day_after, default=F(column), output_field=DateField())

    def same_time_as_owner(self, which: str) -> Q:
        """A filter: it began, or ended, exactly when its owner did, or what it is true of."""
        same, owner = Q(), self.counted_with or self.true_of
        for name in ("date", "precision", "qualifier"):
            same &= Q(**{f"{which}_{name}": F(f"{owner}__{which}_{name}")})
        return same

    def not_with_owner(self, which: str) -> Q:
        """A filter: it began, or ended, on another day than its owner, or what it is true of."""
        owner = self.counted_with or self.true_of
        if not owner:
            return Q()
        return Q(**{f"{owner}__{which}_date__isnull": True}) | ~self.same_time_as_owner(which)

    def _befalling(self, subject: Subject | None) -> tuple[Befalls, ...]:
        """What befalls that forum of this kind; nothing if it is no forum."""
        return self.befalls if subject is not None and subject[0] == "forum" else ()

    def events_about(self, subject: Subject | None) -> tuple[str, ...]:
        """Its events that concern that forum, organisation or person, or anything if None is
        given."""
        return tuple(each.which for each in self._befalling(subject)) or self.events

    def concerning(self, subject: Subject | None, which: str = "") -> Q | None:
        """A filter: it concerns that forum, organisation or person, or any of them if None is
        given, by this one of its events or by any. None if no record of this kind can."""
        if subject is None:
            return Q()
        name, key = subject
        if befalls := self._befalling(subject):
            events = [each for each in befalls if which in ("", each.which)]
            return of_any([keys for each in events for keys in each.found(self.model, key)])
        if name not in self.concerns:
            return None
        paths = self.concerns[name]
        if not any("__" in path for path in paths):
            return reduce(or_, (Q(**{path: key}) for path in paths))
        # A join could find one record twice.
        found = [self.model.objects.filter(**{path: key}).order_by().values("pk") for path in paths]
        return of_any(found)


def of_organisation(path: str = "") -> tuple[tuple[str, str], ...]:
    """What ties an organisation to a forum: it is a member, or a seat or somebody in it speaks for
    it."""
    return (
        (f"{path}forum_memberships", "forum"),
        (f"{path}seats", "forum"),
        (f"{path}posts__ex_officio_seats", "forum"),
        (f"{path}posts__ex_officio_sources", "seat__forum"),
        (f"{path}memberships", "seat__forum"),
    )


# Members, parts and partners of an organisation do not take its place.
TAKES_THE_PLACE = Q(kind__in=SuccessionKind.values)
FORMER = Q(kind=NameKind.FORMER)
# A plan is given up on the day of which the document speaks that says so.
DAY_GIVEN_UP = {
    f"{GIVEN_UP}_date": F("given_up_document__as_of"),
    f"{GIVEN_UP}_precision": F("given_up_document__as_of_precision"),
    f"{GIVEN_UP}_qualifier": F("given_up_document__as_of_qualifier"),
}
PLAN_GIVEN_UP = {
    **DAY_GIVEN_UP,
    "given_up_document_slug": F("given_up_document__slug"),
    "given_up_document_title": F("given_up_document__short_title"),
    "given_up_locator": F("given_up_locator"),
}
# Plans of which there is no day to tell: that give none, and that were given up on no known day.
WITHOUT_A_DAY = Q(given_up_document=None, start_date=None, end_date=None) | Q(
    given_up_document__isnull=False, given_up_document__as_of=None
)
LINE_TO = {
    "object_name": Coalesce("to_forum__name", "to_organisation__name"),
    "object_slug": Coalesce("to_forum__slug", "to_organisation__slug"),
    "object_kind": Case(
        When(to_forum__isnull=False, then=text("forum")), default=text("organisation")
    ),
}
SPEAKS_FOR = {
    "for_name": Coalesce("on_behalf_of__name", "seat__on_behalf_of__name"),
    "for_slug": Coalesce("on_behalf_of__slug", "seat__on_behalf_of__slug"),
    "independent": Case(
        When(Q(on_behalf_of=None) & (Q(independent=True) | Q(seat__independent=True)), then=True),
        default=False,
        output_field=BooleanField(),
    ),
}
# The organisation of a seat: the one it speaks for, or that of the post whose holder fills it.
OF_SEAT = {
    f"for_{name}": Coalesce(f"on_behalf_of__{name}", f"ex_officio_post__organisation__{name}")
    for name in ("name", "slug")
}
GOES_WITH = {
    "kind": Coalesce("post__title", "other_seat__title"),
    "object_name": Coalesce("post__organisation__name", "other_seat__forum__name"),
    "object_slug": Coalesce("post__organisation__slug", "other_seat__forum__slug"),
    "object_kind": Case(When(post__isnull=False, then=text("organisation")), default=text("forum")),
}
TENURE = {name: F(name) for name in ("basis", "acting_for", *NAMED_FIELDS, "end_reason")}

KINDS = [
    Kind("organisation", Organisation, "folded", 0, ("organisation", ""),
         concerns={"organisation": ("pk",)}, befalls=(Befalls(END, of_organisation()),)),
    Kind("forum", Forum, "folded", 0, ("forum", ""),
         columns={"kind": F("status"), "began_as": first_status()},
         concerns={"forum": ("pk",)}),
    Kind("organisation-name", OrganisationName, "organisation__folded", 1,
         ("organisation", "organisation__"), columns={"title": F("name")},
         shown=FORMER, events=(END,), listed_the_day_after=True,
         concerns={"organisation": ("organisation",)},
         befalls=(Befalls(END, of_organisation("organisation__")),)),
    Kind("forum-name", ForumName, "forum__folded", 1, ("forum", "forum__"),
         columns={"title": F("name")}, shown=FORMER, events=(END,), listed_the_day_after=True,
         concerns={"forum": ("forum",)}),
    # Leave out people whom the public cannot look up.
    Kind("person-name", PersonName, "person__folded_sort_name", 1, ("person", "person__"),
         columns={"title": F("name")}, events=(END,), listed_the_day_after=True,
         shown=FORMER & may_be_named("person"),
         concerns={"person": ("person",)}),
    Kind("relationship", Relationship, "to_organisation__folded", 2,
         ("organisation", "from_organisation__"), ("organisation", "to_organisation__"),
         columns={"kind": F("kind"), **PLAN_GIVEN_UP}, split_from="from_organisation__folded",
         shown=~WITHOUT_A_DAY, events=(START, END, GIVEN_UP),
         concerns={"organisation": ("from_organisation", "to_organisation")},
         befalls=tuple(Befalls(which, of_organisation("from_organisation__"), TAKES_THE_PLACE)
                       for which in (START, GIVEN_UP))),
    Kind("succession", Succession, "to_forum__folded", 2,
         ("forum", "from_forum__"), ("forum", "to_forum__"),
         columns={"kind": F("kind"), **PLAN_GIVEN_UP}, split_from="from_forum__folded",
         shown=~WITHOUT_A_DAY, events=(START, GIVEN_UP),
         concerns={"forum": ("from_forum", "to_forum")}),
    Kind("terms-of-reference", TermsOfReference, "forum__folded", 2, ("forum", "forum__"),
         true_of="forum", concerns={"forum": ("forum",)}),
    Kind("post", Post, "organisation__folded", 3, ("organisation", "organisation__"),
         columns={"title": F("title")}, counted_with="organisation",
         concerns={"organisation": ("organisation",)},
         befalls=(Befalls(END, (("ex_officio_seats", "forum"),)),)),
    Kind("seat", Seat, "forum__folded", 3, ("forum", "forum__"),
         columns={"title": F("title"), "kind": F("role"), "number": F("number"), **OF_SEAT},
         counted_with="forum",
         concerns={"forum": ("forum",), "organisation": ("on_behalf_of",)}),
    Kind("post-terms", PostTerms, "post__organisation__folded", 4,
         ("organisation", "post__organisation__"), columns={"title": F("title")}, events=(END,),
         listed_the_day_after=True,
         concerns={"organisation": ("post__organisation",),
                   "forum": ("post__ex_officio_seats__forum",)}),
    Kind("forum-state", ForumState, "forum__folded", 1, ("forum", "forum__"), events=(END,),
         listed_the_day_after=True, concerns={"forum": ("forum",)}),
    Kind("seat-terms", SeatTerms, "seat__forum__folded", 4, ("forum", "seat__forum__"),
         columns={"title": F("title")}, events=(END,), listed_the_day_after=True,
         concerns={"forum": ("seat__forum",), "organisation": ("seat__on_behalf_of",)}),
    Kind("post-vacancy", PostVacancy, "post__organisation__folded", 5,
         ("organisation", "post__organisation__"),
         columns={"title": F("post__title"), "number": F("places")}, true_of="post",
         concerns={"organisation": ("post__organisation",),
                   "forum": ("post__ex_officio_seats__forum",)}),
    Kind("seat-vacancy", SeatVacancy, "seat__forum__folded", 5, ("forum", "seat__forum__"),
         columns={"title": F("seat__title"), "number": F("places")}, true_of="seat",
         concerns={"forum": ("seat__forum",), "organisation": ("seat__on_behalf_of",)}),
    Kind("appointment", Appointment, "post__organisation__folded", 4, ("person", "person__"),
         ("organisation", "post__organisation__"),
         columns={"title": F("post__title"), "joint": F("joint"), **TENURE},
         events=(START, END, NAMED),
         # Whoever holds the post that a seat goes with fills the seat.
         concerns={"organisation": ("post__organisation",), "person": ("person",),
                   "forum": ("post__ex_officio_seats__forum",
                             "post__ex_officio_sources__seat__forum")}),
    Kind("membership", Membership, "seat__forum__folded", 4, ("person", "person__"),
         ("forum", "seat__forum__"),
         columns={"title": F("seat__title"), "kind": F("seat__role"), **TENURE, **SPEAKS_FOR},
         events=(START, END, NAMED),
         concerns={"forum": ("seat__forum", "seat__filling__seat__forum"), "person": ("person",),
                   "organisation": ("on_behalf_of", "seat__on_behalf_of")}),
    Kind("ex-officio-source", ExOfficioSource, "seat__forum__folded", 4,
         ("forum", "seat__forum__"), true_of="seat",
         columns={"title": F("seat__title"), **GOES_WITH},
         concerns={"forum": ("seat__forum", "other_seat__forum"),
                   "organisation": ("post__organisation",)}),
    Kind("member-organisation", MemberOrganisation, "forum__folded", 5,
         ("organisation", "organisation__"), ("forum", "forum__"), counted_with="forum",
         concerns={"forum": ("forum",), "organisation": ("organisation",)}),
    Kind("reporting-line", ReportingLine, "from_forum__folded", 6, ("forum", "from_forum__"),
         columns={"kind": F("kind"), "by_exception": F("by_exception"), **LINE_TO},
         counted_with="from_forum",
         concerns={"forum": ("from_forum", "to_forum"), "organisation": ("to_organisation",)}),
]  # fmt: skip
KIND = {kind.what: kind for kind in KINDS}
UNNUMBERED = "unnumbered-seat"


@dataclass(frozen=True)
class Key:
    """Which beginning or end of which record."""

    what: str
    which: str
    pk: int
    # In a handover, the tenure that it took over from, or the terms of reference before.
    follows: int | None = None
