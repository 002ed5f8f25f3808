"""Figures in a browser: charts are drawn under the page's policy, their tables beside them; the leaders' one screen."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, OpenVisit
from tests.browser.test_plan import picture

pytestmark = pytest.mark.browser

WIDE = {"width": 1920, "height": 1080}


@pytest.mark.parametrize("screen", [PHONE, DESK, WIDE], ids=["phone", "desk", "wide"])
def test_charts_are_drawn_and_say_what_their_tables_say(visit: OpenVisit, screen: dict[str, int]) -> None:
    """Under style-src 'self': a refused style would be an error on the console, and fail the visit."""
    visitor = visit(screen)
    visitor.sign_in("demo-office")
    page = visitor.go("/figures/")
    drawn = page.locator(".chart.is-drawn")
    expect(drawn.locator("svg").first).to_be_visible()
    tables = page.locator(".chart-table")
    assert drawn.locator("svg").count() == drawn.count() == tables.count() > 5
    # Folded once they are drawn; open by the word.
    expect(tables.first.locator("table")).to_be_hidden()
    tables.first.locator("summary").click()
    expect(tables.first.locator("table")).to_be_visible()
    # Names of lines stand in the drawing as text, which a black-and-white print can tell apart by their dashes.
    heads = tables.first.locator("thead th").all_text_contents()[1:]
    words = drawn.first.locator("svg").text_content() or ""
    assert [head for head in heads if head not in words] == []
    drawn.first.locator("svg").hover()
    visitor.fits()
    picture(page, f"figures-{screen['width']}")


def test_without_scripts_the_tables_stand_open(visit: OpenVisit) -> None:
    visitor = visit(DESK)
    visitor.sign_in("demo-office")
    visitor.page.route("**/echarts.common*.js", lambda route: route.abort())
    visitor.page.goto(f"{visitor.house.address}/figures/")
    visitor.faults.clear()
    expect(visitor.page.locator(".chart-table table").first).to_be_visible()
    expect(visitor.page.locator(".chart-drawing").first).to_be_hidden()


def test_pupils_are_ticked_counted_and_taken_out(visit: OpenVisit) -> None:
    visitor = visit(DESK)
    visitor.sign_in("demo-office")
    page = visitor.go("/office/pupils/")
    page.locator("[data-pick-all]").first.click()
    expect(page.locator("[data-pick-count]").first).to_have_text("已选 50 人")
    page.locator("[data-pick-everything]").check()
    expect(page.locator("[data-pick-count]").first).to_contain_text("人")
    page.locator(".take-out > summary").click()
    page.get_by_label("用途").select_option("meeting")
    with page.expect_download() as download:
        page.locator(".take-out-form button[value=xlsx]").click()
    assert download.value.suggested_filename.startswith("学生完成情况-")
    visitor.fits()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_leaders_have_one_screen(visit: OpenVisit, screen: dict[str, int]) -> None:
    visitor = visit(screen)
    visitor.sign_in("demo-leader")
    page = visitor.go("/leader/")
    expect(page.get_by_role("heading", name="今后两周")).to_be_visible()
    visitor.fits()
    picture(page, f"leader-{screen['width']}")
    if screen == DESK:
        # Each part of it begins above the fold.
        for name in ("各年级", "今后两周", "超过 15 人的导师"):
            expect(page.get_by_role("heading", name=name)).to_be_in_viewport()
