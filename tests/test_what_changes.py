"""Every field of every record has a way to change that keeps its past.

A new field fails here until somebody decides what becomes of its earlier value when the world
changes it. A correction, of what the register had wrong, may be made in any form and is no answer.
"""

from collections.abc import Iterator

import pytest
from django.apps import apps

from organisations.held_terms import EarlierTerms
from records.history import Recorded
from records.models import DatedFact, Fact, OtherName

RECORDED = [model for model in apps.get_models() if issubclass(model, Recorded)]

# What a record says of when it holds and of its source.
OF_ITSELF = {
    *DatedFact.EVIDENCE_FIELDS,
    *DatedFact.PERIOD_FIELDS,
    *DatedFact.END_SOURCE_FIELDS,
}

# Kinds of record of which another is recorded when the world changes: each is so for its period, or
# is what its document says of its day.
ANOTHER_RECORD = {
    "TermsOfReference": "New terms of reference end the former the day before.",
    "MemberOrganisation": "A member that leaves and comes again is recorded twice.",
    "ReportingLine": "A line of another kind, or by exception, ends this one and begins.",
    "Succession": "It says what came after what, once.",
    "Relationship": "Organisations that are related otherwise have another relationship.",
    "SeatVacancy": "Another number of vacant places is another vacancy.",
    "PostVacancy": "Another number of vacant places is another vacancy.",
    "Statement": "A later document makes another statement.",
    "Rating": "A later document gives another rating.",
    "Figure": "A later document gives another figure.",
    "Distinction": "It says of two people that they are two, once.",
}

# Names, of which the former is kept with its period as another name.
NAMES = {"Forum.name", "Organisation.name", "Person.name"}

# Fields that are only ever corrected, each with its reason.
NO_ADDRESS = "It is part of a public address, and the old one redirects."
ANOTHER_TENURE = "Somebody to whom another applies from a day on is recorded again from then."
ABOUT_A_PAPER = "A paper does not change."
ONLY_CORRECTED = {
    **dict.fromkeys(["Forum.slug", "Organisation.slug", "Person.slug", "Place.slug"], NO_ADDRESS),
    **{
        f"{tenure}.{name}": ANOTHER_TENURE
        for tenure in ("Appointment", "Membership")
        for name in ("basis", "acting_for", "named_date", "named_precision", "named_qualifier")
    },
    "Membership.on_behalf_of": ANOTHER_TENURE,
    "Membership.independent": ANOTHER_TENURE,
    "Appointment.end_reason": "It says why the end came.",
    "Membership.end_reason": "It says why the end came.",
    "Appointment.joint": "A joint appointment that ends, in one post or in all, has an end.",
    "Forum.kind": "A forum of another kind is another, and takes the place of this one.",
    "Seat.on_behalf_of": "A seat of another organisation is another seat.",
    "Seat.independent": "A seat of an organisation is another seat.",
    "Seat.order": "It is the order in which pages show the seats.",
    "Post.kind": "A post of another kind is another post.",
    "Organisation.kind": "An organisation of another kind is another: it succeeds this one.",
    "Organisation.ods_code": "The code stays with the organisation: another has another.",
    "Organisation.ons_code": "The code stays with the organisation: another has another.",
    "Organisation.codes_document": "It is the source of the codes.",
    "Organisation.codes_locator": "It is the source of the codes.",
    "Organisation.website": "It leads to where the organisation is found today.",
    "Person.honorific": "No document says from when: it is how somebody is addressed.",
    "Person.sort_name": "It follows the name.",
    "Place.level": "A place of another level is another place.",
    **{
        f"Document.{name}": ABOUT_A_PAPER
        for name in (
            "slug", "title", "short_title", "kind", "publisher", "published_date",
            "published_precision", "as_of", "as_of_precision", "as_of_qualifier", "url",
            "file_name", "note",
        )
    },
}  # fmt: skip

# Fields that the world changes, and whose earlier value no record keeps yet: what is lacking.
WRITTEN_OVER = {
    "Appointment.term_ends": "A term that is extended without another appointment.",
    "Membership.term_ends": "A term that is extended without another appointment.",
    "Forum.short_name": "A forum that is called otherwise for short from a day on.",
    "Organisation.short_name": "An organisation that is called otherwise for short from a day on.",
    "Organisation.place": "An organisation that serves another place from a day on.",
    "Seat.ex_officio_post": "A seat that goes with another post, or with none, from a day on.",
    "Place.name": "A place that is called otherwise from a day on.",
    "Place.part_of": "A place that is part of another from a day on.",
}
LISTED = [NAMES, ONLY_CORRECTED, WRITTEN_OVER]


def is_of_a_version(model: type[Recorded]) -> bool:
    """Whether another record is made when the world changes what this one says."""
    return (
        issubclass(model, EarlierTerms | OtherName)
        or model.__name__ in ANOTHER_RECORD
        or (issubclass(model, Fact) and "terms" in model.fixed_fields)
    )


def to_be_listed(model: type[Recorded]) -> Iterator[str]:
    """The fields of a kind of record that nothing in the code says how to change."""
    if is_of_a_version(model):
        return
    kept = {*model.fixed_fields, *model.set_by_steps, "id"}
    if getattr(model, "terms_name", ""):
        kept |= {*model.terms_model().laid_down}
    if issubclass(model, Fact | DatedFact):
        kept |= OF_ITSELF
    for field in model._meta.concrete_fields:
        if field.editable and field.name not in kept:
            yield f"{model.__name__}.{field.name}"


def test_every_field_has_a_way_to_change():
    wanted = {name for model in RECORDED for name in to_be_listed(model)}
    lacking = [
        f"{name}: decide what becomes of its earlier value when the world changes it. Name it in "
        "`fixed_fields`, keep it in earlier terms (`laid_down`) or in a record with a period; or "
        "add it to ONLY_CORRECTED in tests/test_what_changes.py with the reason why the world "
        "never changes it."
        for name in sorted(wanted - set().union(*LISTED))
    ]
    assert not lacking, "\n" + "\n".join(lacking)


def test_no_list_names_a_field_that_is_kept_otherwise_or_is_no_more():
    wanted = {name for model in RECORDED for name in to_be_listed(model)}
    stale = [
        f"{name}: remove it from the lists of tests/test_what_changes.py. It is kept otherwise now."
        for name in sorted(set().union(*LISTED) - wanted)
    ]
    names = {model.__name__ for model in RECORDED}
    stale += [f"{name}: there is no such kind of record." for name in {*ANOTHER_RECORD} - names]
    assert not stale, "\n" + "\n".join(stale)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_former_name_is_kept_with_its_period(name):
    model = next(model for model in RECORDED if model.__name__ == name.partition(".")[0])
    kept = model._meta.get_field("names").related_model
    assert issubclass(kept, OtherName) and issubclass(kept, DatedFact)


def test_each_field_is_in_one_list():
    names = [name for some in LISTED for name in some]
    assert sorted(names) == sorted(set(names))
