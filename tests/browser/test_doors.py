"""What a phone that is handed on does not give back: a child's card, a family's pages."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, House, OpenVisit

WORDS = "我最近总是睡不着，不知道可以和谁说。"


def opened(house: House, page: Page) -> None:
    page.get_by_label("凭条码").fill(house.slip_code)
    page.get_by_label("手机").fill(house.phone_tail)
    page.get_by_role("button", name="打开").click()
    expect(page.get_by_role("button", name="结束查看")).to_be_visible()


def test_a_childs_card_does_not_come_back_with_the_back_button(house: House, visit: OpenVisit) -> None:
    """After 关好树洞 the phone's Back button brought the child's text back into the form."""
    child = visit(PHONE)
    page = child.go(house.slip_path)
    child.fits()
    opened(house, page)
    child.fits()
    child.go(f"{house.slip_path}card/")
    page.locator(".rows a").first.click()
    page.get_by_label("想说的话").fill(WORDS)
    page.locator("input[name=subject]").first.check(force=True)
    page.locator("input[name=wish]").first.check(force=True)
    page.get_by_role("button", name="交给老师").click()
    word = page.locator(".hole-word").inner_text()
    child.fits()
    page.go_back()
    page.wait_for_load_state()
    expect(page.locator("body")).not_to_contain_text(WORDS)
    assert page.locator("textarea").evaluate_all("fields => fields.map((field) => field.value)") in ([], [""])

    child.go(f"{house.slip_path}cards/")
    page.get_by_label("暗号").fill(word)
    page.get_by_role("button", name="打开").click()
    expect(page.locator(".hole-text")).to_contain_text(WORDS)
    assert page.locator("a[href='tel:12356']").count() == 1
    page.get_by_role("button", name="关好树洞").click()
    expect(page.locator("#messages")).to_contain_text("树洞已关好")
    page.go_back()
    expect(page).to_have_url(re.compile(r"/cards/$"))
    expect(page.locator("body")).not_to_contain_text(WORDS)


def test_a_familys_pages_are_shut_by_one_button(house: House, visit: OpenVisit) -> None:
    """Family pages had no end button."""
    parent = visit(PHONE)
    page = parent.go(house.slip_path)
    opened(house, page)
    page.get_by_role("button", name="结束查看").click()
    expect(page.locator("#messages")).to_contain_text("已结束查看")
    page.go_back()
    expect(page.get_by_label("凭条码")).to_be_visible()
