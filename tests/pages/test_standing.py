"""What pages call a seat: held, vacant, not recorded, interim, acting, ex officio, former, to come.

Anna chairs the Board. Ben chaired it before her, or will after her.
"""

import datetime

import pytest

from forums.models import SeatRole
from people.models import Basis, EndReason
from records.periods import Precision, Qualifier
from tests.builders import (
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_post_vacancy,
    make_seat,
    make_seat_vacancy,
)
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

BOARD = "/forums/board/"


@pytest.fixture
def board():
    return make_forum(slug="board", name="The Board", start_date="2018-01-01")


@pytest.fixture
def chair(board):
    return make_chair_seat(forum=board, title="Chair", start_date="2018-01-01", vacant=1)


@pytest.fixture
def anna():
    return make_person(slug="anna", name="Anna Adams")


@pytest.fixture
def ben():
    return make_person(slug="ben", name="Ben Brown")


def chair_on(day: str) -> str:
    """The chair on the board's page. Fails unless the lists of chairs and of forums agree."""
    page = read(BOARD, {"as_at": day})
    said = page.fact("Chair")
    word = next((word for word in ("Vacant", "Not recorded") if said.startswith(word)), said[:10])
    for address in ("/chairs/", "/forums/"):
        assert word in read(address, {"as_at": day}).row("The Board")
    return said


def shown_by_filter(day: str) -> list[str]:
    """The standings under which the list of chairs shows the board on `day`."""
    found = []
    for standing in ("held", "vacant", "not-recorded"):
        page = read("/chairs/", {"as_at": day, "standing": standing})
        found += [standing] * len(page.rows("The Board"))
    return found


def test_a_chair_in_post_is_named_with_their_start_and_source(chair, anna):
    make_membership(seat=chair, person=anna, start_date="2019-04-01", locator="slide 7")

    said = chair_on("2019-04-01")

    assert said.startswith("Anna Adams since 1 April 2019")
    assert "Board paper, slide 7" in said
    assert shown_by_filter("2019-04-01") == ["held"]


def test_the_day_before_a_start_nobody_holds_it_and_who_comes_is_named(chair, anna):
    make_membership(seat=chair, person=anna, start_date="2019-04-01")

    said = chair_on("2019-03-31")
    assert said.startswith("Vacant since 1 January 2018")
    assert "Source: Board paper, page 1 Anna Adams from 1 April 2019" in said
    assert shown_by_filter("2019-03-31") == ["vacant"]


def test_it_is_vacant_after_an_end_if_a_source_says_so(chair, anna):
    make_membership(seat=chair, person=anna, end_date="2020-03-31")
    make_seat_vacancy(seat=chair, start_date="2020-04-01", locator="slide 9")

    assert chair_on("2020-03-31").startswith("Anna Adams")
    said = chair_on("2020-04-01")
    assert said.startswith("Vacant since 1 April 2020")
    assert "Board paper, slide 9" in said
    assert shown_by_filter("2020-04-01") == ["vacant"]


def test_an_end_alone_says_nothing_of_the_days_after(chair, anna):
    make_membership(seat=chair, person=anna, end_date="2020-03-31")

    assert chair_on("2020-04-01").startswith("Not recorded last: Anna Adams, until 31 March 2020")
    assert shown_by_filter("2020-04-01") == ["not-recorded"]


def test_it_is_vacant_when_a_source_says_that_nobody_is_appointed(chair):
    assert chair_on("2019-05-01").startswith("Vacant")


def test_a_vacancy_says_who_is_required(board):
    make_chair_seat(forum=board, requirement="A GP", vacant=1)

    said = chair_on("2019-05-01")
    assert said.startswith("Vacant")
    assert "Required: A GP" in said


def test_it_is_not_recorded_when_the_sources_name_the_seat_alone(board):
    make_chair_seat(forum=board)

    assert chair_on("2019-05-01").startswith("Not recorded")
    assert shown_by_filter("2019-05-01") == ["not-recorded"]


def test_it_is_not_recorded_before_a_start_that_is_known_only_as_a_limit(board, anna):
    make_membership(
        seat=make_chair_seat(forum=board),
        person=anna,
        start_date="2021-06-01",
        start_precision=Precision.MONTH,
        start_qualifier=Qualifier.BY,
    )

    assert chair_on("2021-06-29").startswith("Not recorded Anna Adams in post by June 2021")
    assert shown_by_filter("2021-06-29") == ["not-recorded"]
    assert chair_on("2021-06-30").startswith("Anna Adams by June 2021")


def test_an_end_followed_by_a_limit_leaves_the_days_between_not_recorded(chair, anna, ben):
    make_membership(seat=chair, person=ben, end_date="2020-03-31")
    make_membership(seat=chair, person=anna, start_date="2021-06-01", start_qualifier=Qualifier.BY)

    assert chair_on("2020-04-01").startswith("Not recorded")


def test_it_is_not_recorded_before_an_end_whose_start_no_source_gives(board, anna):
    chair = make_chair_seat(forum=board)
    make_membership(seat=chair, person=anna, start_date=None, end_date="2020-03-31")

    said = chair_on("2019-05-01")
    assert said.startswith("Not recorded Anna Adams, ended 31 March 2020; start not recorded")
    assert shown_by_filter("2019-05-01") == ["not-recorded"]
    assert chair_on("2020-04-01").startswith("Not recorded last: Anna Adams")


def test_a_forum_without_a_chairs_seat_has_none_recorded(board):
    assert read(BOARD).fact("Chair") == "Not recorded The sources do not say who chairs it."
    assert "Not recorded" in read("/forums/").row("The Board")
    assert read("/chairs/").rows("The Board") == []
    assert "The sources do not say who chairs 1 forum" in read("/chairs/").text


def test_the_holder_of_a_post_fills_the_seat_that_goes_with_it(board, anna):
    trust = make_organisation(name="Wye Trust")
    post = make_post(organisation=trust, title="Director")
    make_appointment(post=post, person=anna, start_date="2019-04-01", end_date="2020-03-31")
    make_chair_seat(forum=board, ex_officio_post=post)

    said = chair_on("2019-05-01")
    assert said.startswith("Anna Adams ex officio, as Director, Wye Trust since 1 April 2019")
    assert read("/people/anna/", {"as_at": "2019-05-01"}).fact("Chair").startswith("The Board")


def test_a_seat_is_vacant_when_the_post_it_goes_with_is(board, anna):
    trust = make_organisation(name="Wye Trust")
    post = make_post(organisation=trust, title="Director")
    make_appointment(post=post, person=anna, start_date="2019-04-01", end_date="2020-03-31")
    make_post_vacancy(post=post, start_date="2020-04-01", locator="slide 9")
    make_chair_seat(forum=board, ex_officio_post=post)

    said = chair_on("2020-04-01")
    assert said.startswith("Vacant since 1 April 2020")
    assert "Board paper, slide 9" in said
    assert "filled by whoever is Director, Wye Trust" in said
    assert shown_by_filter("2020-04-01") == ["vacant"]
    assert "The Board" not in read("/people/anna/", {"as_at": "2020-04-01"}).section("now")


def test_a_seat_is_not_recorded_when_the_holder_of_its_post_is_known_from_later_on(board, anna):
    post = make_post()
    make_appointment(post=post, person=anna, start_date="2021-06-01", start_qualifier=Qualifier.BY)
    make_chair_seat(forum=board, ex_officio_post=post)

    assert chair_on("2019-05-01").startswith("Not recorded filled by whoever is")


def test_who_is_recorded_for_a_seat_comes_before_who_would_fill_it_ex_officio(board, anna, ben):
    post = make_post()
    make_appointment(post=post, person=ben, start_date="2019-01-01")
    seat = make_chair_seat(forum=board, ex_officio_post=post, start_date="2019-01-01")
    make_membership(seat=seat, person=anna, start_date="2019-04-01", end_date="2020-03-31")

    during = chair_on("2019-05-01")
    assert during.startswith("Anna Adams")
    assert "Ben Brown" not in during
    assert "The Board" not in read("/people/ben/", {"as_at": "2019-05-01"}).section("now")
    assert chair_on("2019-02-01").startswith("Ben Brown ex officio")
    assert chair_on("2020-04-01").startswith("Ben Brown ex officio")


def test_who_filled_a_seat_by_holding_a_post_is_a_former_member_and_who_is_to_is_named(
    board, anna, ben
):
    post = make_post(title="Director", organisation=make_organisation(name="Wye Trust"))
    make_appointment(post=post, person=anna, start_date="2019-04-01", end_date="2020-03-31")
    make_appointment(post=post, person=ben, start_date="2020-04-01")
    make_chair_seat(forum=board, ex_officio_post=post, start_date="2019-06-01")

    before = {"as_at": "2020-03-31"}
    assert "Ben Brown from 1 April 2020" in read("/forums/board/", before).text
    assert "since 1 June 2019" in read("/people/anna/", before).fact("Chair")
    assert "The Board" in read("/people/ben/", before).section("to-come")
    after = {"as_at": "2020-04-01"}
    assert (
        read("/forums/board/", after)
        .section("former")
        .startswith(
            "Anna Adams, Chair ex officio, as Director, Wye Trust, 1 June 2019 to 31 March 2020"
        )
    )
    assert "The Board" in read("/people/anna/", after).section("before")
    assert "The Board" in read("/people/ben/", after).section("now")


def test_a_seat_left_to_the_holder_of_its_post_is_filled_by_them_in_that_time_alone(
    board, anna, ben
):
    post = make_post()
    make_appointment(post=post, person=ben, start_date="2019-01-01", end_date="2021-12-31")
    seat = make_chair_seat(forum=board, ex_officio_post=post, start_date="2019-01-01")
    make_membership(seat=seat, person=anna, start_date="2019-04-01", end_date="2020-03-31")

    former = read("/forums/board/", {"as_at": "2022-01-01"}).section("former")
    assert "1 January 2019 to 31 March 2019" in former
    assert "1 April 2020 to 31 December 2021" in former
    assert former.count("Ben Brown") == 2


def test_a_forum_that_has_stood_down_has_no_chair_and_says_where_the_last_one_is(board, anna):
    make_membership(seat=make_chair_seat(forum=board), person=anna, start_date="2019-04-01")
    board.end_date = datetime.date(2021, 3, 31)
    board.save()

    said = read(BOARD, {"as_at": "2021-04-01"}).fact("Chair")
    assert said == "None: the forum ended 31 March 2021. Who chaired it then."
    assert chair_on("2021-03-31").startswith("Anna Adams")


def test_who_holds_both_the_post_and_the_seat_is_shown_once(board, anna):
    post = make_post()
    make_appointment(post=post, person=anna)
    make_membership(seat=make_chair_seat(forum=board, ex_officio_post=post), person=anna)

    assert chair_on("2019-05-01").count("Anna Adams") == 1
    assert read("/people/anna/", {"as_at": "2019-05-01"}).section("now").count("The Board") == 1


def test_an_acting_chair_is_shown_beside_the_one_they_cover(chair, anna, ben):
    make_membership(seat=chair, person=anna, start_date="2019-04-01")
    make_membership(seat=chair, person=ben, start_date="2020-01-01", basis=Basis.ACTING)

    said = chair_on("2020-02-01")

    assert "Anna Adams" in said
    assert "Ben Brown (acting)" in said


def test_an_interim_chair_is_called_so(chair, anna):
    make_membership(seat=chair, person=anna, basis=Basis.INTERIM)

    assert chair_on("2019-05-01").startswith("Anna Adams (interim)")
    assert "Chair, The Board (interim)" in read("/people/", {"as_at": "2019-05-01"}).row("Anna")


def members_on(day: str) -> str:
    return read(BOARD, {"as_at": day}).section("members")


@pytest.mark.parametrize(("stated", "word"), [(True, "vacant"), (False, "not recorded")])
def test_a_seat_for_several_says_how_many_are_missing(board, anna, ben, stated, word):
    seat = make_seat(forum=board, title="Clinical lead", number=3, vacant=int(stated))
    make_membership(seat=seat, person=anna)
    make_membership(seat=seat, person=ben)

    said = members_on("2019-05-01")

    assert said.index("Anna Adams") < said.index("Ben Brown") < said.index(f"1 more {word}")
    assert "more" not in said.replace(f"1 more {word}", "")


def test_a_seat_for_several_has_nothing_vacant_while_somebody_may_already_fill_it(board, anna, ben):
    seat = make_seat(forum=board, number=2)
    make_membership(seat=seat, person=anna)
    make_membership(seat=seat, person=ben, start_date="2021-06-01", start_qualifier=Qualifier.BY)

    assert "1 more not recorded" in members_on("2019-05-01")
    assert "more" not in members_on("2021-06-01")


def test_an_acting_member_leaves_the_room_of_the_one_they_cover(board, anna, ben):
    seat = make_seat(forum=board, number=2, vacant=1)
    make_membership(seat=seat, person=anna)
    make_membership(seat=seat, person=ben, basis=Basis.ACTING)

    assert "1 more vacant" in members_on("2019-05-01")


def test_a_seat_of_unknown_number_claims_no_vacancy_beside_its_holders(board, anna):
    seat = make_seat(forum=board, title="Partner", number=None)
    make_membership(seat=seat, person=anna)

    said = members_on("2019-05-01")

    assert "Partner number not recorded" in said
    assert "more" not in said


def test_a_post_for_two_says_that_the_second_is_not_recorded_and_not_that_it_is_vacant(anna):
    trust = make_organisation(slug="trust", name="Wye Trust")
    make_appointment(post=make_post(organisation=trust, max_holders=2), person=anna)

    said = read("/organisations/trust/").section("posts")
    assert "1 more not recorded" in said
    assert "vacant" not in said.lower()


@pytest.mark.parametrize(("stated", "word"), [(True, "Vacant"), (False, "Not recorded")])
def test_a_post_without_a_holder_has_its_honest_word_on_its_organisations_page(stated, word):
    trust = make_organisation(slug="trust", name="Wye Trust")
    make_post(organisation=trust, title="Chair", vacant=int(stated))

    assert word in read("/organisations/trust/").row("Chair")
    assert word in read("/chairs/").row("Wye Trust")
    assert word in read("/organisations/").row("Wye Trust")


def test_a_seat_says_whom_its_holder_speaks_for_and_the_holders_own_word_comes_first(
    board, anna, ben
):
    wye, severn = make_organisation(name="Wye Trust"), make_organisation(name="Severn Trust")
    seat = make_seat(forum=board, number=2, on_behalf_of=wye)
    make_membership(seat=seat, person=anna)
    make_membership(seat=seat, person=ben, on_behalf_of=severn)

    page = read(BOARD, {"as_at": "2019-05-01"})

    assert "Wye Trust" in page.row("Anna Adams")
    assert "Severn Trust" in page.row("Ben Brown")
    assert "Wye Trust" not in page.row("Ben Brown")


def test_former_members_are_kept_with_when_and_why_the_last_first(chair, board, anna, ben):
    make_membership(
        seat=chair,
        person=anna,
        start_date="2018-02-01",
        end_date="2019-03-31",
        end_reason=EndReason.TERM_ENDED,
        locator="slide 3",
    )
    make_membership(
        seat=make_seat(forum=board, role=SeatRole.VICE_CHAIR, title="Vice-chair"),
        person=ben,
        end_date="2020-03-31",
    )

    said = read(BOARD, {"as_at": "2020-04-01"}).section("former")

    assert "Anna Adams, Chair, 1 February 2018 to 31 March 2019 (term ended)" in said
    assert "Board paper, slide 3" in said
    assert said.index("Ben Brown") < said.index("Anna Adams")
    assert "None recorded" in read(BOARD, {"as_at": "2019-01-01"}).section("former")


def test_former_holders_of_a_post_are_kept_on_its_organisations_page(anna):
    trust = make_organisation(slug="trust")
    post = make_post(organisation=trust, title="Chair of the trust")
    make_appointment(post=post, person=anna, end_date="2020-03-31")

    said = read("/organisations/trust/", {"as_at": "2020-04-01"}).section("former")

    assert "Anna Adams, Chair of the trust, 1 April 2019 to 31 March 2020" in said


def test_a_member_of_a_seat_that_is_no_more_is_still_a_former_member(board, anna):
    seat = make_seat(forum=board, title="Adviser", end_date="2020-03-31")
    make_membership(seat=seat, person=anna, end_date="2020-03-31")

    page = read(BOARD, {"as_at": "2021-01-01"})

    assert page.rows("Adviser") == []
    assert "Anna Adams, Adviser" in page.section("former")


def test_a_person_s_page_keeps_now_before_and_later_apart(board, anna):
    make_membership(seat=make_seat(forum=board, title="First"), person=anna, end_date="2019-12-31")
    make_membership(seat=make_seat(forum=board, title="Second"), person=anna)
    make_appointment(post=make_post(title="Third"), person=anna, start_date="2030-01-01")

    page = read("/people/anna/", {"as_at": "2020-06-01"})

    assert "Second" in page.section("now")
    assert "First" in page.section("before")
    assert "Third" in page.section("to-come")
    assert "First" not in page.section("now")
    assert "Third" not in page.section("now")
    assert read("/people/anna/", {"as_at": "2030-01-01"}).section("now").count("Third") == 1


def test_a_term_that_is_to_end_is_told_and_so_is_serving_past_it(chair, anna):
    make_membership(seat=chair, person=anna, term_ends="2021-03-31")

    assert "term ends 31 March 2021" in chair_on("2021-03-31")
    assert "term was due to end 31 March 2021" in chair_on("2021-04-01")


def test_the_tally_of_seats_counts_each_standing(board, chair, anna):
    make_membership(seat=chair, person=anna)
    make_seat(forum=board, vacant=1)
    make_seat(forum=board, vacant=1)
    make_seat(forum=board)

    assert "1 person in 1 of 4 places: 2 vacant, 1 with nobody recorded." in members_on(
        "2019-05-01"
    )


def test_what_is_known_from_a_later_day_is_not_called_vacant_before(board):
    make_seat(
        forum=board,
        title="Clinical lead",
        vacant=1,
        start_date="2021-06-30",
        start_qualifier=Qualifier.BY,
    )

    assert "Not recorded" in read("/forums/board/", {"as_at": "2021-06-29"}).row("Clinical lead")
    assert "Vacant" in read("/forums/board/", {"as_at": "2021-06-30"}).row("Clinical lead")
