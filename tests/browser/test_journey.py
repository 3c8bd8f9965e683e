"""A reader with an old telephone, 375 pixels wide, and no JavaScript."""

import pytest
from playwright.sync_api import expect


@pytest.fixture
def telephone(new_context):
    context = new_context(
        java_script_enabled=False,
        viewport={"width": 375, "height": 700},
        has_touch=True,
        is_mobile=True,
    )
    return context.new_page()


def follow(page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("link", name=name, exact=True).first.click()


def heading(page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def test_a_reader_gets_from_the_home_page_to_a_former_chair_and_the_paper_that_says_so(telephone):
    telephone.goto("/")
    with telephone.expect_navigation():
        telephone.get_by_role("link", name="Who chairs what").first.click()
    assert heading(telephone) == "Who chairs what"
    assert telephone.get_by_text("Charles Waddicor").count() == 0

    telephone.get_by_label("Another day").fill("2019-03-31")
    with telephone.expect_navigation(url="**/chairs/?as_at=2019-03-31"):
        telephone.get_by_role("button", name="Show this day").click()
    expect(telephone.get_by_role("link", name="Charles Waddicor")).to_be_visible()
    assert telephone.get_by_role("link", name="ICS Executive").count() == 0

    follow(telephone, "Herefordshire and Worcestershire Integrated Care System")
    assert "Herefordshire and Worcestershire Integrated Care System" in heading(telephone)
    assert telephone.url.endswith("?as_at=2019-03-31")
    chair = telephone.locator("#posts ~ table tr", has_text="Charles Waddicor").first
    assert "Appendix A, section 2" in chair.inner_text()

    with telephone.expect_navigation():
        chair.get_by_role("link", name="Board paper 2019").click()
    assert heading(telephone).startswith("Board paper of 2gether NHS Foundation Trust")
    assert telephone.url.endswith("?as_at=2019-03-31")


def test_a_reader_gets_from_a_search_to_a_person_and_all_they_hold(telephone):
    telephone.goto("/")
    telephone.get_by_label("Search the register").fill("trickett")
    with telephone.expect_navigation():
        telephone.get_by_role("button", name="Search").first.click()
    assert "trickett" in heading(telephone)

    follow(telephone, "Simon Trickett")
    assert heading(telephone) == "Simon Trickett"
    expect(telephone.get_by_text("Chief Executive Lead").first).to_be_visible()

    follow(telephone, "NHS Wyre Forest CCG")
    expect(telephone.get_by_text("Not in force on")).to_be_visible()
    follow(telephone, "Read this page as at 31 March 2020")
    assert telephone.get_by_text("Not in force on").count() == 0
    expect(telephone.get_by_role("link", name="Simon Trickett").first).to_be_visible()


def test_notes_can_be_unfolded_and_lists_narrowed(telephone):
    telephone.goto("/forums/ics-finance-forum/")
    words = telephone.get_by_text("The Chairs for these groups are yet to be appointed").first
    expect(words).not_to_be_visible()
    telephone.locator("details.register-more summary").first.tap()
    expect(words).to_be_visible()

    telephone.goto("/organisations/")
    telephone.get_by_text("Narrow or sort the list").tap()
    telephone.get_by_label("Place").select_option("Herefordshire")
    telephone.get_by_label("Kind").select_option("pcn")
    telephone.get_by_role("button", name="Show", exact=True).tap()
    expect(telephone.get_by_role("status")).to_have_text("5 organisations")


def test_what_was_mistyped_says_so_and_offers_a_way_on(telephone):
    assert telephone.goto("/chairs/?as_at=yesterday").status == 400
    expect(telephone.get_by_text("year-month-day")).to_be_visible()

    follow(telephone, "Start from the home page")
    expect(telephone.get_by_role("heading", level=1)).to_be_visible()
