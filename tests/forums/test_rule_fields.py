"""The rule of quoracy in the admin of terms of reference and in the step that records new ones."""

import pytest
from django.core.exceptions import ValidationError

from editing.links import step_address
from forums.models import Forum, TermsOfReference
from forums.quoracy_inputs import rule_of
from forums.rule_trees import MOST_BRANCHES
from tests.admin_pages import address, errors_of, send
from tests.builders import (
    make_chair_seat,
    make_forum,
    make_organisation,
    make_seat,
    terms_of,
)
from tests.pages.reading import read

pytestmark = pytest.mark.django_db

REMOTELY = {"counting": ["remote"]}


@pytest.fixture
def board():
    """A board with a chair and three seats for the trust."""
    forum = make_forum(slug="board", name="Board", quoracy_wording="three, with the chair")
    make_chair_seat(forum=forum)
    trust = make_organisation(slug="trust", name="The trust")
    make_seat(forum=forum, title="Partners", number=3, on_behalf_of=trust)
    return forum


def seat_of(board, title: str) -> int:
    return board.seats.get(title=title).pk


def asks(number: int, whom="members") -> dict:
    return {"people": number, "in": whom, **REMOTELY}


def row(which: int, **answers) -> dict:
    given = {"asks": "people", "counting": ["remote"], **answers}
    return {f"quoracy_rule-{which}-{name}": value for name, value in given.items()}


def form_of(terms) -> str:
    return address(TermsOfReference, "change", terms.pk)


def test_a_rule_built_in_the_admin_reads_back_as_one_sentence(admin_client, board):
    terms = terms_of(board)
    chair = seat_of(board, "Chair")
    rows = {**row(1, number="3"), **row(2, number="1", whom="seats", seats=[chair])}
    answer = send(admin_client, form_of(terms), **rows)
    assert answer.status_code == 302, errors_of(answer)
    terms.refresh_from_db()
    assert terms.quoracy_rule == {"all": [asks(3), asks(1, {"seats": [chair]})]}
    page = admin_client.get(form_of(terms)).content.decode()
    sentence = (
        "A meeting is quorate when (1) at least 3 members attend; and (2) “Chair” attends: in each "
        "case, in person or remotely."
    )
    assert sentence in page
    assert "It asks that (1) at least 3 members attend" in read("/forums/board/quoracy/").text


def test_a_rule_is_kept_if_the_form_is_saved_as_it_is(admin_client, board):
    terms = terms_of(board)
    rows = {**row(1, number="2", whom="organisation", organisation="trust")}
    send(admin_client, form_of(terms), **rows)
    terms.refresh_from_db()
    trust = board.seats.get(title="Partners").on_behalf_of
    assert terms.quoracy_rule == asks(2, {"organisation": trust.pk})
    trust.slug = "the-new-trust"
    trust.save()
    page = admin_client.get(form_of(terms)).context["adminform"].form
    [rule] = [bound for bound in page if bound.name == "quoracy_rule"]
    assert rule.value()["in"] == {"organisation": "the-new-trust"}
    assert rule_of(terms).organisations == {"the-new-trust": "The trust"}
    before = terms.history.count()
    send(admin_client, form_of(terms))
    assert terms.history.count() == before


def test_a_common_rule_can_be_chosen_and_a_rule_can_be_taken_out(admin_client, board):
    terms = terms_of(board)
    send(admin_client, form_of(terms), **{"quoracy_rule-shape": "0"})
    terms.refresh_from_db()
    assert terms.quoracy_rule == asks(3)
    send(admin_client, form_of(terms), **{"quoracy_rule-1-asks": ""})
    terms.refresh_from_db()
    assert terms.quoracy_rule is None


def test_what_does_not_fit_the_forum_is_said_and_kept(admin_client, board):
    terms = terms_of(board)
    answer = send(admin_client, form_of(terms), **row(1, number="9"))
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "It asks for 9 people from seats with 4 places." in page
    assert 'value="9"' in page
    terms.refresh_from_db()
    assert terms.quoracy_rule is None


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ({"people": 0, "in": "members", "counting": []}, "Write how many people it asks for"),
        ({"any": [asks(1)] * (MOST_BRANCHES + 1)}, "A rule has at most 200 branches."),
        (asks(1, {"organisation": 987654}), "It names an organisation that is not recorded."),
        ([], "This is no branch."),
    ],
)
def test_what_is_no_rule_is_refused_with_a_sentence(board, rule, says):
    terms = terms_of(board)
    terms.quoracy_rule = rule
    with pytest.raises(ValidationError) as refused:
        terms.full_clean()
    assert says in " ".join(refused.value.message_dict["quoracy_rule"])


def test_a_seat_of_another_forum_is_refused(board):
    terms = terms_of(board)
    terms.quoracy_rule = asks(1, {"seats": [make_seat().pk]})
    with pytest.raises(ValidationError, match="a seat that the forum does not have"):
        terms.full_clean()


def test_new_terms_of_reference_begin_with_the_rule_of_the_former(admin_client, board):
    terms = terms_of(board)
    terms.quoracy_rule = asks(2)
    terms.save()
    page = admin_client.get(step_address(Forum, board.pk, "new-terms")).content.decode()
    assert "It reads:</strong> A meeting is quorate when at least 2 members attend" in page
    assert TermsOfReference.objects.count() == 1
