"""Cases 52 to 59: who is meant."""

import pytest
from django.urls import reverse

from accounts.enums import Role
from core.importplan import ChangeKind
from jobs.enums import ImportKind
from jobs.previews import ImportReport
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.services.assignments import assign_pupils
from schools.enums import Preset
from schools.services import create_school
from students.enums import EndReason
from students.models import Enrolment, Guardian, Pupil
from tests.cases.books import MENTORS, TEACHERS, book, errors, infos, messages, names, places, read, warnings
from tests.imports.conftest import Desk, pupil
from tests.imports.snapshot import snapshot

LIST = ("班级", "姓名", "学籍号", "导师")


def staffed(desk: Desk, *, pupils: int = 3) -> None:
    """One class with pupils, and a team of two: 王一, and a slot shared by 李二 and 张三."""
    desk.students(*(pupil(n, f"学生{n}") for n in range(1, pupils + 1)))
    rows = [("T1", "王一"), ("T2", "李二"), ("T3", "张三"), ("T4", "赵四")]
    assert read(desk, book(("工号", "姓名"), *rows), TEACHERS).written
    assert read(desk, book(("班级", "一<1>"), ("导师团长", "王一"), ("导师", "李二/张三")), MENTORS).written


def pairs() -> dict[str, str]:
    rows = Assignment.objects.active().main().select_related("pupil")
    return {row.pupil.name: Mentor.objects.with_names().get(pk=row.mentor_id).names for row in rows}


def codes(report: ImportReport) -> list[tuple[str, int | None]]:
    return [(code, row) for code, row, *_ in errors(report)]


def test_case_52_the_same_pupil_twice_is_kept_once_and_told(desk: Desk) -> None:
    report = desk.students(pupil(1, "甲"), pupil(1, "甲"))
    assert (names(), report.rows, warnings(report)) == (["甲"], 2, [("row_repeated", 3, "学籍号", "G000***001")])
    differing = desk.students(pupil(1, "甲"), pupil(1, "甲", remark="别的"))
    assert "内容却不同。只导入第 2 行" in messages(differing)[0]


def test_case_53_one_number_with_two_names_refuses_both(desk: Desk) -> None:
    report = desk.students(pupil(1, "甲"), pupil(1, "乙"))
    assert (codes(report), names()) == ([("number_repeated", 2), ("number_repeated", 3)], [])


def test_case_54_two_of_one_name_with_their_numbers_are_both_kept(desk: Desk) -> None:
    assert desk.students(pupil(1, "甲"), pupil(2, "甲")).log.findings == ()
    assert Pupil.objects.filter(name="甲").count() == 2


def test_case_55_two_of_one_name_without_number_are_asked_about_and_never_merged(desk: Desk) -> None:
    report = desk.students(pupil(0, "王一"), pupil(0, "王一"))
    assert (codes(report), names()) == ([("name_ambiguous", 2), ("name_ambiguous", 3)], [])
    assert "请填写学籍号，或写成“王一(1)”“王一(2)”。" in messages(report)[0]
    assert desk.students(pupil(0, "王一(1)"), pupil(0, "王一(2)")).written
    assert names() == ["王一(1)", "王一(2)"]


def test_case_56_a_change_of_class_needs_its_tick(desk: Desk) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "乙", "一<2>"))
    rows = (pupil(1, "甲", "一<2>", remark="新"), pupil(2, "乙", "一<2>"))
    report = desk.students(*rows)
    assert [choice.label for choice in report.choices] == ["甲：一（1）班转到一（2）班"]
    assert (places(), Pupil.objects.get(name="甲").remark) == ([("甲", "一（1）班"), ("乙", "一（2）班")], "新")
    desk.students(*rows, accepted=[report.choices[0].key])
    assert sorted(places()) == [("乙", "一（2）班"), ("甲", "一（2）班")]
    former = Enrolment.objects.get(pupil__name="甲", school_class__number=1)
    assert (former.ends_on is not None, former.end_reason) == (True, EndReason.CLASS_CHANGE)
    assert desk.students(*rows).choices == ()


def test_case_56_who_changes_class_keeps_the_mentor(desk: Desk) -> None:
    staffed(desk, pupils=1)
    read(desk, book(LIST, ("一<1>", "学生1", "", "王一")), MENTORS)
    rows = [pupil(1, "学生1", "一<2>")]
    ticks = [choice.key for choice in desk.students(*rows, dry=True).choices]
    desk.students(*rows, accepted=ticks)
    assert (places(), pairs()) == ([("学生1", "一（2）班")], {"学生1": "王一"})


def test_case_56_many_changes_of_class_are_ticked_by_pairs_of_classes(desk: Desk) -> None:
    desk.students(*(pupil(n, f"学生{n}") for n in range(1, 66)))
    report = desk.students(*(pupil(n, f"学生{n}", "一<2>") for n in range(1, 66)))
    assert [choice.key for choice in report.choices] == ["move:1-1:1-2"]
    assert report.choices[0].label.endswith("等 65 人：一（1）班转到一（2）班")


def test_case_56_a_pupil_of_another_school_is_invisible(desk: Desk) -> None:
    school, _ = create_school(code="b", name="别校", preset=Preset.PRIMARY_TERMLY, start_year=2026)
    Pupil.objects.create(school=school, name="甲", student_number=f"G{1:018d}")
    report = desk.students(pupil(1, "甲"))
    assert (report.count(ChangeKind.NEW), report.log.findings, report.choices) == (1, (), ())


def test_case_57_who_is_missing_is_listed_and_kept(desk: Desk) -> None:
    desk.students(pupil(1, "甲"), pupil(2, "乙"))
    report = desk.students(pupil(1, "甲"))
    assert [(c.kind, c.subject) for c in report.changes] == [(ChangeKind.GONE, "一（1）班 乙")]
    assert len(places()) == 2


def test_case_58_a_teacher_with_two_phones_waits(desk: Desk) -> None:
    rows = [("T1", "王一", "13800138000"), ("T1", "王一", "13900139000"), ("T2", "李二", "")]
    report = read(desk, book(("工号", "姓名", "手机号"), *rows), TEACHERS)
    assert errors(report) == [("phone_contradicts", 3, "手机号", "13900139000")]


@pytest.mark.parametrize("rows", [(("班级", "一<1>"), ("导师团长", "无名")), (LIST, ("一<1>", "学生1", "", "无名"))])
def test_case_58_a_mentor_who_is_no_teacher_waits(desk: Desk, rows: tuple[tuple[str, ...], ...]) -> None:
    staffed(desk)
    before = snapshot()
    report = read(desk, book(*rows), MENTORS)
    assert [code for code, *_ in errors(report)] == ["teacher_unknown"]
    assert snapshot() == before


def test_case_59_siblings_share_a_phone(desk: Desk) -> None:
    report = desk.students(pupil(1, "甲", phone="13800138000"), pupil(2, "乙", "一<2>", phone="13800138000"))
    assert (report.log.findings, Guardian.objects.filter(phone="13800138000").count()) == ((), 2)


def test_up_to_three_guardians_keep_their_places(desk: Desk) -> None:
    header = (
        "姓名",
        "班级",
        "父亲姓名",
        "父亲电话",
        "母亲姓名",
        "母亲电话",
        "监护人3姓名",
        "监护人3关系",
        "监护人3电话",
    )
    row = ("甲", "一<1>", "", "", "李芳", "13900139000", "张老", "爷爷", "13700137000")
    data = book(header, row)
    assert read(desk, data).log.findings == ()
    rows = list(Guardian.objects.values_list("position", "name", "relation", "phone"))
    assert rows == [(2, "李芳", "母亲", "13900139000"), (3, "张老", "爷爷", "13700137000")]
    assert read(desk, data).unchanged == 1


def test_a_list_gives_pupils_their_mentor(desk: Desk) -> None:
    staffed(desk)
    data = book(
        LIST, ("一<1>", "学生1", "", "王一"), ("", "学生2", f"G{2:018d}", "李二/张三"), ("一<1>", "学生3", "", "未定")
    )
    report = read(desk, data, MENTORS)
    assert (report.rows, report.count(ChangeKind.NEW), infos(report)) == (3, 2, [("mentor_empty", 4, "导师", "学生3")])
    assert pairs() == {"学生1": "王一", "学生2": "李二/张三"}
    assert set(Assignment.objects.values_list("origin", flat=True)) == {AssignmentOrigin.IMPORT}
    again = read(desk, data, MENTORS)
    assert (again.unchanged, again.changes) == (2, ())


def test_a_list_changes_a_mentor_and_shows_it(desk: Desk) -> None:
    staffed(desk)
    read(desk, book(LIST, ("一<1>", "学生1", "", "王一")), MENTORS)
    (change,) = read(desk, book(LIST, ("一<1>", "学生1", "", "T2")), MENTORS).changes
    assert [(f.label, f.old, f.new) for f in change.fields] == [("导师", "王一", "李二/张三")]
    assert pairs() == {"学生1": "李二/张三"}
    loads = {m.names: m.load for m in Mentor.objects.with_names()}
    assert loads == {"王一": 0, "李二/张三": 1}


def test_a_list_says_who_would_pass_the_cap(desk: Desk) -> None:
    staffed(desk, pupils=17)
    rows = [("一<1>", f"学生{n}", "", "王一") for n in range(1, 18)]
    before = snapshot()
    report = read(desk, book(LIST, *rows), MENTORS)
    assert errors(report) == [("cap_reached", None, "导师", "王一")]
    assert messages(report)[-1] == (
        "王一老师将有 17 名学生，超过上限 15 名。"
        "可把 2 名学生改给李二/张三（还可带 30 人），或请德育室先批准超额，再重新核对。"
    )
    assert snapshot() == before


def test_a_list_names_what_it_cannot_find(desk: Desk) -> None:
    staffed(desk)
    rows = [
        ("一<1>", "无名", "", "王一"),
        ("一<1>", "学生1", "", "赵四"),
        ("一<1>", "学生2", f"G{1:018d}", "王一"),
        ("一<1>", "学生3", "", "王一"),
        ("一<1>", "学生3", "", "李二"),
        ("一<1>", "学生2", "", "王一/李二"),
    ]
    assert codes(read(desk, book(LIST, *rows), MENTORS)) == [
        ("pupil_unknown", 2),
        ("slot_missing", 3),
        ("name_contradicts", 4),
        ("mentor_contradicts", 6),
        ("slot_conflict", 7),
    ]


def test_a_list_and_a_supporting_mentor_do_not_collide(desk: Desk) -> None:
    staffed(desk)
    child, mentor = Pupil.objects.get(name="学生1"), Mentor.objects.order_by("pk")[0]
    Assignment.objects.create(
        school=desk.school,
        year=desk.year,
        pupil=child,
        mentor=mentor,
        kind="supporting",
        counts_in_load=False,
        origin=AssignmentOrigin.OFFICE,
        starts_on=desk.year.starts_on,
    )
    assert desk.actor.has(Role.SCHOOL_ADMIN)
    pairs_wanted = [(child.pk, mentor.pk)]
    assert assign_pupils(actor=desk.actor, year=desk.year, pairs=pairs_wanted, origin=AssignmentOrigin.IMPORT) == 1
    assert pairs() == {"学生1": "王一"}


def test_the_upload_page_tells_of_lists(desk: Desk, admin_client: object) -> None:
    page = admin_client.get(reverse("imports:upload")).content.decode()  # type: ignore[attr-defined]  # a client
    assert "也可以列成名单：班级、姓名、学籍号、导师。" in page
    assert ImportKind.MENTORS.label in page
