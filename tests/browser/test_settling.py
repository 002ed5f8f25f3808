"""A term's end in a browser: the school's own words, one press, the files, a certificate; at a desk, on a phone."""

import io
import re
import zipfile

import docx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, OpenVisit, Visitor, through_navigation
from tests.documents.reading import text

pytestmark = pytest.mark.browser

WORDS = "家长说得最多的是孩子回家以后愿意讲什么。"


def fetched(visitor: Visitor, page: Page, name: str | re.Pattern[str]) -> bytes:
    """What the link called `name` hands out."""
    address = page.get_by_role("link", name=name).first.get_attribute("href") or ""
    answer = visitor.page.request.get(f"{visitor.house.address}{address}")
    assert answer.status == 200
    return answer.body()


def test_a_term_is_settled_from_the_first_word_to_the_zip(visit: OpenVisit) -> None:
    office = visit(DESK)
    page = office.sign_in("demo-office")
    through_navigation(page, "期末材料")
    expect(page.get_by_role("heading", level=1)).to_have_text("期末材料")
    office.fits()

    # A few words on the visits.
    page.locator("#visits").get_by_role("link", name="写几句").click()
    page.get_by_label("学校的话").fill(WORDS)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text("“家访”已保存")
    expect(page.locator("#visits .report-words")).to_have_text(WORDS)
    assert WORDS in text(fetched(office, page, "PDF"))

    # Without a purpose nothing that names people is made.
    page.get_by_role("button", name="生成期末材料").click()
    expect(page.get_by_text("请先选择用途").first).to_be_visible()
    page.get_by_label("用途").select_option("archive")
    page.get_by_role("button", name="生成期末材料").click()
    everything = page.get_by_role("link", name=re.compile(r"期末材料\.zip"))
    expect(everything).to_be_visible(timeout=120_000)
    office.fits()
    word = docx.Document(io.BytesIO(fetched(office, page, re.compile(r"报告\.docx"))))
    assert WORDS in [paragraph.text for paragraph in word.paragraphs]
    assert WORDS in text(fetched(office, page, re.compile(r"报告\.pdf")))
    with zipfile.ZipFile(io.BytesIO(fetched(office, page, re.compile(r"期末材料\.zip")))) as archive:
        assert len(archive.namelist()) == 6

    # One certificate by itself.
    through_navigation(page, "期末材料")
    page.get_by_role("link", name="导师工作证明").click()
    office.fits()
    assert "兹证明" in text(fetched(office, page, re.compile("^打开")))


def test_the_same_fits_a_phone(visit: OpenVisit) -> None:
    office = visit(PHONE)
    office.sign_in("demo-office")
    for path in ("/settling/", "/settling/certificates/", "/settling/staff/"):
        office.go(path)
        expect(office.page.get_by_role("heading", level=1)).to_be_visible()
        office.fits()
    page = office.go("/settling/")
    page.locator("#next").get_by_role("link", name="写几句").click()
    office.fits()
    page.get_by_label("学校的话").fill("下学期早一点约家访。")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#next .report-words")).to_have_text("下学期早一点约家访。")


def test_a_mentor_takes_the_own_certificate(visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    page = mentor.sign_in("demo-mentor")
    page.locator("summary", has_text="记录本").first.click()
    assert "导师工作证明" in text(fetched(mentor, page, "导师工作证明"))
