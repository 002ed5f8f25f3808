"""家长凭条 read back: ten to a sheet, sorted by class, the code opens the address, no phone."""

from pathlib import Path
from typing import Any, cast

import pytest
from pypdf.generic import DictionaryObject

from core.qr import qr_path
from records.documents.slips import render_slips
from tests.documents import builders, reading


def test_slips_come_ten_to_a_sheet_and_each_class_begins_a_new_one() -> None:
    slips = [builders.slip(number) for number in range(12)] + [builders.slip(12, "五<5>")]
    pages = reading.page_texts(render_slips(slips))
    assert [page.count("请用登记手机号后四位验证") for page in pages] == [10, 2, 1]
    assert [page.count("第1张，共2张") for page in pages] == [1, 0, 0]


def test_one_run_of_sheets_for_all_classes_is_possible() -> None:
    slips = [builders.slip(number) for number in range(9)] + [builders.slip(9, "五<5>")]
    assert len(reading.page_texts(render_slips(slips, sheet_per_class=False))) == 1


def test_a_slip_carries_school_name_class_address_and_code_in_order(tmp_path: Path) -> None:
    pdf = render_slips([builders.slip(3)])
    assert reading.spoken(pdf, tmp_path) == (
        "五<6>家长凭条第1张，共1张请沿虚线裁开家长凭条江城市青竹小学程𫖯五<6>扫码，或在浏览器打开：http://192.168.1.20:8000/x/"
        "凭条码K7M4-0003请用登记手机号后四位验证2027年3月1日前有效请您和孩子一起读老师写的寄语。"
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


def test_the_code_has_a_text_for_those_who_do_not_see_it() -> None:
    document = reading.reader(render_slips([builders.slip(3)]))
    count = int(cast(dict[str, Any], document.trailer)["/Size"])
    objects = [cast(Any, document.get_object(number)) for number in range(1, count)]
    tags = [item for item in objects if isinstance(item, DictionaryObject)]
    figures = [str(item["/Alt"]) for item in tags if item.get("/S") == "/Figure"]
    assert figures == ["打开程𫖯同学寄语的二维码"]


def test_the_same_slips_give_the_same_bytes() -> None:
    slips = [builders.slip(number) for number in range(3)]
    assert render_slips(slips) == render_slips(slips)


def test_no_slip_is_an_error() -> None:
    with pytest.raises(ValueError, match="no slip"):
        render_slips([])
