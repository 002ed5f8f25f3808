"""A term's end, as 德育室 and mentors do it: reminding, letters, what families have not seen, report, files, papers."""

import io
import re
import zipfile
from pathlib import Path

import docx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, OpenVisit, Visitor, through_navigation
from tests.documents.reading import text

pytestmark = pytest.mark.browser

SENTENCE = "期末事多，辛苦了，周五以前写完就好。"
LETTERS = (
    "秋游那天你把水分给了忘带水壶的同伴，自己走到最后才喝，我在队尾看得清清楚楚。",
    "你种在窗台上的那盆蒜苗已经两寸高了，每天早上第一个去看它的人总是你。",
)
WORDS = "家长说得最多的是孩子回家以后愿意讲什么。"


def fetched(visitor: Visitor, page: Page, name: str | re.Pattern[str]) -> bytes:
    """What the link called `name` hands out."""
    address = page.get_by_role("link", name=name).first.get_attribute("href") or ""
    answer = visitor.page.request.get(f"{visitor.house.address}{address}")
    assert answer.status == 200
    return answer.body()


def downloaded(page: Page, button: Locator) -> bytes:
    """The file that comes when a button is pressed."""
    with page.expect_download() as download:
        button.click()
    return Path(download.value.path()).read_bytes()


def narrowed(page: Page, label: str, to: str) -> None:
    """A filter of a list, which asks for the page anew."""
    page.wait_for_load_state()
    with page.expect_navigation():
        page.get_by_label(label).select_option(label=to)


def letters_of(page: Page, name: str) -> None:
    """From anywhere to 寄语发布 with one mentor's letters."""
    through_navigation(page, "寄语发布")
    expect(page).to_have_url(re.compile("/office/letters/"))
    narrowed(page, "导师", name)


def opened(page: Page, button: Locator) -> bytes:
    """The paper that a button opens in the browser's own reader, where no test can look."""
    form = page.locator(f"#{button.get_attribute('form')}")
    data = form.evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    kind = {"content-type": "application/x-www-form-urlencoded", "referer": page.url}
    address = button.get_attribute("formaction") or ""
    answer = page.request.post(f"{page.url.split('/announcements')[0]}{address}", data=data, headers=kind)
    assert answer.headers["content-type"] == "application/pdf"
    return answer.body()


def own_name(page: Page) -> str:
    """The name on the cover of a mentor's table."""
    return page.locator(".cover-mentor dd").inner_text()


def of_mentor(page: Page, name: str) -> Locator:
    """The rows of a list that name a mentor; the list is there."""
    rows = page.locator("main tbody tr").filter(has_text=name)
    expect(rows.first).to_be_visible()
    return rows


def handed_in(mentor: Visitor, body: str) -> str:
    """A letter to the last pupil who has none, from the list to the answer; the pupil's name."""
    page = mentor.page
    through_navigation(page, "寄语台")
    blank = page.locator(".letter-list a").filter(has_text="未写").last
    name = blank.locator(".letter-list-name").inner_text()
    blank.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"给{name}的成长寄语")
    with page.expect_response(re.compile(r"/check/$")):
        page.get_by_label("正文").fill(body)
    mentor.fits()
    page.get_by_role("button", name="交稿").click()
    expect(page.locator("#messages")).to_contain_text(f"已交稿：{name}的成长寄语")
    return name


def test_a_mentor_of_a_list_is_reminded_once_with_an_own_sentence(visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    small = mentor.sign_in("demo-mentor")
    name = own_name(small)
    office = visit(DESK)
    page = office.sign_in("demo-office")
    through_navigation(page, "完成情况")
    page.locator("main a[href*='show=letter']").first.click()
    expect(page).to_have_url(re.compile("/office/pupils/"))
    narrowed(page, "范围", "一（1）班")
    of_mentor(page, name).first.get_by_role("checkbox").check()
    page.get_by_role("button", name="提醒这").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("提醒这 1 位导师")
    office.fits()
    page.get_by_label("想说的话").fill(SENTENCE)
    page.get_by_role("button", name="发送提醒").click()
    expect(page.locator("#messages")).to_contain_text("已提醒 1 位导师")

    # Pressed on the same day once more, it tells nobody anything.
    of_mentor(page, name).first.get_by_role("checkbox").check()
    page.get_by_role("button", name="提醒这").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("没有要提醒的导师")
    expect(page.locator("main")).to_contain_text("今天已经提醒过")

    small.get_by_role("link", name=re.compile("^消息")).click()
    told = small.locator("main li").filter(has_text=f"“{SENTENCE}”")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("1 条待办")
    mentor.fits()
    told.get_by_role("link").click()
    expect(small.locator("#roster")).to_be_visible()


def test_letters_go_from_the_mentors_phone_to_the_families_and_one_comes_back(visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    small = mentor.sign_in("demo-mentor")
    name = own_name(small)
    kept, taken_back = (handed_in(mentor, body) for body in LETTERS)

    # 德育室 reads both, one after the other.
    office = visit(DESK)
    page = office.sign_in("demo-office")
    for pupil in (kept, taken_back):
        letters_of(page, name)
        row = of_mentor(page, pupil)
        row.get_by_role("link", name=pupil).click()
        panel = page.locator("#panel")
        expect(panel.locator("article.letter")).to_contain_text(f"{pupil}同学")
        panel.get_by_role("button", name="校对通过").click()
        expect(page.locator("#messages")).to_contain_text(f"{pupil}的寄语校对通过")

    # Both go out; one comes back while no family has opened it.
    letters_of(page, name)
    page.get_by_role("link", name=re.compile("^已校对")).click()
    for pupil in (kept, taken_back):
        page.get_by_label(f"选择{pupil}的寄语").check()
    page.get_by_role("button", name="发布勾选的寄语").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("发布 2 封")
    page.get_by_role("button", name="发布这 2 封").click()
    expect(page.locator("#messages")).to_contain_text("已发布 2 封寄语")
    page.get_by_text("复制通知文字").click()
    told = page.locator("[data-copied]").input_value()
    assert [said in told for said in (f"{office.house.address}/f/", kept)] == [True, False]
    page.get_by_role("link", name=re.compile("^已发布")).click()
    page.get_by_label(f"选择{taken_back}的寄语").check()
    page.get_by_role("button", name="勾选的撤回").click()
    expect(page.locator("#messages")).to_contain_text("已撤回 1 封寄语")
    office.fits()
    small.get_by_role("link", name=re.compile("^消息")).click()
    expect(small.locator("main")).to_contain_text("德育室撤回了您写的寄语，家长暂时看不到")

    # Whom nothing has reached, and the slips of these families alone.
    through_navigation(page, "寄语发布")
    page.get_by_role("link", name="通知家长").click()
    expect(page).to_have_url(re.compile("/families/"))
    narrowed(page, "范围", "一（1）班")
    expect(of_mentor(page, kept)).to_contain_text("没读")
    expect(of_mentor(page, taken_back)).to_contain_text("还没发布")
    office.fits()
    page.get_by_label(f"选择{kept}").check()
    printed = text(opened(page, page.get_by_role("button", name="打印这些家庭的凭条")))
    assert [pupil in printed for pupil in (kept, taken_back)] == [True, False]


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
    sheets = load_workbook(io.BytesIO(fetched(office, page, re.compile(r"数据表\.xlsx")))).sheetnames
    assert sheets == ["学期数据", "各年级", "各班", "时间", "家访和谈心", "培训", "学生完成情况"]
    with zipfile.ZipFile(io.BytesIO(fetched(office, page, re.compile(r"期末材料\.zip")))) as archive:
        assert len(archive.namelist()) == 6

    # One certificate by itself.
    through_navigation(page, "期末材料")
    page.get_by_role("link", name="导师工作证明").click()
    office.fits()
    assert "兹证明" in text(fetched(office, page, re.compile("^打开")))


def test_a_list_with_names_leaves_the_house_only_for_a_purpose(visit: OpenVisit) -> None:
    office = visit(DESK)
    page = office.sign_in("demo-office")
    through_navigation(page, "期末材料")
    page.get_by_role("link", name="人事用表").click()
    page.get_by_text("导出、打印").click()
    excel = page.get_by_role("button", name="Excel")
    excel.click()
    assert page.get_by_label("用途").evaluate("e => e.validity.valueMissing") is True
    page.get_by_label("用途").select_option(label="学校存档")
    staff = load_workbook(io.BytesIO(downloaded(page, excel)))
    assert staff.sheetnames == ["导师工作情况"]
    office.fits()


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
