"""A whole round of grade 5 and a two-sided one of grade 10 on the demo, as the people in them do it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, House, OpenVisit, Visitor, through_navigation
from tests.browser.test_walk import fetch, text_of

pytestmark = pytest.mark.browser


def open_round(visitor: Visitor, account: str, name: str) -> Page:
    """Signed in, from 导师匹配 to the running round."""
    page = visitor.sign_in(account)
    through_navigation(page, "导师匹配")
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    return page


def draft_and_look(page: Page) -> str:
    """Close the asking, draft, and open the draft; what its page says."""
    page.get_by_role("button", name="现在截止").click()
    page.get_by_role("button", name="生成草案").first.click()
    expect(page.get_by_role("heading", name="草案")).to_be_visible()
    expect(page.locator("main")).to_contain_text("第一志愿")
    return page.locator("main").inner_text()


def test_1_a_pupil_ranks_three_mentors_on_a_phone_and_changes_their_mind(house: House, visit: OpenVisit) -> None:
    path, code, tail = house.choosing_slip
    pupil = visit(PHONE)
    page = pupil.go(path)
    page.get_by_label("凭条码").fill(code)
    page.get_by_role("textbox", name="手机").fill(tail)
    page.locator("main button[type=submit]").click()
    # Nothing else is there for this family yet: the slip leads straight to choosing.
    expect(page.locator(".choose-mentor")).to_have_count(12)
    # What the page shows says nothing about who is popular or full.
    expect(page.locator("main")).not_to_contain_text("/15")
    picks = page.locator(".choose-pick")
    for at in (2, 5, 7):
        picks.nth(at).click()
    expect(page.locator(".choose-count")).to_contain_text("3/3")
    pupil.fits()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("已收到你的志愿")
    pupil.fits()

    # The third becomes the first, and it is handed in again: the last one counts.
    page.get_by_role("link", name=re.compile("修改|改")).first.click()
    page.get_by_role("button", name="第三志愿往前移").click()
    page.get_by_role("button", name="第二志愿往前移").click()
    first = page.locator(".choose-rank").first.locator(".choose-name").inner_text()
    page.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("已收到你的志愿")
    expect(page.locator("main")).to_contain_text(first)


def test_2_a_homeroom_teacher_types_a_class_in_by_keyboard_alone(house: House, visit: OpenVisit) -> None:
    homeroom = visit(DESK)
    page = homeroom.sign_in("demo-homeroom5")
    through_navigation(page, "导师匹配")
    page.get_by_role("link", name=re.compile("录入纸质意向")).first.click()
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(26)
    # The rows are there before the script, which goes on from the cell by itself.
    expect(page.locator("[data-plain]")).to_be_hidden()
    page.locator("input[data-cell]").first.focus()
    keys = 0
    for at in range(26):
        # Three two-digit numbers; the grid goes on by itself.
        for rank in range(3):
            for digit in f"{(at * 5 + rank * 4) % 12 + 1:02}":
                page.keyboard.press(digit)
                keys += 1
    page.keyboard.press("Enter")
    # A row waits for the lock of SQLite, on a busy machine longer than a page does.
    expect(page.locator("[data-done]")).to_have_text("26", timeout=30_000)
    assert keys == 26 * 3 * 2
    page.reload()
    expect(page.locator("tr.is-saved")).to_have_count(26)
    homeroom.fits()


def test_3_the_office_drafts_grants_an_exception_and_publishes(house: House, visit: OpenVisit) -> None:
    office = visit(DESK)
    page = open_round(office, "demo-office", "五年级意向征询")
    said = draft_and_look(page)
    assert "还没有导师" in said
    shortage = page.locator(".round-shortage")
    expect(shortage).to_contain_text(
        "第五年级 185 人、12 位导师，上限 15：缺 5 个名额。再增 1 位导师，或批准 5 个超额。"
    )
    shortage.get_by_role("link", name="批准 5 个超额").click()
    page.get_by_label("理由").fill("五年级名额不足，由这几位导师各多带一名学生。")
    page.get_by_role("button", name="批准，重新核算").click()
    expect(page.locator(".round-shortage")).to_have_count(0)
    page.get_by_role("button", name="重新核算").first.click()
    expect(page.locator("body")).to_contain_text("与草案一致")
    office.fits()
    page.get_by_role("link", name="公布", exact=True).first.click()
    expect(page.locator("main")).to_contain_text("185")
    page.get_by_role("button", name="公布", exact=True).click()
    expect(page.locator("main")).to_contain_text("185 位同学有了导师")

    matrix = fetch(office, page.get_by_role("link", name="打印匹配表").get_attribute("href") or "")
    printed = text_of(matrix)
    assert "导师团长" in printed
    assert "五（6）班" in printed

    # The pupil sees the mentor by the slip, and the mentor the pupils.
    path, code, tail = house.choosing_slip
    family = visit(PHONE)
    seen = family.go(path)
    seen.get_by_label("凭条码").fill(code)
    seen.get_by_role("textbox", name="手机").fill(tail)
    seen.locator("main button[type=submit]").click()
    expect(seen.locator("main")).to_contain_text("导师")
    mentor = visit(PHONE)
    book = mentor.sign_in("demo-homeroom5")
    book.get_by_role("link", name="我的学生").first.click()
    expect(book.locator("#roster tbody tr:not(.roster-group)").nth(14)).to_be_visible()


def test_4_a_two_sided_round_is_stable(house: House, visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    page = mentor.sign_in("demo-senior-mentor")
    page.get_by_role("link", name=re.compile("双向选择")).first.click()
    named = page.locator(".mark-row")
    expect(named.nth(2)).to_be_visible()
    named.nth(0).get_by_role("button", name="优先").click()
    expect(named.locator("button[aria-pressed=true]", has_text="优先")).to_have_count(1)
    named.nth(2).get_by_role("button", name="不合适").click()
    expect(page.locator("button[aria-pressed=true]", has_text="不合适")).to_have_count(1)
    mentor.fits()

    office = visit(DESK)
    desk = open_round(office, "demo-senior-office", "高一双向选择")
    said = draft_and_look(desk)
    assert "没有更愿意互选的师生" in said
    desk.get_by_role("link", name="公布", exact=True).first.click()
    desk.get_by_role("button", name="公布", exact=True).click()
    expect(desk.locator("main")).to_contain_text("位同学有了导师")
    office.fits()
