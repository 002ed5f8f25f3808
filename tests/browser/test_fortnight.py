"""The first fortnight of a nine-year school, from an empty database to a letter that was read, without a command.

What a person has to do is counted: presses and typed fields, by everybody together. Addresses that are opened at once
stand on paper: in the window of the server, on an account slip, on a family's slip.
"""

import io
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from mentorship.demo.rosters import Table, build_rosters
from tests.browser.conftest import DESK, PHONE, House, Visitor, running
from tests.browser.test_walk import fetch

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
    """A nine-year school of 27 classes, as its office keeps it: pupils, teachers, the teams of the covered grades."""
    sizes: dict[int, tuple[int, ...]] = {
        grade: (45, 44, 45) if grade in (1, 5, 7) else (44, 45, 44) for grade in range(1, 10)
    }
    tables = build_rosters(
        sizes=sizes, per_class=dict.fromkeys((1, 5, 7, 8, 9), 3), shared=None, seed=5, prefix="G3101142026"
    )
    known = len(tables.teachers) - 1
    for at, surname in enumerate("赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", 1):
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


def text_of_pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


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
    hands.press(page.get_by_role("button", name=re.compile("保存|核对")).first)
    expect(page.locator("#messages")).to_contain_text("校历")
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
    accounts = text_of_pages(page.request.post(page.url, data=form, headers=kind).body())
    assert len(accounts) == TEACHERS // 10
    step(hands, page, "学生名册")
    imported(hands, page, files["students"])
    expect(page.locator("main")).to_contain_text("1200")
    step(hands, page, "匹配")
