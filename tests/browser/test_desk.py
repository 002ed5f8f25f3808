"""Logging on a phone: a talk in three taps without typing, one with several pupils, a visit with a colleague."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.pinyin import name_pinyin
from tests.browser.conftest import PHONE, House, OpenVisit

pytestmark = pytest.mark.browser


class Thumb:
    """Counts what a hand does on a page: taps, and keys pressed."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.taps = 0
        page.evaluate(
            "window.typed = 0; for (const kind of ['keydown', 'beforeinput'])"
            " addEventListener(kind, () => { window.typed += 1 }, true)"
        )

    def tap(self, target: Locator) -> None:
        """One tap on what can be seen."""
        expect(target).to_be_visible()
        target.tap()
        self.taps += 1

    @property
    def typed(self) -> int:
        """How many keys were pressed since."""
        return int(self.page.evaluate("window.typed"))


def pupils_with_open(page: Page, label: str) -> list[str]:
    """The ids of the open ticks of an action, in the order of the table."""
    ticks = page.locator("#roster a.tick-open").filter(has_text=label)
    return [str(ticks.nth(n).get_attribute("id")) for n in range(ticks.count())]


def name_beside(page: Page, tick: str) -> str:
    """Whose tick it is."""
    return page.locator("#roster tr").filter(has=page.locator(f"#{tick}")).locator("th a").inner_text().strip()


def turned(page: Page, tick: str) -> None:
    """The tick is done, here and after a reload."""
    expect(page.locator(f"#{tick}")).to_contain_text("已完成")


def test_a_talk_is_logged_in_three_taps_without_typing(house: House, visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    page = mentor.sign_in("demo-mentor")
    tick = pupils_with_open(page, "谈心")[-1]
    thumb = Thumb(page)
    thumb.tap(page.locator(f"#{tick}"))
    thumb.tap(page.locator("#panel").get_by_role("button", name="保存"))
    turned(page, tick)
    assert (thumb.taps <= 3, thumb.typed) == (True, 0)
    page.reload()
    turned(page, tick)
    mentor.fits()


def test_one_talk_with_three_pupils_turns_three_ticks(house: House, visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    page = mentor.sign_in("demo-mentor")
    # The last ones: the walk of the README takes the first.
    first, second, third = pupils_with_open(page, "谈心")[-3:]
    names = [name_beside(page, tick) for tick in (first, second, third)]
    page.locator(f"#{first}").tap()
    panel = page.locator("#panel")
    panel.get_by_text("还有同学一起谈").tap()
    for name in names[1:]:
        panel.get_by_label(name, exact=True).check()
    panel.get_by_role("button", name="保存").tap()
    for tick in (first, second, third):
        turned(page, tick)
    # On the page of each it is the talk with the two others, who are the mentor's own pupils, too.
    for name in names:
        page.get_by_role("link", name=name, exact=True).tap()
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
        together = page.locator("main dd").filter(has_text="与另外 2 位同学一起")
        expect(together.first).to_be_visible()
        for other in (n for n in names if n != name):
            expect(together.first).to_contain_text(other)
        mentor.fits()
        page.go_back()


def test_a_joint_visit_shows_with_both_teachers(house: House, visit: OpenVisit) -> None:
    homeroom = visit(PHONE)
    page = homeroom.sign_in("demo-homeroom")
    leader = page.locator(".cover-details div").filter(has_text="导师姓名").locator("dd").inner_text().strip()
    mentor = visit(PHONE)
    desk = mentor.sign_in("demo-mentor")
    tick = pupils_with_open(desk, "家访")[-1]
    pupil = name_beside(desk, tick)
    page.goto(house.address + "/my/visits/")
    before = page.locator("main").inner_text().count(pupil)

    desk.locator(f"#{tick}").tap()
    panel = desk.locator("#panel")
    panel.locator("summary").filter(has_text="参加的老师").or_(panel.get_by_text("补充细节")).first.tap()
    panel.get_by_label(leader, exact=True).check()
    panel.get_by_role("button", name="保存").tap()
    turned(desk, tick)
    desk.get_by_role("link", name=pupil, exact=True).tap()
    expect(desk.locator("main")).to_contain_text(leader)

    page.reload()
    assert page.locator("main").inner_text().count(pupil) == before + 1
    homeroom.fits()


def test_a_pupil_is_found_by_the_initials_of_the_name(house: House, visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    page = mentor.sign_in("demo-mentor")
    names = [name.strip() for name in page.locator("#roster tbody th a").all_inner_texts()]
    wanted = names[len(names) // 2]
    initials = name_pinyin(wanted).initials.split()[0]
    assert re.fullmatch(r"[a-z]{2,4}", initials), initials
    with page.expect_response(re.compile(r"[?&]q=")):
        page.get_by_label("按姓名或拼音首字母查找").fill(initials)
    readings = {name: f"{name_pinyin(name).initials} {name_pinyin(name).full}".split() for name in names}
    expected = [name for name in names if any(reading.startswith(initials) for reading in readings[name])]
    expect(page.locator("#roster tbody th a")).to_have_text(expected)
    # The tick of the one who was found opens the short form as it does in the whole table.
    page.locator("#roster tbody tr").filter(has_text=wanted).get_by_role("link", name=wanted).tap()
    expect(page.get_by_role("heading", level=1)).to_have_text(wanted)


def test_a_letter_is_written_and_handed_in_from_the_roster(house: House, visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    page = mentor.sign_in("demo-mentor")
    ticks = page.locator("#roster a.tick-open").filter(has_text="成长寄语")
    tick = str(ticks.last.get_attribute("id"))
    page.locator(f"#{tick}").tap()
    page.locator("textarea[name='body']").fill("还记得那天你把伞借给同桌，自己跑着回家吗？我一直记得。")
    page.get_by_role("button", name="交稿").tap()
    expect(page.locator("body")).to_contain_text("已交稿")
    page.goto(house.address + "/my/")
    turned(page, tick)
