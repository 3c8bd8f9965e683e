"""Forums and meetings of every kind, for tests that hold whatever they are."""

from dataclasses import replace

from hypothesis import strategies as st

from forums.choices import SeatCategory
from forums.quoracy import Attendee, Filler, How, QuoracyForum, QuoracyMember, QuoracySeat

ORGANISATIONS = ["trust", "council", "practices"]
SEATS = [1, 2, 3, 4, 9]  # of which no body has the last
PEOPLE = st.none() | st.integers(1, 4)
CATEGORIES = ["", SeatCategory.EXECUTIVE.value, SeatCategory.LAY.value]
organisations = st.none() | st.sampled_from(ORGANISATIONS)

fillers = st.builds(
    Filler, name=st.sampled_from(["Ann", "Bob"]), person=PEOPLE, organisation=organisations
)


def acting_for_somebody(place: QuoracySeat) -> QuoracySeat:
    """A seat in which nobody acts unless somebody fills it: who acts in a vacancy fills it."""
    return place if place.fillers else replace(place, acting=())


def places(seat: int):
    return st.builds(
        QuoracySeat,
        seat=st.just(seat),
        title=st.just(f"Seat {seat}"),
        organisation=organisations,
        number=st.none() | st.integers(1, 3),
        fillers=st.lists(fillers, max_size=3).map(tuple),
        acting=st.lists(fillers, max_size=1).map(tuple),
        may_be_filled=st.booleans(),
        counts=st.booleans(),
        may_be_deputised=st.none() | st.booleans(),
        category=st.sampled_from(CATEGORIES),
    ).map(acting_for_somebody)


members = st.lists(
    st.builds(
        QuoracyMember,
        organisation=st.sampled_from(ORGANISATIONS),
        name=st.just("a member"),
        closed=st.sampled_from(["", "", "in March 2020"]),
        successors=st.sampled_from([(), ("its successor",)]),
    ),
    unique_by=lambda member: member.organisation,
    max_size=3,
)
bodies = st.builds(
    QuoracyForum, places=st.tuples(*map(places, SEATS[:-1])), members=members.map(tuple)
)
attendees = st.builds(
    Attendee,
    name=st.sampled_from(["Ann", "Bob", "Cat"]),
    seat=st.none() | st.sampled_from(SEATS),
    organisation=organisations,
    how=st.sampled_from(How),
    people=st.frozensets(st.integers(1, 4), max_size=2),
    assuming=st.sampled_from(["", "", "its successor acts in its place"]),
)
meetings = st.lists(attendees, max_size=6)
