"""What a page shows and where, on a phone: a refused form's error, the panel, the first screen, nothing sideways."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, House, OpenVisit, Visitor

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


def open_talk(page: Page) -> str:
    """Opens the short form of the first talk that is not logged yet; the id of the tick that was tapped."""
    tick = page.locator("a.tick-open[id$=-talk]").first
    name = tick.get_attribute("id")
    assert name is not None
    tick.click()
    expect(page.locator("#panel textarea[name=text]")).to_be_visible()
    return name


def test_back_closes_the_panel_and_stays_on_the_page(visit: OpenVisit) -> None:
    """Back left the page, and with it what stood around the panel."""
    phone = visit(PHONE)
    phone.sign_in("demo-mentor")
    before = phone.go("/inbox/").url
    page = phone.go("/my/")
    address = page.url
    for leave in (page.go_back, page.locator(".panel-bar button").click, lambda: page.keyboard.press("Escape")):
        name = open_talk(page)
        leave()
        expect(page.locator("#panel-dialog")).to_be_hidden()
        expect(page.locator(f"#{name}")).to_be_focused()
        page.wait_for_function("() => !(history.state && history.state.panel)")
        assert page.url == address
    # One step in the history for the panel, and none left over.
    page.go_back()
    expect(page).to_have_url(before)


def test_the_panels_head_stays_and_its_cross_covers_nothing(visit: OpenVisit) -> None:
    """The cross floated over fields and folds, and whose form it was scrolled away."""
    phone = visit(PHONE)
    page = phone.sign_in("demo-mentor")
    open_talk(page)
    for fold in page.locator("#panel summary").all():
        fold.click()
    dialog, head = page.locator("#panel-dialog"), page.locator("#panel-title")
    cross = page.locator(".panel-bar button")
    for down in (0, 200, 400):
        dialog.evaluate("(box, down) => box.scrollTo(0, down)", down)
        title, button = head.bounding_box(), cross.bounding_box()
        assert title is not None
        assert button is not None
        # Beside the panel's border of one pixel.
        assert (title["y"], title["width"]) == (0, PHONE["width"] - 1)
        assert 0 <= button["y"] <= title["height"] - button["height"]


def test_a_native_day_is_said_in_chinese_beneath(visit: OpenVisit) -> None:
    """A browser in English showed 11/29/2026."""
    phone = visit(PHONE)
    phone.sign_in("demo-office")
    page = phone.go("/training/new/")
    field = page.locator("input[type=date]")
    said = page.locator(".day-said")
    field.fill("2026-11-29")
    expect(said).to_have_text("2026年11月29日 星期日")
    field.fill("")
    expect(said).to_be_empty()


def test_the_first_screen_of_the_home_page_is_the_roster(visit: OpenVisit) -> None:
    """One and a half of fifteen children stood on the first screen."""
    phone = visit(PHONE)
    page = phone.sign_in("demo-mentor")
    drafts = page.locator("#drafts").bounding_box()
    above = drafts["height"] if drafts else 0  # what an earlier visitor has not finished stands above
    edge = page.locator(".bottom-nav").bounding_box()
    assert edge is not None
    boxes = [row.bounding_box() for row in page.locator("#roster tbody tr").all()]
    lows = [box["y"] + box["height"] - above for box in boxes if box is not None]
    assert (boxes[0] or {"y": 999})["y"] - above <= 420
    assert sum(low <= edge["y"] for low in lows) >= 5
    open_talks = int(page.locator(".desk-next-line strong").inner_text())
    page.locator(".desk-next-line a").click()
    expect(page.locator("#roster tbody tr")).to_have_count(open_talks)
    expect(page.locator(".roster-filter")).to_be_visible()
    phone.fits()


# Files, and pages that only download or come back at once.
NO_PAGES = re.compile(
    r"\.(pdf|xlsx)$|/(pdf|template|export|files|print|all|look|photos?|marked|matrix|logo|ballots|progress|admin|lined|file)/"
)
STICKS_OUT = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.mark.parametrize(
    "who",
    [
        "demo-mentor",
        "demo-homeroom5",
        "demo-office",
        "demo-admin",
        "demo-counsellor",
        "demo-senior-mentor",
        "demo-bureau",
    ],
)
def test_no_page_scrolls_sideways(who: str, visit: OpenVisit) -> None:
    """At 320 px, and on a phone with letters of double size, the home page and others stuck out to the right.

    Follows all links from the person's home, one page of each kind.
    """
    visitor = visit({"width": 320, "height": 640})
    assert sticking_out(visitor, [visitor.sign_in(who).url]) == []


@pytest.mark.parametrize("chooses", [False, True], ids=["reads", "chooses"])
def test_no_page_of_a_family_scrolls_sideways(house: House, visit: OpenVisit, chooses: bool) -> None:
    visitor = visit({"width": 320, "height": 640})
    path, code, tail = house.choosing_slip if chooses else (house.slip_path, house.slip_code, house.phone_tail)
    page = visitor.go(path)
    page.get_by_label("凭条码").fill(code)
    page.get_by_role("textbox", name="手机").fill(tail)
    page.get_by_role("button", name="打开").click()
    page.wait_for_load_state()
    own = [] if chooses else [f"{path}{part}/" for part in ("home", "letters", "visit", "card", "cards")]
    assert sticking_out(visitor, [page.url, *own]) == []


def sticking_out(visitor: Visitor, met: list[str]) -> list[tuple[str, int, str]]:
    """The pages, of each kind one, that scroll sideways: those of `met` and all that links lead to from there."""
    page = visitor.page
    done, wide = set(), []
    while met:
        path = re.sub(r"^https?://[^/]+", "", met.pop(0))
        kind = re.sub(r"\d+", "N", path.split("?")[0])
        if kind in done or NO_PAGES.search(path.split("?")[0]):
            continue
        done.add(kind)
        visitor.go(path)
        met += page.locator("a[href^='/']:not([download])").evaluate_all("all => all.map(a => a.pathname + a.search)")
        for width, letters in ((320, ""), (390, "200%")):
            page.set_viewport_size({"width": width, "height": 640})
            page.locator("html").evaluate("(html, size) => { html.style.fontSize = size; }", letters)
            if page.evaluate(STICKS_OUT) > 0:
                wide.append((path, width, letters))
    return wide


def test_a_first_page_asks_for_no_sheet_and_the_next_one_finds_them_kept(visit: OpenVisit) -> None:
    """On a slow line the sheets took as long again as the page, and nothing was shown before."""
    phone = visit(PHONE)
    over_the_line = """() => performance.getEntriesByType("resource").filter((one) => one.initiatorType === "link" &&
      one.name.endsWith(".css")).map((one) => one.transferSize)"""
    page = phone.go("/account/sign-in/")
    assert page.evaluate(over_the_line) == []
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    page.wait_for_function("() => document.cookie.includes('sheets=')")
    assert phone.go("/account/sign-in/").evaluate(over_the_line) == [0, 0]
