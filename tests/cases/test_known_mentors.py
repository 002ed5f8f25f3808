"""A known table of mentors, dressed as sheets are: each pupil has the mentor that was put in, or somebody is told.

Margins, joined cells, hidden rows and columns, foot lines, blanks beneath, words beside names, words for nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.workbooks import Cell, MergedRange, Row, Sheet, Workbook
from jobs.importers import ImportOptions, ImportPlan, ImportRequest
from mentors.models.slots import Assignment, Mentor
from mentors.roster.imports import plan_mentors
from tests.cases.books import MENTORS, TEACHERS, book, read
from tests.cases.test_team_shapes import teams
from tests.examples import costly
from tests.imports.conftest import Desk, pupil

ONE, TWO = "一（1）班", "一（2）班"
NOBODY = ""
# Class, mentor and pupils: the truth. Two pupils of one name, in two classes; names with a dot, and in Latin letters.
GROUPS = (
    (ONE, "王一", ("甲一", "甲二", "同名")),
    (ONE, "李二", ("阿依·古丽", "甲四")),
    (TWO, "张三/赵四", ("乙一", "同名", "Anna Maria")),
    (TWO, "王一", ("乙四",)),
    (TWO, NOBODY, ("乙五", "乙六")),
)
TRUTH = {(place, name): mentor for place, mentor, names in GROUPS for name in names}
FEET = ("合计", "共 11 人", "制表：张老师", "2026年9月1日", "备注：导师名单以学校公布为准")
TITLES = ("青竹小学全员导师制师生结对名单", "2026学年第一学期", "填表说明：每名学生一位导师")
NOTHINGS = ("无", "待定", "—", "/", "未定", "暂无", "NULL", "0")
DRESS = {
    "王一": ("王一", "王 一", "王一老师", "王一（语文）", "语文：王一", "王一\u3000", "T1", "班主任王一"),
    "李二": ("李二", "李　二", "李二 老师", "李二(数学组)", "导师李二", "t2", "李二\n"),
    "张三/赵四": ("张三/赵四", "张三／赵四", "赵四/张三", "张三 / 赵四", "张三老师/赵四老师", "T3/T4"),
}
QUIET = settings(
    max_examples=costly(45),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@dataclass
class Grid:
    """A sheet in the making: rows of cells, and ranges joined downwards in a column."""

    name: str = "Sheet1"
    rows: list[list[Cell]] = field(default_factory=list)
    joined: list[tuple[int, int, int]] = field(default_factory=list)

    def sheet(self, draw: st.DrawFn) -> Sheet:
        """With a margin, lines above and beneath, hidden rows and columns, blank rows."""
        left, top = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        titles = draw(st.lists(st.sampled_from(TITLES), max_size=2, unique=True))
        feet = draw(st.lists(st.sampled_from(FEET), max_size=2, unique=True))
        hidden = draw(st.sets(st.integers(1, len(self.rows)), max_size=1)) if draw(st.integers(0, 3)) == 3 else set()
        first = top + len(titles) + 1
        rows = [Row(top + at, (*[""] * left, title)) for at, title in enumerate(titles, start=1)]
        for at, cells in enumerate(self.rows):
            if any(cell != "" for cell in cells):
                rows.append(Row(first + at, (*[""] * left, *cells), at in hidden))
        end = first + len(self.rows) + draw(st.integers(0, 1))
        rows += [Row(end + at, (*[""] * left, foot)) for at, foot in enumerate(feet)]
        merged = tuple(MergedRange(first + a, first + b, left + at, left + at) for a, b, at in self.joined)
        columns = draw(st.sets(st.integers(left, left + 2), max_size=1))
        return Sheet(self.name, tuple(rows), merged=merged, hidden_columns=tuple(columns))


def written(draw: st.DrawFn, mentor: str) -> str:
    """A mentor as somebody might write it."""
    return draw(st.sampled_from(DRESS[mentor] if mentor else NOTHINGS))


@st.composite
def lists(draw: st.DrawFn) -> Workbook:
    """One pupil a row: class and mentor in every row, once and joined, or once with blanks beneath."""
    styles = st.sampled_from(["every", "joined", "once"])
    class_style, mentor_style = draw(styles), draw(styles)
    header = draw(st.permutations(["class", "name", "mentor"]))
    words = {"class": "班级", "name": draw(st.sampled_from(["姓名", "学生", "学生姓名"])), "mentor": "导师"}
    grid = Grid(rows=[[words[key] for key in header]])
    gaps = draw(st.booleans())
    last = ""
    for place, mentor, names in GROUPS:
        if gaps and last and mentor_style != "joined":
            grid.rows.append(["", "", ""])
        start = len(grid.rows)
        for number, name in enumerate(names):
            again = {"class": class_style != "every" and number > 0, "mentor": mentor_style != "every" and number > 0}
            cells = {"class": place, "name": name, "mentor": written(draw, mentor)}
            grid.rows.append(["" if again.get(key) else cells[key] for key in header])
        for key, style in (("class", class_style), ("mentor", mentor_style)):
            if style == "joined" and len(names) > 1:
                grid.joined.append((start, len(grid.rows) - 1, header.index(key)))
        last = place
    return Workbook("xlsx", (grid.sheet(draw),))


@st.composite
def one_row_each(draw: st.DrawFn) -> Workbook:
    """One mentor a row: the pupils in one cell, or across."""
    across = draw(st.booleans())
    separator = draw(st.sampled_from(["、", "，", ",", "；", "/", "\n", " ", "　", "、 "]))
    sheets = []
    by_sheet = draw(st.booleans())
    for place in (ONE, TWO) if by_sheet else ("",):
        heads = [draw(st.sampled_from(["学生", f"学生{n}"])) for n in range(1, 4)] if across else ["学生名单"]
        if across and heads[1] == "学生":
            heads[1] = draw(st.sampled_from(["学生", ""]))
            heads[2] = heads[2] if heads[1] else ""
        grid = Grid(place or "Sheet1", [[*([] if place else ["班级"]), "导师", *heads]])
        for group, mentor, names in GROUPS:
            if not place or group == place:
                cells = [*names, *[""] * (3 - len(names))] if across else [separator.join(names)]
                grid.rows.append([*([] if place else [group]), written(draw, mentor), *cells])
        sheets.append(grid.sheet(draw))
    return Workbook("xlsx", tuple(sheets))


@st.composite
def beneath(draw: st.DrawFn) -> Workbook:
    """Mentors as headings, a sheet or a block for each class."""
    sheets = []
    for place in (ONE, TWO):
        groups = [group for group in GROUPS if group[0] == place and group[1]]
        titled = draw(st.booleans())
        grid = Grid(place, [[*(["导师"] if titled else []), *(written(draw, mentor) for _, mentor, _ in groups)]])
        for number in range(max(len(names) for *_, names in groups)):
            cells: list[Cell] = [names[number] if number < len(names) else "" for *_, names in groups]
            grid.rows.append([*(["学生" if not number else ""] if titled else []), *cells])
        sheets.append(grid.sheet(draw))
    return Workbook("xlsx", tuple(sheets))


@pytest.fixture
def staff(desk: Desk) -> Desk:
    """The pupils of `TRUTH`, and the teachers."""
    desk.students(*(pupil(n, name, place) for n, (place, name) in enumerate(TRUTH, start=1)))
    rows = [("T1", "王一", "语文"), ("T2", "李二", "数学"), ("T3", "张三", "英语"), ("T4", "赵四", "体育")]
    assert read(desk, book(("工号", "姓名", "任教学科"), *rows), TEACHERS).written
    return desk


@pytest.fixture
def school(staff: Desk) -> Desk:
    """And the mentors' places."""
    matrix = (("班级", ONE, TWO), ("导师团长", "王一", "李二"), ("导师", "", "张三/赵四"))
    assert read(staff, book(*matrix), MENTORS).written
    return staff


def planned(desk: Desk, workbook: Workbook, options: ImportOptions) -> ImportPlan:
    return plan_mentors(ImportRequest(desk.actor, desk.year, workbook, options))


def given_to(plan: ImportPlan, accepted: frozenset[str]) -> Mapping[tuple[str, str], str]:
    """Who has whom after writing, which is taken back."""
    with transaction.atomic():
        point = transaction.savepoint()
        plan.write(accepted)
        rows = Assignment.objects.active().main().select_related("pupil")
        names = {mentor.pk: mentor.names for mentor in Mentor.objects.with_names()}
        classes = dict(rows.values_list("pupil_id", "pupil__enrolments__school_class__number"))
        found = {((ONE, TWO)[classes[row.pupil_id] - 1], row.pupil.name): names[row.mentor_id] for row in rows}
        transaction.savepoint_rollback(point)
    return found


def check(
    desk: Desk, workbook: Workbook, take_hidden: bool, accept: bool, truth: Mapping[tuple[str, str], str]
) -> None:
    """Nothing in between: the mentor that was put in, or a refusal, a question, a warning that names the row."""
    plan = planned(desk, workbook, ImportOptions(take_hidden=take_hidden))
    if plan.log.has_errors:
        return
    accepted = frozenset(choice.key for choice in plan.choices) if accept else frozenset()
    found = given_to(plan, accepted)
    assert found.items() <= {key: mentor for key, mentor in truth.items() if mentor}.items()
    missing = [key for key, mentor in truth.items() if mentor and key not in found]
    loud = [finding for finding in plan.log.findings if finding.level == "warning"]
    assert not missing or loud or plan.choices
    if not loud and not plan.choices:
        assert found == {key: mentor for key, mentor in truth.items() if mentor}


@QUIET
@given(workbook=lists(), take_hidden=st.booleans(), accept=st.booleans())
def test_a_list_gives_each_pupil_the_mentor_put_in(
    school: Desk, workbook: Workbook, take_hidden: bool, accept: bool
) -> None:
    check(school, workbook, take_hidden, accept, TRUTH)


@QUIET
@given(workbook=one_row_each(), take_hidden=st.booleans())
def test_pupils_in_a_cell_or_across_get_the_mentor_put_in(school: Desk, workbook: Workbook, take_hidden: bool) -> None:
    check(school, workbook, take_hidden, True, TRUTH)


@QUIET
@given(workbook=beneath(), take_hidden=st.booleans())
def test_pupils_beneath_their_mentors_get_the_mentor_put_in(
    school: Desk, workbook: Workbook, take_hidden: bool
) -> None:
    check(school, workbook, take_hidden, True, TRUTH)


TEAMS = {ONE: ("王一", "李二"), TWO: ("张三/赵四",)}


@st.composite
def matrices(draw: st.DrawFn) -> Workbook:
    """Class teams, with classes across or one a row."""
    titles = [draw(st.sampled_from(["导师团长", "团长：", "班主任"])), draw(st.sampled_from(["导师", "导师1", "成员"]))]
    cells = [[written(draw, team[at] if at < len(team) else NOBODY) for team in TEAMS.values()] for at in range(2)]
    places = [draw(st.sampled_from([place, place.replace("（", "<").replace("）班", ">")])) for place in TEAMS]
    lines: list[list[Cell]] = [["班级", *places], [titles[0], *cells[0]], [titles[1], *cells[1]]]
    if draw(st.booleans()):
        lines = [[line[at] for line in lines] for at in range(len(places) + 1)]
    return Workbook("xlsx", (Grid(rows=lines).sheet(draw),))


@QUIET
@given(workbook=matrices(), take_hidden=st.booleans())
def test_a_matrix_gives_each_class_the_mentors_put_in(staff: Desk, workbook: Workbook, take_hidden: bool) -> None:
    plan = planned(staff, workbook, ImportOptions(take_hidden=take_hidden))
    if plan.log.has_errors:
        return
    with transaction.atomic():
        point = transaction.savepoint()
        plan.write(frozenset())
        found = {place: sorted(name.strip("*") for name in names) for place, names in teams().items()}
        transaction.savepoint_rollback(point)
    wanted = {place: sorted(names) for place, names in TEAMS.items()}
    hidden = any(finding.code == "hidden_rows" for finding in plan.log.findings)
    if not hidden:
        assert [[set(n.split("/")) for n in found[p]] for p in wanted] == [
            [set(n.split("/")) for n in wanted[p]] for p in wanted
        ]
    assert all({*n.split("/")} in [{*w.split("/")} for w in wanted[p]] for p in found for n in found[p])
