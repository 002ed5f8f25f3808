"""家长凭条 read back: ten to a sheet, sorted by class, the code opens the address, no phone."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import qrcode

from core.qr import QUIET, qr_path
from records.papers.documents.slips import render_slips, slip_manuscript
from schools.contexts import Letterhead
from tests.documents import builders, builders_small, reading


def test_slips_come_ten_to_a_sheet_and_each_class_begins_a_new_one() -> None:
    slips = [builders.slip(number) for number in range(12)] + [builders.slip(12, "五<5>")]
    pages = reading.page_texts(render_slips(slips))
    assert [page.count("用登记手机号后四位验证") for page in pages] == [10, 2, 1]
    assert [page.count("第1张，共2张") for page in pages] == [1, 0, 0]


def test_one_run_of_sheets_for_all_classes_is_possible() -> None:
    slips = [builders.slip(number) for number in range(9)] + [builders.slip(9, "五<5>")]
    assert len(reading.page_texts(render_slips(slips, sheet_per_class=False))) == 1


def test_a_slip_carries_school_name_class_address_and_code_in_order(tmp_path: Path) -> None:
    pdf = render_slips([builders.slip(3)])
    assert reading.spoken(pdf, tmp_path) == (
        "五<6>家长凭条第1张，共1张请沿虚线裁开家长凭条五<6>江城市青竹小学程𫖯扫码，用登记手机号后四位验证凭条码K7M4-0003"
        "2027年3月1日前有效请您和孩子一起读老师写的寄语。或在浏览器打开http://192.168.1.20:8000/x/"
    )


def test_the_sheet_is_sound_tagged_and_bookmarked_by_class(tmp_path: Path) -> None:
    slips = [builders.slip(number) for number in range(11)] + [builders.slip(1, "五<5>")]
    pdf = render_slips(slips)
    assert reading.bookmarks(pdf) == [("五<6>（第 1 张）", 1), ("五<6>（第 2 张）", 2), ("五<5>", 3)]
    reading.assert_sound(pdf, tmp_path, title="家长凭条 · 江城市青竹小学")


def test_the_qr_code_is_one_path_with_a_quiet_border_of_four_modules() -> None:
    side, path = qr_path("https://example.com/x/K7M4-0001")
    assert side == 29 + 2 * 4
    corners = [bar for bar in path.split("z") if bar.startswith("M4 4h")]
    assert corners == ["M4 4h7v1h-7"]


def test_the_printed_code_is_the_code_of_the_address() -> None:
    slip = builders.slip(3)
    body = slip_manuscript([slip]).body
    ((left, _top, width, path),) = re.findall(r'viewBox="(\d+) (\d+) (\d+) \d+".*?<path d="([^"]+)"', body, re.DOTALL)
    assert _modules(path) == _encoded(slip.url)
    # Two blank modules are inside of the picture, the white of the slip is around it.
    side = len(_encoded(slip.url)) + 2 * QUIET
    assert (int(left), int(width)) == (QUIET - 2, side - 2 * (QUIET - 2))


def _modules(path: str) -> list[list[bool]]:
    """The dark modules that the bars of an SVG path cover, without the blank border."""
    bars = [tuple(map(int, bar)) for bar in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)]
    dark = {(x + at - QUIET, y - QUIET) for x, y, width in bars for at in range(width)}
    side = max(x for x, _ in dark) + 1
    return [[(x, y) in dark for x in range(side)] for y in range(side)]


def _encoded(url: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(url)
    code.make()
    return [[bool(module) for module in row] for row in code.get_matrix()]


def test_logo_and_code_have_a_text_for_those_who_do_not_see_them() -> None:
    assert reading.figures(render_slips([builders.slip(3)])) == ["打开程𫖯同学寄语的二维码"]
    assert reading.figures(render_slips(builders_small.slips()[:1])) == [
        "打开沈䶮同学寄语的二维码",
        "江城市青竹小学校徽",
    ]


def test_a_full_sheet_of_long_words_stays_on_one_page_and_loses_nothing(tmp_path: Path) -> None:
    school = Letterhead(name=builders_small.LONG_SCHOOL, colour="#8c2f39")
    note = "请您和孩子一起读老师写的寄语，也请把您的回音写给老师，谢谢您一直以来的支持与信任啊。"[:40]
    address = "https://quanyuan-daoshizhi.jiaoyuju.jiangcheng.gov.example.cn/f/K7M4Q2X9P3/"
    slips = [replace(slip, note=note, short_url=address) for slip in builders_small.slips(school=school)]
    pdf = render_slips(slips)
    (page,) = reading.page_texts(pdf)
    words = (builders_small.LONG_NAME, note, address, builders_small.LONG_SCHOOL, "2027年3月1日前有效")
    assert [page.count(word) for word in words] == [1, 10, 10, 10, 10]
    # The address is the last line of each slip: it ends above the line to cut along.
    rows = sorted({round(box[4], 1) for box in reading.places(pdf, tmp_path) if "K7M4Q2X9P3" in box[0]})
    cuts = [13.0 + 54.6 * row for row in range(1, 6)]
    assert [cut - 5 < row < cut - 0.5 for row, cut in zip(rows, cuts, strict=True)] == [True] * 5


def test_the_same_slips_give_the_same_bytes() -> None:
    slips = [builders.slip(number) for number in range(3)]
    assert render_slips(slips) == render_slips(slips)


def test_no_slip_is_an_error() -> None:
    with pytest.raises(ValueError, match="no slip"):
        render_slips([])
