"""The first fortnight of a nine-year school, from an empty database to a letter that was read, without a command.

What a person has to do is counted: presses and typed fields, by everybody together. Addresses that are opened at once
stand on paper: in the window of the server, on an account slip, on a family's slip.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, Locator, Page, expect

from mentorship.demo.rosters import Table, build_rosters
from tests.browser.conftest import DESK, PHONE, House, Visitor, menu_of, running
from tests.browser.test_walk import fetch
from tests.documents.reading import words_of_pages

pytestmark = pytest.mark.browser

#: At most so many presses and typed fields for all of it.
PRESSES, FIELDS = 70, 15
PUPILS, TEACHERS = 1_200, 80
PASSWORD = "陶罐-星期五-晚霞"
LETTER = "还记得十月那场接力赛吗？你跑最后一棒，鞋带松了也没停下，还回头等落在后面的同学。"


@dataclass
class Hands:
    """What everybody together has pressed and typed."""

    presses: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)

    def press(self, what: Locator) -> None:
        """A click or a tap."""
        expect(what).to_be_visible(timeout=30_000)
        self.presses.append(re.sub(r"\s+", " ", what.inner_text() or what.get_attribute("value") or "")[:24])
        what.click()
        what.page.wait_for_load_state()

    def type(self, what: Locator, words: str) -> None:
        """One field."""
        self.typed.append(what.get_attribute("name") or "")
        what.fill(words)

    def choose_file(self, what: Locator, path: Path) -> None:
        """A file, one press."""
        self.presses.append(path.name)
        what.set_input_files(path)


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[tuple[House, str]]:
    """A house without anything, and the path with the code that its window shows."""
    with running(tmp_path, "--empty") as (address, environment, printed):
        shown: re.Match[str] | None = None
        deadline = time.monotonic() + 60
        while shown is None and time.monotonic() < deadline:
            time.sleep(0.2)
            shown = re.search(rf"{re.escape(address)}(/start/\S+)", printed.read_text("utf-8", errors="replace"))
        assert shown is not None
        yield House(address, environment, "", "", "", ("", "", "")), shown[1]


def rosters(folder: Path) -> dict[str, Path]:
    """A nine-year school of 26 classes, as its office keeps it: pupils, teachers, the teams of the covered grades."""
    sizes: dict[int, tuple[int, ...]] = {1: (45, 45)}
    sizes |= dict.fromkeys((5, 7, 8, 9), (45, 45, 45)) | dict.fromkeys((2, 3, 4), (47, 48, 48)) | {6: (47, 47, 47)}
    tables = build_rosters(
        sizes=dict(sorted(sizes.items())),
        per_class=dict.fromkeys((1, 5, 7, 8, 9), 3),
        shared=None,
        seed=5,
        prefix="G3101142026",
    )
    known = len(tables.teachers) - 1
    for at, surname in enumerate("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹", 1):
        if known + at <= TEACHERS:
            tables.teachers.append([f"T{known + at:04d}", f"{surname}晓帆", "", "体育", "", ""])
    assert (len(tables.students) - 1, len(tables.teachers) - 1) == (PUPILS, TEACHERS)
    return {
        name: written(folder / f"{name}.xlsx", table)
        for name, table in (("students", tables.students), ("teachers", tables.teachers), ("teams", tables.matrix))
    }


def written(path: Path, table: Table) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in table:
        book.active.append(row)
    book.save(path)
    return path


def through_navigation(hands: Hands, page: Page, name: str) -> None:
    """An entry of the navigation, and before it the menu in which it stands."""
    if (word := menu_of(page, name)) is not None:
        hands.press(word)
    hands.press(page.locator(".site-nav").get_by_role("link", name=name, exact=True))


def step(hands: Hands, page: Page, title: str) -> None:
    """From anywhere to 第一周, and on to where a step is done."""
    if page.get_by_role("heading", level=1, name="第一周").count() == 0:
        hands.press(page.get_by_role("link", name="第一周").first)
    hands.press(page.get_by_role("link", name=re.compile(f"^{title}：")))


def imported(hands: Hands, page: Page, file: Path) -> None:
    """From the page of an upload to what was imported."""
    hands.choose_file(page.get_by_label("名册文件"), file)
    hands.press(page.get_by_role("button", name="上传并核对"))
    sure, new = page.get_by_role("button", name="确认导入"), page.get_by_role("button", name=re.compile("新建.*班级"))
    expect(sure.or_(new).first).to_be_visible(timeout=60_000)
    if new.count():
        hands.press(new)
    hands.press(sure)
    expect(page.locator("main")).to_contain_text("已导入", timeout=60_000)


def job_file(visitor: Visitor, name: str) -> bytes:
    """The file of the job whose page is open."""
    link = visitor.page.get_by_role("link", name=re.compile(name))
    expect(link).to_be_visible(timeout=240_000)
    return fetch(visitor, link.get_attribute("href") or "")


def telephones(students: Path) -> dict[str, str]:
    """The telephone of each pupil's family, as the school's own table has it."""
    sheet = load_workbook(students).active
    assert sheet is not None
    return {str(row[2]): str(row[7]) for row in sheet.iter_rows(values_only=True)}


def slip_in(pages: list[str], name: str, words: str) -> re.Match[str]:
    """What a slip says behind a person's name."""
    found = re.search(rf"{re.escape(name)}.{{0,60}}?{words}", "".join(pages))
    assert found is not None, name
    return found


def test_a_nine_year_school_goes_from_an_empty_database_to_a_letter_that_was_read(
    empty_house: tuple[House, str], browser: Browser, tmp_path: Path
) -> None:
    house, start = empty_house
    files, hands = rosters(tmp_path), Hands()
    people: list[Visitor] = []

    def somebody(viewport: dict[str, int]) -> Visitor:
        context = browser.new_context(
            viewport={"width": viewport["width"], "height": viewport["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=viewport is PHONE,
        )
        context.set_default_timeout(30_000)
        people.append(Visitor(house, context))
        return people[-1]

    # --- 开通: one code, one page ---------------------------------------------------------------
    admin = somebody(DESK)
    page = admin.go(start)
    for name, words in (("name", "江一帆"), ("username", "jiang"), ("new", PASSWORD), ("again", PASSWORD)):
        hands.type(page.locator(f"input[name={name}]"), words)
    hands.press(page.get_by_label("我同时做德育室的工作"))
    hands.type(page.locator("input[name=school]"), "白鹭学校")
    hands.press(page.get_by_label(re.compile("九年一贯版")))
    hands.press(page.get_by_role("button", name="开通并登录"))
    expect(page.get_by_role("heading", level=1)).to_have_text("第一周")
    admin.fits()

    # --- 第一周: each step is one link away ------------------------------------------------------
    step(hands, page, "校历")
    hands.press(page.get_by_role("button", name="看看会带来什么"))
    # Nothing is changed, so nothing is asked.
    expect(page.locator("#messages")).to_contain_text("校历已保存")
    step(hands, page, "教师名册")
    imported(hands, page, files["teachers"])
    step(hands, page, "账号条")
    hands.press(page.get_by_role("link", name=re.compile("打印账号条")))
    making = page.get_by_role("button", name=re.compile(f"生成 {TEACHERS} 张账号条"))
    expect(making).to_be_visible()
    hands.presses.append("生成账号条")
    # Its answer opens in a tab of its own, where a browser shows PDFs.
    form = page.locator("form[target=_blank]").evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    kind = {"content-type": "application/x-www-form-urlencoded", "referer": page.url}
    accounts = words_of_pages(page.request.post(page.url, data=form, headers=kind).body())
    assert len(accounts) == TEACHERS // 10
    step(hands, page, "学生名册")
    imported(hands, page, files["students"])
    expect(page.locator("main")).to_contain_text("1200")

    # --- 匹配: the teams from a table, grade 1 by its board, grade 7 by choice ------------------------
    hands.press(page.locator("nav.breadcrumb, .crumbs").get_by_role("link", name="名册导入"))
    hands.press(page.get_by_role("link", name="导入名册").first)
    hands.press(page.get_by_label("导师匹配表"))
    imported(hands, page, files["teams"])
    step(hands, page, "匹配")
    for number in (1, 2):
        if number > 1:
            hands.press(page.get_by_role("link", name="导师匹配").first)
        hands.press(page.get_by_role("link", name=f"一（{number}）班").first)
        hands.press(page.get_by_role("button", name="均匀分配"))
        hands.press(page.get_by_role("button", name="保存", exact=True))
        expect(page.locator(".board-saved")).to_contain_text("项调整", timeout=30_000)
    admin.fits()
    hands.press(page.get_by_role("link", name="导师匹配").first)
    hands.press(page.get_by_role("link", name="匹配轮次"))
    hands.press(page.locator("li", has_text="初一").get_by_role("link", name=re.compile("新建一轮")))
    hands.press(page.get_by_role("button", name="建好，看候选导师"))
    hands.press(page.get_by_role("button", name=re.compile("开始征询$")).first)
    expect(page.locator("main")).to_contain_text("0/135 人")

    # --- Paper for the families ----------------------------------------------------------------
    step(hands, page, "家长凭条")
    hands.press(page.get_by_role("button", name=re.compile("生成 14 个班的凭条")))
    slips = words_of_pages(job_file(admin, r"凭条.*\.pdf"))
    step(hands, page, "告家长书")
    hands.press(page.get_by_role("button", name=re.compile("生成 14 个班的告家长书")))
    assert "回执" in "".join(words_of_pages(job_file(admin, r"告家长书.*\.pdf")))

    # --- A family of grade 7 chooses on its phone -----------------------------------------------------
    chosen_by = slip_in(slips, "初一（1）班白鹭学校", r"(\S{2,5}?)扫码.*?凭条码([A-Z0-9-]{9}).*?(/f/[\w-]+/)")
    child, code, door = chosen_by.groups()
    family = somebody(PHONE)
    phone = family.go(door)
    hands.type(phone.get_by_label("凭条码"), code)
    hands.type(phone.get_by_role("textbox", name="手机"), telephones(files["students"])[child][-4:])
    hands.press(phone.get_by_role("button", name="打开"))
    pick = phone.locator(".choose-pick").nth(1)
    mentor_name = (pick.locator(".visually-hidden").text_content() or "").split("老师")[0]
    hands.press(pick)
    hands.press(phone.get_by_role("button", name="提交"))
    expect(phone.locator("main")).to_contain_text("已收到你的志愿")
    family.fits()

    through_navigation(hands, page, "导师匹配")
    hands.press(page.get_by_role("link", name="初一意向征询").first)
    hands.press(page.get_by_role("button", name="现在截止"))
    hands.press(page.get_by_role("button", name="生成草案").first)
    hands.press(page.get_by_role("link", name=re.compile("公布")).first)
    hands.press(page.get_by_role("button", name=re.compile("公布")).first)
    expect(page.locator("main")).to_contain_text("已公布")

    # --- The chosen mentor signs in by the account slip, logs a talk and writes a letter -------------
    account = slip_in(accounts, f"白鹭学校{mentor_name}", r"账号([a-z]+-[a-z0-9-]+?)登录码([a-z0-9]{8})")
    mentor = somebody(PHONE)
    desk = mentor.go("/account/first/")
    hands.type(desk.get_by_label("账号"), account[1])
    hands.type(desk.get_by_label("登录码"), account[2])
    hands.press(desk.get_by_role("button", name="下一步"))
    hands.type(desk.locator("input[name=new]"), PASSWORD)
    hands.type(desk.locator("input[name=again]"), PASSWORD)
    hands.press(desk.get_by_role("button", name="保存，开始使用"))
    mentor.fits()
    row = desk.locator("#roster tbody tr").filter(has_text=child)
    expect(row).to_have_count(1)
    talk = row.locator("a.tick-open").filter(has_text="谈心")
    identity = talk.get_attribute("id")
    hands.press(talk)
    hands.press(desk.locator("#panel").get_by_role("button", name="保存"))
    expect(desk.locator(f"#{identity}")).to_contain_text("已完成")
    hands.press(row.locator("a.tick-open").filter(has_text="成长寄语"))
    hands.type(desk.locator("textarea[name=body]"), LETTER)
    with desk.expect_navigation():
        hands.press(desk.get_by_role("button", name="交稿"))

    # --- 德育室 releases it, the family reads it --------------------------------------------------------
    through_navigation(hands, page, "寄语发布")
    hands.press(page.get_by_role("button", name=re.compile("发布全校")).first)
    sure = page.get_by_role("button", name=re.compile("发布")).first
    if page.locator("#messages").get_by_text("已发布").count() == 0:
        hands.press(sure)
    expect(page.locator("#messages")).to_contain_text("1 封")
    family.go(door)
    hands.press(phone.get_by_role("link", name="老师的寄语"))
    hands.press(phone.locator("main").get_by_role("link", name=re.compile("第.学期")).first)
    expect(phone.locator("article.family-letter")).to_contain_text("鞋带松了也没停下")
    family.fits()

    print(f"{len(hands.presses)} presses of at most {PRESSES}, {len(hands.typed)} fields of at most {FIELDS}")  # noqa: T201  # figures
    print(" · ".join(hands.presses))  # noqa: T201  # as above
    assert len(hands.presses) <= PRESSES
    assert len(hands.typed) <= FIELDS
    assert [fault for person in people for fault in person.faults] == []
