"""Properties of every rule of quoracy as a tree, whatever it asks and whoever attends."""

import itertools
import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forums.quoracy import Attendee, Filler, How, QuoracyForum, QuoracySeat
from forums.rule_as_filled import as_filled, everybody
from forums.rule_checks import problems_with
from forums.rule_examples import MOST_STEPS, Search, example_of, still_to_come
from forums.rule_sentences import in_one_sentence, names_of
from forums.rule_trees import (
    MOST_BRANCHES,
    WAYS,
    AllOf,
    Among,
    AnyOf,
    BranchGroup,
    NotARule,
    OrganisationsAsked,
    PeopleAsked,
    ShareAsked,
    SomeOf,
    from_json,
    in_one_order,
    numbered,
    to_json,
)
from forums.rule_verdicts import all_missing
from forums.rules import RuleOfQuoracy, found, judge_tree, needed_of, without
from tests import slow
from tests.forums.forums_at_random import (
    CATEGORIES,
    ORGANISATIONS,
    SEATS,
    attendees,
    bodies,
    meetings,
)

counting = st.frozensets(st.sampled_from(list(WAYS.values())))
seats = st.lists(st.sampled_from(SEATS), min_size=1, max_size=3, unique=True)
in_places = st.one_of(
    st.just(Among()),
    seats.map(lambda keys: Among(seats=tuple(sorted(keys)))),
    st.sampled_from([each for each in CATEGORIES if each]).map(lambda each: Among(category=each)),
)
for_somebody = st.sampled_from(ORGANISATIONS).map(lambda slug: Among(organisation=slug))
people = st.builds(PeopleAsked, st.integers(1, 4), in_places | for_somebody, counting)
fractions = st.sampled_from([(1, 1), (1, 2), (1, 3), (2, 3), (3, 10), (3, 7)])
shares = st.builds(ShareAsked, fractions, in_places, st.booleans(), st.booleans(), counting).filter(
    lambda leaf: not (leaf.more_than and leaf.share == (1, 1))
)
of_organisations = st.builds(
    OrganisationsAsked, st.none() | st.integers(1, 3), st.booleans(), counting
)


def several(branches, most=4):
    return st.lists(branches, min_size=2, max_size=most, unique_by=in_one_order).map(tuple)


@st.composite
def some_trees(draw, deep=2):
    """A rule with groups in groups."""
    kinds = ["people", "people", "share", "organisations", "differing"]
    match draw(st.sampled_from(kinds + ["all", "any", "some"] * min(deep, 2))):
        case "people":
            return draw(people)
        case "share":
            return draw(shares)
        case "organisations":
            return draw(of_organisations)
        case "differing":
            return AllOf(draw(several(people)), different_people=True)
        case "all":
            return AllOf(draw(several(some_trees(deep - 1))))
        case "any":
            return AnyOf(draw(several(some_trees(deep - 1))))
    inner = draw(several(some_trees(deep - 1)))
    return SomeOf(draw(st.integers(1, len(inner))), inner)


trees = some_trees()
differing = st.builds(AllOf, several(people), st.just(True))
whole_rules = st.builds(RuleOfQuoracy, trees, st.sampled_from([True, True, False, None]))
RANK = {False: 0, None: 1, True: 2}


@slow.SEARCH
@given(whole_rules, bodies, meetings, attendees)
def test_one_more_who_attends_never_makes_a_meeting_less_quorate(rule, body, there, another):
    before, after = (judge_tree(rule, body, each) for each in (there, [*there, another]))

    assert RANK[after.met] >= RANK[before.met] or (before.met, after.met) == (None, True)
    assert RANK[after.recorded_met] >= RANK[before.recorded_met]


@slow.SEARCH
@given(whole_rules, bodies, meetings, st.data())
def test_nobody_who_withdraws_makes_a_meeting_more_quorate(rule, body, there, data):
    assume(there)
    withdrawn = [data.draw(st.sampled_from(there))]
    stay = without(there, withdrawn)

    assert RANK[judge_tree(rule, body, stay).met] <= RANK[judge_tree(rule, body, there).met]
    assert len(stay) <= len(there) - 1


@slow.SEARCH
@given(trees)
def test_a_rule_is_the_same_after_it_was_written_as_json(tree):
    assert from_json(json.loads(json.dumps(to_json(tree)))) == tree


@slow.SEARCH
@given(trees, trees, bodies)
def test_two_rules_that_differ_never_read_as_one_sentence(one, other, body):
    names = names_of(body)
    read = [in_one_sentence(tree, names) for tree in (one, other)]

    if in_one_order(one) != in_one_order(other):
        assert read[0] != read[1]


titles = st.text("ab“”‘ and,;().", max_size=8)


@slow.SEARCH
@given(st.lists(titles, min_size=3, max_size=3), trees, trees)
def test_whatever_seats_are_called_two_rules_never_read_as_one_sentence(called, one, other):
    body = QuoracyForum(tuple(QuoracySeat(key, title) for key, title in enumerate(called, start=1)))
    names = names_of(body, dict.fromkeys(ORGANISATIONS, called[0]))
    read = [in_one_sentence(tree, names) for tree in (one, other)]

    if in_one_order(one) != in_one_order(other):
        assert read[0] != read[1]


@slow.SEARCH
@given(trees, st.data())
def test_a_rule_with_one_thing_changed_reads_as_another_sentence(tree, data):
    """Rules that are nearly the same are where a sentence may leave something out."""
    changed = data.draw(changed_once(tree))
    assume(in_one_order(changed) != in_one_order(tree))
    body = QuoracyForum(tuple(QuoracySeat(key, f"Seat {key}") for key in SEATS))

    names = names_of(body, {slug: slug for slug in ORGANISATIONS})
    assert in_one_sentence(changed, names) != in_one_sentence(tree, names)


@st.composite
def changed_once(draw, tree):
    """The rule with one of its branches replaced, or one of its groups made another kind."""
    if isinstance(tree, BranchGroup) and draw(st.booleans()):
        place = draw(st.integers(0, len(tree.branches) - 1))
        inner = list(tree.branches)
        inner[place] = draw(changed_once(inner[place]))
        return type(tree)(**{**vars(tree), "branches": tuple(inner)})
    if isinstance(tree, BranchGroup):
        inner = tree.branches
        return draw(
            st.sampled_from([AllOf(inner), AnyOf(inner), SomeOf(1, inner), SomeOf(2, inner)])
        )
    field = draw(st.sampled_from(sorted(vars(tree))))
    other = draw(
        {PeopleAsked: people, ShareAsked: shares, OrganisationsAsked: of_organisations}[type(tree)]
    )
    return type(tree)(**{**vars(tree), field: getattr(other, field)})


@slow.SEARCH
@given(whole_rules, bodies, meetings)
def test_the_explanation_of_each_branch_agrees_with_the_verdict(rule, body, there):
    judged = judge_tree(rule, body, there)

    assert (judged.recorded_met is True) == (judged.found.met is True and judged.in_the_room)
    for each in judged.found.all():
        if isinstance(each.branch, BranchGroup):
            met = sum(below.met is True for below in each.below)
            open_ = sum(below.met is None for below in each.below)
            needed = needed_of(each.branch)
            expected = True if met >= needed else None if met + open_ >= needed else False
            assert each.met is (False if each.met_by_the_same else expected)
        elif each.met is not None:
            assert each.met is (each.missing == 0)
            assert each.missing == max(each.needed - len(each.by), 0)
        assert each.by == () or set(each.by) <= {one.name for one in there}


@slow.SEARCH
@given(differing, bodies, meetings)
def test_different_people_are_found_wherever_there_are_enough(tree, body, there):
    """Every way of choosing is tried, and the verdict is the same."""
    for which, one in enumerate(there):
        there[which] = Attendee(str(which), one.seat, one.organisation, one.how, one.people)
    assume(sum(leaf.number for leaf in tree.branches) <= 6)

    assert found(tree, body, there).met is _by_different_people(list(tree.branches), body, there)


def _by_different_people(asked, body, there, taken=frozenset()) -> bool:
    if not asked:
        return True
    first, *rest = asked
    for chosen in itertools.combinations(there, first.number):
        if not all(
            found(PeopleAsked(1, first.among, first.counting), body, [one]).met for one in chosen
        ):
            continue
        for who in itertools.product(*(_who(one) for one in chosen)):
            if len(set(who)) == len(who) and not taken & set(who):
                left = [one for one in there if one not in chosen]
                if _by_different_people(rest, body, left, taken | set(who)):
                    return True
    return False


def _who(one: Attendee) -> list:
    known = one.people if one.how != How.SUBSTITUTE else ()
    return list(known) or [one.name]


@slow.SEARCH
@given(whole_rules, bodies, meetings)
def test_the_people_of_an_example_make_the_meeting_quorate_and_none_can_be_left_out(
    rule, body, there
):
    coming = still_to_come(body, there)
    example = example_of(rule, body, there, coming)

    def met_with(comers):
        everybody = [*there, *(one for comer in comers for one in comer.attendees)]
        return judge_tree(rule, body, everybody).recorded_met is True

    if example is None:
        assert met_with(()) or not met_with(coming)
        return
    assert met_with(example.comers)
    for left_out in range(len(example.comers)):
        assert not met_with(example.comers[:left_out] + example.comers[left_out + 1 :])
    if example.fewest and len(coming) <= 8:
        for fewer in itertools.combinations(coming, len(example.comers) - 1):
            assert not met_with(fewer)


@slow.SEARCH
@given(whole_rules, bodies)
def test_what_cannot_be_met_as_filled_is_not_met_by_those_who_are_named(rule, body):
    assume(as_filled(rule, body).met is False)

    assert not judge_tree(rule, body, everybody(rule, body, named=True)).met
    assert as_filled(rule, body, named=True).met is not True


@slow.SEARCH
@given(whole_rules, bodies, meetings)
def test_something_is_missing_unless_what_is_recorded_is_met(rule, body, there):
    judged = judge_tree(rule, body, there)
    names = names_of(body, dict.fromkeys(ORGANISATIONS, ""))

    assert bool(all_missing(judged, names)) == (judged.recorded_met is not True)


@slow.SEARCH
@given(trees, bodies, meetings)
def test_a_rule_that_nobody_could_meet_is_met_by_nobody(tree, body, there):
    """No place is taken twice, and nobody comes for an organisation but from a seat."""
    problems = problems_with(tree, body, names_of(body, dict.fromkeys(ORGANISATIONS, "")))
    left = {place.seat: place.number for place in body.places}
    fitting = []
    for one in there:
        if one.seat in left and left[one.seat] != 0:
            left[one.seat] = None if left[one.seat] is None else left[one.seat] - 1
            fitting.append(one)

    if any("Nobody could meet" in problem.says for problem in problems):
        assert found(tree, body, fitting).met is not True


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["all", "any", "at_least", "of", "people", "in", "share", "counting", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@slow.SEARCH
@given(anything)
def test_what_is_no_rule_is_refused_with_a_remedy(value):
    try:
        tree = from_json(value)
    except NotARule as refused:
        assert refused.problems
        assert all(problem.says.endswith(".") for problem in refused.problems)
    else:
        assert from_json(to_json(tree)) == tree


# Large rules


def large(number: int) -> AllOf:
    """A rule of so many branches, with people who could meet several of them."""
    asked = [
        PeopleAsked(1 + which % 3, Among(seats=(1 + which % 40, 1 + which % 37, 40)))
        for which in range(number)
    ]
    unlike = tuple({in_one_order(each): each for each in asked}.values())
    half = len(unlike) // 2
    return AllOf((AllOf(unlike[:half], True), AnyOf(unlike[half:])))


def test_a_rule_of_200_branches_is_judged_in_a_bounded_number_of_steps():
    body = QuoracyForum(tuple(QuoracySeat(key, f"Seat {key}") for key in range(1, 41)))
    tree = large(MOST_BRANCHES - 3)
    there = [Attendee(f"Person {key}", key, people=frozenset({key})) for key in range(1, 41)]
    size = len(list(numbered(tree)))
    assert MOST_BRANCHES * 0.9 < size <= MOST_BRANCHES

    for meeting in (there, there[:20], [*there, *there]):
        rule = RuleOfQuoracy(tree, say_all=True)
        assert judge_tree(rule, body, meeting).steps <= 4 * size * len(meeting)


@pytest.mark.parametrize("named", [True, False])
def test_an_example_for_a_rule_of_200_branches_takes_a_bounded_number_of_steps(named):
    fillers = {key: (Filler(f"Person {key}", key),) if named else () for key in range(1, 41)}
    body = QuoracyForum(
        tuple(
            QuoracySeat(key, f"Seat {key}", fillers=fillers[key], may_be_filled=not named)
            for key in fillers
        )
    )
    ways = list(WAYS.values())
    wide = AllOf(
        tuple(
            PeopleAsked(1, Among(seats=tuple({key, key % 40 + 1})), frozenset(ways[:some]))
            for key in fillers
            for some in range(4)
        )
    )
    search = Search(RuleOfQuoracy(wide, say_all=True), body, [], still_to_come(body, []))
    example = search.example()

    assert example is not None
    assert len(example.comers) == 20
    assert search.steps <= 2 * MOST_STEPS
