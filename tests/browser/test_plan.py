"""The plan's form on a phone and on a desk: windows and rules are added without a script, told first, then saved."""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, OpenVisit

pytestmark = pytest.mark.browser


def picture(page: Page, name: str) -> None:
    """Kept where `PICTURES_TO` says, for whoever looks at the pages."""
    if "PICTURES_TO" in os.environ:
        page.screenshot(path=f"{os.environ['PICTURES_TO']}/{name}.png", full_page=True)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_a_plan_is_changed_told_and_taken_back(visit: OpenVisit, screen: dict[str, int]) -> None:
    visitor = visit(screen)
    visitor.sign_in("demo-admin")
    page = visitor.go("/plan/edit/")
    visitor.fits()
    picture(page, f"edit-{screen['width']}")
    # In the second term.
    last = page.get_by_label("生效日期").get_attribute("max") or ""
    page.get_by_label("生效日期").fill(f"{last[:4]}-04-01")
    # Talks around the beginning of the term as well: from ten days before it to the very day.
    for name in ("家访", "谈心"):
        page.locator("summary strong", has_text=name).click()
    talk = page.locator("#rule1")
    talk.get_by_text("再加一个时间").first.click()
    window = talk.locator(".plan-window").nth(1)
    expect(window.locator(".plan-edge").first).to_be_hidden()
    window.locator("[name$=-anchor]").select_option("term_start")
    window.locator("[name$=-from_number]").fill("10")
    window.locator("[name$=-from_unit]").select_option("days")
    window.locator("[name$=-to_side]").select_option("on")
    expect(window.locator("[name$=-to_number]")).to_be_hidden()
    # A second visit for one grade alone.
    visits = page.locator("#rule0")
    visits.get_by_label("五年级").uncheck(force=True)
    page.get_by_text("再加一项动作").first.click()
    more = page.locator("#rule4")
    expect(more.locator(".plan-outcomes")).to_be_hidden()
    more.locator("[name=rule4-action]").select_option("visit")
    expect(more.locator(".plan-outcomes")).to_be_visible()
    more.get_by_label("五年级").check(force=True)
    more.locator("[name=rule4-count]").fill("2")
    more.locator("[name=rule4-w0-anchor]").select_option("exams")
    visitor.fits()
    picture(page, f"typed-{screen['width']}")
    page.get_by_role("button", name="看看会带来什么").click()
    expect(page.get_by_role("heading", name="这样修改方案？")).to_be_visible()
    visitor.fits()
    picture(page, f"told-{screen['width']}")
    expect(page.locator(".what-happens").first).to_contain_text("名学生每学期将多承担 1 次家访")
    page.get_by_role("button", name="回去再改").click()
    picture(page, f"again-{screen['width']}")
    expect(page.locator("#rule1 [name$=w1-from_number]")).to_have_value("10")
    page.get_by_role("button", name="看看会带来什么").click()
    page.get_by_role("button", name=re.compile("生效$")).click()
    expect(page.locator(".notice-text").first).to_contain_text("已保存")
    picture(page, f"saved-{screen['width']}")
    # As it was: the version is yet to take effect.
    page.locator(".plan-versions a").first.click()
    picture(page, f"later-{screen['width']}")
    page.get_by_role("button", name=re.compile("撤回第")).click()
    expect(page.locator(".notice-text").first).to_contain_text("已撤回")
