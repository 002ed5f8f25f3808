"""From a nomination to the 奖状; and a record book on the shelf, found by its cover with a phone, and given back."""

import pytest
from playwright.sync_api import expect

from core.shortcodes import short_code
from tests.browser.conftest import DESK, PHONE, House, OpenVisit, Visitor
from tests.browser.test_axe import axe_source, violations
from tests.browser.test_walk import fetch, text_of

__all__ = ["axe_source"]
pytestmark = pytest.mark.browser

AWARD, CITATION = "暖心导师", "一个学期，把每一个孩子都放在心上。"


def looked_at(visitor: Visitor, name: str, source: str) -> None:
    """No fault of accessibility, and nothing beside the screen."""
    visitor.fits()
    assert violations(visitor.page, source) == [], name


def test_from_a_nomination_to_the_certificate(house: House, visit: OpenVisit, axe_source: str) -> None:
    office = visit(DESK)
    office.sign_in("demo-office")
    page = office.go("/recognition/")
    page.get_by_role("link", name="发起表彰").first.click()
    looked_at(office, "form", axe_source)
    page.get_by_label("表彰名称").fill("试一试的表彰")
    page.get_by_label("授予的称号").fill(AWARD)
    until = page.get_by_label("推荐截止")
    until.fill(until.get_attribute("min") or "")
    page.get_by_role("button", name="发起").click()
    expect(page.locator("#messages")).to_contain_text("已发起")
    address = page.url.removeprefix(house.address)

    mentor = visit(PHONE)
    mentor.sign_in("demo-mentor")
    small = mentor.go(address)
    small.get_by_role("link", name="推荐一位同事").first.click()
    looked_at(mentor, "nominate", axe_source)
    small.get_by_label("推荐哪位老师").select_option(index=1)
    small.get_by_label("推荐理由").fill("下雨天送孩子回家，第二天再去看一次。")
    small.get_by_role("button", name="推荐").click()
    expect(small.locator("#messages")).to_contain_text("已推荐")
    looked_at(mentor, "own", axe_source)

    page = office.go(f"{address}people/")
    looked_at(office, "people", axe_source)
    page.locator("main .rows a").first.click()
    expect(page.locator("main")).to_contain_text("下雨天送孩子回家")
    page.get_by_label("颁奖词").fill(CITATION)
    page.get_by_role("button", name="列入表彰名单").click()
    expect(page.locator("#messages")).to_be_visible()
    page.get_by_role("button", name="公布名单").click()
    expect(page.locator("#messages")).to_contain_text("已公布")
    looked_at(office, "published", axe_source)
    paper = text_of(fetch(office, f"{address}certificates.pdf"))
    assert [word in paper for word in ("奖状", CITATION, f"荣获“{AWARD}”称号")] == [True] * 3
    expect(mentor.go(address).locator("main")).to_contain_text("受表彰的老师")


def test_a_book_is_found_by_its_cover_on_a_phone_and_given_back(
    house: House, visit: OpenVisit, axe_source: str
) -> None:
    mentor = visit(PHONE)
    name = mentor.sign_in("demo-mentor").locator(".cover-mentor dd").inner_text()
    office = visit(PHONE)
    office.sign_in("demo-office")
    page = office.go("/papers/shelf/")
    href = page.locator("a.book-name", has_text=name).first.get_attribute("href") or ""
    code = short_code(int(href.split("/shelf/")[1].split("/")[0]))
    for step in ("登记发下", "登记收回"):
        page = office.go("/papers/shelf/scan/")
        page.get_by_label("扫到以后").select_option(label=step)
        page.get_by_label("封面上的编号").fill(code.lower())
        page.get_by_role("button", name="确定").click()
        expect(page.locator("#messages")).to_contain_text(name)
    looked_at(office, "scan", axe_source)
    page = office.go("/papers/shelf/scan/")
    page.get_by_label("封面上的编号").fill(code)
    page.get_by_role("button", name="确定").click()
    expect(page.get_by_label("退回说明")).to_be_visible()
    looked_at(office, "book", axe_source)
    page.get_by_label("退回说明").fill("请补上第 3 页的日期")
    page.get_by_role("button", name="退回导师").click()
    expect(page.locator("#messages")).to_contain_text("已退回")
    desk = mentor.go("/my/").locator("main")
    expect(desk).to_contain_text("请补上第 3 页的日期")
    looked_at(mentor, "desk", axe_source)
