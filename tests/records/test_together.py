"""Things that are there only together: whether they are, on any day."""

from hypothesis import given, settings
from hypothesis import strategies as st

from records.periods import Qualifier, both
from records.together import Together
from tests.records.test_periods import YEAR, days, period, periods


@settings(deadline=None, max_examples=300)
@given(first=periods(), second=periods(), third=periods(), on=days)
def test_they_hold_together_as_each_of_them_holds(first, second, third, on):
    each = (first, second, third)
    together = Together(membership=first, seat=second, forum=third)

    assert together.holds(on) is both(*(one.holds(on) for one in each))
    assert together.certainly(on) == all(one.certainly(on) for one in each)
    assert together.possibly(on) == all(one.possibly(on) for one in each)
    assert together.is_listed(on) == all(one.is_listed(on) for one in each)
    assert together.is_openly_perhaps(on) == (together.possibly(on) and not together.is_listed(on))
    assert together.has_ended(on) == any(one.has_ended(on) for one in each)
    assert bool(together.why_perhaps(on)) == (together.holds(on) is None)
    certain = together.nearest_certain_day(on)
    assert certain is None or together.certainly(certain)


@settings(deadline=None, max_examples=100)
@given(first=periods(), second=periods(), on=st.data())
def test_the_nearest_certain_day_is_found_if_there_is_one(first, second, on):
    day = on.draw(days)
    if first.certainly(day) and second.certainly(day):
        assert Together(seat=first, forum=second).nearest_certain_day(day) == day


def test_what_another_than_the_first_is_perhaps_for_is_told_with_its_name():
    since_2019 = period("2019-04-01")
    in_2023 = period("2023-01-01", start_precision=YEAR)
    by_2024 = period("2024-06-30", start_qualifier=Qualifier.BY)
    by_2025 = period("2025-06-30", start_qualifier=Qualifier.BY)
    on = in_2023.start_date

    def why(seat, forum):
        return Together(seat=seat, forum=forum).why_perhaps(on)

    assert why(since_2019, since_2019) == ""
    assert why(in_2023, since_2019) == "began some time in 2023"
    assert why(since_2019, in_2023) == "the forum began some time in 2023"
    assert why(in_2023, by_2024) == why(by_2024, since_2019) == "by 30 June 2024"
    assert why(by_2024, by_2025) == why(by_2025, by_2024) == "by 30 June 2025"
