"""From the list of teachers to a teacher's own phone: account slips in two presses, and the first sign-in by touch."""

import io
import re
import time

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import DESK, PHONE, House, OpenVisit

pytestmark = pytest.mark.browser

NEW = "陶罐-星期五-晚霞"
#: For a whole staff. How long the paper takes is asked in tests/accounts, by the processor's clock.
PRESSES = 3


def test_a_staff_gets_its_slips_and_a_teacher_signs_in_within_a_minute(house: House, visit: OpenVisit) -> None:
    """55 teachers meant 110 page loads of passwords copied by hand."""
    admin = visit(DESK)
    page = admin.sign_in("demo-admin")
    admin.go("/manage/people/")
    pressed = [page.get_by_role("link", name="打印账号条（还没登录过的")]
    pressed[0].click()
    button = page.get_by_role("button", name=re.compile(r"生成 \d+ 张账号条"))
    expect(button).to_be_visible()
    pressed.append(button)
    count = int(re.findall(r"\d+", button.inner_text())[0])
    # What the button sends; its answer opens in a tab of its own, where a browser shows PDFs.
    form = page.locator("form[target=_blank]").evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    begun = time.monotonic()
    answer = page.request.post(
        page.url, data=form, headers={"content-type": "application/x-www-form-urlencoded", "referer": page.url}
    )
    spent = time.monotonic() - begun
    pdf = PdfReader(io.BytesIO(answer.body()))
    print(f"{count} slips on {len(pdf.pages)} pages, {len(pressed)} presses, {spent:.1f} s")  # noqa: T201  # a figure
    assert (answer.status, len(pdf.pages)) == (200, -(-count // 10))
    assert len(pressed) <= PRESSES

    text = re.sub(r"\s", "", pdf.pages[0].extract_text())
    username, code = re.findall(r"账号([a-z]+-[a-z0-9-]+?)登录码([a-z0-9]{8})", text)[0]
    teacher = visit(PHONE)
    begun = time.monotonic()
    phone = teacher.go("/account/first/")
    teacher.fits()
    phone.get_by_label("账号").fill(username)
    phone.get_by_label("登录码").fill(code.upper())
    phone.get_by_role("button", name="下一步").tap()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("老师，您好")
    teacher.fits()
    phone.locator("input[name=new]").fill(NEW)
    phone.locator("input[name=again]").fill(NEW)
    phone.locator("input[name=email]").fill("first@mail.invalid")
    phone.get_by_role("button", name="保存，开始使用").tap()
    expect(phone.locator(".menu-button").first).to_be_visible()
    teacher.fits()
    assert time.monotonic() - begun < 60
    teacher.go("/account/me/")
    expect(phone.locator("dl.details")).to_contain_text("first@mail.invalid，还没有确认")
    teacher.fits()

    # The paper is worth nothing now.
    finder = visit(PHONE)
    other = finder.go("/account/first/")
    other.get_by_label("账号").fill(username)
    other.get_by_label("登录码").fill(code)
    other.get_by_role("button", name="下一步").tap()
    expect(other.locator("main")).to_contain_text("这张账号条已经用过了")
