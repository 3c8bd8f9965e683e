"""Facts as plain values, with the models' field names in every format.

A date is written as far as it is known ("2019-04"), and what is not recorded is null. Formats say
no more than the pages (see docs/data.md).
"""

import datetime
from collections.abc import Iterable

from forums.change_words import changes_of
from forums.models import TermsReview
from forums.quoracy_inputs import as_called
from forums.rule_trees import to_json
from forums.seats_going_on import goes_on_for
from forums.terms_reviews import NextReview
from ics_register.jinja import lines
from ics_register.pages.formats import Here
from ics_register.pages.names_on_day import NamesThen
from records.periods import as_known, both

EDGES = ("start", "end")


def date(day: datetime.date | None, precision: str = "day") -> str | None:
    return as_known(day, precision) if day else None


# Records


def record(here: Here, page: str, slug: str | None, name: str | None) -> dict | None:
    """A record by its id and name; None if there is none."""
    called = here.names_then.get(page, {}).get(slug)
    then = {"called_then": called} if called else {}
    return {"id": here.id(page, slug), "name": name, **then} if name else None


def named(one, here: Here) -> dict | None:
    """The id and name of a record itself."""
    return record(here, one._meta.model_name, one.slug, str(one)) if one else None


def document(here: Here, slug: str | None, title: str | None) -> dict | None:
    return {"id": here.id("document", slug), "title": title} if slug else None


def named_document(one, here: Here) -> dict | None:
    return document(here, one.slug, one.short_title) if one else None


def place(served) -> dict | None:
    """The place that a record serves, by the word that filters take; places have no page."""
    return {"slug": served.slug, "name": served.name, "level": served.level} if served else None


# When, and who says so


def period(fact) -> dict:
    """The period of a record, and whether its start and its end are only foreseen. A missing date
    has no precision."""
    start, end = fact.start_date, fact.end_date
    return {
        "start_date": date(start, fact.start_precision),
        "start_precision": fact.start_precision if start else None,
        "start_qualifier": fact.start_qualifier if start else None,
        "end_date": date(end, fact.end_precision),
        "end_precision": fact.end_precision if end else None,
        "end_qualifier": fact.end_qualifier if end else None,
        "start_edtf": fact.starts.as_edtf() if start else None,
        "end_edtf": fact.ends.as_edtf() if end else None,
        "start_foreseen": fact.start_foreseen,
        "end_foreseen": fact.end_foreseen,
    }


def source(fact, here: Here) -> dict:
    """Which document says so, and where in it."""
    return {
        "document": document(here, fact.document_slug, fact.document_title),
        "locator": fact.locator,
        "quotation": fact.quotation or None,
        "note": fact.note or None,
    }


def evidence(fact, here: Here) -> dict:
    """Which document says so, where in it, as of which day it is last known, and what confirmed
    it."""
    confirmed = document(here, fact.confirmed_document_slug, fact.confirmed_document_title)
    known = fact.last_known
    return {
        "source": source(fact, here),
        "last_known": known and date(known.day, known.precision),
        "last_known_precision": known and known.precision,
        "last_known_qualifier": known and known.qualifier,
        "confirmed_on": date(fact.confirmed_on, fact.confirmed_precision),
        "confirmed_precision": fact.confirmed_precision if fact.confirmed_on else None,
        "confirmed_source": {"document": confirmed, "locator": fact.confirmed_locator}
        if confirmed
        else None,
    }


def dated(fact, here: Here) -> dict:
    """The period of a record and its sources, that of its end too."""
    ended = document(here, fact.end_document_slug, fact.end_document_title)
    return {
        **period(fact),
        **evidence(fact, here),
        "end_source": {"document": ended, "locator": fact.end_locator} if ended else None,
    }


def planned(tie, here: Here) -> dict:
    """A succession or a relationship: what it is on the day, when, and its sources, that by which
    it was given up too."""
    given_up = named_document(tie.given_up_document, here)
    return {
        "stands": tie.stands(here.asked.day) or None,
        "in_force": tie.holds(here.asked.day),
        **dated(tie, here),
        "given_up_source": {"document": given_up, "locator": tie.given_up_locator}
        if given_up
        else None,
    }


def other_names(names, here: Here) -> list[dict]:
    """Other names of a record."""
    return [{"name": each.name, "kind": each.kind, **dated(each, here)} for each in names]


def source_of_name(renaming, here: Here) -> dict | None:
    """Which document gives the present name, and where in it, by the former name that it followed;
    None if that is not another than the source of the record."""
    if renaming is None:
        return None
    given = document(here, renaming.end_document_slug, renaming.end_document_title)
    return {"document": given, "locator": renaming.end_locator}


# Organisations and forums


def forum(whole, here: Here, called_then: str | None) -> dict:
    """A forum, without its seats and lines, and its name on the day if that was another."""
    return {
        "id": here.id_of(whole),
        "name": whole.name,
        "called_then": called_then,
        "short_name": whole.short_name or None,
        "kind": whole.kind,
        "status": whole.status,
        "place": place(whole.place),
        **dated(whole, here),
    }


def terms_of_reference(whole, due: NextReview | None, here: Here) -> dict:
    """What a forum is for and how it decides, in its document's words, and when that is to be
    reviewed next."""
    return {
        "purpose": whole.purpose or None,
        "responsibilities": lines(whole.responsibilities),
        "accountable_for": lines(whole.accountable_for),
        "authority": lines(whole.authority),
        "decision_basis": whole.decision_basis or None,
        "decision_rule": whole.decision_rule or None,
        "decision_wording": whole.decision_wording or None,
        **quoracy(whole, here),
        "membership_wording": whole.membership_wording or None,
        "meeting_frequency": whole.meeting_frequency or None,
        "review_frequency": whole.review_frequency or None,
        "review_date": date(due.day) if due else None,
    }


def version_of_terms(terms, reviews: Iterable[TermsReview], here: Here) -> dict:
    """A version of the terms of reference of a forum, without its texts."""
    return {
        "in_force": terms.holds(here.asked.day),
        "approved_by_forum": named(terms.approved_by_forum, here),
        "approved_by_organisation": named(terms.approved_by_organisation, here),
        "approved_on": date(terms.approved_on, terms.approved_precision),
        "approved_precision": terms.approved_precision if terms.approved_on else None,
        "reviews": [review_of_terms(each, here) for each in reviews],
        **dated(terms, here),
    }


def review_of_terms(review: TermsReview, here: Here) -> dict:
    return {
        "reviewed_on": date(review.reviewed_on, review.reviewed_precision),
        "reviewed_precision": review.reviewed_precision,
        "next_review": date(review.next_review),
        **evidence(review, here),
    }


def terms_differences(found) -> list[dict]:
    """Which texts of terms of reference are not as they were, with the lines that differ."""
    return [
        {
            "text": each.name,
            "lines": [{"before": was or None, "after": now or None} for was, now in each.lines],
        }
        for each in found
    ]


def quoracy(whole, here: Here) -> dict:
    """What terms of reference say about quoracy, whether the rule says it all, how it is read and,
    if that is not the source of the terms of reference, which document gives it."""
    given = None
    if whole.quoracy_document_id:
        cited = whole.quoracy_document
        given = {
            "document": document(here, cited.slug, cited.short_title),
            "locator": whole.quoracy_locator,
        }
    return {
        "quoracy_wording": whole.quoracy_wording or None,
        "quoracy_rule": whole.quoracy_rule and to_json(as_called(whole.quoracy_rule)[0]),
        "quoracy_rule_says_all": whole.quoracy_rule_says_all,
        "quoracy_also_asks": whole.quoracy_also_asks or None,
        "quoracy_note": whole.quoracy_note or None,
        "quoracy_source": given,
    }


def reporting_line(line, here: Here) -> dict:
    """A line, and whether it and the forum that it leads from were there on the day."""
    return {
        "from_forum": named(line.from_forum, here),
        "kind": line.kind,
        "to_forum": named(line.to_forum, here),
        "to_organisation": named(line.to_organisation, here),
        "by_exception": line.by_exception,
        "in_force": both(line.holds(here.asked.day), line.from_forum.holds(here.asked.day)),
        **dated(line, here),
    }


def organisation(whole, here: Here, called_then: str | None) -> dict:
    """An organisation, without its posts, and its name on the day if that was another."""
    codes = None
    if whole.codes_document_id:
        codes = {"document": codes_document(whole, here), "locator": whole.codes_locator}
    return {
        "id": here.id_of(whole),
        "name": whole.name,
        "called_then": called_then,
        "short_name": whole.short_name or None,
        "kind": whole.kind,
        "place": place(whole.place),
        "ods_code": whole.ods_code or None,
        "ons_code": whole.ons_code or None,
        "codes_source": codes,
        "website": whole.website or None,
        **dated(whole, here),
    }


def codes_document(whole, here: Here) -> dict:
    return document(here, whole.codes_document.slug, whole.codes_document.short_title)


# Who holds what


def holder(holding, each, here: Here) -> dict:
    """Somebody recorded for a post or a seat, and whether they hold it on the day: true, false, or
    null if that is not certain. A withheld person has no id, and no name but that."""
    return {
        "in_force": holding.is_held_by(each),
        "person": {"id": here.id("person", each.person_slug), "name": each.person},
        "withheld": each.withheld,
        "on_behalf_of": record(here, "organisation", each.for_slug, each.for_name),
        "goes_on_for": record(here, "organisation", *(each.goes_on_for or ("", ""))),
        "independent": each.independent,
        "ex_officio": each.ex_officio or None,
        "joint_with": [named(other, here) for other in each.joint_with],
        **_terms(each),
        **dated(each, here),
    }


def _terms(fact) -> dict:
    return {
        "basis": fact.basis,
        "acting_for": fact.acting_for or None,
        "named_date": date(fact.named_date, fact.named_precision),
        "named_precision": fact.named_precision if fact.named_date else None,
        "named_qualifier": fact.named_qualifier if fact.named_date else None,
        "term_ends": date(fact.term_ends),
        "end_reason": fact.end_reason or None,
    }


def vacancy(each, in_force: bool | None, here: Here) -> dict:
    """That places are vacant on the day, or may be, and who says so."""
    return {"places": each.places, "in_force": in_force, **dated(each, here)}


def change_of_terms(change, words: str, here: Here) -> dict:
    """A change of what is laid down of a post or seat: what each field was before it and became,
    since when, and the source."""
    before = change.before
    given = document(here, before.end_document_slug, before.end_document_title)
    return {
        "words": words,
        "begins": change.begins.as_edtf(),
        "holds": None if before.holds(here.asked.day) is None else before.has_ended(here.asked.day),
        "foreseen": before.end_foreseen,
        "changed": {name: {"before": was, "after": now} for name, was, now in change.differences},
        "source": {"document": given, "locator": before.end_locator}
        if given
        else source(before, here),
    }


def _holding(holding, here: Here) -> dict:
    """The fields that a post and a seat share: who holds it on the day and who will."""
    return {
        "title": holding.title,
        "requirement": holding.requirement or None,
        "standing": holding.standing.value,
        "in_force": holding.together.holds(here.asked.day),
        "holders": [holder(holding, each, here) for each in holding.holders],
        "to_come": [holder(holding, each, here) for each in holding.announced],
        "vacancies": [
            *(vacancy(each, True, here) for each in holding.shown_vacancies),
            *(vacancy(each, None, here) for each in holding.perhaps_vacant),
        ],
        "changes": [change_of_terms(change, words, here) for change, words in changes_of(holding)],
        **dated(holding, here),
    }


def seat(seat, here: Here) -> dict:
    """A seat of a forum on the day, with whoever fills it and will."""
    post = None
    if seat.post_id is not None:
        organisation = record(
            here, "organisation", seat.post_organisation_slug, seat.post_organisation_name
        )
        post = {"title": seat.post_title, "organisation": organisation}
    return {
        "role": seat.role,
        "category": seat.category or None,
        "number": seat.number,
        "unfilled": seat.unfilled,
        "vacant": seat.vacant,
        "perhaps_vacant": seat.number_perhaps_vacant,
        "voting": seat.voting,
        "counts_to_quoracy": seat.counts_to_quoracy,
        "may_be_deputised": seat.may_be_deputised,
        "on_behalf_of": record(here, "organisation", seat.for_slug, seat.for_name),
        "goes_on_for": record(here, "organisation", *(goes_on_for(seat, None) or ("", ""))),
        "independent": seat.independent,
        "ex_officio_post": post,
        "ex_officio_sources": [ex_officio_source(each, here) for each in seat.sources_listed],
        **_holding(seat, here),
    }


def ex_officio_source(each, here: Here) -> dict:
    """A further post, or a seat of another forum, that a seat goes with."""
    organisation = each.organisation_slug, each.organisation_name
    return {
        "title": each.title,
        "organisation": record(here, "organisation", *organisation),
        "forum": record(here, "forum", each.forum_slug, each.forum_name),
        **dated(each, here),
    }


def source_of_seat(holding, each, here: Here) -> dict | None:
    """Who says that a seat goes with what somebody fills it by holding, if they do."""
    return source(each.by_source or holding, here) if each.ex_officio else None


def post(post, here: Here) -> dict:
    """A post of an organisation on the day, with whoever holds it and will."""
    return {"kind": post.kind, "max_holders": post.max_holders, **_holding(post, here)}


def forum_of(seat, names_then: NamesThen, here: Here) -> dict:
    """The forum that a seat belongs to, and its name on the day if that was another."""
    forum = record(here, "forum", seat.forum_slug, seat.forum_name)
    called = names_then["forum"].get(seat.forum_id)
    return {**forum, "called_then": called, "status": seat.forum_status}


def organisation_of(post, names_then: NamesThen, here: Here) -> dict:
    """The organisation that a post belongs to, and its name on the day if that was another."""
    organisation = record(here, "organisation", post.organisation_slug, post.organisation_name)
    called = names_then["organisation"].get(post.organisation_id)
    return {**organisation, "called_then": called}


def former_holders(pairs, here: Here) -> list[dict]:
    """The holders whose time was over before the day, each with the title of what they held and, if
    that goes with a post, who says so."""
    return [
        {
            "title": holding.title,
            **holder(holding, each, here),
            "seat_source": source_of_seat(holding, each, here),
            "stayed_on": not holding.leaves(each),
        }
        for holding, each in pairs
    ]


def designates(pairs, here: Here) -> list[dict]:
    """The people named by the day for what begins only later, each with the title of that."""
    return [{"title": holding.title, **holder(holding, each, here)} for holding, each in pairs]


def over_time(times, here: Here) -> list[dict]:
    """Who held what over time: each stretch with or without a holder, also those those too for
    which the picture has no room."""
    return [_time(line, here) for line in times.all_lines] if times else []


def _time(line, here: Here) -> dict:
    said = {"title": line.holding.title, "standing": line.standing.value}
    if line.holder is None:
        says = line.vacancy or line.after or line.holding
        said["perhaps_vacant"] = line.perhaps_vacant
        return {**said, "when": line.words, "source": source(says, here)}
    each = line.holder
    ended = document(here, each.end_document_slug, each.end_document_title)
    return {
        **said,
        "person": {"id": here.id("person", each.person_slug), "name": each.person},
        "basis": each.basis,
        "acting_for": each.acting_for or None,
        "ex_officio": each.ex_officio or None,
        "ended_with_the_whole": line.is_cut,
        **period(each),
        "source": source(each, here),
        "end_source": {"document": ended, "locator": each.end_locator} if ended else None,
        "seat_source": source_of_seat(line.holding, each, here),
    }


def tenure(tenure, here: Here) -> dict:
    """A tenure: an Appointment to a post or a Membership of a seat."""
    if hasattr(tenure, "post"):
        said = {
            "kind": "appointment",
            "title": tenure.post.title,
            "organisation": named(tenure.post.organisation, here),
            "forum": None,
            "on_behalf_of": None,
            "independent": None,
            "joint_with": [named(other, here) for other in tenure.joint_with],
        }
    else:
        said = {
            "kind": "membership",
            "title": tenure.seat.title,
            "organisation": None,
            "forum": named(tenure.seat.forum, here),
            "on_behalf_of": named(tenure.speaks_for, here),
            "independent": tenure.speaks_for_nobody,
            "joint_with": [],
        }
    return {
        **said,
        "ex_officio": None,
        **_terms(tenure),
        **dated(tenure, here),
        "seat_source": None,
    }


def tenure_through_post(seat, each, here: Here) -> dict:
    """A seat that somebody fills by holding the post that it goes with.

    It has the source of their appointment and the source of the seat.
    """
    return {
        "kind": "ex-officio",
        "title": seat.title,
        "organisation": None,
        "forum": record(here, "forum", seat.forum_slug, seat.forum_name),
        "on_behalf_of": record(here, "organisation", each.for_slug, each.for_name),
        "independent": seat.speaks_for_nobody(each),
        "ex_officio": each.ex_officio,
        "joint_with": [named(other, here) for other in each.joint_with],
        **_terms(each),
        **dated(each, here),
        "seat_source": source_of_seat(seat, each, here),
    }
