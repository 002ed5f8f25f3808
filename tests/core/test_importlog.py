"""The log of an import: everything at once, repeats folded."""

from core.importlog import ImportLog, Level


def test_findings_have_the_stable_json_shape() -> None:
    log = ImportLog()
    log.error("class_unknown", "没有这个班。", sheet="学生", row=3, column="班级", value="九<9>")
    log.warning("phone_doubtful", "请核对。", sheet="学生", row=4, column="电话", value="12")
    log.info("row_skipped", "跳过。", sheet="学生", row=5)
    assert log.as_dict() == {
        "errors": [
            {
                "code": "class_unknown",
                "sheet": "学生",
                "row": 3,
                "column": "班级",
                "value": "九<9>",
                "message": "没有这个班。",
            }
        ],
        "warnings": [
            {
                "code": "phone_doubtful",
                "sheet": "学生",
                "row": 4,
                "column": "电话",
                "value": "12",
                "message": "请核对。",
            }
        ],
    }
    assert log.has_errors


def test_repeats_fold_into_one_with_their_rows_and_errors_come_first() -> None:
    log = ImportLog()
    log.warning("w", "提醒", sheet="A", row=1, column="电话")
    for row in (3, 5, 6, 7, 9):
        log.error("e", "错", sheet="A", row=row, column="班级", value=str(row))
    folded = log.folded()
    assert [(f.first.code, f.count, f.rows_text) for f in folded] == [("e", 5, "3、5–7、9"), ("w", 1, "1")]
    assert folded[0].values == ("3", "5", "6", "7", "9")
    assert [f.first.code for f in log.folded(limit=1)] == ["e"]


def test_a_very_long_value_is_cut() -> None:
    log = ImportLog()
    log.info("i", "说明", value="长" * 5000)
    assert log.findings[0].value == "长" * 40 + "…"


def test_a_log_without_errors_has_none() -> None:
    log = ImportLog()
    log.warning("w", "提醒")
    assert not log.has_errors
    assert [log.count(level) for level in Level] == [0, 1, 0]
