"""Terms of reference replaced, reviewed unchanged and replaced again by the steps of the admin, and
what each page, paper, file and feed says on the days before, on and after."""

import pytest

from editing.links import step_address
from forums.models import EscalationStep, Forum, TermsOfReference, TermsReview
from forums.steps.terms_of_reference import TEXTS
from tests import stepping
from tests.admin_pages import address
from tests.builders import (
    day,
    make_document,
    make_escalation_step,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_rule,
    make_seat,
    make_terms,
)
from tests.in_use.stage import ALWAYS, correct, paper, take
from tests.listed import rows_of
from tests.pages import opened
from tests.pages.as_data import read_data
from tests.pages.files import WordFile
from tests.pages.reading import read
from tests.pages.test_recorded_and_feeds import entries

pytestmark = pytest.mark.django_db

THREE, FIVE, SEVEN = "three members", "five members", "seven members"
QUORUM = {"2023-03-31": (THREE, 3), "2023-04-01": (FIVE, 5), "2023-04-02": (FIVE, 5)}
QUORUM |= {"2025-05-31": (FIVE, 5), "2025-06-01": (SEVEN, 7), "2025-06-02": (SEVEN, 7)}


def latest(forum: Forum) -> TermsOfReference:
    return forum.terms_of_reference.latest("latest_start")


def texts_of(forum: Forum, number: int | None = None, **changed) -> dict:
    """What the form of the step sends: what the latest terms say, with what changes, and with a
    rule that asks for a `number` of people."""
    former = forum.terms_of_reference.order_by("latest_start").last()
    now = {name: getattr(former, name, "") for name in TEXTS}
    rule = {} if number is None else {"rows": 1, "joined": "all", "1-asks": "people"}
    rule |= {} if number is None else {"1-number": number, "1-counting": ["remote"]}
    return {**now, **{f"quoracy_rule-{name}": said for name, said in rule.items()}, **changed}


def replace(forum: Forum, date: str, said: str, number: int, **changed) -> None:
    """Record new terms of reference whose rule asks for a number of people."""
    answers = texts_of(forum, number, **changed)
    take(forum, "new-terms", date=date, document=paper(said), **answers)
    correct(latest(forum), quoracy_rule_says_all="true")


@pytest.fixture
def board():
    """Three make it quorate, five from 1 April 2023, reviewed in May 2024, seven from June 2025."""
    forum = make_forum(slug="board", name="The Board", start_date="2015-04-01")
    terms = make_terms(
        forum=forum,
        purpose="To plan.",
        quoracy_wording=THREE,
        quoracy_rule_says_all=True,
        review_date="2023-03-31",
        document=paper("2016-01-01"),
    )
    make_rule(terms=terms, people=3)
    make_seat(forum=forum, title="Member", number=8, start_date="2015-04-01")
    make_escalation_step(terms=terms, order=1, what_happens="The chairs meet.")
    trust = make_organisation(slug="trust", name="Wye Trust")
    approval = {"approved_by_organisation": trust, "approved_on": "March 2023"}
    replace(forum, "2023-04-01", "2023-04-20", 5, quoracy_wording=FIVE, **approval)
    reviewed = {"document": paper("2024-05-09"), "date": None, "next_review": "May 2026"}
    take(forum, "reviewed", **reviewed)
    changed = {"quoracy_wording": SEVEN, "purpose": "To plan and to buy."}
    replace(forum, "2025-06-01", "2025-06-10", 7, **changed)
    return forum


def test_each_page_paper_and_file_has_the_rule_of_the_day(board):
    for on, (wording, number) in QUORUM.items():
        asked = {"as_at": on}
        purpose = "To plan and to buy." if number == 7 else "To plan."
        others = {THREE, FIVE, SEVEN} - {wording}
        for page in ("", "quoracy/", "terms/"):
            text = read(f"/forums/board/{page}", asked).text
            assert wording in text and f"at least {number} members" in text, (on, page)
            of_the_day = text.partition("What changed from those before")[0]
            assert not [other for other in others if other in of_the_day], (on, page)
        for data in ("/forums/board.json", "/forums/board/quoracy.json"):
            said = read_data(data, asked).said
            assert said["quoracy_wording"] == wording
            assert said["quoracy_rule"]["people"] == number
            assert said["quoracy_rule_says_all"] is True
        assert read_data("/forums/board.json", asked).said["purpose"] == purpose
        assert purpose in read("/forums/board/terms/", asked).text
        assert "The chairs meet." in read("/forums/board/terms/", asked).text
        database = opened.sqlite(**asked)
        columns = "quoracy_wording, purpose, quoracy_reads_as"
        exported = database.execute(f"SELECT {columns} FROM terms_of_reference")
        asks = f"A meeting is quorate when at least {number} members attend in person or remotely."
        assert [tuple(row) for row in exported] == [(wording, purpose, asks)]
        tables = opened.csv_tables(**asked)
        assert [row["quoracy_wording"] for row in tables["terms_of_reference"]] == [wording]


def test_one_attendance_is_judged_by_the_rule_of_the_day(board):
    seats = [make_seat(forum=board, title=f"Seat {number}") for number in range(8)]
    for seat in seats:
        make_membership(seat=seat, person=make_person())
    verdicts = {
        "2023-03-31": [True, True, True],
        "2023-04-01": [False, True, True],
        "2025-05-31": [False, True, True],
        "2025-06-01": [False, False, True],
    }
    for on, right in verdicts.items():
        told = []
        for number in (3, 5, 7):
            there = {f"seat-{seat.pk}": "attends" for seat in seats[:number]}
            asked = {**there, "as_at": on}
            told.append(read_data("/forums/board/quoracy.json", asked).said["quorate"])
        assert told == right, on


def test_the_appendix_for_word_has_the_rule_of_the_day(board):
    for on, (wording, _) in QUORUM.items():
        told = " ".join(WordFile("/forums/board/terms.docx", {"as_at": on}).paragraphs)
        assert [each for each in (THREE, FIVE, SEVEN) if each in told] == [wording], on


def test_of_terms_replaced_in_some_month_either_may_be_in_force_in_it():
    forum = make_forum(slug="board", start_date="2015-04-01")
    make_terms(forum=forum, purpose="To plan.")
    take(forum, "new-terms", date="April 2024", **texts_of(forum, purpose="To buy."))
    said = read("/forums/board/", {"as_at": "2024-04-15"}).section("terms")
    assert "It is not certain which terms of reference were in force" in said
    for on, purpose in (("2024-03-31", "To plan."), ("2024-05-01", "To buy.")):
        assert read_data("/forums/board.json", {"as_at": on}).said["purpose"] == purpose


def test_each_version_follows_the_one_before_with_its_own_source(board):
    first, second, third = board.terms_of_reference.order_by("latest_start")
    assert (first.end_date, second.start_date) == (day("2023-03-31"), day("2023-04-01"))
    assert (first.end_document, second.end_document) == (second.document, third.document)
    assert (third.end_date, third.review_date, third.confirmed_on) == (None, None, None)
    assert (second.approved_by.name, second.approved_on_told()) == ("Wye Trust", "in March 2023")
    step = second.escalation_steps.get()
    assert (step.document, step.what_happens) == (second.document, "The chairs meet.")
    # A review is one of the version with its steps.
    for fact in (second, step):
        assert (fact.confirmed_on, fact.confirmed_document.short_title) == (
            day("2024-05-09"),
            "Paper of 2024-05-09",
        )
    [review] = second.reviews.all()
    assert (second.review_date, review.reviewed_on, review.next_review) == (
        None,
        day("2024-05-09"),
        day("2026-05-31"),
    )
    shown = read("/forums/board/", {"as_at": "2024-06-01"}).section("terms")
    assert "approved by Wye Trust in March 2023" in shown
    assert "Paper of 2024-05-09" in shown
    versions = read_data("/forums/board.json", {"as_at": "2024-06-01"}).said["terms_of_reference"]
    assert [each["in_force"] for each in versions] == [False, True, False]


def test_changes_and_feeds_tell_each_replacement_and_no_review(board):
    said = [each["sentence"] for each in read_data("/changes.json", ALWAYS).said["results"]]
    told = [each for each in said if "erms of reference" in each]
    assert told == [
        f"On {on} new terms of reference of The Board came into force in place of the former."
        for on in ("1 April 2023", "1 June 2025")
    ]
    assert [row["sentence"] for row in read_data("/changes.csv", ALWAYS).rows] == said
    feed = list(entries("/forums/board/changes.atom").values())
    assert [feed.count(sentence) for sentence in told] == [1] * 2


def test_terms_that_are_approved_are_not_yet_in_force_before_their_day():
    forum = make_forum(slug="board")
    make_terms(forum=forum, purpose="To plan.")
    told = stepping.preview(
        forum, "new-terms", date="2027-04-01", **texts_of(forum, purpose="To buy.")
    )
    assert "Pages show the terms of reference as they are now" in stepping.remarks_of(told)[0]
    take(forum, "new-terms", date="2027-04-01", **texts_of(forum, purpose="To buy."))
    page = read("/forums/board/")
    assert "To buy." not in page.text
    assert "Not yet in force" in page.section("terms")
    assert "To buy." in read("/forums/board/", {"as_at": "2027-04-01"}).text


def test_a_forum_without_terms_is_given_its_first():
    forum = make_forum(start_date="2015-04-01")
    page = stepping.signed_in().get(step_address(Forum, forum.pk, "new-terms"))
    assert page.context_data["step_facts"] == [("Latest terms of reference", "none recorded")]
    take(forum, "new-terms", date="2015-04-01", **texts_of(forum, purpose="To plan."))
    terms = forum.terms_of_reference.get()
    assert (terms.purpose, terms.end_date, terms.quoracy_rule_says_all) == (
        "To plan.",
        None,
        None,
    )


def test_the_form_begins_with_what_the_latest_say_and_leads_on_to_its_parts():
    forum = make_forum()
    terms = make_terms(forum=forum, purpose="To plan.", quoracy_wording=THREE)
    make_rule(terms=terms, people=3)
    browser = stepping.signed_in()
    form = browser.get(step_address(Forum, forum.pk, "new-terms")).context_data["form"]
    assert (form["purpose"].value(), form["quoracy_wording"].value()) == ("To plan.", THREE)

    done = stepping.take(forum, "new-terms", browser, date="2024-04-01", **texts_of(forum))

    page = browser.get(done.url).content.decode()
    assert "Build the rule of quoracy" in page
    assert "Add an escalation step" in page


@pytest.mark.parametrize(("wording", "compared"), [(THREE, True), (FIVE, None)])
def test_a_rule_is_compared_anew_only_if_the_words_are_others(wording, compared):
    forum = make_forum()
    make_terms(forum=forum, quoracy_wording=f"{THREE}\nof all", quoracy_rule_says_all=True)
    sent = texts_of(forum, quoracy_wording=f"{wording}\r\nof all")
    shown = stepping.preview(forum, "new-terms", date="2024-04-01", **sent)
    assert any("quorate" in each for each in stepping.remarks_of(shown)) is (compared is None)
    take(forum, "new-terms", date="2024-04-01", **sent)
    assert latest(forum).quoracy_rule_says_all is compared


@pytest.mark.parametrize(
    ("date", "end", "says"),
    [
        ("2015-03-31", {}, "would begin no later. Give a later day."),
        ("2015-04-01", {}, "would begin no later. Give a later day."),
        ("2020-03-31", {"end_date": "2020-03-31"}, "is no earlier. Give a later day"),
        ("2020-06-01", {"end_date": "2020-03-31"}, "begin the day after the other ends"),
        ("not before 2024-04-01", {}, "it does not take “not before”"),
        ("31 February 2024", {}, "Enter a date such as"),
        ("", {}, "Enter the date"),
    ],
)
def test_a_day_that_does_not_follow_is_refused_on_its_field_and_nothing_typed_is_lost(
    date, end, says
):
    forum = make_forum(start_date="2015-04-01")
    make_terms(forum=forum, **end)
    kept = texts_of(forum, purpose="To buy.", approved_on="2015-01-01")

    done = stepping.take(forum, "new-terms", date=date, **kept)

    errors = stepping.errors_of(done)
    assert says in " ".join([*errors.get("date", []), *errors.get("qualifier", [])]), errors
    assert done.context_data["form"]["purpose"].value() == "To buy."
    assert TermsOfReference.objects.count() == 1


def test_a_gap_that_a_document_of_its_own_tells_is_taken():
    forum = make_forum(start_date="2015-04-01")
    ended = {"end_document": make_document(), "end_locator": "minute 4"}
    make_terms(forum=forum, end_date="2020-03-31", **ended)
    take(forum, "new-terms", date="2020-06-01", **texts_of(forum))
    first, second = forum.terms_of_reference.order_by("latest_start")
    assert (first.end_date, second.start_date) == (day("2020-03-31"), day("2020-06-01"))


def test_two_who_approved_or_terms_before_the_forum_are_refused_on_their_fields():
    forum = make_forum(start_date="2015-04-01")
    for answers, field in (
        ({"date": "2014-01-01"}, "date"),
        ({"date": "2016-01-01", "approved_on": "2016-13-01"}, "approved_on"),
        (
            {
                "date": "2016-01-01",
                "approved_by_forum": forum,
                "approved_by_organisation": make_organisation(),
            },
            "approved_by_organisation",
        ),
    ):
        done = stepping.take(forum, "new-terms", **texts_of(forum), **answers)
        assert list(stepping.errors_of(done)) == [field]


def test_the_next_review_is_later_than_the_review_which_takes_back_a_day_that_it_met():
    terms = make_terms(review_date="2024-05-31")
    minutes = paper("2024-06-05")
    said = {"document": minutes, "date": None, "next_review": "2024-06-05"}
    done = stepping.take(terms, "reviewed", **said)
    [error] = stepping.errors_of(done)["next_review"]
    assert "5 June 2024 is no later than the review" in error

    take(terms, "reviewed", document=minutes, date=None)

    terms.refresh_from_db()
    assert terms.confirmed_on == day("2024-06-05")
    for on, due in (("2024-06-04", "2024-05-31"), ("2024-06-05", None)):
        said = read_data(f"/forums/{terms.forum.slug}.json", {"as_at": on}).said
        assert said["review_date"] == due, on


def test_a_review_asks_which_terms_if_that_is_not_certain():
    forum = make_forum(start_date="2015-04-01")
    done = stepping.take(forum, "reviewed", date="2024-06-05")
    assert "No terms of reference are certainly in force" in stepping.errors_of(done)["__all__"][0]
    over = make_terms(forum=forum, end_date="2020-03-31")
    done = stepping.take(over, "reviewed", date="2024-06-05")
    assert "They are not in force" in stepping.errors_of(done)["__all__"][0]


def test_a_forum_offers_to_record_a_review_of_what_it_has_in_force():
    forum = make_forum()
    browser = stepping.signed_in()
    page, change = step_address(Forum, forum.pk, "reviewed"), address(Forum, "change", forum.pk)
    assert page not in browser.get(change).content.decode()
    make_terms(forum=forum)
    assert page in browser.get(change).content.decode()


def test_new_terms_and_a_review_are_undone_whole():
    forum = make_forum()
    terms = make_terms(forum=forum, quoracy_wording=THREE, review_date="2024-05-31")
    make_rule(terms=terms)
    make_escalation_step(terms=terms)
    models = (TermsOfReference, EscalationStep, TermsReview)
    before = [list(model.objects.values()) for model in models]
    browser = stepping.signed_in()
    for step, answers in (
        ("reviewed", {"document": paper("2024-06-05"), "date": None, "next_review": "2026-05-31"}),
        ("new-terms", {"date": "2024-04-01", **texts_of(forum, quoracy_wording=FIVE)}),
    ):
        take(forum, step, **answers)
        assert [list(model.objects.values()) for model in models] != before
        batch = TermsOfReference.history.latest("history_id").history_batch
        done = browser.post(f"/admin/together/{batch}/", {"reason": "It was another forum."})
        assert done.status_code == 302, done.content
        assert [list(model.objects.values()) for model in models] == before, step


@pytest.mark.parametrize(
    ("answers", "began", "ended"),
    [
        ({"outcome": "happened", "date": None}, "2024-04-01", "2024-03-31"),
        ({"outcome": "another-day", "date": "2024-06-01"}, "2024-06-01", "2024-05-31"),
        ({"outcome": "another-day", "date": "2024-03-01"}, "2024-03-01", "2024-02-29"),
        ({"outcome": "never", "date": None}, None, None),
    ],
)
def test_an_end_and_the_beginning_after_it_are_asked_about_once(answers, began, ended):
    forum = make_forum(slug="board", name="The Board")
    former = make_terms(forum=forum, purpose="To plan.")
    planned = {**texts_of(forum, purpose="To buy."), "document": paper("2024-02-01")}
    take(forum, "new-terms", date="2024-04-01", **planned)
    [row] = rows_of("foreseen")
    assert row.record == latest(forum) != former

    take(row.record, "what-became-of-it", document=paper("2024-07-01"), **answers)

    assert rows_of("foreseen") == []
    former.refresh_from_db()
    assert (former.end_date and former.end_date.isoformat(), former.end_foreseen) == (ended, False)
    if began is None:
        assert latest(forum) == former
    else:
        assert latest(forum).start_date.isoformat() == began
