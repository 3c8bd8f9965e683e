"""Every rule in the database: what it refuses, what it allows, and that forms refuse the same.

The rules are tried with plain UPDATE statements, past `save()` and every form. A rule without a
case here fails `test_every_rule_has_cases`.
"""

from itertools import chain

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from forums.models import LineKind, SeatRole, Succession
from organisations.held_terms import EarlierTerms
from organisations.models import CqcQuestion, RelationshipKind
from people.models import ActingFor, Basis, EndReason
from records.dated import Dated
from records.days import NO_EARLIEST, NO_LATEST
from records.history import Recorded, WritesNoHistory
from records.models import KeptForm, PasswordToChange, RegisterVersion, StaffSession, Upload
from tests.builders import (
    BUILDERS,
    day,
    make_appointment,
    make_chair_seat,
    make_distinction,
    make_document,
    make_escalation_step,
    make_ex_officio_source,
    make_forum,
    make_forum_state,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_place,
    make_post,
    make_post_terms,
    make_post_vacancy,
    make_rating,
    make_relationship,
    make_reporting_line,
    make_seat,
    make_seat_terms,
    make_seat_vacancy,
    make_succession,
    make_terms,
    make_terms_review,
    source,
)

APPS = ("records", "organisations", "people", "forums")
RECORDED = [
    model
    for app in APPS
    for model in apps.get_app_config(app).get_models()
    if issubclass(model, Recorded)
]


def begun(first):
    return {"start_date": day(first), "earliest_start": day(first), "latest_start": day(first)}


def ended(last):
    return {"end_date": day(last), "earliest_end": day(last), "latest_end": day(last)}


ENDED = ended("2020-03-31")
TO_END = {"end_date": day("2020-03-31"), "end_qualifier": "not-before"}
NO_START = {"start_date": None, "earliest_start": NO_EARLIEST}
NOT_STARTED = {"start_qualifier": "not-before", "latest_start": NO_LATEST}


# What each model shares with others: the end of the rule's name, what it refuses and allows.

SHARED = {
    "has_locator": ([{"locator": ""}], [{"locator": "page 2"}]),
    "as_of_words": (
        [{"as_of_precision": "x"}, {"as_of_qualifier": "x"}],
        [{"as_of": day("2020-03-01"), "as_of_precision": "month", "as_of_qualifier": "by"}],
    ),
    "confirmed_precision": (
        [{"confirmed_precision": "x"}],
        [{"confirmed_precision": "month"}, {"confirmed_precision": "year"}],
    ),
    "confirmed_against": (
        [
            # A document without a place in it, a place without a document, and no day.
            {"confirmed_on": day("2020-03-31"), "confirmed_document": source},
            {"confirmed_on": day("2020-03-31"), "confirmed_locator": "page 3"},
            {"confirmed_document": source, "confirmed_locator": "page 3"},
        ],
        [
            {
                "confirmed_on": day("2020-03-31"),
                "confirmed_document": source,
                "confirmed_locator": "page 3",
            },
            {"confirmed_on": day("2020-03-31")},
        ],
    ),
    "end_has_source": (
        [
            {**ENDED, "end_document": source},
            {**ENDED, "end_locator": "page 3"},
            {"end_document": source, "end_locator": "page 3"},
        ],
        [{**ENDED, "end_document": source, "end_locator": "page 3"}, ENDED],
    ),
    "end_not_before_start": (
        [{**begun("2019-04-02"), **ended("2019-04-01")}],
        [
            {**begun("2019-04-01"), **ended("2019-04-01")},
            {**NO_START, **ended("2019-04-01")},
        ],
    ),
    "start_or_end": (
        [
            NO_START,
            {**NO_START, **TO_END, "earliest_end": NO_LATEST, "latest_end": NO_LATEST},
        ],
        [
            {**NO_START, **ended("2019-04-01")},
            {"start_date": day("2019-04-01"), "end_date": None},
        ],
    ),
    "period_words": (
        [
            {"start_precision": "x"},
            {"end_precision": "x"},
            {"start_qualifier": "x", **NO_START, **ENDED},
            {"end_qualifier": "x"},
        ],
        [
            {"start_precision": "month", "end_precision": "year"},
            {"start_qualifier": "by", "earliest_start": NO_EARLIEST, "end_qualifier": "by"},
        ],
    ),
    "four_days": (
        [
            # Back to front.
            {"earliest_start": day("2019-05-01")},
            {"end_date": day("2020-03-31"), **ENDED, "earliest_end": day("2020-04-01")},
            {**ENDED, "earliest_end": day("2019-03-31")},
            {**ENDED, "latest_start": day("2020-04-01")},
            # Not the days of the start and the end.
            {"earliest_start": day("2019-03-31")},
            {"earliest_start": NO_EARLIEST},
            {"start_qualifier": "by", "earliest_start": day("2019-04-01")},
            {**ENDED, "latest_end": day("2020-04-01")},
            {**ENDED, "earliest_end": NO_LATEST, "latest_end": NO_LATEST},
            {"latest_end": day("2020-03-31"), "earliest_end": day("2020-03-31")},
            {"earliest_end": day("2020-03-31")},
            {**NOT_STARTED, "start_date": None, **ENDED},
            # In force and never certain, which would escape the rules on overlaps.
            {"latest_start": NO_LATEST},
        ],
        [
            {"latest_start": day("2019-04-30")},
            {**ENDED, "earliest_end": day("2020-03-01")},
            {"start_qualifier": "by", "earliest_start": NO_EARLIEST},
            {**NOT_STARTED},
            {"end_date": day("2020-03-31"), "end_qualifier": "not-before"},
        ],
    ),
}

TENURE = {
    "term_ends_after_start": (
        [{"term_ends": day("2019-03-31")}],
        [
            {"term_ends": day("2019-04-01")},
            {"term_ends": day("2019-03-31"), **NO_START, **ended("2019-04-30")},
        ],
    ),
    "named_words": (
        [{"named_precision": "week"}, {"named_qualifier": "not-before"}],
        [{"named_precision": "month"}, {"named_qualifier": "by"}],
    ),
    "named_before_start": (
        [{"named_date": day("2019-04-02")}],
        [{"named_date": day("2019-04-01")}, {"named_date": day("2018-11-26")}],
    ),
    "acting_for_something": (
        [{"acting_for": ActingFor.VACANCY}, {"acting_for": ActingFor.LEAVE, "basis": "interim"}],
        [{"acting_for": ActingFor.VACANCY, "basis": Basis.ACTING}, {"basis": Basis.ACTING}],
    ),
    "end_reason_needs_end": (
        [{"end_reason": EndReason.RETIRED}],
        [
            {"end_reason": EndReason.RETIRED, **ENDED},
            ENDED,
        ],
    ),
}

ACTS = {"basis": Basis.ACTING}
# Values besides the choice itself without which another rule would speak first.
BESIDES = {
    **dict.fromkeys(
        ["people_appointment_end_reason_known", "forums_membership_end_reason_known"], ENDED
    ),
    **dict.fromkeys(
        ["people_appointment_acting_for_known", "forums_membership_acting_for_known"], ACTS
    ),
}


# Cases of a record without an end.
OF_WHAT_GOES_ON = [
    NO_START,
    {"end_document": source, "end_locator": "page 3"},
    {"earliest_end": day("2020-03-31")},
    {"start_date": day("2019-04-01"), "end_date": None},
    {**NOT_STARTED},
    TO_END,
    {"end_qualifier": "x"},
]


def shared_cases():
    """(rule, refused, case) for each rule that many models have."""
    for model in RECORDED:
        for rule in model._meta.constraints:
            ending = rule.name.removeprefix(f"{model._meta.app_label}_{model._meta.model_name}_")
            if ending.endswith("_known"):
                yield from choice_cases(model, rule.name, ending.removesuffix("_known"))
            elif ending in SHARED or ending in TENURE:
                refused, allowed = (SHARED | TENURE)[ending]
                if model is Succession:  # it never ends
                    # PostgreSQL names the first rule that is broken, in order of their names.
                    first = ending < "never_ends"
                    refused = [each for each in refused if first or "end_date" not in each]
                    allowed = [each for each in allowed if "end_date" not in each]
                    allowed = allowed or [{"locator": "page 3"}]
                if issubclass(model, EarlierTerms):  # they always end
                    refused = [each for each in refused if each not in OF_WHAT_GOES_ON]
                    allowed = [each for each in allowed if each not in OF_WHAT_GOES_ON]
                for values in refused:
                    yield rule.name, True, lambda m=model, v=values: (BUILDERS[m](), made(v))
                for values in allowed:
                    yield rule.name, False, lambda m=model, v=values: (BUILDERS[m](), made(v))


def made(values):
    """The values, with the functions among them called: one makes a document."""
    return {name: value() if callable(value) else value for name, value in values.items()}


def choice_cases(model, rule, field):
    besides = BESIDES.get(rule, {})

    def case(value):
        record = BUILDERS[model]()
        if besides in (ENDED, ACTS):
            return record, {field: value, **besides}
        return record, {field: value, **besides.get(value, lambda record: {})(record)}

    yield rule, True, lambda: case("x")
    for value in model._meta.get_field(field).choices:
        yield rule, False, lambda v=value[0]: case(v)
    if model._meta.get_field(field).blank:
        yield rule, False, lambda: case("")
    else:
        yield rule, True, lambda: case("")


def speaks_for_cases():
    for make in (make_seat, make_membership):
        rule = f"forums_{make.__name__.removeprefix('make_')}_speaks_for_one"
        for refused, values in (
            (True, {"independent": True, "on_behalf_of": make_organisation}),
            (False, {"independent": True}),
            (False, {"on_behalf_of": make_organisation}),
        ):
            yield rule, refused, lambda m=make, v=values: (m(), made(v))


# What one model has alone. Each case is a record and the values to give it.


def terms_whose_rule(say_all, also_asks):
    also = {"quoracy_rule_says_all": say_all, "quoracy_also_asks": also_asks}
    return make_terms(), also


TWO_MEMBERS = {"people": 2, "in": "members", "counting": ["remote"]}


def terms_with_rule(rule):
    return make_terms(), {"quoracy_rule": rule}


def terms_with_source(document, locator):
    return make_terms(), {"quoracy_document": document, "quoracy_locator": locator}


def terms_approved_by(*bodies):
    made_by = {
        "forum": {"approved_by_forum": make_forum},
        "organisation": {"approved_by_organisation": make_organisation},
    }
    return make_terms(), made({k: v for body in bodies for k, v in made_by[body].items()})


def a_place_in(where):
    place = make_place()
    return place, {"part_of": place if where == "itself" else make_place()}


def an_organisation_with(**values):
    return make_organisation(), values


def a_relationship_to(whom):
    relationship = make_relationship()
    other = relationship.from_organisation if whom == "itself" else make_organisation()
    return relationship, {"to_organisation": other}


def a_second_post_titled(title, *, elsewhere=False, first=None):
    chair = make_post(title="Chair", **(first or {}))
    organisation = make_organisation() if elsewhere else chair.organisation
    return make_post(organisation=organisation), {"title": title}


def a_person_merged_into(whom):
    person = make_person()
    return person, {"merged_into": person if whom == "itself" else make_person()}


def a_distinction_from(whom):
    distinction = make_distinction()
    return distinction, {"other": distinction.person if whom == "itself" else make_person()}


def a_second_distinction(*, elsewhere=False):
    first = make_distinction()
    second = make_distinction(person=first.person)
    return second, {"other": make_person() if elsewhere else first.other}


def a_second_rating(**values):
    first = make_rating(service="Maternity", question=CqcQuestion.SAFE)
    second = make_rating(
        organisation=first.organisation, service="Surgery", question=CqcQuestion.CARING
    )
    return second, {"service": "Maternity", "question": CqcQuestion.SAFE, **values}


def a_reporting_line(ends):
    line = make_reporting_line()
    return line, {
        "both": {"to_organisation": make_organisation()},
        "neither": {"to_forum": None},
        "forum": {"to_forum": make_forum()},
        "organisation": {"to_forum": None, "to_organisation": make_organisation()},
        "itself": {"to_forum": line.from_forum},
    }[ends]


def a_succession_by(whom):
    succession = make_succession()
    return succession, {"to_forum": succession.from_forum if whom == "itself" else make_forum()}


def a_plan_given_up(make, **values):
    return make(start_qualifier="not-before"), {
        "given_up_document": source(),
        "given_up_locator": "page 2",
        **values,
    }


def a_tie_that_ended(make, kind):
    end = day("2020-03-31")
    return make(kind=kind), {"end_date": end, "earliest_end": end, "latest_end": end}


def a_second_seat_titled(title, *, elsewhere=False, first=None):
    chair = make_chair_seat(**(first or {}))
    return make_seat(forum=make_forum() if elsewhere else chair.forum), {"title": title}


def a_second_step(order, *, elsewhere=False):
    first = make_escalation_step(order=1)
    forum = make_forum() if elsewhere else first.terms.forum
    return make_escalation_step(forum=forum, order=2), {"order": order}


def a_second_review(on, *, elsewhere=False):
    first = make_terms_review(reviewed_on=day("2024-05-09"))
    forum = make_forum() if elsewhere else first.terms.forum
    return make_terms_review(forum=forum, reviewed_on=day("2025-05-09")), {"reviewed_on": day(on)}


# Two holders, one after the other. Each case moves the start of the second back.

BEFORE = {"start_date": day("2018-01-01"), "end_date": day("2019-03-31")}
LONG_SINCE = {"start_date": day("2010-01-01")}


OVERLAPPING, NOT_QUITE = begun("2019-03-31"), begun("2019-04-01")
MONTH_ALONE = {
    "start_date": day("2019-03-01"), "start_precision": "month",
    "earliest_start": day("2019-03-01"),
}  # fmt: skip


def a_second_holder(make, held, values, *, what=None, same_person=False, first=None):
    fields = {held: what()} if what else {}
    before = make(**{**BEFORE, **fields, **(first or {})})
    after = {held: getattr(before, held), "start_date": "2019-04-01"}
    if same_person:
        after["person"] = before.person
    return make(**after), values


def a_former_holder_kept_on(make, until):
    former = make(**BEFORE)
    held = former.held_field
    make(**{held: getattr(former, held)}, start_date="2019-04-01")
    return former, ended(until)


def holder_cases(rule, make, held, make_for_two):
    def case(*args, **kwargs):
        return lambda: a_second_holder(make, held, *args, **kwargs)

    def shared(values, **kwargs):
        return case(values, what=make_for_two, **kwargs)

    one, once = f"{rule}_one_holder", f"{rule}_once_each"
    yield one, True, case(OVERLAPPING)
    yield one, True, lambda: a_former_holder_kept_on(make, "2019-04-01")
    yield one, True, case({**OVERLAPPING, "basis": Basis.INTERIM})
    yield one, True, case(OVERLAPPING, first={"basis": Basis.INTERIM})
    yield one, False, case(NOT_QUITE)
    yield one, False, lambda: a_former_holder_kept_on(make, "2019-03-30")
    yield one, False, case(MONTH_ALONE)
    yield one, False, case({**OVERLAPPING, "basis": Basis.ACTING})
    yield one, False, case(OVERLAPPING, first={"basis": Basis.ACTING})
    yield one, False, shared(OVERLAPPING)
    announced = {
        "start_date": day("2027-01-01"), "start_qualifier": "not-before", "end_date": None,
    }  # fmt: skip
    settled = {"earliest_start": announced["start_date"], "latest_start": NO_LATEST}
    to_come = f"{rule}_one_announced"
    for refused, first, what in (
        (True, announced, None),
        (False, {**announced, "basis": Basis.ACTING}, None),
        (False, announced, make_for_two),
        (False, BEFORE, None),
    ):
        yield to_come, refused, case({**announced, **settled}, first=first, what=what)
    yield once, True, shared(OVERLAPPING, same_person=True)
    yield once, True, shared({**OVERLAPPING, "basis": Basis.ACTING}, same_person=True)
    yield once, False, shared(OVERLAPPING)
    yield once, False, shared(NOT_QUITE, same_person=True)


def second_version(values, *, elsewhere=False):
    first = make_terms(forum=make_forum(**LONG_SINCE), **BEFORE)
    forum = make_forum(**LONG_SINCE) if elsewhere else first.forum
    return make_terms(forum=forum, start_date="2019-04-01"), values


def a_second_chair_seat(values):
    first = make_chair_seat(**BEFORE)
    return make_chair_seat(forum=first.forum, title="Convenor"), values


def a_second_time_as_member_organisation(values, *, elsewhere=False):
    first = make_member_organisation(**BEFORE)
    second = make_member_organisation(
        organisation=first.organisation,
        forum=make_forum(**LONG_SINCE) if elsewhere else first.forum,
    )
    return second, values


def a_second_organisation(values, *, code="RLQ"):
    make_organisation(ods_code=code, **BEFORE)
    return make_organisation(ods_code="RWP" if code else ""), values


def a_second_relationship(values, **others):
    first = make_relationship(**BEFORE)
    ends = {name: getattr(first, name) for name in ("from_organisation", "to_organisation", "kind")}
    return make_relationship(**{**ends, **others}), values


def a_second_reporting_line(to, values, **others):
    make_end = make_forum if to == "to_forum" else make_organisation
    first = make_reporting_line(**{to: make_end()}, **BEFORE)
    ends = {name: getattr(first, name) for name in ("from_forum", to, "kind")}
    return make_reporting_line(**{**ends, **others}), values


def an_ex_officio_source(named):
    source = make_ex_officio_source()
    return source, {
        "both": {"other_seat": make_seat()},
        "neither": {"post": None},
        "post": {"post": make_post()},
        "seat": {"post": None, "other_seat": make_seat()},
        "itself": {"post": None, "other_seat": source.seat},
    }[named]


def a_second_ex_officio_source(source, values, *, elsewhere=False):
    old_seat, old_post = make_seat(**LONG_SINCE), make_post(**LONG_SINCE)
    same = {source: old_post if source == "post" else make_seat(**LONG_SINCE)}
    first = make_ex_officio_source(seat=old_seat, **same, **BEFORE)
    seat = make_seat(**LONG_SINCE) if elsewhere else first.seat
    return make_ex_officio_source(seat=seat, **same), values


def source_cases():
    for what in ("post", "other_seat"):
        rule = f"forums_exofficiosource_once_{what}"
        for refused, values, elsewhere in (
            (True, OVERLAPPING, False),
            (False, NOT_QUITE, False),
            (False, OVERLAPPING, True),
        ):
            yield (
                rule,
                refused,
                lambda s=what, v=values, e=elsewhere: a_second_ex_officio_source(s, v, elsewhere=e),
            )
    for named in ("both", "neither", "post", "seat"):
        refused = named in ("both", "neither")
        case = lambda n=named: an_ex_officio_source(n)  # noqa: E731
        yield "forums_exofficiosource_one_source", refused, case
    for named in ("itself", "seat"):
        case = lambda n=named: an_ex_officio_source(n)  # noqa: E731
        yield "forums_exofficiosource_not_itself", named == "itself", case


def line_cases(to, make_end):
    rule = f"forums_reportingline_once_{to}"
    yield rule, True, lambda: a_second_reporting_line(to, OVERLAPPING)
    yield rule, False, lambda: a_second_reporting_line(to, NOT_QUITE)
    yield (
        rule,
        False,
        lambda: a_second_reporting_line(to, OVERLAPPING, **{to: make_end(**LONG_SINCE)}),
    )
    yield (
        rule,
        False,
        lambda: a_second_reporting_line(to, OVERLAPPING, from_forum=make_forum(**LONG_SINCE)),
    )
    yield rule, False, lambda: a_second_reporting_line(to, OVERLAPPING, kind=LineKind.ADVISES)


CODES = {"codes_locator": "line 1"}

CASES = [
    *shared_cases(),
    *speaks_for_cases(),
    ("organisations_place_not_in_itself", True, lambda: a_place_in("itself")),
    ("organisations_place_not_in_itself", False, lambda: a_place_in("another")),
    *(
        ("organisations_organisation_codes_have_source", refused, case)
        for refused, case in [
            (True, lambda: an_organisation_with(ods_code="RLQ")),
            (True, lambda: an_organisation_with(ons_code="E06000019", **CODES)),
            (True, lambda: an_organisation_with(ods_code="RLQ", codes_document=make_document())),
            (
                False,
                lambda: an_organisation_with(
                    ods_code="RLQ", codes_document=make_document(), **CODES
                ),
            ),
            (False, lambda: an_organisation_with(ods_code="", ons_code="")),
        ]
    ),
    ("organisations_relationship_between_two", True, lambda: a_relationship_to("itself")),
    ("organisations_relationship_between_two", False, lambda: a_relationship_to("another")),
    ("organisations_post_title_once", True, lambda: a_second_post_titled("Chair")),
    ("organisations_post_title_once", False, lambda: a_second_post_titled("Vice-chair")),
    (
        "organisations_post_title_once",
        False,
        lambda: a_second_post_titled("Chair", elsewhere=True),
    ),
    (
        "organisations_post_title_once",
        False,
        lambda: a_second_post_titled("Chair", first=BEFORE),
    ),
    ("organisations_post_held_by_someone", True, lambda: (make_post(), {"max_holders": 0})),
    ("organisations_post_held_by_someone", False, lambda: (make_post(), {"max_holders": 2})),
    ("organisations_rating_once_per_document", True, a_second_rating),
    (
        "organisations_rating_once_per_document",
        False,
        lambda: a_second_rating(document=make_document()),
    ),
    ("organisations_rating_once_per_document", False, lambda: a_second_rating(service="")),
    *(
        ("forums_reportingline_one_end", ends in ("both", "neither"), case)
        for ends, case in [
            (ends, lambda e=ends: a_reporting_line(e))
            for ends in ("both", "neither", "forum", "organisation")
        ]
    ),
    *(
        (
            "forums_termsofreference_quoracy_also_asks",
            bool(also_asks) != (say_all is False),
            lambda s=say_all, a=also_asks: terms_whose_rule(s, a),
        )
        for say_all in (True, False, None)
        for also_asks in ("", "the chair")
    ),
    ("forums_termsofreference_quoracy_rule_asks", True, lambda: terms_with_rule({"seats": 1})),
    ("forums_termsofreference_quoracy_rule_asks", True, lambda: terms_with_rule([1])),
    ("forums_termsofreference_quoracy_rule_asks", False, lambda: terms_with_rule(TWO_MEMBERS)),
    *(
        ("forums_termsofreference_quoracy_source", refused, case)
        for refused, case in [
            (True, lambda: terms_with_source(make_document(), "")),
            (True, lambda: terms_with_source(None, "page 2")),
            (False, lambda: terms_with_source(make_document(), "page 2")),
            (False, lambda: terms_with_source(None, "")),
        ]
    ),
    (
        "forums_termsofreference_approved_by_one",
        True,
        lambda: terms_approved_by("forum", "organisation"),
    ),
    ("forums_termsofreference_approved_by_one", False, lambda: terms_approved_by("forum")),
    ("forums_termsofreference_approved_by_one", False, lambda: terms_approved_by("organisation")),
    ("forums_termsofreference_approved_by_one", False, lambda: (make_terms(), {"purpose": "x"})),
    ("forums_termsofreference_one_in_force", True, lambda: second_version(OVERLAPPING)),
    ("forums_termsofreference_one_in_force", False, lambda: second_version(NOT_QUITE)),
    (
        "forums_termsofreference_one_in_force",
        False,
        lambda: second_version(OVERLAPPING, elsewhere=True),
    ),
    ("forums_reportingline_not_to_itself", True, lambda: a_reporting_line("itself")),
    ("forums_reportingline_not_to_itself", False, lambda: a_reporting_line("forum")),
    ("forums_succession_between_two", True, lambda: a_succession_by("itself")),
    ("forums_succession_between_two", False, lambda: a_succession_by("another")),
    ("forums_seat_title_once", True, lambda: a_second_seat_titled("Chair")),
    ("forums_seat_title_once", False, lambda: a_second_seat_titled("GP")),
    ("forums_seat_title_once", False, lambda: a_second_seat_titled("Chair", elsewhere=True)),
    ("forums_seat_title_once", False, lambda: a_second_seat_titled("Chair", first=BEFORE)),
    ("people_person_not_merged_into_itself", True, lambda: a_person_merged_into("itself")),
    ("people_person_not_merged_into_itself", False, lambda: a_person_merged_into("another")),
    ("people_distinction_between_two", True, lambda: a_distinction_from("itself")),
    ("people_distinction_between_two", False, lambda: a_distinction_from("another")),
    ("people_distinction_once", True, a_second_distinction),
    ("people_distinction_once", False, lambda: a_second_distinction(elsewhere=True)),
    ("forums_seatvacancy_of_a_place", True, lambda: (make_seat_vacancy(), {"places": 0})),
    ("forums_seatvacancy_of_a_place", False, lambda: (make_seat_vacancy(), {"places": 2})),
    ("people_postvacancy_of_a_place", True, lambda: (make_post_vacancy(), {"places": 0})),
    ("people_postvacancy_of_a_place", False, lambda: (make_post_vacancy(), {"places": 2})),
    ("organisations_postterms_held_by_someone", True, lambda: (make_post_terms(), NOBODY)),
    ("organisations_postterms_held_by_someone", False, lambda: (make_post_terms(), FIVE)),
    ("organisations_postterms_until_a_change", True, lambda: (make_post_terms(), NO_END)),
    ("organisations_postterms_until_a_change", False, lambda: (make_post_terms(), FIVE)),
    ("organisations_postterms_once", True, lambda: second_terms("2023-05-15", "post")),
    ("organisations_postterms_once", False, lambda: second_terms("2023-05-16", "post")),
    ("forums_seatterms_for_someone", True, lambda: (make_seat_terms(), {"number": 0})),
    ("forums_seatterms_for_someone", False, lambda: (make_seat_terms(), {"number": None})),
    ("forums_seatterms_until_a_change", True, lambda: (make_seat_terms(), NO_END)),
    ("forums_seatterms_until_a_change", False, lambda: (make_seat_terms(), {"number": 5})),
    ("forums_forumstate_until_a_change", True, lambda: (make_forum_state(), NO_END)),
    ("forums_forumstate_until_a_change", False, lambda: (make_forum_state(), {"note": "So."})),
    ("forums_forumstate_once", True, lambda: second_terms("2023-05-15", "forum")),
    ("forums_forumstate_once", False, lambda: second_terms("2023-05-16", "forum")),
    ("forums_seatterms_once", True, lambda: second_terms("2023-05-15")),
    ("forums_seatterms_once", False, lambda: second_terms("2023-05-16")),
    ("forums_seat_for_someone", True, lambda: (make_seat(), {"number": 0})),
    ("forums_seat_for_someone", False, lambda: (make_seat(), {"number": 5})),
    ("forums_seat_for_someone", False, lambda: (make_seat(), {"number": None})),
    ("forums_escalationstep_order_once", True, lambda: a_second_step(1)),
    ("forums_escalationstep_order_once", False, lambda: a_second_step(3)),
    ("forums_escalationstep_order_once", False, lambda: a_second_step(1, elsewhere=True)),
    ("forums_termsreview_once", True, lambda: a_second_review("2024-05-09")),
    ("forums_termsreview_once", False, lambda: a_second_review("2024-05-10")),
    ("forums_termsreview_once", False, lambda: a_second_review("2024-05-09", elsewhere=True)),
    *(
        (
            "forums_termsreview_next_is_later",
            refused,
            lambda on=on: (
                make_terms_review(reviewed_on=day("2024-05-09")),
                {"next_review": on and day(on)},
            ),
        )
        for refused, on in ((True, "2024-05-09"), (False, "2024-05-10"), (False, None))
    ),
    *holder_cases("people_appointment", make_appointment, "post", lambda: make_post(max_holders=2)),
    *holder_cases("forums_membership", make_membership, "seat", lambda: make_seat(number=2)),
    ("forums_seat_one_chair", True, lambda: a_second_chair_seat(OVERLAPPING)),
    ("forums_seat_one_chair", False, lambda: a_second_chair_seat(NOT_QUITE)),
    (
        "forums_seat_one_chair",
        False,
        lambda: a_second_chair_seat({**OVERLAPPING, "role": SeatRole.VICE_CHAIR}),
    ),
    (
        "forums_memberorganisation_once",
        True,
        lambda: a_second_time_as_member_organisation(OVERLAPPING),
    ),
    (
        "forums_memberorganisation_once",
        False,
        lambda: a_second_time_as_member_organisation(NOT_QUITE),
    ),
    (
        "forums_memberorganisation_once",
        False,
        lambda: a_second_time_as_member_organisation(OVERLAPPING, elsewhere=True),
    ),
]


NO_END = {"end_date": None, "earliest_end": NO_LATEST, "latest_end": NO_LATEST}


NOBODY, FIVE = {"max_holders": 0}, {"max_holders": 5}


def second_terms(begins: str, of: str = "seat"):
    """The terms of a post, seat or forum from a day on, and those of it until 15 May 2023."""
    make = {"seat": make_seat_terms, "post": make_post_terms, "forum": make_forum_state}[of]
    held = make(end_date="2023-05-15").changed
    late = make(**{of: held}, start_date="2023-06-01", end_date="2024-01-01")
    return late, begun(begins)


def start_cases():
    """A record of each kind, of an owner that began on 1 April 2019."""
    began = {"start_date": "2019-04-01"}
    by = {**began, "start_qualifier": "by"}
    forum, organisation = (
        lambda make=make: make(**began) for make in (make_forum, make_organisation)
    )
    later = {"start_date": "2019-05-01"}

    def old_seat():
        return make_seat(forum=make_forum(**LONG_SINCE), **LONG_SINCE)

    def old_post():
        return make_post(organisation=make_organisation(**LONG_SINCE), **LONG_SINCE)

    made = {
        "organisations_post_not_before_organisation": lambda: make_post(
            organisation=organisation(), **later
        ),
        "people_appointment_not_before_post": lambda: make_appointment(
            post=make_post(organisation=make_organisation(**LONG_SINCE), **began), **later
        ),
        "people_appointment_not_before_organisation": lambda: make_appointment(
            post=make_post(organisation=organisation(), **by), **later
        ),
        "forums_seat_not_before_forum": lambda: make_seat(forum=forum(), **later),
        "forums_membership_not_before_seat": lambda: make_membership(
            seat=make_seat(forum=make_forum(**LONG_SINCE), **began), **later
        ),
        "forums_membership_not_before_forum": lambda: make_membership(
            seat=make_seat(forum=forum(), **by), **later
        ),
        "forums_memberorganisation_not_before_forum": lambda: make_member_organisation(
            forum=forum(), organisation=make_organisation(**LONG_SINCE), **later
        ),
        "forums_memberorganisation_not_before_organisation": lambda: make_member_organisation(
            forum=make_forum(**LONG_SINCE), organisation=organisation(), **later
        ),
        "forums_reportingline_not_before_from_forum": lambda: make_reporting_line(
            from_forum=forum(), to_forum=make_forum(**LONG_SINCE), **later
        ),
        "forums_reportingline_not_before_to_forum": lambda: make_reporting_line(
            from_forum=make_forum(**LONG_SINCE), to_forum=forum(), **later
        ),
        "forums_reportingline_not_before_to_organisation": lambda: make_reporting_line(
            from_forum=make_forum(**LONG_SINCE), to_organisation=organisation(), **later
        ),
        "forums_exofficiosource_not_before_seat": lambda: make_ex_officio_source(
            seat=make_seat(forum=make_forum(**LONG_SINCE), **began), post=old_post(), **later
        ),
        "forums_exofficiosource_not_before_post": lambda: make_ex_officio_source(
            seat=old_seat(),
            post=make_post(organisation=make_organisation(**LONG_SINCE), **began),
            **later,
        ),
        "forums_exofficiosource_not_before_other_seat": lambda: make_ex_officio_source(
            seat=old_seat(),
            other_seat=make_seat(forum=make_forum(**LONG_SINCE), **began),
            **later,
        ),
        "forums_seatvacancy_not_before_seat": lambda: make_seat_vacancy(
            seat=make_seat(forum=make_forum(**LONG_SINCE), **began), **later
        ),
        "forums_termsofreference_not_before_forum": lambda: make_terms(forum=forum(), **later),
        "forums_seatvacancy_not_before_forum": lambda: make_seat_vacancy(
            seat=make_seat(forum=forum(), **by), **later
        ),
        "people_postvacancy_not_before_post": lambda: make_post_vacancy(
            post=make_post(organisation=make_organisation(**LONG_SINCE), **began), **later
        ),
        "people_postvacancy_not_before_organisation": lambda: make_post_vacancy(
            post=make_post(organisation=organisation(), **by), **later
        ),
    }
    for rule, make in made.items():
        yield rule, True, lambda make=make: (make(), begun("2019-03-31"))
        yield rule, False, lambda make=make: (make(), begun("2019-04-01"))


CASES += [
    *start_cases(),
    *(
        (f"{rule}_{of}", refused, lambda make=make, values=values: a_plan_given_up(make, **values))
        for rule, make in [
            ("forums_succession", make_succession),
            ("organisations_relationship", make_relationship),
        ]
        for of, refused, values in [
            ("given_up_has_source", True, {"given_up_locator": ""}),
            ("given_up_has_source", True, {"given_up_document": None}),
            ("given_up_has_source", False, {}),
            ("given_up_has_source", False, {"given_up_document": None, "given_up_locator": ""}),
            ("given_up_never_began", True, {"start_qualifier": "on", **NOT_QUITE}),
            ("given_up_never_began", False, {}),
        ]
    ),
    *(
        (f"{rule}_never_ends", refused, lambda make=make, kind=kind: a_tie_that_ended(make, kind))
        for rule, make, refused, kind in [
            ("forums_succession", make_succession, True, "replaced-by"),
            ("organisations_relationship", make_relationship, True, "merged-into"),
            ("organisations_relationship", make_relationship, False, "part-of"),
        ]
    ),
    ("forums_succession_never_ends", False, lambda: (make_succession(), {"end_date": None})),
    *source_cases(),
    *line_cases("to_forum", make_forum),
    *line_cases("to_organisation", make_organisation),
    *(
        ("organisations_organisation_one_ods_code", refused, case)
        for refused, case in [
            (True, lambda: a_second_organisation({"ods_code": "RLQ", **OVERLAPPING})),
            (False, lambda: a_second_organisation({"ods_code": "RLQ", **NOT_QUITE})),
            (False, lambda: a_second_organisation({"ods_code": "RLQ", **MONTH_ALONE})),
            (False, lambda: a_second_organisation(OVERLAPPING)),
            (False, lambda: a_second_organisation(OVERLAPPING, code="")),
        ]
    ),
    *(
        ("organisations_relationship_once", refused, case)
        for refused, case in [
            (True, lambda: a_second_relationship(OVERLAPPING)),
            (False, lambda: a_second_relationship(NOT_QUITE)),
            (
                False,
                lambda: a_second_relationship(OVERLAPPING, kind=RelationshipKind.SUCCEEDED_BY),
            ),
            (
                False,
                lambda: a_second_relationship(OVERLAPPING, to_organisation=make_organisation()),
            ),
            (
                False,
                lambda: a_second_relationship(OVERLAPPING, from_organisation=make_organisation()),
            ),
        ]
    ),
]

REFUSED = [pytest.param(rule, case, id=rule) for rule, refused, case in CASES if refused]
ALLOWED = [pytest.param(rule, case, id=rule) for rule, refused, case in CASES if not refused]


def rules_of(model):
    of_periods = [getattr(model, name, ()) for name in ("no_overlaps", "not_before")]
    return [*model._meta.constraints, *chain(*of_periods)]


RULES = {rule.name: rule for model in RECORDED for rule in rules_of(model)}


def change(record, values):
    """Give `record` those values in the database, past its `save()`."""
    with transaction.atomic():
        assert models.QuerySet(type(record)).filter(pk=record.pk).update(**values) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "case"), REFUSED)
def test_the_database_refuses(rule, case):
    record, values = case()

    with pytest.raises(IntegrityError) as refusal:
        change(record, values)

    assert_names(refusal.value, RULES[rule], type(record))


def assert_names(error, rule, model):
    if connection.vendor == "sqlite" and isinstance(rule, models.UniqueConstraint):
        table = model._meta.db_table
        columns = [f"{table}.{model._meta.get_field(name).column}" for name in rule.fields]
        assert f"UNIQUE constraint failed: {', '.join(columns)}" in str(error)
    else:
        assert rule.name in str(error)


@pytest.mark.django_db
@pytest.mark.parametrize(("rule", "case"), ALLOWED)
def test_the_database_allows(rule, case):
    change(*case())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rule", "case"),
    # The four days are worked out, so no form can get them wrong.
    [each for each in REFUSED if not each.id.endswith("_four_days")],
)
def test_a_form_refuses_it_with_a_sentence(rule, case):
    record, values = case()
    for name, value in values.items():
        setattr(record, name, value)
    if set(values) & set(record.fixed_fields):  # which only a new record can have otherwise
        record.pk, record._state.adding = None, True

    with pytest.raises(ValidationError) as refusal:
        record.full_clean()

    assert all(len(message) > 10 for message in refusal.value.messages)


def test_every_rule_has_cases():
    assert {rule for rule, refused, _ in CASES if refused} == set(RULES)
    assert {rule for rule, refused, _ in CASES if not refused} == set(RULES)


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model.__name__)
def test_every_rule_says_what_to_do_about_it(model):
    for rule in rules_of(model):
        message = getattr(rule, "violation_error_message", None) or rule.message
        assert "violated" not in message
        assert message.endswith((".", "%(other)s"))


# What every record has


@pytest.mark.django_db
@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model.__name__)
def test_no_manager_of_any_record_writes_past_history(model):
    record = BUILDERS[model]()

    for manager in (model._base_manager, model._default_manager):
        with pytest.raises(WritesNoHistory):
            manager.filter(pk=record.pk).update(pk=record.pk)


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model.__name__)
def test_every_record_keeps_history(model):
    assert model.history.model.tracked_fields == list(model._meta.fields)


def test_every_model_of_the_four_apps_keeps_history():
    kept = {model for app in APPS for model in apps.get_app_config(app).get_models()}
    histories = {model.history.model for model in RECORDED}

    # Uploads and kept forms are no records yet. The version and the data of sign-ins are none.
    others = {Upload, RegisterVersion, KeptForm, PasswordToChange, StaffSession}
    assert kept == set(RECORDED) | histories | others


EVIDENCED = [model for model in RECORDED if hasattr(model, "confirmed_on")]
DATED = [model for model in RECORDED if issubclass(model, Dated)]


def test_every_record_but_a_document_rests_on_a_document():
    assert [model.__name__ for model in RECORDED if model not in EVIDENCED] == ["Document"]


@pytest.mark.django_db
@pytest.mark.parametrize("model", EVIDENCED, ids=lambda model: model.__name__)
def test_the_database_keeps_nothing_without_a_document(model):
    record = BUILDERS[model]()

    with pytest.raises(IntegrityError):
        change(record, {"document": None})


@pytest.mark.django_db
@pytest.mark.parametrize("model", EVIDENCED, ids=lambda model: model.__name__)
def test_a_form_asks_for_the_document_and_the_place_in_it_on_their_fields(model):
    record = BUILDERS[model](document=None, locator="", save=False)

    with pytest.raises(ValidationError) as refusal:
        record.full_clean()

    assert {"document", "locator"} <= set(refusal.value.message_dict)


@pytest.mark.django_db
@pytest.mark.parametrize("model", DATED, ids=lambda model: model.__name__)
def test_an_end_before_the_start_is_told_on_the_end(model):
    record = BUILDERS[model]()
    record.end_date = day("2019-03-31")

    with pytest.raises(ValidationError) as refusal:
        record.full_clean()

    assert list(refusal.value.message_dict) == ["end_date"]


@pytest.mark.parametrize("model", RECORDED, ids=lambda model: model.__name__)
def test_nothing_that_others_rest_on_can_be_deleted(model):
    keys = [field for field in model._meta.fields if field.many_to_one]

    assert {key.remote_field.on_delete for key in keys} <= {models.PROTECT}


SLUGGED = [model for model in RECORDED if hasattr(model, "slug")]


@pytest.mark.django_db
@pytest.mark.parametrize("model", SLUGGED, ids=lambda model: model.__name__)
def test_the_database_refuses_a_slug_that_is_taken(model):
    first, second = BUILDERS[model](), BUILDERS[model]()

    with pytest.raises(IntegrityError):
        change(second, {"slug": first.slug})
