"""The school's calendar by tap on a phone and by typing on a wide screen: told first, then saved."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, OpenVisit

pytestmark = pytest.mark.browser
EDIT = "/school/calendar/edit/"


def test_days_off_are_tapped_on_a_phone_and_exams_typed_at_a_desk(visit: OpenVisit) -> None:
    phone = visit(PHONE)
    phone.sign_in("demo-office")
    page = phone.go(EDIT)
    phone.fits()
    friday = page.locator("td.is-term:not(.is-weekend, .is-exam, .is-holiday, .is-workday)").nth(40)
    day = friday.get_attribute("data-day")
    assert day is not None
    page.get_by_role("button", name="放假").click()
    page.get_by_label("名称", exact=True).first.fill("校运会")
    cell = page.locator(f"[data-day='{day}']")
    cell.click()
    cell.click()
    expect(cell).to_have_class(re.compile("is-holiday"))
    page.get_by_role("button", name="看看会带来什么").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("这样修改校历？")
    expect(page.locator("main")).to_contain_text("校运会（放假）")
    phone.fits()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("校历已保存")
    expect(page.locator(f"[data-day='{day}']")).to_have_class(re.compile("is-holiday"))
    phone.fits()

    desk = visit(DESK)
    desk.sign_in("demo-office")
    page = desk.go(EDIT)
    desk.fits()
    expect(page.locator("[data-row]").filter(has=page.locator("input[value='校运会']"))).to_have_count(1)
    gone = page.locator("[data-row]").filter(has=page.locator("input[value='校运会']"))
    gone.get_by_label("删去").check()
    page.get_by_role("button", name="看看会带来什么").click()
    expect(page.locator("main")).to_contain_text("去掉")
    page.get_by_role("button", name="回去再改").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("修改")
    page.get_by_role("button", name="看看会带来什么").click()
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("校历已保存")
    expect(page.locator(f"[data-day='{day}']")).not_to_have_class(re.compile("is-holiday"))
