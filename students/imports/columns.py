"""The columns of a pupil roster and the headings that schools give them; those of guardians see `headings`."""

from core.workbooks import ColumnSpec

GUARDIANS = (1, 2, 3)
# A cell in which several people may stand: 父亲张勇139… 母亲李芳138….
IN_ONE_CELL = "guardians"

_GUARDIAN_PARTS = (("name", "姓名"), ("relation", "关系"), ("phone", "联系电话"))
COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("name", "姓名", ("学生姓名", "学生名字", "学生", "名字"), required=True),
    ColumnSpec("number", "学籍号", ("全国学籍号", "学籍主号", "学籍号码", "学籍编号", "学生学籍号")),
    # The national export has both: the one of the province, for those who have no national number yet.
    ColumnSpec("local_number", "学籍辅号", ("学籍副号", "学生学籍辅号")),
    ColumnSpec("school_number", "学号", ("考号", "校内学号")),
    ColumnSpec("gender", "性别", ("学生性别",)),
    ColumnSpec(
        "class",
        "班级",
        (
            "行政班",
            "所在班级",
            "班级名称",
            "班别",
            "班",
            "学生班级",
            "所属班级",
            "就读班级",
            "现班级",
            "行政班级",
            "所在班",
        ),
        weak=("班号", "班级名", "班名", "班级号", "新班级"),
    ),
    ColumnSpec("grade", "年级", ("所在年级", "年级名称", "学生年级", "所属年级", "就读年级", "现年级")),
    ColumnSpec("seat", "座号", ("班内序号", "座位号", "班内学号", "班级学号", "班内编号")),
    ColumnSpec("ordinal", "序号", ("编号",)),
    ColumnSpec("joined", "转入日期", ("转入时间", "入班日期", "入班时间")),
    ColumnSpec("remark", "备注", ("学生情况", "学生情况简述", "情况简述", "情况说明"), is_text=True),
    ColumnSpec(
        "status",
        "学籍状态",
        (
            "学生状态",
            "在校状态",
            "就读状态",
            "在读状态",
            "在籍状态",
            "学生当前状态",
            "当前状态",
            "是否在校",
            "是否在读",
            "是否在籍",
        ),
        weak=(
            "在校",
            "在读",
            "在籍",
            "学籍情况",
            "是否转出",
            "是否已转出",
            "是否休学",
            "是否离校",
            "是否转学",
            "状态",
            "学籍异动",
            "异动情况",
            "异动类型",
            "异动状态",
            "学生异动",
        ),
    ),
    *(
        ColumnSpec(f"guardian{position}_{part}", f"监护人{position}{label}")
        for position in GUARDIANS
        for part, label in _GUARDIAN_PARTS
    ),
    *(ColumnSpec(f"guardian{position}_guardian", f"监护人{position}是否监护人") for position in GUARDIANS),
    ColumnSpec(IN_ONE_CELL, "家长信息（一格多人）"),
)
