"""The form of attendance agrees with the verdict on the forum as filled, whatever the rule."""

from itertools import islice, product

from hypothesis import given
from hypothesis import strategies as st

from forums.rule_as_filled import as_filled
from forums.rule_trees import OrganisationsAsked, leaves
from forums.rules import JudgedRule, judge_tree
from ics_register.pages.attendance import organisations_asked, seats_asked, seats_wanted
from tests.forums.forums_at_random import bodies
from tests.forums.test_rules_whatever_they_are import whole_rules

MOST_WAYS = 3_000


def asked(body, rule):
    seats = seats_wanted(rule, body, [])
    return [*organisations_asked(rule, body, seats), *seats_asked(rule, body, seats)]


def possible(question) -> list[str]:
    if question.is_number:
        return [str(number) for number in range(min(question.most, 6) + 1)]
    return [word for word, _ in question.choices]


def judged(body, rule, questions, answers) -> JudgedRule:
    for question, answer in zip(questions, answers, strict=True):
        question.answer = answer
    attendees = [one for question in questions for one in question.attendees()]
    return judge_tree(rule, body, attendees)


def met(body, rule, questions, answers) -> bool | None:
    return judged(body, rule, questions, answers).recorded_met


def ways_of_organisations(rule) -> set:
    return {leaf.counting for leaf in leaves(rule.tree) if isinstance(leaf, OrganisationsAsked)}


@given(whole_rules, bodies, st.data())
def test_no_answers_make_a_meeting_quorate_that_could_not_be(rule, body, data):
    """Answers that assume a successor acts for a closed member are left out."""
    questions = asked(body, rule)
    answers = [data.draw(st.sampled_from(possible(question))) for question in questions]
    answered = judged(body, rule, questions, answers)

    if answered.recorded_met and not answered.assuming:
        assert as_filled(rule, body).recorded_met is not False


@given(whole_rules, bodies)
def test_some_answers_make_a_meeting_quorate_that_could_be(rule, body):
    """Rules whose branches for organisations count different ways are left out: none takes part in
    two of them, and the verdict as filled has them take part in all."""
    if len(ways_of_organisations(rule)) > 1 or not as_filled(rule, body).recorded_met:
        return
    questions = asked(body, rule)
    # Presence comes first: the fullest answers are among the first that are tried.
    ways = product(*(reversed_numbers(possible(question)) for question in questions))

    assert any(met(body, rule, questions, answers) for answers in islice(ways, MOST_WAYS))


def reversed_numbers(answers: list[str]) -> list[str]:
    return answers[::-1] if answers[0].isdecimal() else answers


@given(whole_rules, bodies)
def test_with_everyone_it_is_quorate_if_it_could_be(rule, body):
    """Forums on which one person has two places are left out: that person would send somebody."""
    people = [filler.person for place in body.places for filler in place.fillers]
    people = [person for person in people if person is not None]
    if len(people) > len(set(people)) or len(ways_of_organisations(rule)) > 1:
        return
    if not as_filled(rule, body).recorded_met:
        return
    questions = asked(body, rule)

    assert met(body, rule, questions, [question.fullest for question in questions])
