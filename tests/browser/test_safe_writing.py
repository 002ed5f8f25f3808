"""What is typed on a phone is safe: without a connection, with a closed tab, after the session ended, for two."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, OpenVisit, Visitor

pytestmark = pytest.mark.browser

SAVED = re.compile(r"^草稿已保存 \d\d:\d\d$")
OFFLINE = "连不上服务器，文字还在本页，恢复后自动保存。"
EXPIRED = "登录已过期，请在新窗口登录，文字不会丢。"


def open_talk(page: Page, number: int) -> Locator:
    """The short form of the nth talk that is not logged yet, in the panel; its text field."""
    page.locator("a.tick-open[id$=-talk]").nth(number).click()
    text = page.locator("#panel textarea[name=text]")
    expect(text).to_be_visible()
    return text


def state_of(page: Page) -> Locator:
    return page.locator("[data-draft-state]")


def forget_outage(visitor: Visitor) -> None:
    """Chromium reports each request that found no connection: that is what was asked for."""
    visitor.faults[:] = [fault for fault in visitor.faults if "net::ERR_INTERNET_DISCONNECTED" not in fault]


def test_words_survive_a_lost_connection_and_a_closed_tab(visit: OpenVisit) -> None:
    phone = visit(PHONE)
    page = phone.sign_in("demo-homeroom")
    phone.go("/my/")
    text = open_talk(page, 0)
    who = page.locator("#panel-title").inner_text()
    text.press_sequentially("她想加入合唱团。")
    expect(state_of(page)).to_have_text(SAVED)

    page.context.set_offline(True)
    text.press_sequentially("下周带她去看排练。")
    expect(state_of(page)).to_have_text(OFFLINE)
    phone.fits()
    page.context.set_offline(False)
    expect(state_of(page)).to_have_text(SAVED)
    forget_outage(phone)

    # The last words were typed less than two seconds before the tab was closed.
    text.press_sequentially("周五再问问。")
    page.close(run_before_unload=False)

    desk = visit(DESK)
    other = desk.sign_in("demo-homeroom")
    desk.go("/my/")
    expect(other.get_by_role("heading", name="有 1 份没写完的草稿")).to_be_visible()
    other.get_by_role("link", name=f"接着写{who}").click()
    expect(other.get_by_text(re.compile("已恢复 .* 未保存的草稿"))).to_be_visible()
    expect(other.locator("textarea[name=text]")).to_have_value("她想加入合唱团。下周带她去看排练。周五再问问。")

    # Dropped, taken back, saved: nothing is left of the draft.
    other.get_by_role("button", name="放弃草稿").click()
    expect(other.locator("textarea[name=text]")).to_have_value("")
    other.get_by_role("button", name="撤销").click()
    expect(other.locator("textarea[name=text]")).to_have_value(re.compile("周五再问问。$"))
    other.get_by_role("button", name="保存", exact=True).click()
    expect(other.get_by_text("已登记")).to_be_visible()
    desk.go("/my/")
    expect(other.get_by_text("没写完的草稿")).to_have_count(0)


def test_words_survive_an_expired_session(visit: OpenVisit) -> None:
    phone = visit(PHONE)
    page = phone.sign_in("demo-homeroom")
    phone.go("/my/")
    text = open_talk(page, 0)
    page.context.clear_cookies(name="sessionid")
    text.press_sequentially("今天主动举手了。")
    expect(state_of(page)).to_contain_text(EXPIRED)
    phone.fits()

    # Signing in again in another window changes the token as well: the page carries on, and the form itself saves.
    with page.context.expect_page() as opened:
        state_of(page).get_by_role("link", name="去登录").click()
    window = opened.value
    window.get_by_label("账号").fill("demo-homeroom")
    window.get_by_label("密码").fill("bamboo-grove-7")
    window.get_by_role("button", name="登录").click()
    expect(window.locator("#roster")).to_be_visible()
    window.close()
    page.bring_to_front()
    expect(state_of(page)).to_have_text(SAVED, timeout=40_000)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已登记")).to_be_visible()


def test_a_form_that_is_left_keeps_its_words_says_so_and_drops_them_on_wish(visit: OpenVisit) -> None:
    """取消 and × kept a draft and said nothing, and nobody knew where the words were."""
    desk = visit(DESK)
    page = desk.sign_in("demo-homeroom")
    desk.go("/my/")
    feedback = page.locator("#feedback")
    open_talk(page, 0).fill("先不写了。")
    page.locator(".panel-bar button").click()
    expect(feedback).to_contain_text("没有保存，写下的内容已留作草稿")
    desk.fits()
    feedback.get_by_role("button", name="不保留").click()
    expect(page.get_by_text("已放弃")).to_be_visible()
    page.get_by_role("button", name="撤销").click()
    text = page.locator("textarea[name=text]")
    expect(text).to_have_value("先不写了。")

    # The same on a whole page, with what was typed a moment ago.
    text.fill("还是不写了。")
    page.get_by_role("link", name="取消").click()
    expect(page).to_have_url(re.compile("/my/$"))
    expect(feedback).to_contain_text("没有保存，写下的内容已留作草稿")
    feedback.get_by_role("button", name="不保留").click()
    expect(page.get_by_text("已放弃")).to_be_visible()
    expect(page.get_by_text("没写完的草稿")).to_have_count(0)


def test_one_box_says_that_the_session_is_over(visit: OpenVisit) -> None:
    """Three boxes were stacked over the form: the draft's line, the panel's word and the one beside the buttons."""
    phone = visit(PHONE)
    page = phone.sign_in("demo-homeroom")
    phone.go("/my/")
    path = page.locator("a.tick-open[id$=-talk]").first.get_attribute("href") or ""
    said = page.get_by_text(re.compile("登录已经?过期"))
    open_talk(page, 0)
    for is_page in (False, True):
        if is_page:
            page = phone.sign_in("demo-homeroom")
            phone.go(path)
        page.locator("textarea[name=text]").fill(f"今天主动举手了{'。' if is_page else '！'}")
        expect(state_of(page)).to_have_text(SAVED)
        page.context.clear_cookies(name="sessionid")
        page.get_by_role("button", name="保存", exact=True).click()
        expect(said).to_have_count(1)
        page.locator("textarea[name=text]").fill("今天主动举手了，很好。")
        page.wait_for_timeout(4_000)
        expect(said).to_have_count(1)
        expect(said).to_be_visible()
    # The next ones begin without a draft.
    phone.sign_in("demo-homeroom")
    phone.go(path)
    page.get_by_role("button", name="放弃草稿").click()
    expect(page.locator("textarea[name=text]")).to_have_value("")
    phone.faults[:] = [fault for fault in phone.faults if " 401 " not in f"{fault} "]


def test_two_windows_of_one_form_keep_both_texts(visit: OpenVisit) -> None:
    phone = visit(PHONE)
    page = phone.sign_in("demo-homeroom")
    phone.go("/my/")
    text = open_talk(page, 0)
    form = page.locator("#panel form").get_attribute("action") or ""
    text.press_sequentially("这边写的话。")
    expect(state_of(page)).to_have_text(SAVED)

    desk = visit(DESK)
    other = desk.sign_in("demo-homeroom")
    desk.go(form)
    other.locator("textarea[name=text]").fill("那边写的话。")
    expect(state_of(other)).to_have_text(SAVED)

    text.press_sequentially("又添一句。")
    expect(state_of(page)).to_contain_text("另一个窗口或另一台设备上也在写")
    expect(page.locator(".draft-other")).to_contain_text("那边写的话。")
    expect(text).to_have_value("这边写的话。又添一句。")
    phone.fits()
    page.get_by_role("button", name="用那边的").click()
    expect(text).to_have_value("那边写的话。")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已登记")).to_be_visible()


def test_two_people_editing_one_record_see_both_versions(visit: OpenVisit) -> None:
    phone = visit(PHONE)
    page = phone.sign_in("demo-homeroom")
    phone.go("/my/")
    open_talk(page, 0).fill("起初的话。")
    pupil = page.locator("#panel form").get_attribute("action") or ""
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("已登记")).to_be_visible()
    file = pupil.removesuffix("talk/")

    desk = visit(DESK)
    other = desk.sign_in("demo-homeroom")
    for visitor in (phone, desk):
        visitor.go(file)
        visitor.page.locator("a[id^=edit-talk-]").first.click()
        expect(visitor.page.locator("#panel textarea[name=text]")).to_have_value("起初的话。")
    other.locator("#panel textarea[name=text]").fill("电脑上改的话。")
    other.get_by_role("button", name="保存", exact=True).click()
    expect(other.get_by_text("已保存谈心记录。")).to_be_visible()

    page.locator("#panel textarea[name=text]").fill("手机上改的话。")
    page.get_by_role("button", name="保存", exact=True).click()
    conflict = page.locator(".conflict")
    expect(conflict.locator("mark")).to_have_text(["电脑", "手机"])
    assert page.evaluate("document.querySelector('#panel').scrollWidth <= document.querySelector('#panel').clientWidth")
    conflict.get_by_role("button", name="用我写的保存").click()
    expect(page.get_by_text("已保存谈心记录。")).to_be_visible()

    # Nothing is lost: the other text is in the history; and a deletion is taken back.
    page.get_by_role("link", name=re.compile("修改记录")).last.click()
    expect(page.locator(".history-entry").first).to_contain_text("手机上改的话。")
    expect(page.locator(".history del").first).to_have_text("电脑")
    phone.fits()
    page.get_by_role("button", name="删除这条记录").click()
    expect(page.get_by_text("手机上改的话。")).to_have_count(0)
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_text("手机上改的话。")).to_be_visible()
