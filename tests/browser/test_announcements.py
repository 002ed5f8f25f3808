"""An announcement from its writing to the list of who has not read it: 1280 for the office, a phone for all others."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, House, OpenVisit, Visitor, through_navigation
from tests.browser.test_axe import axe_source, violations
from tests.browser.test_walk import fetch, text_of

__all__ = ["axe_source"]
pytestmark = pytest.mark.browser

TITLE, TEXT = "周五下午研讨", "周五下午三点在报告厅研讨怎样谈心。\n请带上导师记录本。"
#: Where pictures go, for whoever wants to look: `LOOK_AT=folder`.
LOOK_AT = os.environ.get("LOOK_AT")
WIDTHS = (320, 390, 820, 1280)


def looked_at(visitor: Visitor, name: str, source: str) -> None:
    """No fault of accessibility, nothing beside the screen, and a picture at each width for whoever wants one."""
    page = visitor.page
    visitor.fits()
    assert violations(page, source) == [], name
    if LOOK_AT is not None:
        seen = page.viewport_size
        page.emulate_media(color_scheme="light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 844})
            page.screenshot(path=Path(LOOK_AT) / f"{name}-{width}.png", full_page=True)
        assert seen is not None
        page.set_viewport_size(seen)


def written(office: Visitor, to: str, source: str) -> Page:
    """From the list to the page of what is published."""
    page = office.page
    through_navigation(page, "公告")
    looked_at(office, "list", source)
    page.get_by_role("link", name="写公告").first.click()
    looked_at(office, "form", source)
    page.get_by_label("发给").select_option(label=to)
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("正文").fill(TEXT)
    page.get_by_label("需要确认").check()
    page.get_by_role("button", name="保存，看预览").click()
    expect(page.locator("main")).to_contain_text("这是草稿，只有您看得到")
    looked_at(office, "draft", source)
    page.get_by_role("button", name="发布").click()
    expect(page.locator("#messages")).to_contain_text("已发布")
    return page


def withdrawn(page: Page) -> None:
    """Others' tests find the house as it was."""
    page.get_by_role("link", name="撤回").click()
    page.get_by_label("撤回原因").fill("只是试一试")
    page.get_by_role("button", name="撤回这条公告").click()
    expect(page.locator("main")).to_contain_text("已撤回：只是试一试")


def test_a_mentor_confirms_on_a_phone_and_the_office_sees_who_is_left(
    house: House, visit: OpenVisit, axe_source: str
) -> None:
    office = visit(DESK)
    office.sign_in("demo-office")
    page = written(office, "全体老师", axe_source)
    address = page.url.removeprefix(house.address)
    before = page.get_by_role("link", name=re.compile("没有确认")).inner_text()

    mentor = visit(PHONE)
    small = mentor.sign_in("demo-mentor")
    small.get_by_role("link", name=TITLE).click()
    expect(small.locator("article")).to_contain_text("请带上导师记录本。")
    looked_at(mentor, "read", axe_source)
    small.get_by_role("button", name="我已知晓").click()
    expect(small.locator("main")).to_contain_text("您已确认")

    page = office.go(address)
    after = page.get_by_role("link", name=re.compile("没有确认"))
    left = [int("".join(filter(str.isdigit, said))) for said in (before, after.inner_text())]
    assert left[0] - left[1] == 1
    looked_at(office, "sent", axe_source)
    paper = text_of(fetch(office, f"{address}sheet.pdf"))
    assert [word in paper for word in (TITLE, "请带上导师记录本。", "签名")] == [True] * 3
    after.click()
    expect(page.locator(".announcement-person").first).to_be_visible()
    looked_at(office, "left", axe_source)
    page.get_by_role("button", name="提醒还没确认的老师").click()
    expect(page.locator("#messages")).to_contain_text(f"已提醒 {left[1]} 位老师")
    office.go(address)
    withdrawn(page)


def test_a_family_confirms_on_a_phone_and_the_text_for_the_group_is_copied(
    house: House, visit: OpenVisit, axe_source: str
) -> None:
    office = visit(DESK)
    office.sign_in("demo-office")
    page = written(office, "全校家长", axe_source)
    address = page.url.removeprefix(house.address)
    page.get_by_text("复制通知文字").click()
    text = page.locator("[data-copied]").input_value()
    assert f"{house.address}/f/" in text
    page.get_by_role("button", name="复制").click()
    expect(page.locator("[data-copy-said]")).to_contain_text("已复制")

    parent = visit(PHONE)
    small = parent.go("/f/")
    looked_at(parent, "door", axe_source)
    small.get_by_label("凭条上的网址").fill(f"{house.address}{house.slip_path}")
    small.get_by_role("button", name="下一步").click()
    small.get_by_label("凭条码").fill(house.slip_code)
    small.get_by_role("textbox", name="手机").fill(house.phone_tail)
    small.get_by_role("button", name="打开").click()
    looked_at(parent, "family-home", axe_source)
    small.get_by_role("link", name=re.compile("学校公告")).click()
    small.get_by_role("link", name=re.compile(TITLE)).click()
    looked_at(parent, "family", axe_source)
    small.get_by_role("button", name="我已知晓").click()
    expect(small.locator("main")).to_contain_text("您已确认")

    page = office.go(f"{address}left/?show=unconfirmed")
    expect(page.locator("table")).to_be_visible()
    looked_at(office, "families-left", axe_source)
    office.go(address)
    withdrawn(page)
    office.go("/office/letters/")
    page.get_by_role("link", name="通知家长").click()
    expect(page.get_by_role("heading", name=re.compile("还没有看到的家庭"))).to_be_visible()
    looked_at(office, "told", axe_source)
