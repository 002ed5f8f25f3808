"""What a page must not lose: the words of a form that is sent without a network, the focus of a search."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, OpenVisit
from tests.browser.test_safe_writing import forget_outage

pytestmark = pytest.mark.browser


def form_of(page: Page, what: str) -> str:
    """The address of a short form that is open on the home page, as a whole page."""
    return page.locator(f"a.tick-open[id$=-{what}]").first.get_attribute("href") or ""


def test_a_form_that_is_sent_without_a_network_stays_with_its_words(visit: OpenVisit) -> None:
    """存草稿, 交稿 and 保存 of a whole page ended on the browser's error page."""
    phone = visit(PHONE)
    page = phone.sign_in("demo-homeroom")
    phone.go("/my/")
    path = form_of(page, "talk")
    phone.go(path)
    page.locator("textarea[name=text]").fill("她想加入合唱团。")
    page.context.set_offline(True)
    page.get_by_role("button", name="保存", exact=True).click()
    told = page.locator("[data-send-state]")
    expect(told).to_contain_text("没有网络，内容已保留在本页。")
    expect(told).to_be_in_viewport()
    expect(page.locator("textarea[name=text]")).to_have_value("她想加入合唱团。")
    phone.fits()
    page.context.set_offline(False)
    told.get_by_role("button", name="再试一次").click()
    expect(page.get_by_text(re.compile("^已登记.*谈心"))).to_be_visible()
    # By now the draft's own try, too, has told that it found no network.
    forget_outage(phone)
    assert "/talk/" not in page.url
    page.wait_for_load_state()


def test_a_draft_of_a_letter_is_kept_without_a_network_and_a_refusal_is_shown_as_ever(visit: OpenVisit) -> None:
    desk = visit(DESK)
    page = desk.sign_in("demo-homeroom")
    desk.go("/my/letters/")
    page.locator("main a[href^='/my/letters/'][href$='/']").first.click()
    body = page.locator("textarea[name=body]")
    body.fill("")
    page.get_by_role("button", name="存草稿", exact=True).click()
    expect(page.locator(".is-invalid, .invalid-feedback, .notice").first).to_be_visible()
    body = page.locator("textarea[name=body]")
    body.fill("这学期你进步很大，老师为你高兴。")
    page.context.set_offline(True)
    page.get_by_role("button", name="存草稿", exact=True).click()
    expect(page.locator("[data-send-state]")).to_contain_text("没有网络")
    expect(body).to_have_value("这学期你进步很大，老师为你高兴。")
    page.context.set_offline(False)
    page.get_by_role("button", name="再试一次").click()
    expect(page.get_by_text("存好")).to_be_visible()
    # By now the draft's own try, too, has told that it found no network.
    forget_outage(desk)


def test_the_search_of_the_home_page_asks_once_and_keeps_the_focus(visit: OpenVisit) -> None:
    """The whole page was loaded again after a quarter of a second: focus, scroll and further keys were lost."""
    phone = visit(PHONE)
    page = phone.sign_in("demo-homeroom")
    phone.go("/my/")
    names = page.locator("#roster .cell-name a").all_inner_texts()
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url) if "/my/?q=" in asked.url else None)
    page.evaluate("window.stays = true")
    page.locator("#desk-q").scroll_into_view_if_needed()
    page.locator("#desk-q").focus()
    before = page.evaluate("window.scrollY")

    # An input method puts letters together: nothing is asked for before the word stands.
    client = page.context.new_cdp_session(page)
    for part in ("w", "wu", "wu h"):
        client.send("Input.imeSetComposition", {"text": part, "selectionStart": len(part), "selectionEnd": len(part)})
        page.wait_for_timeout(400)
    assert sent == []
    with page.expect_response(lambda answer: "/my/?q=" in answer.url) as caught:
        client.send("Input.insertText", {"text": names[-1]})
    assert len(caught.value.body()) < 25_000
    expect(page.locator("#roster .cell-name a")).to_have_count(1)
    assert len(sent) == 1
    assert page.evaluate("[window.stays, document.activeElement.id, window.scrollY]") == [True, "desk-q", before]
    page.locator("#desk-q").fill("")
    expect(page.locator("#roster .cell-name a")).to_have_count(len(names))
    assert page.evaluate("[window.stays, document.activeElement.id]") == [True, "desk-q"]


@pytest.mark.parametrize("kind, word", [("talk", "谈心"), ("visit", "家访")])
def test_going_back_and_saving_again_makes_no_second_record(visit: OpenVisit, kind: str, word: str) -> None:
    """The page is fetched anew with another key, the browser puts the words back: there were two talks."""
    # The talk and the visit may be with the same child.
    words = f"在走廊遇见，说起昨天的足球，{word}。"
    desk = visit(DESK)
    page = desk.sign_in("demo-homeroom")
    desk.go("/my/")
    path = form_of(page, kind)
    desk.go(path)
    page.locator("textarea[name=text]").fill(words)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text(re.compile(f"^已登记.*{word}"))).to_be_visible()
    page.go_back()
    expect(page.locator("textarea[name=text]")).to_have_value(words)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("[data-form-errors]")).to_contain_text(f"今天已经登记过一次同样的{word}。")
    page.get_by_role("link", name="回去看").click()
    expect(page.locator(".entry", has_text=words)).to_have_count(1)


def test_going_back_and_entering_a_pupil_again_makes_no_second_one(visit: OpenVisit) -> None:
    desk = visit(DESK)
    page = desk.sign_in("demo-admin")
    desk.go("/manage/pupils/new/")
    page.locator("input[name=name]").fill("欧阳星野")
    page.locator("select[name=school_class]").select_option(index=1)
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_text("欧阳星野已转入")).to_be_visible()
    page.go_back()
    expect(page.locator("input[name=name]")).to_have_value("欧阳星野")
    page.get_by_role("button", name="登记").click()
    expect(page.locator("[data-form-errors]")).to_contain_text("本校已有同名的学生：")
    desk.go("/manage/pupils/?q=欧阳星野")
    expect(page.locator("main a", has_text="欧阳星野")).to_have_count(1)
