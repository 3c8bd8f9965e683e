"""Records to test and demonstrate with: each function makes one that is valid, and saves it.

Name only what matters to the reader; the rest is sensible. Dates may be given as text,
`start_date="2019-04-01"`. With `save=False` the record is returned unchecked and unsaved.
"""

import datetime
import itertools

from django.db import connection, models

from forums.models import (
    EscalationStep,
    ExOfficioSource,
    Forum,
    ForumKind,
    ForumName,
    ForumState,
    LineKind,
    MemberOrganisation,
    Membership,
    ReportingLine,
    Seat,
    SeatRole,
    SeatTerms,
    SeatVacancy,
    Succession,
    TermsOfReference,
    TermsReview,
)
from forums.rule_trees import in_lowest_terms
from organisations.models import (
    CqcRating,
    Figure,
    Organisation,
    OrganisationKind,
    OrganisationName,
    Place,
    PlaceLevel,
    Post,
    PostKind,
    PostTerms,
    Rating,
    Relationship,
    RelationshipKind,
    Statement,
    StatementKind,
)
from organisations.successions import SuccessionKind
from people.models import Appointment, Distinction, Person, PersonName, PostVacancy
from records.days import NO_EARLIEST
from records.models import Document, DocumentKind, NameKind

START = datetime.date(2019, 4, 1)

_numbers = itertools.count(1)


def day(text: str) -> datetime.date:
    """The day written as `text`: "2019-04-01"."""
    return datetime.date.fromisoformat(text)


def source() -> Document:
    """The document that records rest on unless told otherwise."""
    # Nearly every record that a test makes asks for this: Django would compile the query each time.
    table = connection.ops.quote_name(Document._meta.db_table)
    found = Document.objects.raw(f"SELECT * FROM {table} WHERE slug = 'board-paper'")
    return next(iter(found), None) or make_document(
        slug="board-paper", title="Board paper of the trust", short_title="Board paper"
    )


def make_document(**fields) -> Document:
    number = next(_numbers)
    return _make(
        Document,
        fields,
        slug=f"document-{number}",
        title=f"Document {number}",
        short_title=f"Document {number}",
        kind=DocumentKind.BOARD_PAPER,
    )


def make_place(**fields) -> Place:
    number = next(_numbers)
    return _make_fact(
        Place, fields, slug=f"place-{number}", name=f"Place {number}", level=PlaceLevel.PLACE
    )


def make_organisation(**fields) -> Organisation:
    number = next(_numbers)
    if fields.get("ods_code") or fields.get("ons_code"):
        fields = {"codes_document": source, "codes_locator": "line 1", **fields}
    return _make_dated(
        Organisation,
        fields,
        slug=f"organisation-{number}",
        name=f"Organisation {number}",
        kind=OrganisationKind.NHS_TRUST,
    )


def make_organisation_name(**fields) -> OrganisationName:
    return _make_dated(
        OrganisationName,
        fields,
        organisation=make_organisation,
        name=f"Other name {next(_numbers)}",
        kind=NameKind.OTHER,
    )


def make_relationship(**fields) -> Relationship:
    return _make_dated(
        Relationship,
        fields,
        from_organisation=make_organisation,
        kind=RelationshipKind.MEMBER_OF,
        to_organisation=make_organisation,
    )


def make_post(*, vacant: int = 0, **fields) -> Post:
    """A post, of which a source says from its start that so many of its places are vacant."""
    post = _make_dated(
        Post,
        fields,
        organisation=make_organisation,
        title=f"Post {next(_numbers)}",
        kind=PostKind.CHAIR,
    )
    if vacant:
        make_post_vacancy(post=post, places=vacant, **post.starts.as_start())
    return post


def make_statement(**fields) -> Statement:
    return _make_fact(
        Statement,
        fields,
        organisation=make_organisation,
        kind=StatementKind.VISION,
        text="Good health for everyone.",
    )


def make_rating(**fields) -> Rating:
    return _make_fact(
        Rating,
        fields,
        organisation=make_organisation,
        rating=CqcRating.GOOD,
    )


def make_figure(**fields) -> Figure:
    return _make_fact(
        Figure, fields, organisation=make_organisation, label="Population", value="806,000"
    )


def make_person(**fields) -> Person:
    number = next(_numbers)
    given, _, family = fields.get("name", "").rpartition(" ")
    return _make_fact(
        Person,
        fields,
        slug=f"person-{number}",
        name=f"Person {number}",
        sort_name=f"{family}, {given}" if given else f"Person {number}",
    )


def make_person_name(**fields) -> PersonName:
    return _make_dated(
        PersonName,
        fields,
        person=make_person,
        name=f"Other name {next(_numbers)}",
        kind=NameKind.OTHER,
    )


def make_distinction(**fields) -> Distinction:
    return _make_fact(Distinction, fields, person=make_person, other=make_person)


def make_appointment(**fields) -> Appointment:
    return _make_dated(Appointment, fields, person=make_person, post=make_post)


def make_post_vacancy(**fields) -> PostVacancy:
    return _make_dated(PostVacancy, fields, post=make_post)


def make_forum(**fields) -> Forum:
    """A forum, with terms of reference as long as it if it is given any of their texts."""
    number = next(_numbers)
    texts = {name: fields.pop(name) for name in [*fields] if name in TERMS}
    forum = _make_dated(
        Forum, fields, slug=f"forum-{number}", name=f"Forum {number}", kind=ForumKind.BOARD
    )
    if texts:
        make_terms(forum=forum, **texts)
    return forum


# The fields that are of terms of reference alone.
TERMS = {field.name for field in TermsOfReference._meta.fields} - {
    field.name for field in Forum._meta.fields
}


def make_terms(**fields) -> TermsOfReference:
    """Terms of reference, as long as their forum unless told otherwise."""
    forum = fields.get("forum")
    if forum is not None:
        own = {name: getattr(forum, name) for name in (*forum.PERIOD_FIELDS, "document")}
        fields = {**own, **fields}
    return _make_dated(TermsOfReference, fields, forum=make_forum)


def terms_of(forum: Forum) -> TermsOfReference:
    """The first terms of reference of a forum, made if it has none."""
    return forum.terms_of_reference.order_by("latest_start").first() or make_terms(forum=forum)


def set_terms(forum: Forum, **texts) -> TermsOfReference:
    """Correct the first terms of reference of a forum."""
    terms = terms_of(forum)
    for name, value in texts.items():
        is_day = isinstance(TermsOfReference._meta.get_field(name), models.DateField)
        setattr(terms, name, day(value) if is_day and isinstance(value, str) else value)
    terms.save()
    return terms


def make_forum_name(**fields) -> ForumName:
    return _make_dated(
        ForumName,
        fields,
        forum=make_forum,
        name=f"Other name {next(_numbers)}",
        kind=NameKind.OTHER,
    )


def make_member_organisation(**fields) -> MemberOrganisation:
    return _make_dated(MemberOrganisation, fields, forum=make_forum, organisation=make_organisation)


def make_reporting_line(**fields) -> ReportingLine:
    if "to_forum" not in fields and "to_organisation" not in fields:
        fields = {"to_forum": make_forum, **fields}
    return _make_dated(ReportingLine, fields, from_forum=make_forum, kind=LineKind.REPORTS_TO)


def make_succession(**fields) -> Succession:
    return _make_dated(
        Succession,
        fields,
        from_forum=make_forum,
        kind=SuccessionKind.REPLACED_BY,
        to_forum=make_forum,
    )


def make_plan(**fields) -> Succession:
    """A planned succession that gives no day."""
    return make_succession(**{"start_date": None, "description": "is to become", **fields})


def make_seat(*, vacant: int = 0, **fields) -> Seat:
    """A seat, of which a source says from its start that so many of its places are vacant."""
    seat = _make_dated(Seat, fields, forum=make_forum, title=f"Seat {next(_numbers)}")
    if vacant:
        make_seat_vacancy(seat=seat, places=vacant, **seat.starts.as_start())
    return seat


def make_chair_seat(**fields) -> Seat:
    return make_seat(**{"role": SeatRole.CHAIR, "title": "Chair", **fields})


def make_membership(**fields) -> Membership:
    return _make_dated(Membership, fields, person=make_person, seat=make_seat)


def make_ex_officio_source(**fields) -> ExOfficioSource:
    if "other_seat" not in fields:
        fields = {"post": make_post, **fields}
    return _make_dated(ExOfficioSource, fields, seat=make_seat)


def make_seat_vacancy(**fields) -> SeatVacancy:
    return _make_dated(SeatVacancy, fields, seat=make_seat)


def make_seat_terms(**fields) -> SeatTerms:
    """Earlier terms of a seat: like the seat, unless it is said otherwise."""
    seat = fields.get("seat") or make_seat()
    now = {name: getattr(seat, name) for name in SeatTerms.laid_down}
    return _make_dated(
        SeatTerms, fields, seat=seat, end_date="2023-05-15", **{**now, "start_date": START}
    )


def make_forum_state(**fields) -> ForumState:
    """An earlier state of a forum: like the forum, unless it is said otherwise."""
    forum = fields.get("forum") or make_forum()
    now = {name: getattr(forum, name) for name in ForumState.laid_down}
    return _make_dated(
        ForumState, fields, forum=forum, end_date="2023-05-15", **{**now, "start_date": START}
    )


def make_post_terms(**fields) -> PostTerms:
    """Earlier terms of a post: like the post, unless it is said otherwise."""
    post = fields.get("post") or make_post()
    now = {name: getattr(post, name) for name in PostTerms.laid_down}
    return _make_dated(
        PostTerms, fields, post=post, end_date="2023-05-15", **{**now, "start_date": START}
    )


def _in_terms(fields: dict) -> dict:
    """`fields` with the first terms of reference of a forum in its place."""
    forum = fields.get("forum")
    if forum is None:
        return fields
    return {name: value for name, value in fields.items() if name != "forum"} | {
        "terms": terms_of(forum)
    }


def make_rule(
    forum=None,
    *,
    terms=None,
    people=None,
    seat=None,
    share=None,
    counting=("remote",),
    one_for_several=False,
) -> TermsOfReference:
    """Terms of reference, or the first ones of a forum, by whose rule of quoracy people attend, or
    somebody from a seat, or a share of the members, or else every member organisation.

    If they have a rule already, it asks for that besides.
    """
    terms = terms or (make_terms() if forum is None else terms_of(forum))
    if seat is not None:
        asked = {"people": 1, "in": {"seats": [seat.pk]}}
    elif people is not None:
        asked = {"people": people, "in": "members"}
    elif share is not None:
        asked = {"share": list(in_lowest_terms(*share)), "in": "members", "of": "places"}
    else:
        asked = {"organisations": "each", "one_for_several": one_for_several}
    asked["counting"] = list(counting)
    rule = terms.quoracy_rule
    terms.quoracy_rule = asked if rule is None else {"all": [*rule.get("all", [rule]), asked]}
    terms.full_clean(validate_constraints=False)
    terms.save()
    return terms


def make_escalation_step(**fields) -> EscalationStep:
    """A step of terms of reference, or of the first ones of a forum."""
    return _make_fact(
        EscalationStep,
        _in_terms(fields),
        terms=make_terms,
        order=1,
        what_happens="The members try to agree.",
        who_decides="The members",
    )


def make_terms_review(**fields) -> TermsReview:
    """A review of terms of reference, or of the first ones of a forum."""
    return _make_fact(
        TermsReview, _in_terms(fields), terms=make_terms, reviewed_on=datetime.date(2024, 5, 9)
    )


# Who makes what, for tests that go through every kind of record.
BUILDERS = {
    Document: make_document,
    Place: make_place,
    Organisation: make_organisation,
    OrganisationName: make_organisation_name,
    Relationship: make_relationship,
    Post: make_post,
    Statement: make_statement,
    Rating: make_rating,
    Figure: make_figure,
    Person: make_person,
    PersonName: make_person_name,
    Distinction: make_distinction,
    Appointment: make_appointment,
    PostVacancy: make_post_vacancy,
    Forum: make_forum,
    ForumName: make_forum_name,
    MemberOrganisation: make_member_organisation,
    ReportingLine: make_reporting_line,
    Succession: make_succession,
    Seat: make_seat,
    Membership: make_membership,
    SeatVacancy: make_seat_vacancy,
    ExOfficioSource: make_ex_officio_source,
    ForumState: make_forum_state,
    SeatTerms: make_seat_terms,
    PostTerms: make_post_terms,
    TermsOfReference: make_terms,
    EscalationStep: make_escalation_step,
    TermsReview: make_terms_review,
}


def _make_dated(model, fields, **defaults):
    record = _make_fact(model, fields, **{"start_date": START, **defaults})
    record.start_is_any = "start_date" not in fields
    return record


def _make_fact(model, fields, **defaults):
    return _make(model, fields, **{"document": source, "locator": "page 1", **defaults})


def _make(model, fields, **defaults):
    """A record of `model`; what is callable among its values is called if it is needed."""
    save = fields.get("save", True)
    values = {**defaults, **fields}
    values.pop("save", None)
    record = model()
    for name, value in values.items():
        value = value() if callable(value) else value
        if isinstance(value, str) and isinstance(model._meta.get_field(name), models.DateField):
            value = day(value)
        setattr(record, name, value)
    if getattr(model, "not_before", ()):
        _let_owners_begin_by_then(record)
    if save:
        # What a form would check. The database holds the constraints, and what is referred to.
        references = [
            field.name
            for field in model._meta.concrete_fields
            if field.is_relation and getattr(record, field.attname) is not None
        ]
        record.full_clean(exclude=references, validate_unique=False, validate_constraints=False)
        record.save_or_say_why()
    return record


def _let_owners_begin_by_then(record):
    """Let what a record belongs to have begun early enough, unless a test said when it began."""
    record.settle_period()
    begins = record.latest_start if record.earliest_start == NO_EARLIEST else record.earliest_start
    for rule in record.not_before:
        owner = rule.owner_of(record)
        if (
            owner is None
            or owner.earliest_start <= begins
            or not getattr(owner, "start_is_any", False)
        ):
            continue
        owner.start_date = begins
        owner.settle_period()
        if getattr(owner, "not_before", ()):
            _let_owners_begin_by_then(owner)
        start = {name: getattr(owner, name) for name in ("start_date", *owner.FOUR_DAYS)}
        for kept in (type(owner), type(owner).history.model):
            models.QuerySet(kept).filter(id=owner.pk).update(**start)
