"""The pages about quoracy: whether a meeting will be quorate, and whether it could be.

The cast: a board of the trust, the council and the practices. The trust's seat is Ann's, the
council's Bob's, the practices have none; Olga is in attendance.
"""

import pytest
from django.test import Client

from forums.models import DecisionRule, Membership, Seat, SeatRole
from forums.quoracy_inputs import bodies_of, rule_of
from forums.rule_as_filled import as_filled
from forums.rule_sentences import names_of
from forums.rule_verdicts import all_missing
from organisations.models import RelationshipKind
from people.models import Basis
from records.periods import Precision, Qualifier
from tests import slow
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_document,
    make_forum,
    make_member_organisation,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_relationship,
    make_rule,
    make_seat,
    make_seat_vacancy,
    set_terms,
    terms_of,
)
from tests.pages.as_data import read_data
from tests.pages.files import get, inside
from tests.pages.reading import REFUSED, Page, read, words

pytestmark = pytest.mark.django_db

PAGE = "/forums/board/quoracy/"
TRUST, COUNCIL, PRACTICES = (f"organisation-{slug}" for slug in ("trust", "council", "practices"))


@pytest.fixture
def board():
    forum = make_forum(
        slug="board",
        name="Board",
        quoracy_wording="all organisations attend",
        quoracy_rule_says_all=True,
    )
    organisations = {
        slug: make_organisation(slug=slug, name=f"The {slug}")
        for slug in ("trust", "council", "practices")
    }
    for organisation in organisations.values():
        make_member_organisation(forum=forum, organisation=organisation)
    for title, slug, name in (("Finance", "trust", "Ann Lee"), ("Nurse", "council", "Bob Day")):
        seat = make_seat(forum=forum, title=title, on_behalf_of=organisations[slug])
        make_membership(seat=seat, person=make_person(name=name))
    return forum


def every_organisation(board, *ways):
    return make_rule(board, counting=["remote", *ways])


def seat_key(title: str) -> str:
    return f"seat-{Seat.objects.get(title=title).pk}"


def verdict(answers: dict | None = None, **parameters) -> Page:
    return read(PAGE, {**(answers or {}), **parameters})


def said(page: Page) -> str:
    """The verdict, as a screen reader announces it."""
    [status] = page.all("div", role="status")
    return words(status)


def asked(page: Page) -> set[str]:
    names = [field.get("name") or "" for field in page.all("input")]
    return {name for name in names if name.startswith(("seat-", "organisation-"))}


ALL = {TRUST: "attends", COUNCIL: "attends", PRACTICES: "attends"}


# By organisation


def test_it_is_quorate_with_every_organisation_and_names_the_one_that_is_missing(board):
    every_organisation(board)
    assert said(verdict(ALL)) == "Quorate Nothing is missing."
    missing = said(verdict({**ALL, COUNCIL: "absent"}))
    assert missing == (
        "Not quorate: 1 missing Missing: somebody for The council. "
        "It would be quorate if Bob Day came too."
    )


def test_nobody_is_there_until_somebody_is_said_to_be(board):
    every_organisation(board)
    assert said(verdict()).startswith("Nobody attends yet Say who does. Needed: somebody for")


@pytest.mark.parametrize("way", ["proxy", "substitute"])
def test_a_proxy_or_a_substitute_counts_and_is_offered_only_where_the_rule_takes_one(board, way):
    terms = every_organisation(board, way)
    page = verdict({**ALL, COUNCIL: way})
    assert said(page).startswith("Quorate")
    assert f"The council ({'proxy vote' if way == 'proxy' else 'substitute'})" in page.text
    terms.quoracy_rule["counting"] = ["remote"]
    terms.save()
    page = verdict({**ALL, COUNCIL: way})
    assert said(page).startswith("Not quorate: 1 missing")
    assert f"Not counted: The council: the rule takes no {way}" in page.text
    assert page.all("input", value=way, type="radio") == []


def test_the_form_shows_what_the_address_says_and_who_sits_for_whom(board):
    every_organisation(board)
    page = verdict({TRUST: "attends"})
    checked = {i.get("name"): i.get("value") for i in page.all("input") if "checked" in i.attrib}
    assert checked == {TRUST: "attends", COUNCIL: "absent", PRACTICES: "absent"}
    assert "Finance: Ann Lee" in page.text


def test_everyone_attends_is_one_link_away_and_so_is_the_beginning(board):
    every_organisation(board)
    page = verdict({TRUST: "attends"}, as_at="2020-06-01")
    everyone = read(page.link("Everyone attends"))
    assert said(everyone).startswith("Quorate")
    assert "As at 1 June 2020" in everyone.text
    assert "Nobody attends yet" in read(everyone.link("Start again")).text


def test_one_person_who_sits_for_two_organisations_counts_for_one(board):
    every_organisation(board)
    both = make_person(name="Cy Both")
    for seat in board.seats.all():
        make_membership(seat=seat, person=both, basis=Basis.ACTING)
    # Who acts covers somebody who remains, and either may come.
    assert said(verdict(ALL)).startswith("Quorate")

    other = make_forum(slug="other", name="Other", quoracy_rule_says_all=True)
    for member in board.member_organisations.all()[:2]:
        make_member_organisation(forum=other, organisation=member.organisation)
        seat = make_seat(forum=other, on_behalf_of=member.organisation)
        make_membership(seat=seat, person=both)
    terms = every_organisation(other)
    answers = {
        f"organisation-{member.organisation.slug}": "attends"
        for member in other.member_organisations.all()
    }
    by_seat = {f"seat-{seat.pk}": "attends" for seat in other.seats.all()}
    page = read("/forums/other/quoracy/", by_seat)
    assert "who does not already count for another organisation" in said(page)
    [body] = bodies_of([other.pk], day("2026-01-01")).values()
    assert as_filled(rule_of(terms), body).met is False
    terms.quoracy_rule["one_for_several"] = True
    terms.save()
    assert said(read("/forums/other/quoracy/", answers)).startswith("Quorate")


def test_it_cannot_be_said_without_an_organisation_that_has_closed_and_the_page_says_why(board):
    every_organisation(board)
    council = board.member_organisations.get(organisation__slug="council").organisation
    council.end_date = day("2020-03-31")
    council.save()
    page = verdict(ALL)
    why = "The council, which closed on 31 March 2020: no source recorded here says who did"
    assert said(page) == f"Cannot be said Missing: whoever took the place of {why}."
    assert (
        "Not counted: The council: it closed on 31 March 2020. Nobody can attend for it"
        in page.text
    )
    could_it = page.fact("Could it be as filled today?")
    assert could_it.startswith("Cannot be said") and why in could_it
    told = read_data("/forums/board/quoracy.json", ALL).said
    assert told["quorate"] is told["could_be_quorate_as_filled"] is None
    # Somebody else is missing too.
    assert said(read(PAGE, {**ALL, TRUST: "absent"})).startswith("Not quorate: 2 missing")


def close(board, slug: str):
    """Close the organisation with this slug in March 2020."""
    closed = board.member_organisations.get(organisation__slug=slug).organisation
    closed.end_date = day("2020-03-31")
    closed.save()
    return closed


SUCCEEDS = "The new council acts in place of The council"


@pytest.fixture
def succeeded(board):
    """The council has closed, and a new council has succeeded it."""
    every_organisation(board, "substitute", "deputy", "proxy")
    new = make_organisation(slug="new-council", name="The new council")
    make_relationship(
        from_organisation=close(board, "council"),
        to_organisation=new,
        kind=RelationshipKind.SUCCEEDED_BY,
        start_date="2020-04-01",
    )
    return new


def test_the_form_offers_that_a_successor_acts_in_the_place_of_a_member_that_closed(succeeded):
    page = verdict({**ALL, COUNCIL: "successor"})
    assert said(page) == (
        f"Quorate, on an assumption Assumed: {SUCCEEDS}. No source recorded here says so."
    )
    assert "; The new council, in place of The council. Votes" in page.text
    told = read_data("/forums/board/quoracy.json", {**ALL, COUNCIL: "successor"}).said
    assert (told["quorate"], told["assuming"]) == (True, [SUCCEEDS])
    without = said(verdict({**ALL, COUNCIL: "absent"}))
    why = (
        "whoever took the place of The council, which closed on 31 March 2020: no source recorded "
        "here says whether The new council did"
    )
    assert without == f"Cannot be said Missing: {why}."
    assert why in read("/forums/board/").fact("Could it be quorate as filled today?")


def test_nobody_is_assumed_to_act_for_a_closed_member_unless_it_is_said(succeeded):
    everyone = read(verdict().link("Everyone attends"))
    assert said(everyone).startswith(
        "Cannot be said Missing: whoever took the place of The council"
    )


def test_a_successor_that_has_closed_or_not_begun_is_not_offered(board, succeeded):
    assert "Not counted: The council: it has no successor that could act in its place" in (
        verdict({COUNCIL: "successor"}, as_at="2020-01-01").text
    )
    succeeded.end_date = day("2022-06-30")
    succeeded.save()
    page = verdict({**ALL, COUNCIL: "successor"})
    assert said(page).startswith("Cannot be said")
    assert "Not counted: The council: it closed on 31 March 2020" in page.text


def test_what_came_after_a_successor_that_has_closed_is_offered(board, succeeded):
    succeeded.end_date = day("2022-06-30")
    succeeded.save()
    newest = make_organisation(name="The newest council", start_date="2022-07-01")
    make_relationship(
        from_organisation=succeeded,
        to_organisation=newest,
        kind="succeeded-by",
        start_date="2022-07-01",
    )

    page = verdict({**ALL, COUNCIL: "successor"})
    assert "The newest council acts in place of The council" in page.text
    then = verdict({**ALL, COUNCIL: "successor"}, as_at="2022-06-30")
    assert "The new council acts in place of The council" in then.text


def test_the_form_with_a_closed_member_contradicts_nothing_that_it_sends_itself(board, succeeded):
    make_rule(board, people=1)
    form = verdict()
    answers = {i.get("name"): i.get("value") for i in form.all("input") if "checked" in i.attrib}
    assert answers[COUNCIL] == "absent"
    assert read(PAGE, {**answers, seat_key("Nurse"): "attends"}).status == 200


def test_all_organisations_by_proxy_are_not_quorate_with_nobody_in_the_room(board):
    every_organisation(board, "proxy")
    proxies = dict.fromkeys(ALL, "proxy")
    page = verdict(proxies)
    assert said(page) == (
        "Not quorate: 1 missing Missing: somebody in the room, beside the proxy votes. "
        "It would be quorate if Ann Lee came too."
    )
    assert "Proxy votes alone do not make a meeting" in page.text
    assert read_data("/forums/board/quoracy.json", proxies).said["quorate"] is False
    assert said(verdict({**proxies, TRUST: "attends"})).startswith("Quorate")


# By seat


def test_heads_are_counted_by_seat_and_named(board):
    make_rule(board, people=2)
    make_membership(
        seat=make_seat(forum=board, title="Clerk", role=SeatRole.IN_ATTENDANCE),
        person=make_person(name="Olga Orr"),
    )
    finance, nurse, clerk = map(seat_key, ("Finance", "Nurse", "Clerk"))
    page = verdict({finance: "attends", nurse: "attends"})
    assert said(page).startswith("Quorate")
    assert "By: Ann Lee, Finance; Bob Day, Nurse." in page.text
    assert clerk not in asked(page)
    assert "1 more member, to make 2" in said(verdict({finance: "attends"}))


def test_the_seat_that_must_be_there_is_asked_about_alone(board):
    chair = make_chair_seat(forum=board, vacant=1)
    make_rule(board, seat=chair)
    page = verdict()
    assert "Vacant: nobody can attend from it." in page.text
    assert asked(page) == set()
    make_membership(seat=chair, person=make_person(name="Cat Ash"))
    assert said(verdict({seat_key("Chair"): "attends"})).startswith("Quorate")


def test_who_acts_for_the_chair_is_offered_and_counts_instead(board):
    chair = make_chair_seat(forum=board)
    make_membership(seat=chair, person=make_person(name="Cat Ash"))
    make_membership(seat=chair, person=make_person(name="Dan Elm"), basis=Basis.ACTING)
    make_rule(board, seat=chair)
    make_rule(board, people=1)
    page = verdict({seat_key("Chair"): "acting"})
    assert "Dan Elm (acting) attends" in page.text
    assert said(page).startswith("Quorate")
    assert "By: Dan Elm (acting), Chair." in page.text
    page = verdict({seat_key("Finance"): "acting", seat_key("Chair"): "attends"})
    assert "Not counted: Finance: Ann Lee: nobody acts for who fills it on this day." in page.text


def test_a_deputy_of_a_seat_does_not_meet_a_rule_that_takes_no_substitute(board):
    make_rule(board, people=2)
    nurse = board.seats.get(title="Nurse")
    nurse.may_be_deputised = True
    nurse.save()
    answers = {seat_key("Finance"): "attends", seat_key("Nurse"): "substitute"}
    page = verdict(answers)
    assert said(page).startswith("Not quorate: 1 missing")
    assert "the rule takes no substitute for it" in page.text
    set_terms(board, decision_rule=DecisionRule.MAJORITY)
    nurse.voting = True
    nurse.save()
    page = verdict(answers)
    assert said(page).startswith("Not quorate: 1 missing")
    assert "A deputy carries its vote and does not count to quoracy." in page.text
    assert "1 of 1 votes can be cast" in page.text


def test_a_seat_that_several_fill_is_asked_about_place_by_place_and_by_number(board):
    make_rule(board, people=3)
    leads = make_seat(forum=board, title="Leads", number=4)
    make_membership(seat=leads, person=make_person(name="Dee Fox"))
    key = seat_key("Leads")
    page = verdict({f"{key}-1": "attends", f"{key}-others": "2"})
    assert said(page).startswith("Quorate")
    assert "Leads: Dee Fox" in page.text
    assert verdict({f"{key}-others": "4"}).status == 400  # of three
    assert said(verdict({f"{key}-others": "3"})).startswith("Quorate")


def test_a_seat_that_very_many_fill_is_asked_about_as_a_number(board):
    make_rule(board, people=21)
    many = make_seat(forum=board, title="Partners", number=25)
    for _ in range(21):
        make_membership(seat=many)
    page = verdict({f"{seat_key('Partners')}-others": "21"})
    assert said(page).startswith("Quorate")
    assert len([key for key in asked(page) if key.startswith(seat_key("Partners"))]) == 1


def test_a_share_of_a_number_that_no_source_gives_cannot_be_told(board):
    make_seat(forum=board, title="Practices", number=None)
    make_rule(board, share=(50, 100))
    page = verdict({seat_key("Finance"): "attends"})
    assert said(page).startswith("Cannot be said")
    assert "the number of places, which no source gives" in said(page)


def test_where_both_are_counted_who_attends_from_a_seat_is_there_for_its_organisation(board):
    every_organisation(board, "proxy")
    make_rule(board, people=1)
    finance, nurse = map(seat_key, ("Finance", "Nurse"))
    quorate = {finance: "attends", COUNCIL: "proxy", PRACTICES: "attends"}
    assert said(verdict(quorate)).startswith("Quorate")
    page = verdict({nurse: "attends", COUNCIL: "absent"})
    assert page.status == 400
    assert f"{COUNCIL}=absent contradicts {nurse}" in page.text
    page = verdict({TRUST: "attends", finance: "absent"})
    assert page.status == 400
    assert "Say which seat attends instead" in page.text
    # What the form itself sends contradicts nothing.
    form = verdict()
    answers = {i.get("name"): i.get("value") for i in form.all("input") if "checked" in i.attrib}
    assert read(PAGE, {**answers, nurse: "attends"}).status == 200


# Votes


def test_each_organisation_has_one_vote_and_unanimity_needs_them_all(board):
    every_organisation(board)
    set_terms(board, decision_rule=DecisionRule.UNANIMITY)
    page = verdict({**ALL, COUNCIL: "absent"})
    assert "2 of 3 votes can be cast, one for each organisation." in page.text
    assert "Decisions need all of them to agree. Cannot be cast: The council." in page.text


def test_a_majority_is_of_those_who_vote_and_the_sources_may_not_say_who_does(board):
    make_rule(board, people=1)
    set_terms(board, decision_rule=DecisionRule.MAJORITY)
    finance = board.seats.get(title="Finance")
    finance.voting = True
    finance.number = 3
    finance.save()
    page = verdict({f"{seat_key('Finance')}-1": "attends"})
    assert "1 of 3 votes can be cast. A majority of those is 1; of all, 2." in page.text
    assert "No source says whether these vote: Nurse." in page.text


@pytest.mark.parametrize("rule", [DecisionRule.MAJORITY, DecisionRule.UNANIMITY])
def test_no_majority_is_made_of_no_votes(board, rule):
    every_organisation(board)
    set_terms(board, decision_rule=rule)
    page = verdict()
    assert (
        "0 of 3 votes can be cast, one for each organisation. Nothing can be decided by vote."
    ) in page.text
    assert "majority" not in page.text
    assert read_data("/forums/board/quoracy.json").said["votes"]["needed"] is None


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            "",
            "Whether it votes, and by what majority, is not recorded, so the votes cannot be",
        ),
        ("consensus", "It decides by consensus: no votes are counted."),
    ],
)
def test_votes_are_not_worked_out_where_none_are_recorded(board, rule, sentence):
    every_organisation(board)
    set_terms(board, decision_rule=rule)
    assert sentence in verdict(ALL).text


def test_which_seats_vote_is_not_made_up(board):
    forum = make_forum(slug="votes", decision_rule=DecisionRule.MAJORITY)
    make_membership(seat=make_seat(forum=forum))
    make_rule(forum, people=1)
    assert "Which of its seats vote is not recorded." in read("/forums/votes/quoracy/").text


# How old it is, and what is only foreseen or perhaps


@pytest.fixture
def paper():
    """A paper that speaks of May 2019."""
    return make_document(as_of="2019-05-01", as_of_precision=Precision.MONTH)


LAST_KNOWN = "Last known May 2019, more than a year ago"


def test_it_says_beside_each_name_how_lately_it_is_known_and_what_was_foreseen(board, paper):
    make_rule(board, people=1)
    planned = make_membership(
        seat=make_seat(forum=board, title="Lawyer"),
        person=make_person(name="Cy Yeo"),
        document=paper,
        start_date="2019-06-01",
    )
    make_seat(forum=board, title="Cook", document=paper, vacant=1)
    page = verdict(as_at="2021-01-01")
    [cy] = [words(each) for each in page.all("fieldset") if "Cy Yeo" in words(each)]
    assert planned.time_as_foreseen(day("2021-01-01")) in cy
    assert LAST_KNOWN in cy
    assert f"Cook Vacant: nobody can attend from it. {LAST_KNOWN}" in page.text
    [ann] = [words(each) for each in page.all("fieldset") if "Ann Lee" in words(each)]
    assert "May 2019" not in ann
    assert "Last known" in ann


def test_how_lately_the_members_and_who_sits_for_them_are_known_is_said_too(board, paper):
    every_organisation(board)
    trust = board.member_organisations.get(organisation__slug="trust")
    trust.document = paper
    trust.save()
    ann = Membership.objects.get(person__name="Ann Lee")
    ann.document = paper
    ann.save()
    page = verdict(as_at="2021-01-01")
    [asked_of_it] = [words(e) for e in page.all("fieldset") if words(e).startswith("The trust")]
    assert "Member: last known May 2019, more than a year ago" in asked_of_it
    assert f"Finance: Ann Lee. {LAST_KNOWN}" in asked_of_it
    assert "last known as of May 2019, more than a year ago" in page.fact("How old this is")
    told = read_data("/forums/board/quoracy.json", {"as_at": "2021-01-01"}).said
    assert "May 2019" in told["how_old"][-1]


def test_who_and_what_is_only_perhaps_there_is_named_and_in_no_count(board):
    make_rule(board, people=9)
    some_time = {"start_date": "2023-01-01", "start_precision": Precision.YEAR}
    make_membership(
        seat=make_seat(forum=board, title="Lawyer"), person=make_person(name="Cy"), **some_time
    )
    make_seat(forum=board, title="Cook", **some_time)
    make_member_organisation(
        forum=board, organisation=make_organisation(name="Taurus"), **some_time
    )
    page = verdict(as_at="2023-06-01")
    [lawyer] = [words(each) for each in page.all("fieldset") if "Lawyer" in words(each)]
    assert "Cy, perhaps; began some time in 2023" in lawyer
    perhaps = ["The seat “Cook”: began some time in 2023", "Taurus: began some time in 2023"]
    assert [words(e) for e in page.all("li") if "began some time" in words(e)] == perhaps
    told = read_data("/forums/board/quoracy.json", {"as_at": "2023-06-01"}).said
    assert [each[0].upper() + each[1:] for each in told["perhaps"]] == perhaps
    assert "Perhaps there too" not in verdict(as_at="2024-01-01").text


def test_a_closure_that_was_only_foreseen_is_told_so(board, paper, succeeded):
    council = board.member_organisations.get(organisation__slug="council").organisation
    council.document = paper
    council.save()
    [succession] = council.relationships_from.all()
    succession.document = paper
    succession.save()
    page = verdict({**ALL, COUNCIL: "absent"})
    was_to = "which was to close on 31 March 2020"
    assert f"The council, {was_to}: no source recorded here" in said(page)
    assert (
        f"It {council.told_end('closed')}. It was to be succeeded by The new council" in page.text
    )
    assert "closed on 31 March 2020" not in page.answer
    succession.delete()
    alone = verdict(ALL)
    assert f"Not counted: The council: it {council.told_end('closed')}. Nobody can" in alone.text
    assert was_to in read("/forums/board/").fact("Could it be quorate as filled today?")


# Without a rule, and on other days


@pytest.mark.parametrize(
    ("period", "as_at", "why"),
    [
        (
            {"start_date": "2019-03-01", "start_precision": "month", "start_qualifier": "by"},
            "2019-03-15",
            "whether the forum existed on 15 March 2019 is not recorded",
        ),
        (
            {"start_date": "2019-01-01", "start_precision": "year"},
            "2019-03-15",
            "whether the forum existed on 15 March 2019 is not recorded",
        ),
        (
            {"end_date": "2020-03-31"},
            "2020-04-01",
            "as far as is recorded, the forum did not exist on 1 April 2020",
        ),
        (
            {"start_date": "2150-01-01"},
            "2149-01-01",
            "as far as is recorded, the forum is not to exist on 1 January 2149",
        ),
    ],
)
def test_it_says_why_it_cannot_answer_for_a_day_on_which_the_forum_may_not_exist(
    period, as_at, why
):
    every_organisation(make_forum(slug="board", name="Board", **period))
    told = f"The register cannot say whether a meeting of Board is quorate: {why}."
    assert told in verdict(as_at=as_at).text
    data = read_data("/forums/board/quoracy.json", {"as_at": as_at}).said
    assert (data["no_verdict"], data["quorate"]) == (told, None)


def test_a_forum_without_a_rule_says_so_and_what_its_document_says(board, quiet):
    page = verdict(ALL)
    assert page.status == 200
    assert "The register has no rule of quoracy for Board" in page.text
    assert page.fact("The document says").startswith("all organisations attend")
    assert page.all("form", id="attendance") == []


@pytest.mark.parametrize("when", ["2010-01-01", "2026-01-01"])
def test_a_forum_not_in_force_says_so_and_offers_a_day(board, when):
    every_organisation(board)
    board.end_date = day("2025-01-01")
    board.save()
    page = verdict(ALL, as_at=when)
    assert "Not in force on" in page.text
    assert "has no rule" not in page.text
    assert page.all("form", id="attendance") == []
    assert page.all("div", role="status") == []


def test_a_seat_that_is_over_on_the_day_is_not_counted_and_no_error(board):
    make_rule(board, people=1)
    nurse = board.seats.get(title="Nurse")
    nurse.end_date = day("2020-01-01")
    nurse.save()
    page = verdict({seat_key("Nurse"): "attends"})
    assert page.status == 200
    assert "Not counted: Nurse: the rule does not ask about it on this day." in page.text


def test_an_old_address_of_the_forum_leads_to_the_same_page_with_its_answers(board):
    every_organisation(board)
    board.slug = "the-board"
    board.save()
    answer = Client(headers={"host": "localhost"}).get(PAGE, query_params={TRUST: "attends"})
    assert answer.status_code == 301
    assert answer.headers["Location"] == f"/forums/the-board/quoracy/?{TRUST}=attends"


def test_an_organisation_is_known_by_the_slug_it_had_when_the_address_was_sent(board):
    every_organisation(board)
    council = board.member_organisations.get(organisation__slug="council").organisation
    council.slug = "new-council"
    council.save()
    assert said(verdict(ALL)).startswith("Quorate")
    page = verdict({**ALL, "organisation-new-council": "absent"})
    assert page.status == 400
    assert "organisation-new-council is answered more than once" in page.text


def test_it_is_worked_out_by_what_was_recorded_on_an_earlier_day(board):
    terms = every_organisation(board)
    recorded = terms.history.latest().history_date.date().isoformat()
    page = verdict(ALL, recorded=recorded)
    assert said(page).startswith("Quorate")
    [form] = page.all("form", id="attendance")
    assert recorded in [field.get("value") for field in form.iter("input")]


# Bad input


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({TRUST: "perhaps"}, f"{TRUST}: “perhaps” is not an answer. Write attends, proxy"),
        ({TRUST: "Attends"}, "is not an answer"),
        ({TRUST: "1"}, "is not an answer"),
        ({TRUST: ["attends", "absent"]}, f"{TRUST} is answered more than once. Answer it once"),
        ({TRUST: ["attends", "attends"]}, "is answered more than once"),
        ({"seat-999999": "attends"}, "seat-999999: this forum has no such seat"),
        ({"seat-" + "9" * 400: "attends"}, "this forum has no such seat"),
        ({"seat-": "attends"}, "this forum has no such seat"),
        ({"seat-chair": "attends"}, "this forum has no such seat"),
        ({"organisation-nobody": "attends"}, "this forum has no such member organisation"),
        ({"organisation-": "attends"}, "this forum has no such member organisation"),
        ({TRUST: "x" * 100_000}, "is not an answer"),
    ],
)
def test_what_is_no_answer_gets_a_sentence_that_names_it(board, quiet, answers, sentence):
    every_organisation(board)
    page = read(PAGE, answers)
    assert page.status == 400
    assert page.headings == [REFUSED]
    assert sentence in page.text
    assert len(page.text) < 500
    assert read_data("/forums/board/quoracy.json", answers).status == 400


def test_attendance_for_a_seat_of_another_forum_is_refused(board, quiet):
    make_rule(board, people=1)
    other = make_seat(title="Elsewhere")
    page = read(PAGE, {f"seat-{other.pk}": "attends"})
    assert page.status == 400
    assert "this forum has no such seat" in page.text
    assert "Elsewhere" not in page.text


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "100", "٣", "1e1", " 1", "9" * 5_000])
def test_what_is_not_how_many_attend_gets_a_sentence(board, quiet, text):
    make_rule(board, people=3)
    make_seat(forum=board, title="Leads", number=None)
    page = read(PAGE, {f"{seat_key('Leads')}-others": text})
    assert page.status == 400
    assert "Write a number from 0 to 99." in page.text


def test_fifty_megabytes_of_answers_get_a_sentence(board, quiet):
    every_organisation(board)
    for query in (
        "&".join(f"seat-{n}=attends" for n in range(2_000)),
        f"{TRUST}=" + "x" * 50_000_000,
    ):
        page = read(f"{PAGE}?{query}")
        assert page.status == 400
        assert len(page.text) < 500


# The forum as filled


def test_the_page_of_a_forum_says_whether_it_could_be_quorate_and_what_is_missing(board):
    every_organisation(board)
    page = read("/forums/board/")
    assert "It could" in page.fact("Could it be quorate as filled today?")
    assert "somebody for The practices" in page.fact("Could it be quorate as filled today?")
    assert page.link("Will a meeting be quorate?") == PAGE
    gone = board.seats.get(title="Nurse").memberships.get()
    gone.end_date = day("2020-01-01")
    gone.save()
    assert "It could" in read("/forums/board/").fact("Could it be quorate as filled today?")
    make_seat_vacancy(seat=gone.seat, start_date="2020-01-02")
    fact = read("/forums/board/").fact("Could it be quorate as filled today?")
    assert fact.startswith("No Not met: every member organisation attends in person or remotely.")
    assert "Missing: somebody for The council." in fact
    on_a_day = read("/forums/board/", {"as_at": "2019-12-01"})
    assert "It could" in on_a_day.fact("Could it be quorate as filled on 1 December 2019?")


def test_the_words_of_the_document_stand_before_the_rule_on_every_page(board):
    every_organisation(board)
    reading = "every member organisation attends in person"
    for address in ("/forums/board/", PAGE, "/forums/board/terms/", "/forums/board/attendance/"):
        text = words(read(address).main).lower()
        assert 0 < text.find("all organisations attend") < text.find(reading), address
    fact = read("/forums/board/").fact("Quorate when")
    read_as = "Read as: A meeting is quorate when every member organisation attends in person"
    assert fact.startswith(f"all organisations attend {read_as}")


def test_it_could_be_quorate_by_those_who_are_recorded_alone(board):
    make_rule(board, people=2)
    fact = read("/forums/board/").fact("Could it be quorate as filled today?")
    assert fact.startswith("Yes If those who are recorded attend.")


def many_kinds_of_forum() -> list:
    """Forums with rules of every kind, and seats filled in every way."""
    forums = []
    trust = make_organisation()
    closed = make_organisation(end_date="2020-03-31")
    both = make_person()
    for asked in [{}, {"people": 3}, {"share": (60, 100)}, None]:
        for filled in range(9):
            forum = make_forum()
            make_member_organisation(forum=forum, organisation=trust)
            other = make_organisation(name="The other")
            make_member_organisation(forum=forum, organisation=closed if filled == 1 else other)
            post = make_post(organisation=other, vacant=int(filled not in (1, 2, 3, 5, 7)))
            seat = make_seat(forum=forum, on_behalf_of=trust)
            second = make_seat(
                forum=forum,
                number=None if filled == 3 else 2,
                may_be_deputised=filled == 5,
                counts_to_quoracy=False if filled == 6 else None,
            )
            third = make_seat(forum=forum, ex_officio_post=post)
            if filled != 7:
                make_membership(seat=seat, person=both)
            if filled > 1:
                own = make_membership(seat=second, on_behalf_of=other, person=both)
                make_membership(seat=second, basis=Basis.ACTING, person=make_person())
                assert own.on_behalf_of == other
            if filled % 2:
                make_appointment(post=post, person=both if filled == 5 else make_person())
            if filled == 8:
                make_membership(seat=third, start_date="2150-01-01", start_qualifier=Qualifier.BY)
            make_rule(forum, **({"seat": third} if asked is None else asked))
            forums.append(forum)
    return forums


@slow.WALK
def test_the_page_and_the_worklist_agree_of_every_forum(monkeypatch):
    forums = many_kinds_of_forum()
    today = day("2026-11-25")
    bodies = bodies_of([forum.pk for forum in forums], today)
    told = {}
    for forum in forums:
        judgement = as_filled(rule_of(terms_of(forum)), bodies[forum.pk])
        fact = read(f"/forums/{forum.slug}/", {"as_at": "2026-11-25"}).fact("Could it be quorate")
        told[forum.pk] = fact
        assert fact.startswith("No Not met") == (judgement.met is False), fact
        if judgement.met is False:
            missing = all_missing(judgement, names_of(bodies[forum.pk]))
            assert all(words in fact for words in missing)
    assert {fact.startswith("No") for fact in told.values()} == {True, False}


def test_the_format_says_what_the_page_says(board):
    every_organisation(board, "proxy")
    told = read_data("/forums/board/quoracy.json", {**ALL, COUNCIL: "absent"}).said
    assert told["quorate"] is False
    assert told["attendance"] == {TRUST: "attends", COUNCIL: "absent", PRACTICES: "attends"}
    [branch] = told["branches"]
    assert (branch["met"], branch["missing"]) == (False, "somebody for The council")
    assert branch["by"] == ["The practices", "The trust"]
    assert told["would_make_it_quorate"] == {"people": ["Bob Day"], "fewest": True}
    assert told["could_be_quorate_as_filled"] is True
    assert told["votes"] is None


# A rule that says a part of what the document asks


ALSO = "the chair or the vice-chair is in the chair"


@pytest.fixture
def partial(board):
    """Two of three members attend. The document also requires a chair, beyond the rule."""
    set_terms(board, quoracy_rule_says_all=False, quoracy_also_asks=ALSO)
    make_rule(board, people=2)
    return {seat_key("Finance"): "attends", seat_key("Nurse"): "attends"}


def test_a_board_with_nobody_in_the_chair_is_not_called_quorate(partial):
    page = verdict(partial)
    assert said(page) == f"What is recorded is met The document also asks: {ALSO}"
    assert "Quorate when" not in page.text
    told = read_data("/forums/board/quoracy.json", partial).said
    assert (told["quorate"], told["rule_met"]) == (None, True)
    assert (told["quoracy_rule_says_all"], told["quoracy_also_asks"]) == (False, ALSO)
    for answers in ({}, {seat_key("Nurse"): "attends"}):
        assert said(verdict(answers)).endswith(f"The document also asks: {ALSO}")


def test_a_rule_that_nobody_has_compared_with_the_document_makes_no_meeting_quorate(board):
    make_rule(board, people=1)
    set_terms(board, quoracy_rule_says_all=None)
    answers = {seat_key("Nurse"): "attends"}
    assert said(verdict(answers)) == (
        "What is recorded is met Whether the rule says all that the document asks is not "
        "recorded yet."
    )
    assert read_data("/forums/board/quoracy.json", answers).said["quorate"] is None
    fact = read("/forums/board/").fact("Could it be quorate as filled today?")
    assert fact.startswith("As far as is recorded What is recorded could be met.")


@pytest.mark.parametrize("mark", [None, False, True])
def test_every_page_file_and_format_says_whether_the_rule_says_all(board, mark):
    every_organisation(board)
    set_terms(board, quoracy_rule_says_all=mark, quoracy_also_asks=ALSO if mark is False else "")
    for part in ("", "quoracy/", "terms/", "attendance/"):
        text = read(f"/forums/board/{part}").text
        assert (ALSO in text) == (mark is False), part
        assert ("all that the document asks" in text) == (mark is None), part
    for part in ("terms.docx", "attendance.docx"):
        text = inside(get(f"/forums/board/{part}"))
        assert (ALSO in text) == (mark is False), part
    for part in ("", "/quoracy"):
        told = read_data(f"/forums/board{part}.json").said
        assert (told["quoracy_rule_says_all"], told["quoracy_also_asks"]) == (
            mark,
            ALSO if mark is False else None,
        )
        assert told["could_be_quorate_as_filled"] is (True if mark else None)
        assert told["rule_could_be_met_as_filled"] is True
