"""Which steps that fill a post or a seat are offered, in every place that offers steps."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editing.links import step_address
from forums.models import Seat
from organisations.models import Post
from people.models import Basis
from tests.admin_pages import address
from tests.builders import (
    make_appointment,
    make_forum,
    make_membership,
    make_organisation,
    make_post,
    make_seat,
)
from tests.stepping import take

pytestmark = pytest.mark.django_db

FILLING = {"appoint", "appoint-several", "replace", "cover"}


def on_its_page(browser, held) -> list:
    page = browser.get(address(type(held), "change", held.pk))
    return page.context["steps"]


def where_it_is_found(browser, held) -> list:
    found = browser.get("/admin/find/", {"q": held.title}).context_data["found"]
    [record] = [
        record for kind in found for record in kind.records if record.name.text == str(held)
    ]
    return record.steps


def in_the_list(browser, held) -> list:
    page = browser.get(address(type(held), "changelist"))
    [row] = [row for row in page.context["cl"].result_list if row.pk == held.pk]
    return [type("Step", (), {"text": each.text, "address": each.address()}) for each in row.offers]


def in_the_table_of_its_owner(browser, held) -> list:
    owner = getattr(held, held.owner_field)
    tables = browser.get(address(type(owner), "change", owner.pk)).context["related_tables"]
    [table] = [table for table in tables if table.title in ("Seats", "Posts")]
    [row] = [row for row in table.rows if row[0][0].text == held.title]
    return row[-1]


everywhere = pytest.mark.parametrize(
    "offered", [on_its_page, where_it_is_found, in_the_list, in_the_table_of_its_owner]
)
kinds = pytest.mark.parametrize("model", [Post, Seat], ids=["post", "seat"])


def filling(steps, held) -> set[str]:
    """The names of the steps that fill `held` itself."""
    start = step_address(type(held), held.pk, "x").removesuffix("x/")
    found = {step.address.partition("?")[0].removeprefix(start).strip("/") for step in steps}
    return found & FILLING


def make(model, number=1, holders=(), title="Convener"):
    """A post or a seat with `number` places, and one holder for each of these sets of fields."""
    if model is Post:
        held = make_post(title=title, max_holders=number)
        for fields in holders:
            make_appointment(post=held, **fields)
    else:
        held = make_seat(title=title, number=number)
        for fields in holders:
            make_membership(seat=held, **fields)
    return held


NOW, OVER, ACTS = {}, {"end_date": "2020-03-31"}, {"basis": Basis.ACTING}
CALLED_FOR = {
    "nobody yet": (1, [], {"appoint", "cover"}),
    "nobody any more": (1, [OVER], {"appoint", "cover"}),
    "full": (1, [NOW], {"replace", "appoint-several", "cover"}),
    "one of five": (5, [NOW], {"appoint", "replace", "cover"}),
    "two of two": (2, [NOW, NOW], {"replace", "appoint-several", "cover"}),
    "one who acts for nobody": (1, [ACTS], {"appoint", "replace", "cover"}),
    "one, and one who acts": (1, [NOW, ACTS], {"replace", "appoint-several", "cover"}),
}


@everywhere
@kinds
@pytest.mark.parametrize("case", CALLED_FOR)
def test_a_seat_or_post_is_offered_the_steps_for_an_empty_partly_filled_or_full_one(
    case, model, offered, admin_client
):
    number, holders, expected = CALLED_FOR[case]
    held = make(model, number, holders)
    if offered is in_the_table_of_its_owner:  # which has no room for more than filling
        expected = expected - {"cover", "appoint-several"}
    assert filling(offered(admin_client, held), held) == expected


def test_a_seat_for_an_unstated_number_of_people_has_room(admin_client):
    seat = make(Seat, None, [NOW, NOW])
    assert filling(on_its_page(admin_client, seat), seat) == {"appoint", "replace", "cover"}


@everywhere
@pytest.mark.parametrize("holders", [0, 1])
def test_a_seat_that_goes_with_a_post_is_offered_the_steps_of_the_post_and_says_so(
    holders, offered, admin_client
):
    post = make(Post, 1, [NOW] * holders, title="Leader")
    seat = make_seat(title="Convener", ex_officio_post=post)
    steps = offered(admin_client, seat)
    needed = "replace" if holders else "appoint"
    assert needed in filling(steps, post)
    assert filling(steps, seat) <= {"cover"}  # in the seat alone
    [words] = [step.text for step in steps if f"/{needed}/" in step.address]
    assert f" of the post it goes with: {post}" in words


@everywhere
def test_a_seat_with_a_member_of_its_own_besides_a_post_is_offered_another(offered, admin_client):
    seat = make_seat(title="Convener", ex_officio_post=make(Post, 1, [NOW], title="Leader"))
    make_membership(seat=seat)
    steps = offered(admin_client, seat)
    assert "replace" in filling(steps, seat)
    words = [step.text for step in steps if "/replace/" in step.address]
    assert words == [
        f"Replace the holder of the post it goes with: {seat.ex_officio_post}",
        "Replace the seat’s own member",
    ]
    page = admin_client.get(step_address(Seat, seat.pk, "replace")).content.decode()
    assert "If it is the post that changes hands, take the step on the post instead." in page


@everywhere
@pytest.mark.parametrize("over", ["post", "organisation"])
def test_a_seat_whose_post_is_over_is_filled_as_any_other(over, offered, admin_client):
    ends = {"end_date": "2020-03-31"}
    organisation = make_organisation(**(ends if over == "organisation" else {}))
    post = make_post(organisation=organisation, **(ends if over == "post" else {}))
    seat = make_seat(title="Convener", ex_officio_post=post)
    steps = offered(admin_client, seat)
    assert filling(steps, seat) - {"cover"} == {"appoint"}
    assert filling(steps, post) == set()


def test_the_chair_of_a_forum_that_goes_with_a_post_is_filled_by_the_post(admin_client):
    post = make(Post, 1, [NOW], title="Leader")
    forum = make_forum()
    make_seat(title="Chair", role="chair", forum=forum, ex_officio_post=post)
    steps = admin_client.get(address(type(forum), "change", forum.pk)).context["steps"]
    assert f"Chair: replace the holder of the post it goes with: {post}" in [
        step.text for step in steps
    ]


@kinds
def test_replacing_nobody_opens_no_form_and_says_what_to_do_instead(model, admin_client):
    held = make(model, 1, [OVER])
    page = admin_client.get(step_address(model, held.pk, "replace"))
    text = page.content.decode()
    assert "Nobody holds it now or is to come. Use Appoint a holder." in text
    assert 'id="step_form"' not in text


def test_replacing_in_a_seat_filled_through_a_post_leads_to_the_post(admin_client):
    post = make(Post, 1, [NOW], title="Leader")
    seat = make_seat(ex_officio_post=post)
    text = admin_client.get(step_address(Seat, seat.pk, "replace")).content.decode()
    assert f"whoever holds the post it goes with, {post}, fills it" in text.replace("’", "'")
    assert 'id="step_form"' not in text


@kinds
@pytest.mark.parametrize("offered", [where_it_is_found, in_the_list])
def test_steps_are_looked_for_once_for_all_that_are_listed(model, offered, admin_client):
    def some(number):
        for each in range(number):
            make(model, 5, [NOW], title=f"Convener {each}")
        post = make(Post, 1, [NOW], title="Leader")
        return make_seat(title="Convener of leaders", ex_officio_post=post)

    def asked():
        with CaptureQueriesContext(connection) as queries:
            if offered is in_the_list:
                admin_client.get(address(model, "changelist"))
            else:
                admin_client.get("/admin/find/", {"q": "Convener"})
        return len(queries)

    some(1)
    asked()
    few = asked()
    some(4)
    assert asked() == few


@kinds
def test_whoever_ends_the_time_of_one_of_several_is_led_to_appoint(model, admin_client):
    held = make(model, 2, [NOW, NOW])
    tenure = getattr(held, held.tenures_name).first()
    answer = take(tenure, "end", admin_client, date="2024-03-31")
    told = str(list(admin_client.get(answer.url).context["messages"]))
    assert "Appoint the next holder" in told


def test_whoever_leaves_a_seat_that_goes_with_a_post_is_not_led_to_appoint_to_it(admin_client):
    post = make(Post, 1, [NOW], title="Leader")
    membership = make_membership(seat=make_seat(ex_officio_post=post))
    answer = take(membership, "end", admin_client, date="2024-03-31")
    told = str(list(admin_client.get(answer.url).context["messages"]))
    assert "Appoint the next holder" not in told
