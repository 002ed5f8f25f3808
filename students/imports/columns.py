"""The columns of a pupil roster and the headings that schools give them."""

from core.workbooks import ColumnSpec

GUARDIANS = (1, 2, 3)


def _guardian_columns(position: int) -> tuple[ColumnSpec, ...]:
    first = position == 1
    ordinal = "一二三"[position - 1]
    people = [f"{who}{number}" for who in ("监护人", "家长", "联系人") for number in (position, ordinal)]
    people += [f"第{ordinal}监护人"]
    # Which parent it is says the relation as well (see `RELATIONS`).
    people += {1: ["父亲", "爸爸"], 2: ["母亲", "妈妈"]}.get(position, [])
    bare = ["监护人", "家长"] if first else []
    names = [name for who in (*people, *bare) for name in (who, f"{who}姓名")]
    relations = [name for who in people for name in (f"{who}关系", f"{who}与学生关系")]
    phones = [
        name
        for who in (*people, *bare)
        for name in (
            f"{who}联系电话",
            f"{who}电话",
            f"{who}手机",
            f"{who}手机号",
            f"{who}手机号码",
        )
    ]
    if first:
        relations += [
            "关系",
            "与学生关系",
            "与孩子关系",
            "监护人关系",
            "家长关系",
            "称谓",
        ]
        phones += [
            "联系电话",
            "电话",
            "手机",
            "手机号",
            "手机号码",
            "联系方式",
            "家庭电话",
        ]
    return (
        ColumnSpec(f"guardian{position}_name", f"监护人{position}姓名", tuple(names)),
        ColumnSpec(f"guardian{position}_relation", f"监护人{position}关系", tuple(relations)),
        ColumnSpec(f"guardian{position}_phone", f"监护人{position}联系电话", tuple(phones)),
    )


# Headings that say who the guardian is.
RELATIONS = (("父亲", "父亲"), ("爸爸", "父亲"), ("母亲", "母亲"), ("妈妈", "母亲"))

COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("name", "姓名", ("学生姓名", "学生名字", "学生", "名字"), required=True),
    ColumnSpec("number", "学籍号", ("全国学籍号", "学籍号码", "学籍编号", "学生学籍号", "学籍辅号")),
    ColumnSpec("school_number", "学号", ("考号", "校内学号")),
    ColumnSpec("gender", "性别", ("学生性别",)),
    ColumnSpec("class", "班级", ("行政班", "所在班级", "班级名称", "班别", "班")),
    ColumnSpec("grade", "年级", ("所在年级", "年级名称")),
    ColumnSpec("seat", "座号", ("班内序号", "座位号")),
    ColumnSpec("ordinal", "序号", ("编号",)),
    ColumnSpec("joined", "转入日期", ("转入时间", "入班日期", "入班时间")),
    ColumnSpec("remark", "备注", ("学生情况", "学生情况简述", "情况简述", "情况说明"), is_text=True),
    *(column for position in GUARDIANS for column in _guardian_columns(position)),
)
