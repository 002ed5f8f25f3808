"""Cases 19 to 40: what stands in the cells."""

import datetime
import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from core.clock import cn_full_day, today
from core.text import AmbiguousDate, parse_date
from core.workbooks import SheetToWrite, write_workbook
from jobs.models import ImportBatch
from students.models import Enrolment, Guardian, Pupil
from tests.cases.books import book, cells_as, errors, infos, messages, names, read, warnings
from tests.imports.conftest import Desk
from tests.imports.snapshot import snapshot

HEADER = ("姓名", "班级", "电话")


def phones() -> list[str]:
    return list(Guardian.objects.order_by("pk").values_list("phone", flat=True))


def phone(desk: Desk, value: object) -> tuple[list[str], list[str], list[str]]:
    """Stored phones, codes of errors, codes of warnings."""
    report = read(desk, book(HEADER, ("甲", "一<1>", value)))
    return phones(), [code for code, *_ in errors(report)], [code for code, *_ in warnings(report)]


def test_case_19_full_width_digits_are_digits(desk: Desk) -> None:
    assert phone(desk, "１３８００１３８０００") == (["13800138000"], [], [])


@pytest.mark.parametrize("name", ["\u3000王一\u00a0", "王\u200b一", "\ufeff王一", "王一\u200d", " 王一 "])
def test_case_20_blanks_of_every_width_go(desk: Desk, name: str) -> None:
    report = read(desk, book(("姓名", "班级"), (name, "一<1>")))
    assert (names(), report.log.findings) == (["王一"], ())


@pytest.mark.parametrize(
    "typed,stored", [("王 一", "王一"), ("王　一", "王一"), ("Anna  Maria", "Anna Maria"), ("王 一 三", "王一三")]
)
def test_case_21_padding_between_han_goes_and_between_words_stays(desk: Desk, typed: str, stored: str) -> None:
    read(desk, book(("姓名", "班级"), (typed, "一<1>")))
    assert names() == [stored]


def test_case_22_a_phone_as_a_number_keeps_its_digits(desk: Desk) -> None:
    assert phone(desk, 13800138000.0) == (["13800138000"], [], [])


@pytest.mark.parametrize("value", ["1.38E+10", "1.38001e+10"])
def test_case_22_a_phone_with_lost_digits_is_an_error(desk: Desk, value: str) -> None:
    assert phone(desk, value) == ([], ["digits_lost"], [])


def test_case_23_a_typed_apostrophe_goes(desk: Desk) -> None:
    data = book(("姓名", "班级", "学籍号", "电话"), ("'王一", "一<1>", "'00123", "'13900139000"))
    report = read(desk, data)
    assert (names(), phones(), report.log.findings) == (["王一"], ["13900139000"], ())
    assert Pupil.objects.get().student_number == "00123"


@pytest.mark.parametrize(
    "typed",
    ["138-0013-8000", "+86 13800138000", "008613800138000", "138 0013 8000", "（138）00138000", "+86-138-0013-8000"],
)
def test_case_24_dashes_and_country_codes_go(desk: Desk, typed: str) -> None:
    assert phone(desk, typed) == (["13800138000"], [], [])


@pytest.mark.parametrize("sign", ["、", "/", ";", "；", ",", "\n", " ", "，"])
def test_case_25_of_two_phones_the_first_is_kept_and_the_rest_is_shown(desk: Desk, sign: str) -> None:
    report = read(desk, book(HEADER, ("甲", "一<1>", f"13800138000{sign}13900139000")))
    assert phones() == ["13800138000"]
    ((code, row, column, value),) = warnings(report)
    assert (code, row, column, "13900139000" in value) == ("several_phones", 2, "电话", True)
    assert messages(report) == ["一格里有 2 个电话，只导入第一个，其余没有保存。"]


@pytest.mark.parametrize(
    "typed,stored,code",
    [
        ("021-59120000", "021-59120000", "phone_landline"),
        ("59120000", "59120000", "phone_doubtful"),
        ("138001380001", "138001380001", "phone_doubtful"),
        ("1380013800", "1380013800", "phone_doubtful"),
        ("13800138000妈妈", "13800138000", "phone_with_text"),
        ("问奶奶", "问奶奶", "phone_doubtful"),
    ],
)
def test_case_26_odd_phones_are_warned_about_and_the_row_goes_in(
    desk: Desk, typed: str, stored: str, code: str
) -> None:
    assert phone(desk, typed) == ([stored], [], [code])


def test_case_27_a_number_shorter_than_its_column_is_warned_about(desk: Desk) -> None:
    rows = [("甲", "一<1>", "00123"), ("乙", "一<1>", "00124"), ("丙", "一<1>", 125), ("丁", "一<1>", "00126")]
    report = read(desk, book(("姓名", "班级", "学号"), *rows))
    assert warnings(report) == [("number_short", 4, "学号", "125")]
    assert "少 2 位" in messages(report)[0]


def test_case_28_a_number_that_lost_digits_is_an_error(desk: Desk) -> None:
    report = read(
        desk, book(("姓名", "班级", "学籍号"), ("甲", "一<1>", 310114202600000012), ("乙", "一<1>", "3.1E+17"))
    )
    assert [(code, row) for code, row, *_ in errors(report)] == [("digits_lost", 2), ("digits_lost", 3)]
    assert "请把这一列设为“文本”格式" in messages(report)[0]
    assert read(desk, book(("姓名", "班级", "学籍号"), ("甲", "一<1>", 123456789012345))).written


@pytest.mark.parametrize("card", ["31010120160101001x", "31010120160101001Ｘ", "310101160101001", "310101201601010013"])
def test_case_29_an_identity_card_is_not_asked_for_and_not_kept(desk: Desk, card: str) -> None:
    report = read(desk, book(("姓名", "班级", "身份证件号"), ("甲", "一<1>", card)))
    assert (warnings(report), report.written) == ([("column_ignored", 1, "身份证件号", "")], True)
    assert card not in str(snapshot())


@pytest.mark.parametrize(
    "typed,day",
    [
        ("45536", datetime.date(2024, 9, 1)),
        ("2026.9.1", datetime.date(2026, 9, 1)),
        ("2026年9月1日", datetime.date(2026, 9, 1)),
        ("2026-09-01", datetime.date(2026, 9, 1)),
        ("２０２６／９／１", datetime.date(2026, 9, 1)),
        ("20260901", datetime.date(2026, 9, 1)),
        ("2026-02-30", None),
        ("明天", None),
    ],
)
def test_case_30_a_day_is_read_in_every_usual_form(typed: str, day: datetime.date | None) -> None:
    assert parse_date(typed) == day


@pytest.mark.parametrize("typed", ["1/9/2026", "9-1-26", "26.9.1"])
def test_case_30_a_day_that_may_be_another_is_not_guessed(typed: str) -> None:
    with pytest.raises(AmbiguousDate):
        parse_date(typed)


def test_case_30_day_numbers_may_count_from_1904(desk: Desk) -> None:
    assert parse_date("44804", from_1904=True) == datetime.date(2026, 9, 1)
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    serial = (desk.year.starts_on - datetime.date(1904, 1, 1)).days
    for row in (("姓名", "班级", "转入日期"), ("甲", "一<1>", serial), ("乙", "一<1>", desk.year.starts_on)):
        workbook.worksheets[0].append(list(row))
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert read(desk, buffer.getvalue()).log.findings == ()
    assert set(Enrolment.objects.values_list("starts_on", flat=True)) == {desk.year.starts_on}


def test_case_30_a_date_column_says_what_it_cannot_read(desk: Desk) -> None:
    rows = [("甲", "一<1>", "1/9/2026"), ("乙", "一<1>", "明天")]
    report = read(desk, book(("姓名", "班级", "转入日期"), *rows))
    assert errors(report) == [
        ("date_ambiguous", 2, "转入日期", "1/9/2026"),
        ("date_unreadable", 3, "转入日期", "明天"),
    ]


def test_case_30_a_day_that_cannot_be_meant_is_told_with_its_year(desk: Desk) -> None:
    """A mistyped year was passed over without a word, and the child stood in the class since September."""
    day = today()
    in_ten_years = datetime.date(day.year + 10, 3, 1)
    rows = [("甲", "一<1>", in_ten_years), ("乙", "一<1>", "1926-09-01"), ("丙", "一<1>", "2023-09-01")]
    report = read(desk, book(("姓名", "班级", "转入日期"), *rows))
    assert [(code, row, column) for code, row, column, _value in errors(report)] == [
        ("date_out_of_range", 2, "转入日期"),
        ("date_out_of_range", 3, "转入日期"),
    ]
    last = cn_full_day(max(day, desk.year.starts_on))
    assert report.log.findings[0].message == (
        f"这里不能填{cn_full_day(in_ten_years)}，请填2014年6月1日到{last}之间的日期。"
    )


def with_formula(cached: bytes) -> bytes:
    data = book(("姓名", "班级", "备注"), ("甲", "一<1>", '="a"&"b"'))
    return cells_as(data, b"<v />", cached) if b"<v />" in part(data) else cells_as(data, b"<v></v>", cached)


def part(data: bytes) -> bytes:
    return zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")


def test_case_31_of_a_formula_the_stored_value_is_used(desk: Desk) -> None:
    data = cells_as(with_formula(b"<v>ab</v>"), b'<c r="C2">', b'<c r="C2" t="str">')
    assert read(desk, data).written
    assert Pupil.objects.get().remark == "ab"


def test_case_32_a_formula_without_a_stored_value_is_told(desk: Desk) -> None:
    report = read(desk, book(("姓名", "班级", "备注"), ("甲", "一<1>", '="a"&"b"'), ("=A2", "一<1>", "")))
    assert [(code, row, column) for code, row, column, _ in errors(report)][:1] == [
        ("formula_without_result", 2, "备注")
    ]
    assert "请在 Excel 里打开并保存一次" in messages(report)[0]
    assert names() == []


@pytest.mark.parametrize("shown", ["#N/A", "#REF!", "#VALUE!"])
def test_case_33_a_failed_formula_is_an_error_at_its_cell(desk: Desk, shown: str) -> None:
    report = read(desk, book(("姓名", "班级", "备注"), ("甲", "一<1>", shown), ("乙", shown, "")))
    assert errors(report) == [("cell_error", 2, "备注", shown), ("cell_error", 3, "班级", shown)]


@pytest.mark.parametrize(
    "typed,gender", [("男", "male"), ("女生", "female"), ("M", "male"), ("Ｆ", "female"), (1, "male"), (2.0, "female")]
)
def test_case_34_a_gender_is_read_in_every_usual_form(desk: Desk, typed: object, gender: str) -> None:
    read(desk, book(("姓名", "班级", "性别"), ("甲", "一<1>", typed)))
    assert Pupil.objects.get().gender == gender


def test_case_34_any_other_gender_is_an_error(desk: Desk) -> None:
    report = read(desk, book(("姓名", "班级", "性别"), ("甲", "一<1>", "2-男"), ("乙", "一<1>", 3)))
    assert errors(report) == [("gender_unknown", 2, "性别", "2-男"), ("gender_unknown", 3, "性别", "3")]


@pytest.mark.parametrize("typed", ["√", "✓", "是", 1, True])
def test_case_35_no_roster_asks_for_a_tick_so_a_column_of_ticks_is_not_stored(desk: Desk, typed: object) -> None:
    report = read(desk, book(("姓名", "班级", "是否住校"), ("甲", "一<1>", typed)))
    assert (warnings(report), report.written) == ([("column_ignored", 1, "是否住校", "")], True)


def test_case_36_line_breaks_and_tabs_are_blanks(desk: Desk) -> None:
    read(desk, book(("姓名", "班级", "备注"), ("王\n一", "一\t<1>", "慢热\n\t爱画画")))
    assert (names(), Pupil.objects.get().remark) == (["王一"], "慢热 爱画画")


def test_case_37_controls_and_direction_marks_go_and_are_told(desk: Desk) -> None:
    report = read(desk, "姓名,班级,备注\n王\u202e一,一<1>,慢\x00热\n".encode(), name="名册.csv")
    assert warnings(report) == [("control_removed", 2, "姓名", "王一"), ("control_removed", 2, "备注", "慢热")]
    assert (names(), Pupil.objects.get().remark) == (["王一"], "慢热")


def test_case_37_an_emoji_in_a_name_is_asked_about(desk: Desk) -> None:
    assert warnings(read(desk, book(("姓名", "班级"), ("王一😀", "一<1>")))) == [("name_odd", 2, "姓名", "王一😀")]


def test_case_38_a_name_of_thousands_of_characters_is_an_error(desk: Desk) -> None:
    report = read(desk, book(("姓名", "班级"), ("长" * 5000, "一<1>")))
    ((code, row, column, value),) = errors(report)
    assert (code, row, column, len(value)) == ("name_too_long", 2, "姓名", 41)
    assert "姓名超过 60 个字" in messages(report)[0]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{7*x}}", "'; DROP TABLE x; --"])
def test_case_39_hostile_names_are_text_and_shown_escaped(desk: Desk, admin_client: Client, name: str) -> None:
    read(desk, book(("姓名", "班级", "学籍号"), (name, "一<1>", "G1")))
    stored = Pupil.objects.get()
    assert stored.name == name.lstrip("'")
    data = book(("姓名", "班级", "学籍号"), (name, "一<1>", "G2"))
    admin_client.post(reverse("imports:upload"), {"kind": "students", "file": SimpleUploadedFile("名册.xlsx", data)})
    page = admin_client.get(reverse("imports:detail", args=[ImportBatch.objects.get().pk])).content.decode()
    assert escape(stored.name) in page
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3"])
def test_case_40_text_like_a_formula_stays_text_on_the_way_in_and_out(desk: Desk, text: str) -> None:
    read(desk, f'姓名,班级,备注\n甲,一<1>,"{text.replace(chr(34), chr(34) * 2)}"\n'.encode(), name="名册.csv")
    assert Pupil.objects.get().remark == text
    written = write_workbook([SheetToWrite("名册", ["备注"], [[text]])])
    cell = openpyxl.load_workbook(io.BytesIO(written)).worksheets[0]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_a_usual_row_says_nothing(desk: Desk) -> None:
    report = read(desk, book(HEADER, ("甲", "一<1>", "13800138000")))
    assert (infos(report), report.log.findings) == ([], ())


def test_words_for_nothing_are_told_once_for_each_column(desk: Desk) -> None:
    rows = [(f"学生{letter}", "一<1>", word, word) for letter, word in zip("甲乙丙", ("无", "/", "待定"), strict=True)]
    report = read(desk, book(("姓名", "班级", "学籍号", "电话"), *rows))
    assert messages(report) == ["这一列有 3 格写着“无”“/”“待定”，按没有填写处理。"] * 2
    assert infos(report) == [("nothing_written", 2, "学籍号", ""), ("nothing_written", 2, "电话", "")]
    assert (Guardian.objects.count(), set(Pupil.objects.values_list("student_number", flat=True))) == (0, {""})


def test_zero_in_a_remark_is_a_word(desk: Desk) -> None:
    read(desk, book(("姓名", "班级", "备注", "电话"), ("甲", "一<1>", "0", 0)))
    assert (Pupil.objects.get().remark, Guardian.objects.count()) == ("0", 0)


@pytest.mark.parametrize("ditto", ["同上", "〃"])
def test_the_cell_above_is_never_meant_unasked(desk: Desk, ditto: str) -> None:
    report = read(desk, book(HEADER, ("甲", "一<1>", "13800138000"), ("乙", "一<1>", ditto)))
    assert errors(report) == [("same_as_above", 3, "电话", ditto)]


def test_every_column_comes_out_of_its_wrapping(desk: Desk) -> None:
    rows = (
        '="姓名",="班级",="学籍号",="电话"\n="甲",="101",="00123",="13800138000"\n'.replace('="', '"=""')
        .replace('",', '""",')
        .replace('"\n', '"""\n')
    )
    read(desk, rows.encode(), name="名册.csv")
    assert (names(), phones(), Pupil.objects.get().student_number) == (["甲"], ["13800138000"], "00123")


@pytest.mark.parametrize(
    "typed,gender",
    [("1-男", "male"), ("♂", "male"), ("2.女性", "female"), ("F", "female"), ("男孩", "male"), ("-", ""), ("9", "")],
)
def test_case_34_a_code_beside_the_word_is_no_other_gender(desk: Desk, typed: str, gender: str) -> None:
    read(desk, book(("姓名", "班级", "性别"), ("甲", "一<1>", typed)))
    assert Pupil.objects.get().gender == gender


def test_an_identity_number_is_no_telephone_and_shown_nowhere(desk: Desk) -> None:
    report = read(desk, book(HEADER, ("甲110101201901010011", "一<1>", "110101201901010011")))
    assert (phones(), "110101201901010011" in str(report.log.findings)) == ([], False)
