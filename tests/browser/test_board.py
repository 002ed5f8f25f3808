"""The class board with mouse, finger and keys: tried out first, saved together, taken back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, House, OpenVisit, Visitor, through_navigation

pytestmark = pytest.mark.browser


def open_board(visitor: Visitor, username: str, label: str) -> Page:
    """The tile board of a class, as the demo left it."""
    page = visitor.sign_in(username)
    through_navigation(page, "导师匹配")
    page.get_by_role("link", name=label).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(label)
    expect(page.locator("#class-board[data-live]")).to_be_visible()
    return page


def column(page: Page, number: int) -> Locator:
    """0 is 未安排, then the mentors from the leader on."""
    return page.locator(f".board-column[data-number='{number}']")


def names(box: Locator) -> list[str]:
    """The pupils of a column."""
    return box.locator(".board-face-name").all_inner_texts()


def test_the_mouse_drags_keys_move_on_and_everything_is_taken_back(house: House, visit: OpenVisit) -> None:
    desk = visit(DESK)
    page = open_board(desk, "demo-office", "一（2）班")
    desk.fits()
    start = [names(column(page, number)) for number in range(3)]
    state = page.locator("#board-state")
    expect(state).to_have_text("没有未保存的调整")

    # A drag from the first mentor to 未安排.
    face = column(page, 1).locator(".board-face").first
    pupil = face.locator(".board-face-name").inner_text()
    face.hover()
    page.mouse.down()
    page.mouse.move(300, 400, steps=5)
    goal = column(page, 0).bounding_box()
    assert goal is not None
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + 30, steps=8)
    expect(column(page, 0)).to_have_class(re.compile("is-target"))
    page.mouse.up()
    expect(state).to_have_text("有 1 项未保存的调整")
    assert pupil in names(column(page, 0))
    moved = page.locator(".board-tile.is-moved")
    expect(moved.locator(".board-was")).to_have_text(re.compile("^原来："))
    expect(column(page, 1).locator(".board-figures")).to_have_text(re.compile(r"^\d+ → \d+/\d+$"))

    # Keys: the second mentor's first two pupils to 未安排, one after the other, then a step back.
    column(page, 2).locator(".board-face").first.focus()
    page.keyboard.press("0")
    page.keyboard.press("0")
    expect(state).to_have_text("有 3 项未保存的调整")
    assert names(column(page, 2)) == start[2][2:]
    page.keyboard.press("Control+z")
    expect(state).to_have_text("有 2 项未保存的调整")
    assert names(column(page, 2)) == start[2][1:]
    page.keyboard.press("ArrowLeft")
    expect(column(page, 1).locator(".board-face:focus")).to_have_count(1)

    # What is in the way of saving is said before.
    page.get_by_role("button", name="均匀分配").click()
    expect(page.locator("#board-notices")).to_contain_text("已均匀放好，还没有保存")
    expect(column(page, 0).locator(".board-tile")).to_have_count(0)
    page.get_by_role("button", name="撤销一步").click()
    expect(state).to_have_text("有 2 项未保存的调整")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".board-saved")).to_contain_text("已保存 2 项调整。")
    expect(state).to_have_text("没有未保存的调整")
    assert pupil in names(column(page, 0))

    page.get_by_role("button", name="撤销", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("已撤销 2 项调整")
    assert [names(column(page, number)) for number in range(3)] == start


def test_a_thumb_picks_several_and_moves_them_together(house: House, visit: OpenVisit) -> None:
    phone = visit(PHONE)
    page = open_board(phone, "demo-homeroom", "一（1）班")
    phone.fits()
    third = column(page, 3)
    before = names(third)
    faces = third.locator(".board-face")
    faces.nth(0).tap()
    faces.nth(1).tap()
    expect(third.locator(".board-face[aria-pressed=true]")).to_have_count(2)
    phone.fits()
    page.get_by_role("group", name="移到").get_by_role("button", name="未安排").tap()
    expect(page.locator("#board-state")).to_have_text("有 2 项未保存的调整")
    assert names(third) == before[2:]

    # A full mentor takes nobody: the board says so before anything is sent.
    full = column(page, 1)
    expect(full.locator(".board-word")).to_have_text("已满")
    third.locator(".board-face").first.tap()
    full.get_by_role("button", name="移到这里").tap()
    expect(full.locator(".board-over")).to_contain_text("请移走 1 位同学再保存，或请德育室批准超额。")
    page.get_by_role("button", name="保存").tap()
    expect(page.locator("#board-state")).to_contain_text("超出 1 人，请先移走 1 位同学")

    page.get_by_role("link", name="放弃").tap()
    expect(page.locator("#board-state")).to_have_text("没有未保存的调整")
    assert names(third) == before
    phone.fits()


def test_a_finger_that_stays_drags_and_one_that_moves_scrolls(house: House, visit: OpenVisit) -> None:
    phone = visit(PHONE)
    page = open_board(phone, "demo-homeroom", "一（1）班")
    source = column(page, 1).locator(".board-face").first
    source.scroll_into_view_if_needed()
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *at: float) -> None:
        points = [{"x": at[0], "y": at[1]}] if at else []
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    def middle(box: Locator) -> tuple[float, float]:
        found = box.bounding_box()
        assert found is not None
        return found["x"] + found["width"] / 2, found["y"] + found["height"] / 2

    x, y = middle(source)
    touch("touchStart", x, y)
    expect(page.locator(".board-ghost")).to_be_visible()
    touch("touchMove", x, y - 20)
    goal = middle(column(page, 0).locator(".board-head"))
    touch("touchMove", *goal)
    expect(column(page, 0)).to_have_class(re.compile("is-target"))
    touch("touchEnd")
    expect(page.locator("#board-state")).to_have_text("有 1 项未保存的调整")
    expect(page.locator(".board-ghost")).to_have_count(0)

    top = page.evaluate("scrollY")
    x, y = middle(column(page, 1).locator(".board-face").first)
    touch("touchStart", x, y)
    for step in range(1, 9):
        touch("touchMove", x, y - 25 * step)
    touch("touchEnd")
    page.wait_for_function("top => scrollY > top + 40", arg=top)
    expect(page.locator("#board-state")).to_have_text("有 1 项未保存的调整")
    page.get_by_role("link", name="放弃").tap()


def test_a_board_without_javascript_saves_by_its_selects(house: House, visit: OpenVisit) -> None:
    desk = visit(DESK)
    page = open_board(desk, "demo-office", "一（3）班")
    cookies = page.context.cookies()
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    try:
        plain.add_cookies([{"name": c["name"], "value": c["value"], "url": house.address} for c in cookies])
        still = plain.new_page()
        still.goto(page.url)
        tile = still.locator(".board-column[data-number='1'] .board-tile").first
        name = tile.get_attribute("data-name")
        tile.locator("select").select_option("")
        still.get_by_role("button", name="保存").click()
        expect(still.locator(".board-saved")).to_contain_text("已保存 1 项调整。")
        assert name in names(still.locator(".board-column[data-number='0']"))
        still.get_by_role("button", name="撤销", exact=True).click()
        expect(still.locator("#messages")).to_contain_text("已撤销 1 项调整")
    finally:
        plain.close()
