"""版面设置 in a browser: the sample follows the typing, what is saved prints, at a desk and at a phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from schools.contexts import PaperWords
from tests.browser.conftest import DESK, PHONE, OpenVisit, through_navigation
from tests.core.test_pictures import picture
from tests.documents.reading import text

pytestmark = pytest.mark.browser


def shown(page: Page) -> str:
    """The sample on the screen, once it is there."""
    expect(page.locator(".sample-picture")).to_be_visible()
    return page.locator(".sample-picture").get_attribute("src") or ""


def changed(page: Page, before: str) -> str:
    """The sample that took the place of `before`."""
    expect(page.locator(".sample-picture")).not_to_have_attribute("src", before)
    return shown(page)


def save(page: Page) -> None:
    page.locator(".action-bar").get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text("版面设置已保存")


def test_a_title_is_typed_seen_saved_and_printed(visit: OpenVisit, tmp_path: Path) -> None:
    office = visit(DESK)
    page = office.sign_in("demo-senior-office")
    through_navigation(page, "打印")
    page.get_by_role("link", name="版面设置").click()
    letter = shown(page)
    title = page.get_by_label("封面标题")
    title.focus()
    # The sample follows the field one is in.
    expect(page.locator(".sample-picture")).to_have_attribute("alt", re.compile("^记录本封面样张"))
    cover = changed(page, letter)
    title.fill("人人都有一位同行者")
    renamed = changed(page, cover)

    # What cannot print says so at once, and the last good picture stays.
    salutation = page.get_by_label("称呼")
    with page.expect_response(re.compile("/settings/preview/")):
        title.fill("")
    expect(page.locator("#id_book_title_error")).to_contain_text("请填写记录本标题")
    expect(title).to_have_attribute("aria-invalid", "true")
    expect(title).to_be_focused()
    assert shown(page) == renamed
    title.fill("人人都有一位同行者")
    expect(page.locator("#id_book_title_error")).to_be_empty()
    expect(title).not_to_have_attribute("aria-invalid", "true")
    expect(salutation).not_to_have_attribute("aria-invalid", "true")

    # Colour, and a logo that is on no server yet.
    page.locator("label", has_text="绛红").click()
    red = changed(page, renamed)
    logo = tmp_path / "logo.png"
    logo.write_bytes(picture("PNG", (400, 400)))
    page.get_by_label("校徽", exact=True).set_input_files(logo)
    changed(page, red)
    office.fits()
    save(page)
    expect(page.get_by_label("封面标题")).to_have_value("人人都有一位同行者")
    expect(page.get_by_role("radio", name="绛红")).to_be_checked()
    expect(page.get_by_alt_text("现在的校徽")).to_be_visible()

    through_navigation(page, "打印")
    book = page.locator("a[href$='/book.pdf']").first.get_attribute("href")
    answer = page.request.get(f"{office.house.address}{book}")
    assert "人人都有一位同行者" in text(answer.body())

    # Back to what it was.
    page.get_by_role("link", name="版面设置").click()
    page.get_by_role("button", name=re.compile("恢复默认.*记录本")).click()
    expect(page.get_by_label("封面标题")).to_have_value(PaperWords().book_title)
    page.get_by_label("不再使用现在的校徽").check()
    save(page)
    expect(page.get_by_alt_text("现在的校徽")).to_have_count(0)


def test_on_a_phone_one_goes_to_the_sample_and_back(visit: OpenVisit) -> None:
    admin = visit(PHONE)
    page = admin.sign_in("demo-admin")
    admin.go("/plan/")
    page.get_by_role("link", name="版面设置").click()
    before = shown(page)
    admin.fits()
    page.locator("label", has_text="自己起名").click()
    page.get_by_label("自己起的名称").fill("写给你的话")
    changed(page, before)
    page.get_by_role("link", name="看样张").click()
    expect(page.locator(".sample-picture")).to_be_in_viewport()
    page.get_by_role("link", name="继续填写").click()
    expect(page.get_by_label("自己起的名称")).to_be_in_viewport()
    admin.fits()
