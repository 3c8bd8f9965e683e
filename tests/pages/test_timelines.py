"""Timelines of who held what, each a picture with a table behind it."""

import datetime
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forums.models import Seat
from forums.seat_holders import seats_with_holders
from ics_register.pages.frame import AskedDay
from ics_register.pages.timelines import Timeline, TimelineRow, recorded_times
from organisations.models import Post
from people.identity import withhold_person
from people.models import Basis
from people.post_holders import Holding, posts_with_holders
from people.standing import Standing
from records.periods import Period, Precision, Qualifier
from tests.builders import (
    day,
    make_appointment,
    make_chair_seat,
    make_forum,
    make_membership,
    make_organisation,
    make_person,
    make_post,
    make_post_vacancy,
    make_seat,
)
from tests.pages.reading import read, words

pytestmark = pytest.mark.django_db

TODAY = day("2024-06-30")


@pytest.fixture
def post():
    return make_post(title="Chair", organisation=make_organisation(slug="trust", name="Wye Trust"))


def holding(post: Post) -> Holding:
    [held] = posts_with_holders(Post.objects.filter(pk=post.pk), TODAY)
    return held


def drawn(*posts: Post, over=None, at=TODAY) -> Timeline | None:
    asked = AskedDay(at, TODAY, named=True)
    recorded = recorded_times([holding(each) for each in posts], asked, over)
    return recorded and recorded.drawn(asked)


def looks(line: TimelineRow) -> list[str]:
    return [stretch.look for stretch in line.stretches]


def ends(line: TimelineRow) -> tuple[float, float]:
    first, last = line.stretches[0], line.stretches[-1]
    return first.x, round(last.x + last.width, 3)


def told(drawn: Timeline) -> list[str]:
    return [
        line.holder.person if line.holder else f"{line.standing.label} {line.words}"
        for line in drawn.lines
    ]


def test_what_is_known_to_the_day_is_drawn_whole_and_to_scale(post):
    make_appointment(post=post, start_date="2020-01-01", end_date="2021-12-31")
    make_appointment(post=post, start_date="2022-01-01", end_date="2023-12-31")

    before, after = [line for line in drawn(post).lines if line.holder]
    assert looks(before) == looks(after) == ["certain"]
    assert ends(before)[1] == pytest.approx(ends(after)[0], abs=0.01)
    lengths = [end - start for start, end in (ends(before), ends(after))]
    assert lengths[0] / lengths[1] == pytest.approx(731 / 730, abs=0.001)
    assert drawn(post, at=day("2022-01-01")).asked == ends(after)[0]


def test_the_month_of_a_start_and_the_year_of_an_end_are_not_certain(post):
    make_appointment(
        post=post,
        start_date="2020-01-01",
        start_precision=Precision.MONTH,
        end_date="2022-12-31",
        end_precision=Precision.YEAR,
    )

    line = drawn(post).lines[1]
    assert looks(line) == ["uncertain", "certain", "uncertain"]
    month, _, year = line.stretches
    # On the last day of January it surely had begun, and on the first of 2022 not ended.
    assert year.width / month.width == pytest.approx(364 / 30, rel=0.01)


def test_a_limit_is_drawn_as_open_to_the_left_and_certain_only_from_then(post):
    make_appointment(post=post, start_date="2021-06-15", start_qualifier=Qualifier.BY)

    line = drawn(post).lines[-1]
    assert looks(line) == ["uncertain", "certain", "unconfirmed", "to-come"]
    assert line.stretches[0].width == pytest.approx(4, abs=0.01)


@pytest.mark.parametrize(
    ("confirmed", "certain"),
    [
        ({}, 1),
        ({"confirmed_on": "2022-01-01"}, 367),
        ({"confirmed_on": "2022-02-01", "confirmed_precision": Precision.MONTH}, 424),
        ({"confirmed_on": "2024-06-30"}, 1278),
    ],
)
def test_who_is_not_recorded_to_have_left_is_certain_until_a_source_last_said_so(
    post, confirmed, certain
):
    make_appointment(post=post, start_date="2020-12-31", **confirmed)

    line = drawn(post).lines[-1]
    known, *rest = [each for each in line.stretches if each.look != "to-come"]
    days = 1278  # to today and with it
    assert known.look == "certain"
    assert [each.look for each in rest] == (["unconfirmed"] if certain < days else [])
    share = known.width / (known.width + sum(each.width for each in rest))
    assert share == pytest.approx(certain / days, abs=0.001)


def test_a_start_that_a_source_of_before_foresaw_is_drawn_as_foreseen(post):
    make_appointment(post=post, start_date="2020-12-31", confirmed_on="2020-05-05")

    assert looks(drawn(post).lines[-1]) == ["foreseen", "to-come"]


def test_only_the_start_is_certain_when_the_end_is_known_as_a_limit(post):
    make_appointment(
        post=post, start_date="2020-01-01", end_date="2022-01-01", end_qualifier=Qualifier.BY
    )

    first, rest = drawn(post).lines[1].stretches
    assert (first.look, rest.look) == ("certain", "uncertain")
    assert first.width < 0.1 < rest.width


def test_a_holder_of_whom_only_the_end_is_known_has_a_short_open_stretch_before_it(post):
    make_appointment(post=post, start_date=None, end_date="2022-01-01")

    line = next(line for line in drawn(post).lines if line.holder)
    assert looks(line) == ["uncertain"]
    assert line.stretches[0].width == pytest.approx(4, abs=0.01)


def test_what_is_to_come_is_never_drawn_as_certain(post):
    make_appointment(post=post, start_date="2023-01-01", end_date="2024-12-31")
    make_appointment(post=post, start_date="2025-01-01")

    now, next_one = drawn(post).lines[-2:]
    assert looks(now) == ["certain", "to-come"]
    assert looks(next_one) == ["to-come"]


def test_a_gap_is_vacant_only_if_the_register_says_so(post):
    make_appointment(post=post, end_date="2020-03-31", end_precision=Precision.MONTH)
    make_appointment(post=post, start_date="2020-07-01")
    make_post_vacancy(post=post, start_date="2020-04-01", locator="slide 9")
    other = make_post()
    make_appointment(post=other, end_date="2021-12-31")
    make_appointment(post=other, start_date="2022-06-01", start_qualifier=Qualifier.BY)

    assert told(drawn(post))[1] == "vacant after March 2020, before 1 July 2020"
    assert told(drawn(other))[1] == "not recorded after 31 December 2021, before 1 June 2022"


def test_a_post_left_for_good_is_vacant_until_today_and_no_later(post):
    make_appointment(post=post, start_date="2019-04-01", end_date="2020-03-31")
    make_post_vacancy(post=post, start_date="2020-04-01", start_precision=Precision.MONTH)

    gap = drawn(post).lines[-1]
    assert (gap.standing, gap.words, gap.last) == (Standing.VACANT, "after 31 March 2020", TODAY)
    assert looks(gap) == ["vacant"]


def test_a_handover_known_to_the_month_leaves_no_gap(post):
    month = {"start_precision": Precision.MONTH, "end_precision": Precision.MONTH}
    make_appointment(post=post, end_date="2020-03-31", **month)
    make_appointment(post=post, start_date="2020-04-01", **month)

    assert all(line.holder for line in drawn(post).lines)


def test_what_an_organisation_had_ends_with_it(post):
    make_appointment(post=post, start_date="2019-04-01")
    make_appointment(post=post, start_date="2021-01-01", basis=Basis.ACTING)

    [line] = drawn(post, over=day("2020-03-31")).lines
    assert line.last == day("2020-03-31")
    assert looks(line) == ["certain", "unconfirmed"]


def test_nothing_is_drawn_of_posts_for_which_nobody_is_recorded(post):
    assert drawn(post) is None
    assert drawn() is None


def test_the_picture_counts_the_posts_that_it_has_no_room_for(post):
    make_appointment(post=post)
    others = [make_post() for _ in range(30)]
    for other in others:
        make_appointment(post=other)

    whole = drawn(post, *others)
    assert len(whole.lines) == 24
    assert whole.left_out == 7
    assert whole.headings[0].words == "Chair"


def test_a_post_with_hundreds_of_holders_shows_the_latest_and_counts_the_others(post):
    person = make_person(name="Ann Abel")
    for year in range(1950, 1990):
        make_appointment(
            post=post, person=person, start_date=f"{year}-01-01", end_date=f"{year}-12-31"
        )
    make_appointment(post=post, person=make_person(name="Bea Bell"), start_date="1990-01-01")

    picture = drawn(post)
    assert len(picture.lines) == 24
    assert told(picture)[-1] == "Bea Bell"
    [figure] = read("/organisations/trust/").all("figure")
    assert f"{picture.earlier} earlier times of the first have no room" in words(figure)


DATES = st.dates(day("1948-07-05"), day("2060-12-31"))
# (start, days until the end, how both are known) of somebody of whom one of them is recorded.
TIMES = st.tuples(
    DATES | st.none(),
    st.integers(0, 9000) | st.none(),
    st.sampled_from(Precision),
    st.sampled_from(Qualifier),
).filter(lambda time: time[0] or (time[1] is not None and time[3] != Qualifier.NOT_BEFORE))


def test_whatever_is_recorded_no_bar_leaves_the_frame_or_covers_another(post):
    make_appointment(post=post)
    held = holding(post)
    [one] = held.recorded

    @settings(max_examples=200, deadline=None)
    @given(times=st.lists(TIMES, min_size=1, max_size=8), asked=DATES)
    def check(times, asked):
        recorded = []
        for start, days, precision, qualifier in times:
            end = (start or TODAY) + datetime.timedelta(days) if days is not None else None
            known = {"start_precision": precision, "end_precision": precision}
            by = {"start_qualifier": qualifier, "end_qualifier": qualifier}
            made = replace(one, start_date=start, end_date=end, **known, **by)
            days_of = dict(zip(Period.FOUR_DAYS, made.worked_out_days(), strict=True))
            recorded.append(replace(made, **days_of))
        of = replace(held, start_date=None, recorded=recorded)
        day = AskedDay(asked, TODAY, named=True)
        picture = recorded_times([of], day, None).drawn(day)

        assert picture.asked is None or 0 <= picture.asked <= 100
        assert all(0 <= tick.x <= 100 for tick in picture.ticks)
        for line in picture.lines:
            assert all(part.x >= 0 and part.width > 0 for part in line.stretches)
            assert ends(line)[1] <= 100
            for before, after in pairwise(line.stretches):
                assert before.x + before.width <= after.x + 0.001
        assert all(above.y < below.names[0].y for above, below in pairwise(picture.lines))
        assert picture.lines[-1].y < picture.height

    check()


@pytest.mark.parametrize(
    ("start", "ticks"),
    [
        ("2024-03-01", ["July 2024", "January 2025"]),
        ("2019-04-01", ["2020", "2021", "2022", "2023", "2024"]),
        ("1950-01-01", ["1960", "1970", "1980", "1990", "2000", "2010", "2020"]),
    ],
)
def test_there_are_as_many_ticks_as_a_telephone_has_room_for(post, start, ticks):
    make_appointment(post=post_since(start), start_date=start)

    found = [tick.words for tick in drawn(Post.objects.latest("pk")).ticks]
    assert found == ticks


def post_since(start: str) -> Post:
    return make_post(start_date=start)


def test_a_timeline_says_of_each_day_what_the_pages_say():
    """This is exact for posts. For a seat that goes with a post, a timeline may say less."""
    trust = make_organisation()
    histories = [
        [],
        [{"end_date": "2019-12-31"}],
        [{"start_date": "2020-06-01"}],
        [{"start_date": "2020-06-01", "start_qualifier": Qualifier.BY}],
        [{"start_date": None, "end_date": "2020-06-01"}],
        [{"end_date": "2019-06-30"}, {"start_date": "2020-06-01", "start_qualifier": "by"}],
        [{"end_date": "2019-06-30", "end_qualifier": "by"}, {"start_date": "2020-02-01"}],
    ]
    for stated in (True, False):
        for history in histories:
            post = make_post(organisation=trust, vacant=int(stated))
            seat = make_seat(vacant=int(stated))
            make_seat(vacant=int(stated), ex_officio_post=post)
            for fields in history:
                make_appointment(post=post, **fields)
                make_membership(seat=seat, **fields)

    compared = 0
    for month in range(24):
        at = datetime.date(2019 + month // 12, month % 12 + 1, 15)
        for post in posts_with_holders(Post.objects.all(), at):
            assert post.standing_on(at) == post.standing
            compared += 1
        for seat in seats_with_holders(Seat.objects.all(), at):
            said = seat.standing_on(at)
            assert said == seat.standing or (
                seat.ex_officio and (said, seat.standing) == ("not-recorded", "vacant")
            )
            compared += 1
    assert compared == 24 * 3 * 2 * len(histories)


def test_a_forum_has_a_picture_and_the_same_as_a_table_with_sources():
    board = make_forum(slug="board", name="Board")
    chair = make_chair_seat(forum=board)
    make_membership(seat=chair, person=make_person(name="Ann Abel"), end_date="2020-03-31")
    make_membership(seat=chair, person=make_person(name="Bea Bell"), start_date="2020-07-01")

    page = read("/forums/board/", {"as_at": "2019-05-01"})
    [picture] = page.all("figure")
    assert words(picture).startswith("Timeline of who has filled the seats of Board.")
    table = page.all("table")[-1]
    rows = [words(row) for row in table.find("tbody").iter("tr")]
    assert [row.split(" Source")[0] for row in rows] == [
        "Chair Ann Abel since 1 April 2019, until 31 March 2020",
        "Chair Not recorded after 31 March 2020, before 1 July 2020",
        "Chair Bea Bell from 1 July 2020",
    ]
    assert all("Source: Board paper, page 1" in row for row in rows)
    for name in ("Ann Abel", "Bea Bell", "Not recorded"):
        assert name in words(picture)


def test_a_forum_or_organisation_of_which_nobody_is_recorded_has_no_picture(post):
    make_chair_seat(forum=make_forum(slug="board"))

    for address in ("/forums/board/", "/organisations/trust/"):
        page = read(address)
        assert page.all("figure") == []
        assert "Over time" not in page.text


def test_a_day_outside_the_time_drawn_is_said_to_be(post):
    make_appointment(post=post)

    assert "is outside the time" not in read("/organisations/trust/").text
    outside = read("/organisations/trust/", {"as_at": "1950-01-01"})
    assert "1 January 1950 is outside the time that is drawn." in outside.text


def test_who_is_withheld_has_no_name_in_the_picture(post):
    person = make_person(name="Ann Abel")
    make_appointment(post=post, person=person)
    withhold_person(person=person)

    page = read("/organisations/trust/")
    [picture] = page.all("figure")
    assert "Name withheld" in words(picture)
    assert "Ann Abel" not in page.source
