"""What a page shows and where, on a phone: a refused form's error, the panel, the first screen, nothing sideways."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenVisit

pytestmark = pytest.mark.browser

# Empties what a person would have filled in and sends it, as a plain page does.
SEND_EMPTY = """form => {
  for (const field of form.querySelectorAll('input, textarea, select')) {
    if (['checkbox', 'radio'].includes(field.type)) field.checked = false;
    else if (field.type !== 'hidden') field.value = '';
  }
  form.noValidate = true;
  form.requestSubmit();
}"""
# Account, the page, and the link from it that leads to a form; none where the page is the form.
REFUSED = [
    ("demo-mentor", "/my/", r"/my/pupils/\d+/", "talk/"),
    ("demo-mentor", "/my/", r"/my/pupils/\d+/", "visit/"),
    ("demo-homeroom", "/classes/", r"/classes/\d+/", "meetings/new/"),
    ("demo-office", "/training/new/", "", ""),
    ("demo-admin", "/manage/pupils/new/", "", ""),
    ("demo-admin", "/imports/new/", "", ""),
    ("demo-admin", "/plan/edit/", "", ""),
    ("demo-mentor", "/account/password/", "", ""),
]


def first_link(page: Page, pattern: str) -> str:
    """The path of the first link that leads where `pattern` says."""
    links: list[str] = page.locator("a[href^='/']").evaluate_all("all => all.map(a => a.pathname)")
    return next(link for link in links if re.fullmatch(pattern, link))


def test_a_refused_form_shows_its_error_on_the_first_screen(visit: OpenVisit) -> None:
    """The error stood 1,700 px below what the phone showed."""
    phone = visit(PHONE)
    page, who, seen = phone.page, "", {}
    for account, path, link, form in REFUSED:
        if account != who:
            page.context.clear_cookies()
            page, who = phone.sign_in(account), account
        page = phone.go(path)
        if link:
            page = phone.go(first_link(page, link) + form)
        page.locator("main form[method=post]").last.evaluate(SEND_EMPTY)
        told = page.locator("[data-form-errors]")
        expect(told).to_be_focused()
        box = told.bounding_box()
        assert box is not None
        seen[path + form] = box["y"] >= 0 and box["y"] + min(box["height"], 160) <= PHONE["height"]
    assert seen == dict.fromkeys(seen, True)
    expect(page.locator("[data-form-errors] a").first).to_be_visible()
    page.locator("[data-form-errors] a").first.click()
    assert page.evaluate("document.activeElement.matches('.is-invalid')")
