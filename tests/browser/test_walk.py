"""The main job, end to end, as each person does it: the walk of the README, in a real browser."""

import datetime
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import DESK, PHONE, House, OpenVisit, Visitor, through_navigation

pytestmark = pytest.mark.browser

ROSTERS = Path(__file__).resolve().parents[1] / "data" / "rosters"


def text_of(pdf: bytes) -> str:
    """All text of a PDF without white space."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def open_class(page: Page, label: str) -> None:
    """From the list of classes to the board of one."""
    through_navigation(page, "导师匹配")
    page.get_by_role("link", name=label).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(label)


def fetch(visitor: Visitor, path: str) -> bytes:
    """A download with the visitor's own session."""
    answer = visitor.page.request.get(visitor.house.address + path)
    assert answer.status == 200, path
    return answer.body()


def order_books(page: Page, file: str) -> None:
    """From anywhere to the job of all record books as such a file."""
    through_navigation(page, "打印")
    button = page.get_by_role("button", name=re.compile("生成 39 本记录本"))
    page.locator("form").filter(has=button).get_by_label(file).check()
    button.click()
    expect(page.get_by_role("progressbar")).to_be_visible()


def test_1_an_admin_imports_a_school_from_three_workbooks(house: House, visit: OpenVisit) -> None:
    house.manage(
        "create_school", "--code", "bailu", "--name", "白鹭小学", "--preset", "primary_termly", "--year", "2026"
    )
    first = house.manage("create_account", "--username", "bailu-admin", "--name", "江一帆", "--school", "bailu")
    admin = visit(DESK)
    page = admin.sign_in("bailu-admin", first.split()[1])

    # The first password is changed before anything else.
    expect(page.get_by_role("heading", name="改密码")).to_be_visible()
    page.locator("input[name=old]").fill(first.split()[1])
    page.locator("input[name=new]").fill("a-long-bamboo-9")
    page.locator("input[name=again]").fill("a-long-bamboo-9")
    page.get_by_role("button", name="保存新密码").click()

    # The plan is the school's own copy of a preset.
    page.get_by_role("link", name="方案").first.click()
    expect(page.get_by_role("heading", name="全员导师制工作实施方案（试行稿）")).to_be_visible()
    expect(page.get_by_text("原则上不超过 15 名学生")).to_be_visible()

    for kind, file_name, facts in (
        ("学生名册", "students.xlsx", ["891"]),
        ("教师名册", "teachers.xlsx", ["55"]),
        ("导师匹配表", "mentor-matrix.xlsx", ["39", "五年级"]),
    ):
        through_navigation(page, "名册导入")
        page.goto(page.url.split("?")[0].rstrip("/") + "/new/")
        page.get_by_label(kind).check()
        page.get_by_label("名册文件").set_input_files(ROSTERS / file_name)
        page.get_by_role("button", name="上传并核对").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(kind)
        if kind == "学生名册":
            # The classes are not there yet: an error, a way out, and nothing written.
            expect(page.get_by_role("button", name="确认导入")).to_have_count(0)
            page.get_by_role("button", name=re.compile("新建.*班级")).click()
        for fact in facts:
            expect(page.locator("main")).to_contain_text(fact)
        page.get_by_role("button", name="确认导入").click()
        expect(page.locator("main")).to_contain_text("已导入")

    through_navigation(page, "教师")
    expect(page.locator("main")).to_contain_text("徐依若")
    through_navigation(page, "班级")
    expect(page.locator("main")).to_contain_text("一（9）班")
    expect(page.locator("main")).to_contain_text("五（6）班")
    admin.fits()


def test_2_the_sixteenth_pupil_waits_for_an_exception(house: House, visit: OpenVisit) -> None:
    homeroom = visit(PHONE)
    page = homeroom.sign_in("demo-homeroom")
    open_class(page, "一（1）班")
    homeroom.fits()
    page.get_by_role("link", name="表格").click()
    homeroom.fits()
    page.get_by_role("link", name="只看未安排").click()
    rows = page.locator("tbody.board-row")
    expect(rows).to_have_count(2)
    full = page.locator("th.board-mentor").first.locator(".board-mentor-name").inner_text().replace("团长", "").strip()
    row = rows.first
    pupil = row.locator(".board-who").evaluate("e => e.firstChild.textContent")
    row.get_by_role("button", name=f"{pupil}安排给{full}").click()
    refusal = page.locator(".board-problem")
    expect(refusal).to_contain_text(f"{full}老师已有 15 名学生，达到上限 15 名。")
    expect(refusal).to_contain_text("或请德育室批准超额")
    expect(refusal.get_by_role("link", name="批准超额")).to_have_count(0)

    office = visit(DESK)
    desk = office.sign_in("demo-office")
    open_class(desk, "一（1）班")
    desk.get_by_role("link", name="表格").click()
    desk.get_by_role("button", name=f"{pupil}安排给{full}").click()
    desk.locator(".board-problem").get_by_role("link", name="批准超额").click()
    desk.get_by_label("新的上限").fill("16")
    desk.get_by_role("button", name="批准", exact=True).click()
    expect(desk.locator("main")).to_contain_text("理由")
    desk.get_by_label("理由").fill("班主任熟悉这个家庭，由她继续带。")
    desk.get_by_role("button", name="批准", exact=True).click()

    # On the cards: the pupil to the leader, whose bar goes to 16, then the joint save.
    open_class(page, "一（1）班")
    leader = page.locator(".board-column[data-number='1']")
    expect(leader.locator(".board-figures")).to_have_text("15/16")
    page.locator(f".board-tile[data-name='{pupil}'] .board-face").tap()
    page.get_by_role("group", name="移到").get_by_role("button", name=full).tap()
    expect(leader.locator(".board-figures")).to_have_text("15 → 16/16")
    page.get_by_role("button", name="保存").tap()
    expect(page.locator(".board-saved")).to_contain_text("已保存 1 项调整。")
    expect(leader.locator(".board-figures")).to_have_text("16/16")
    expect(leader).to_contain_text(pupil)


def test_3_a_mentor_turns_three_ticks_on_a_phone(house: House, visit: OpenVisit) -> None:
    mentor = visit(PHONE)
    page = mentor.sign_in("demo-mentor")
    expect(page.get_by_role("heading", name="人人都有“好朋友”老师")).to_be_visible()
    for heading in ("序号", "姓名", "家访", "谈心", "成长寄语"):
        expect(page.locator("thead")).to_contain_text(heading)
    expect(page.locator("#roster tbody tr")).to_have_count(15)
    mentor.fits()

    def open_tick(label: str) -> str:
        """Tap the last open tick of an action; the short form comes. The tick's id.

        The first child may have the draft of an empty form, which another test left.
        """
        tick = page.locator("#roster a.tick-open").filter(has_text=label).last
        identity = tick.get_attribute("id") or ""
        tick.click()
        expect(page.locator("#panel-title")).to_contain_text(label)
        expect(page.locator("#panel form")).to_be_visible()
        return identity

    for label in ("家访", "谈心"):
        identity = open_tick(label)
        page.locator("#panel").get_by_role("button", name="保存").click()
        expect(page.locator(f"#{identity}")).to_contain_text("已完成")
    # The tick of the letter opens the letter desk at that child.
    home = page.url
    tick = page.locator("#roster a.tick-open").filter(has_text="成长寄语").first
    identity = tick.get_attribute("id") or ""
    tick.click()
    page.get_by_role("button", name="交稿").click()
    # An empty letter is not handed in; the desk says so and stays.
    expect(page.locator("main")).to_contain_text("还没有写")
    page.locator("textarea[name='body']").fill("还记得十月那场接力赛吗？你跑最后一棒，鞋带松了也没停下。")
    # The form is sent by script and stays on the page; leaving before the answer would give it up.
    with page.expect_navigation():
        page.get_by_role("button", name="交稿").click()
    page.goto(home)
    expect(page.locator(f"#{identity}")).to_contain_text("已完成")


def test_4_the_office_sees_what_is_open_and_releases_letters(house: House, visit: OpenVisit) -> None:
    office = visit(DESK)
    page = office.sign_in("demo-office")
    through_navigation(page, "完成情况")
    expect(page.locator("main")).to_contain_text("568")
    page.get_by_role("link", name="一年级").first.click()
    page.get_by_role("link", name="一（2）班").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("一（2）班")
    through_navigation(page, "寄语发布")
    handed_in = page.locator("tbody tr").count()
    assert handed_in > 1
    page.locator("tbody tr input[type=checkbox]").first.check()
    page.get_by_role("button", name="发布勾选的寄语").click()
    expect(page.locator("#messages")).to_contain_text("1 封")
    office.fits()


def test_5_a_parent_reads_and_downloads_the_letter_without_an_account(house: House, visit: OpenVisit) -> None:
    parent = visit(PHONE)
    page = parent.go(house.slip_path)
    page.get_by_label("凭条码").fill(house.slip_code)
    page.get_by_role("textbox", name="手机").fill("0000" if house.phone_tail != "0000" else "1111")
    page.get_by_role("button", name="打开").click()
    expect(page.locator("main")).to_contain_text("凭条码或手机号后四位不对")
    page.get_by_label("凭条码").fill(house.slip_code.upper())
    page.get_by_role("textbox", name="手机").fill(house.phone_tail)
    page.get_by_role("button", name="打开").click()
    expect(page.locator("main")).to_contain_text("成长寄语")
    parent.fits()
    # The only thing there is for this family: the slip leads straight to the letter.
    link = page.locator("a[href$='/pdf/']").first
    body = page.locator("article.family-letter").inner_text()
    pdf = fetch(parent, link.get_attribute("href") or "")
    printed = text_of(pdf)
    sentences = [line for line in body.splitlines() if len(line) > 30]
    assert sentences, "the letter's text is on the page"
    assert all(re.sub(r"\s", "", line) in printed for line in sentences)


def test_6_the_papers_of_a_mentor_and_of_the_whole_school(house: House, visit: OpenVisit) -> None:
    mentor = visit(DESK)
    page = mentor.sign_in("demo-mentor")
    names = page.locator("#roster tbody th").all_inner_texts()
    assert len(names) == 15
    book = text_of(fetch(mentor, "/papers/my-book.pdf"))
    assert "导师记录本" in book
    assert all(re.sub(r"\s", "", name) in book for name in names)

    office = visit(DESK)
    desk = office.sign_in("demo-office")
    order_books(desk, "压缩包（每份一个文件）")
    link = desk.get_by_role("link", name=re.compile(r"\.zip"))
    expect(link).to_be_visible(timeout=240_000)
    with zipfile.ZipFile(io.BytesIO(fetch(office, link.get_attribute("href") or ""))) as archive:
        books = archive.namelist()
        assert len(books) == 39
        assert all(name.endswith(".pdf") and "/" in name for name in books)
        assert "导师记录本" in text_of(archive.read(books[0]))
        pages = sum(len(PdfReader(io.BytesIO(archive.read(name))).pages) for name in books)

    # The same books once more, ready for the printer: nothing is set again, they are only put together.
    order_books(desk, "一个 PDF（按发放顺序，直接打印）")
    link = desk.get_by_role("link", name=re.compile(r"\.pdf"))
    expect(link).to_be_visible(timeout=60_000)
    merged = PdfReader(io.BytesIO(fetch(office, link.get_attribute("href") or "")))
    assert len(merged.outline) >= 39
    assert len(merged.pages) >= pages

    # The letters as the page offers them: one PDF, two to a sheet.
    through_navigation(desk, "打印")
    desk.get_by_role("button", name="生成成长寄语").click()
    link = desk.get_by_role("link", name=re.compile(r"寄语\.pdf"))
    expect(link).to_be_visible(timeout=60_000)
    sheets = PdfReader(io.BytesIO(fetch(office, link.get_attribute("href") or "")))
    assert round(sheets.pages[0].mediabox.width) == 842
    assert sum(page.extract_text().count("同学：") for page in sheets.pages) > len(sheets.pages)


def test_7_the_reminders_arrive_once(house: House, visit: OpenVisit) -> None:
    year = datetime.date.today().year if datetime.date.today().month >= 8 else datetime.date.today().year - 1
    # In the second term nobody has begun: every mentor with pupils is told.
    on = f"{year + 1}-04-15"
    listed = json.loads(house.manage("remind", "--on", on, "--dry-run", "--json"))
    accounts = [digest["account"] for digest in listed["digests"]]
    assert len(accounts) == len(set(accounts)), "one digest per person"
    assert accounts.count("demo-mentor") == 1
    sent = json.loads(house.manage("remind", "--on", on, "--json"))
    assert {d["account"] for d in sent["digests"]} == set(accounts)
    assert json.loads(house.manage("remind", "--on", on, "--json"))["digests"] == []
    mentor = visit(PHONE)
    page = mentor.sign_in("demo-mentor")
    page.get_by_role("link", name=re.compile("消息")).click()
    expect(page.locator("main")).to_contain_text("条待办")
    mentor.fits()


def test_8_the_bureau_sees_the_schools_side_by_side_and_no_pupil(house: House, visit: OpenVisit) -> None:
    bureau = visit(DESK)
    page = bureau.sign_in("demo-bureau")
    expect(page.get_by_role("heading", name="各校情况")).to_be_visible()
    # Three schools and the city.
    expect(page.locator("tbody tr")).to_have_count(4)
    expect(page.locator("main")).to_contain_text("青竹小学")
    expect(page.locator("main")).to_contain_text("江城一中")
    assert page.request.get(house.address + "/office/").status == 403
    bureau.fits()
