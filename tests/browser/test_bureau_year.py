"""The bureau's year: order, a school's grades, workbooks, 家访月, a plan that a school takes over, the report."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, House, OpenVisit, through_navigation

pytestmark = pytest.mark.browser


def taken_out(page: Page) -> bytes:
    """The workbook behind 导出、打印."""
    page.get_by_text("导出、打印").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Excel").click()
    return Path(download.value.path()).read_bytes()


def test_the_bureau_reads_its_schools_and_takes_the_figures_out(house: House, visit: OpenVisit) -> None:
    bureau = visit(DESK)
    page = bureau.sign_in("demo-bureau")
    page.get_by_role("link", name="按待完成").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    bureau.fits()
    sheet = load_workbook(BytesIO(taken_out(page)))["各校情况"]
    assert sorted(str(row[0].value) for row in sheet.iter_rows()) == [
        "云溪学校",
        "全市",
        "学校",
        "江城一中",
        "青竹小学",
    ]
    page.get_by_role("link", name="青竹小学").click()
    expect(page.get_by_role("heading", name="青竹小学")).to_be_visible()
    expect(page.locator("main")).to_contain_text("一年级")
    bureau.fits()
    through_navigation(page, "家访月")
    expect(page.get_by_label("月份")).to_be_visible()
    bureau.fits()
    through_navigation(page, "年度报告")
    assert "全年家访" in load_workbook(BytesIO(taken_out(page))).sheetnames
    bureau.fits()


def test_a_school_takes_over_the_citys_plan_and_the_bureau_sees_it(house: House, visit: OpenVisit) -> None:
    bureau = visit(DESK)
    page = bureau.sign_in("demo-bureau")
    through_navigation(page, "全市方案")
    page.get_by_role("link", name="写全市方案").click()
    page.get_by_label("方案名称").fill("江城市全员导师制方案")
    page.get_by_label("规则以哪一份方案为基础").select_option(label="云溪学校现行的方案")
    page.get_by_label("每位导师的学生数上限").fill("18")
    page.get_by_role("button", name="发布").click()
    row = page.get_by_role("row").filter(has_text="云溪学校")
    expect(row).to_contain_text("没有采用")
    expect(row).to_contain_text("1 处")
    bureau.fits()

    school = visit(PHONE)
    own = school.sign_in("demo-nine-admin")
    own = school.go("/city/")
    expect(own.get_by_role("heading", name="江城市全员导师制方案")).to_be_visible()
    school.fits()
    own.get_by_role("button", name="采用规则").click()
    expect(own.locator("main")).to_contain_text("第 2 版")

    page.reload()
    expect(row).to_contain_text("相同")


def test_a_school_is_commended_and_every_page_of_the_bureau_fits_a_phone(house: House, visit: OpenVisit) -> None:
    bureau = visit(PHONE)
    page = bureau.sign_in("demo-bureau")
    for path in ("/bureau/", "/bureau/visits/", "/bureau/plan/", "/bureau/plan/new/", "/bureau/report/"):
        bureau.go(path)
        bureau.fits()
    bureau.go("/bureau/commendations/")
    page.get_by_label("学校").select_option(label="青竹小学")
    page.get_by_label("名称").fill("先进学校")
    page.get_by_label("事迹").fill("家访走进每一个家庭。")
    page.get_by_role("button", name="表彰").click()
    bureau.fits()
    certificate = page.get_by_role("link", name="证书").first.get_attribute("href")
    answer = page.request.get(f"{house.address}{certificate}")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
