"""Pages as at a day: which days they accept, and what they say about others."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from people.models import Basis
from records.periods import Precision, Qualifier
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_organisation_name,
    make_person,
    make_post,
)
from tests.pages.reading import REFUSED, read

pytestmark = pytest.mark.django_db


def get(address: str, parameters: dict):
    return Client(headers={"host": "localhost"}).get(address, parameters)


NOT_DAYS = [
    "2019-02-30",
    "2019-13-01",
    "20190501",
    "2019-5-1",
    "0000-00-00",
    "9999-99-99",
    "2019-W18-3",
    "2019-W18",
    "2019-121",
    "01-05-2019",
    "01/05/2019",
    "2019-05-01T00:00",
    " 2019-05-01",
    "2019-05-01 ",
    "-019-05-01",
    "+019-05-01",
    "today",
    "NaN",
    "٢٠١٩-٠٥-٠١",
    "２０１９-０５-０１",
    "2019–05–01",
    "2019-05-01" * 1000,
    "<script>alert(1)</script>",
    "' OR 1=1 --",
    "1" * 10_000,
]


@pytest.mark.parametrize("text", NOT_DAYS, ids=lambda text: text[:20])
def test_what_is_not_a_day_gets_a_sentence(quiet, text):
    page = read("/chairs/", {"as_at": text})

    assert page.status == 400
    assert page.headings == [REFUSED]
    assert "as a day. Write the day as year-month-day" in page.answer
    assert "<script>alert" not in page.source
    assert len(page.text) < 500


@pytest.mark.parametrize("address", ["/", "/forums/", "/people/", "/documents/", "/search/"])
def test_every_page_refuses_what_is_not_a_day(quiet, address):
    assert read(address, {"as_at": "2019-02-30"}).status == 400


@pytest.mark.parametrize("day", ["0001-01-01", "1799-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_too_far_away_gets_a_sentence(quiet, day):
    page = read("/chairs/", {"as_at": day})

    assert page.status == 400
    assert "can be read as at a day from 1800 to 2199" in page.text


@pytest.mark.parametrize("day", ["1800-01-01", "1948-07-05", "2020-02-29", "2199-12-31"])
def test_the_first_and_the_last_day_of_the_range_are_answered(quiet, day):
    make_membership(person=make_person(slug="anna"))

    for address in ("/", "/chairs/", "/people/anna/"):
        assert read(address, {"as_at": day}).status == 200


@pytest.mark.parametrize(
    "typed", ["1 December 2026", "01/12/2026", "1st December 2026", "2026-12-01", " 1 dec 2026 "]
)
def test_a_day_typed_into_the_form_is_read_as_the_pages_write_it(quiet, typed):
    answer = get("/forums/", {"typed_as_at": typed, "kind": "board", "as_at": "2019-05-01"})

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/forums/?kind=board&as_at=2026-12-01"
    assert "s-maxage" in answer.headers["Cache-Control"]
    form = read("/forums/", {"as_at": "2026-12-01"})
    [field] = form.all("input", name="typed_as_at")
    assert field.get("value") == "1 December 2026"


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        (
            "typed_as_at",
            "July 2022",
            "Another day: “July 2022” is a whole month. Write a day in",
        ),
        ("typed_as_at", "2022", "is a whole year. Write a day in it, such as 1 January 2022"),
        ("typed_as_at", "by June 2021", "Another day: “by June 2021” is no single day"),
        ("typed_recorded", "spring", "“spring” cannot be read as a day. Write it as 1 May 2019"),
        ("typed_from", "31/02/2019", "From: “31/02/2019” cannot be read as a day"),
        ("typed_to", "<script>", "To: “<script>” cannot be read as a day"),
    ],
)
def test_what_is_typed_and_is_no_day_gets_a_sentence_that_names_the_field(
    quiet, field, typed, says
):
    page = read("/changes/", {field: typed})

    assert page.status == 400
    assert says in page.text


def test_a_month_typed_for_the_first_and_the_last_day_is_the_whole_month(quiet):
    answer = get("/changes/", {"typed_from": "July 2022", "typed_to": "July 2022"})
    assert answer.headers["Location"] == "/changes/?from=2022-07-01&to=2022-07-31"

    answer = get("/changes/recorded/", {"typed_from": "2022", "typed_to": ""})
    assert answer.headers["Location"] == "/changes/recorded/?from=2022-01-01"


def test_a_day_typed_outside_the_range_gets_a_sentence(quiet):
    answer = get("/chairs/", {"typed_as_at": "1 April 0202"})
    page = read(answer.headers["Location"])

    assert page.status == 400
    assert "from 1800 to 2199" in page.text


def test_no_day_is_today():
    today = timezone.localdate()

    assert read("/chairs/").text == read("/chairs/", {"as_at": ""}).text
    assert f"As at today, {today:%-d %B %Y}" in read("/chairs/").text


def test_a_page_as_at_today_by_name_says_so():
    assert "(today)" in read("/chairs/", {"as_at": timezone.localdate().isoformat()}).text


def test_the_first_of_two_days_in_an_address_counts(quiet):
    page = read("/chairs/?as_at=2020-01-01&as_at=2019-05-01")

    assert page.status == 200
    assert "As at 1 January 2020" in page.text


def test_the_way_back_to_today_keeps_what_was_chosen():
    page = read("/forums/", {"as_at": "2019-05-01", "kind": "board"})

    assert page.link("Show today instead") == "/forums/?kind=board"


def test_a_future_day_is_a_day_like_any_other():
    anna = make_person(name="Anna Adams")
    chair = make_chair_seat(forum=make_forum(name="The Board"))
    make_membership(seat=chair, person=anna, start_date="2090-01-01")

    assert "Anna Adams" in read("/chairs/", {"as_at": "2090-01-01"}).row("The Board")
    assert "Not recorded" in read("/chairs/", {"as_at": "2089-12-31"}).row("The Board")


def test_a_forum_that_has_ended_offers_its_last_day_and_that_day_works():
    make_forum(slug="old", name="Old Board", start_date="2015-01-01", end_date="2019-03-31")

    page = read("/forums/old/")
    assert "This forum ended 31 March 2019." in page.text

    then = read(page.link("Read this page as at 31 March 2019"))
    assert then.status == 200
    assert "Not in force" not in then.text
    assert "Old Board" not in read("/forums/").text
    assert "Old Board" in read("/forums/", {"as_at": "2019-03-31"}).text


def test_an_organisation_known_only_from_a_day_on_offers_that_day_and_it_works():
    make_organisation(
        slug="trust",
        start_date="2021-06-01",
        start_precision=Precision.MONTH,
        start_qualifier=Qualifier.BY,
    )

    page = read("/organisations/trust/", {"as_at": "2019-05-01"})
    assert "Known from a later day" in page.text
    assert "by June 2021; whether it existed on 1 May 2019 is not recorded" in page.text
    assert "Not in force" not in page.text

    then = read(page.link("Read this page as at 30 June 2021"))
    assert "Known from a later day" not in then.text


def test_one_that_is_still_to_come_offers_its_first_day():
    make_forum(slug="new", start_date="2090-04-01", start_precision=Precision.MONTH)

    page = read("/forums/new/")

    assert "from April 2090" in page.text
    assert "in force" not in read(page.link("Read this page as at 30 April 2090")).text


def test_one_that_began_in_a_month_is_perhaps_not_yet_there_in_it():
    make_forum(slug="new", start_date="2023-04-01", start_precision=Precision.MONTH)

    page = read("/forums/new/", {"as_at": "2023-04-10"})

    assert "Perhaps not yet in force on 10 April 2023" in page.text
    assert "This forum began in April 2023; whether it existed on 10 April 2023 is not" in page.text
    assert "Not in force" not in page.text


def test_one_that_ended_in_a_year_is_perhaps_over_in_it():
    make_forum(
        slug="old", start_date="2019-04-01", end_date="2023-01-01", end_precision=Precision.YEAR
    )

    page = read("/forums/old/", {"as_at": "2023-04-10"})

    assert "Perhaps over on 10 April 2023" in page.text
    assert "ended in 2023; whether it still existed on 10 April 2023 is not recorded" in page.text
    assert page.link("Read this page as at 1 January 2023")


@pytest.mark.parametrize(
    ("on", "said"), [("2021-05-31", None), ("2021-06-30", True), ("2022-04-01", False)]
)
def test_the_data_of_a_page_say_whether_it_was_in_force_or_that_nobody_knows(on, said):
    fields = {"start_date": "2021-06-01", "end_date": "2022-03-31"}
    fields |= {"start_precision": Precision.MONTH, "start_qualifier": Qualifier.BY}
    make_forum(slug="board", **fields)
    make_organisation(slug="trust", **fields)

    for address in ("/forums/board.json", "/organisations/trust.json"):
        assert get(address, {"as_at": on}).json()["in_force"] is said


def test_one_whose_start_nobody_recorded_offers_no_day_it_could_not_keep():
    make_forum(slug="old", start_date=None, end_date="2090-03-31")

    page = read("/forums/old/", {"as_at": "2019-05-01"})

    assert "The sources do not say when this forum began, only that it ended" in page.text
    assert "Read this page as at" not in page.text


def test_one_whose_start_nobody_recorded_offers_no_last_day_after_its_end_either():
    make_forum(slug="old", start_date=None, end_date="2019-03-31")

    page = read("/forums/old/")

    offered = [link for link in page.links(page.main) if "as_at=2019-03-31" in link]
    assert all("Not in force" not in read(link).text for link in offered)


def test_dates_are_shown_as_precisely_as_they_are_known():
    trust = make_organisation(slug="trust")
    for title, fields in {
        "To the day": {},
        "To the month": {"start_precision": Precision.MONTH},
        "To the year": {"start_precision": Precision.YEAR},
        "At the latest": {"start_precision": Precision.MONTH, "start_qualifier": Qualifier.BY},
    }.items():
        make_appointment(post=make_post(organisation=trust, title=title), **fields)

    page = read("/organisations/trust/")

    assert " 1 April 2019 " in page.row("To the day")
    assert " 1 April" not in page.row("To the month")
    assert " April 2019 " in page.row("To the month")
    assert "April" not in page.row("To the year")
    assert " by April 2019 " in page.row("At the latest")


def test_former_names_are_shown_for_the_days_on_which_they_were_in_use():
    trust = make_organisation(slug="trust", name="New Trust", start_date="2010-01-01")
    make_organisation_name(
        organisation=trust,
        name="Old Trust",
        kind="former",
        start_date="2010-01-01",
        end_date="2020-06-30",
    )

    then = read("/organisations/trust/", {"as_at": "2020-06-30"}).text
    after = read("/organisations/trust/", {"as_at": "2020-07-01"}).text

    assert "Then called Old Trust." in then
    assert "Then called" not in after
    assert "Old Trust (former name" in after


def test_a_former_name_that_had_gone_by_a_month_is_not_claimed_for_that_month():
    trust = make_organisation(slug="trust", name="New Trust", start_date="2010-01-01")
    make_organisation_name(
        organisation=trust,
        name="Old Trust",
        kind="former",
        start_date="2010-01-01",
        end_date="2021-06-30",
        end_precision=Precision.MONTH,
        end_qualifier=Qualifier.BY,
    )

    for address in ("/organisations/trust/", "/organisations/"):
        before = read(address, {"as_at": "2021-05-31"}).text
        assert "alled Old Trust until June 2021 at the latest" in before
        assert "alled Old Trust" not in read(address, {"as_at": "2021-06-01"}).text


def test_a_former_name_that_had_not_gone_before_a_day_is_not_said_to_have_gone_by_then():
    trust = make_organisation(slug="trust", name="New Trust", start_date="2010-01-01")
    make_organisation_name(
        organisation=trust,
        name="Old Trust",
        kind="former",
        start_date="2010-01-01",
        end_date="2021-06-30",
        end_qualifier=Qualifier.NOT_BEFORE,
    )

    for address in ("/organisations/trust/", "/organisations/"):
        assert "hen called Old Trust" in read(address, {"as_at": "2021-06-30"}).text
        after = read(address, {"as_at": "2021-07-01"}).text
        assert "alled Old Trust until 30 June 2021 at the earliest" in after


def confirmed(**fields) -> str:
    """When the one chair was last confirmed, in the words of the list of chairs."""
    make_membership(seat=make_chair_seat(), basis=Basis.SUBSTANTIVE, **fields)
    return read("/chairs/").rows()[0]


def test_a_fresh_confirmation_is_told_without_a_warning():
    yesterday = timezone.localdate() - datetime.timedelta(days=1)

    said = confirmed(confirmed_on=yesterday)

    assert f"Last known {yesterday:%-d %B %Y}" in said
    assert "more than a year ago" not in said


def test_a_confirmation_of_a_year_ago_is_not_yet_old_and_a_day_more_is():
    today = timezone.localdate()

    assert "a year ago" not in confirmed(confirmed_on=today - datetime.timedelta(days=365))
    assert "more than a year ago" in read_again(today - datetime.timedelta(days=366))


def read_again(confirmed_on) -> str:
    forum = make_forum(name="Second Board")
    make_membership(seat=make_chair_seat(forum=forum), confirmed_on=confirmed_on)
    return read("/chairs/").row("Second Board")


def test_a_confirmation_is_old_by_the_day_asked_for_if_that_is_past():
    confirmed(confirmed_on="2019-06-01")

    def said(day):
        return read("/chairs/", {"as_at": day}).rows()[0]

    assert "a year ago" not in said("2020-06-01")
    assert "more than a year ago" in said("2020-06-02")
    assert "more than a year ago" in said("2090-01-01")


def test_a_confirmation_is_told_as_precisely_as_it_is_known():
    said = confirmed(confirmed_on="2021-06-01", confirmed_precision=Precision.MONTH)

    assert "Last known June 2021, more than a year ago" in said


def test_what_was_never_confirmed_says_so():
    assert "Last known on no day that is recorded" in confirmed()
