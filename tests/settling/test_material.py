"""期末材料 by one press, the list for the personnel office, and what names people is asked about and logged."""

import io
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import docx
import pytest
from django.test import Client
from docx.oxml.ns import qn
from openpyxl import load_workbook

from accounts.enums import AuditKind
from accounts.models import AuditEntry, RoleGrant, User
from accounts.services import end_role
from core.errors import DomainError
from jobs.enums import JobState
from jobs.models import Job
from jobs.work import run_job
from records.settling.documents.term_report_word import report_word
from records.settling.enums import Material, ReportPart
from records.settling.printing import order_material
from records.settling.queries.report import term_report
from records.settling.services import save_comment
from tests.cast import SchoolCast
from tests.documents import builders_term, reading
from tests.pages import text, tree
from tests.records.builders import talk, term_of, visit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]

SignIn = Callable[[User], Client]
TERM = "2026学年第一学期"


def order(client: Client, *materials: str, **typed: str) -> Any:
    return client.post("/settling/make/", {"job": str(uuid.uuid4()), "materials": materials, **typed})


def finished(job: Job) -> Job:
    """Work at the job as a worker does until it is over."""
    for _turn in range(20):
        run_job(job.pk)
        job.refresh_from_db()
        if job.is_finished:
            break
    return job


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = load_workbook(io.BytesIO(data))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


# --- All of it --------------------------------------------------------------------------------------------------------
def test_one_press_makes_everything_and_a_zip_of_it(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client = client_of(qingzhu.office)
    answer = order(client, *Material.values, reason="archive")
    job = finished(Job.objects.get())
    assert answer.headers["Location"] == f"/jobs/{job.pk}/"
    assert (job.title, job.state, job.message, job.total) == (f"{TERM}期末材料", JobState.DONE, "", 6)
    files = {row.name: row.file.read() for row in job.files.all()}
    single = [
        f"{TERM}人事用表.xlsx",
        f"{TERM}全员导师制工作报告.docx",
        f"{TERM}全员导师制工作报告.pdf",
        f"{TERM}导师工作证明.pdf",
        f"{TERM}数据表.xlsx",
        f"{TERM}班级学期小结.pdf",
    ]
    assert sorted(files) == sorted([*single, f"{TERM}期末材料.zip"])
    with zipfile.ZipFile(io.BytesIO(files[f"{TERM}期末材料.zip"])) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {name: files[name] for name in single}
    assert [page[:10] for page in reading.page_texts(files[f"{TERM}导师工作证明.pdf"])] == [
        f"{qingzhu.school.name}导师工作证明"[:10]
    ] * 4
    assert [label in reading.text(files[f"{TERM}班级学期小结.pdf"]) for label in ("一（1）班", "五（1）班")] == [
        True,
        True,
    ]


def test_what_was_made_and_what_for_is_logged(qingzhu: SchoolCast, client_of: SignIn) -> None:
    order(client_of(qingzhu.office), *Material.values, reason="archive")
    finished(Job.objects.get())
    rows = AuditEntry.objects.filter(kind=AuditKind.READ)
    assert sorted(rows.values_list("verb", flat=True)) == [
        "order_term_material",
        "print_class_summary",
        "print_class_summary",
        "print_service_certificates",
        "take_out_list",
        "take_out_list",
    ]
    asked = rows.get(verb="order_term_material").detail
    assert (asked["term"], asked["reason"], asked["materials"]) == ("2026-1", "archive", Material.values)
    taken = sorted((row.detail["list"], row.detail["reason"]) for row in rows.filter(verb="take_out_list"))
    assert taken == [("staff", "archive"), ("term_workbook", "archive")]


@pytest.mark.parametrize("material", ["workbook", "classes", "staff"])
def test_what_names_people_asks_what_for(qingzhu: SchoolCast, client_of: SignIn, material: str) -> None:
    answer = order(client_of(qingzhu.office), material)
    assert (answer.status_code, Job.objects.count()) == (422, 0)
    assert "请先选择用途" in text(tree(answer))


def test_the_report_alone_needs_no_reason(qingzhu: SchoolCast, client_of: SignIn) -> None:
    assert order(client_of(qingzhu.office), "report").status_code == 302
    assert finished(Job.objects.get()).state == JobState.DONE


def test_nothing_chosen_is_said_at_the_choice(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = order(client_of(qingzhu.office), reason="archive")
    assert (answer.status_code, "请至少选择一项材料。" in text(tree(answer))) == (422, True)


def test_the_leader_makes_what_names_no_teacher(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.leader)
    page = client.get("/settling/")
    offered = [value for value, _label in page.context["form"].fields["materials"].choices]
    assert offered == ["report", "workbook", "classes"]
    assert order(client, "staff", reason="archive").status_code == 422
    actor = qingzhu.actor(qingzhu.leader)
    with pytest.raises(DomainError) as refusal:
        order_material(actor=actor, calendar=actor.calendar.now, materials=[Material.STAFF], reason="archive")
    assert (refusal.value.code, Job.objects.count()) == ("not_allowed", 0)


def test_whoever_lost_the_role_meanwhile_gets_nothing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    order(client_of(qingzhu.office), "report")
    end_role(actor=qingzhu.system, grant=RoleGrant.objects.get(user=qingzhu.office))
    job = finished(Job.objects.get())
    assert (job.state, job.files.count()) == (JobState.FAILED, 0)
    assert job.items.get().error == "not_allowed"


# --- The Word file ----------------------------------------------------------------------------------------------------
def test_the_word_file_has_real_headings_tables_and_fonts(qingzhu: SchoolCast, client_of: SignIn) -> None:
    save_comment(
        actor=qingzhu.actor(qingzhu.office),
        term=term_of(qingzhu),
        part=ReportPart.VISITS,
        text="家访都做完了。",
        seen_version=0,
    )
    answer = client_of(qingzhu.office).get("/settling/report.docx")
    assert "filename" in answer.headers["Content-Disposition"]
    document = docx.Document(io.BytesIO(answer.content))
    heads = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    actor = qingzhu.actor(qingzhu.office)
    assert heads == [title for title, _section in term_report(actor, actor.calendar.now).numbered]
    words = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "学校的话"]
    assert words == ["家访都做完了。"]
    headed = [table.rows[0]._tr.get_or_add_trPr().find(qn("w:tblHeader")) is not None for table in document.tables]
    assert headed == [True] * 3
    east = {
        name: document.styles[name].element.rPr.rFonts.get(qn("w:eastAsia"))
        for name in ("Normal", "Heading 1", "Title", "表格文字")
    }
    assert east == {"Normal": "宋体", "Heading 1": "黑体", "Title": "黑体", "表格文字": "宋体"}
    foot = document.sections[0].footer.paragraphs[0]._p.xml
    assert [code in foot for code in (" PAGE ", " NUMPAGES ")] == [True, True]


def test_word_and_paper_say_the_same() -> None:
    report = builders_term.term_report()
    document = docx.Document(io.BytesIO(report_word(report)))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    expected = [
        cell
        for _title, section in report.numbered
        for table in section.tables
        for row in (table.header, *table.rows)
        for cell in row
    ]
    assert cells == expected
    assert document.core_properties.title == f"{report.title}"


# --- The workbook and the list for the personnel office ---------------------------------------------------------------
def test_the_workbook_holds_what_is_behind_the_report(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    order(client_of(qingzhu.office), "workbook", reason="check")
    found = sheets(finished(Job.objects.get()).files.get(name__endswith=".xlsx").file.read())
    assert list(found) == ["学期数据", "各年级", "各班", "时间", "家访和谈心", "培训", "学生完成情况"]
    assert [row[:2] for row in found["学期数据"][1:4]] == [["学生", 5], ["已有导师的学生", 4], ["导师", 3]]
    assert found["各班"] == [
        [
            "班级",
            "学生",
            "已有导师",
            "家访完成",
            "家访应完成",
            "谈心完成",
            "谈心应完成",
            "成长寄语完成",
            "成长寄语应完成",
        ],
        ["一（1）班", 4, 3, 1, 4, 0, 4, 0, 4],
        ["五（1）班", 1, 1, 0, 1, 0, 1, 0, 1],
    ]
    assert [row[2] for row in found["学生完成情况"][1:]] == ["安可儿", "白一诺", "曹子墨", "丁小雨", "范思齐"]


def test_a_few_pupils_in_difficulty_are_no_number_in_the_workbook(qingzhu: SchoolCast, world: Any) -> None:
    actor = qingzhu.actor(qingzhu.office)
    job = order_material(actor=actor, calendar=actor.calendar.now, materials=[Material.WORKBOOK], reason="check")
    rows = {row[0]: row[1:] for row in sheets(finished(job).files.get(name__endswith=".xlsx").file.read())["学期数据"]}
    hidden = [None, "涉及的学生少于 5 人，不列数"]
    assert [rows["请心理老师帮助"], rows["心灵树洞卡"]] == [hidden, hidden]


def test_the_list_for_the_personnel_office_holds_facts_by_name(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first, teachers=[qingzhu.slot_homeroom.members.get().teacher])
    talk(qingzhu, qingzhu.mentor, first, second)
    client = client_of(qingzhu.admin)
    assert client.get("/settling/staff/").status_code == 200
    asked = client.post("/settling/staff/export/", {"as": "xlsx"})
    assert (asked.status_code, "名单里有教师信息" in text(tree(asked))) == (422, True)
    answer = client.post("/settling/staff/export/", {"as": "xlsx", "reason": "report"})
    (rows,) = sheets(b"".join(answer.streaming_content)).values()  # type: ignore[attr-defined]  # a FileResponse
    assert rows[0][1:] == [
        *("姓名", "任教学科", "说明", "学生", "名额", "辅助"),
        *("家访（完成/应完成）", "谈心（完成/应完成）", "成长寄语（完成/应完成）"),
        *("参加家访", "谈心记录", "培训次数", "培训学时"),
    ]
    facts = {row[1]: row[3:] for row in rows[1:]}
    assert list(facts) == ["何知秋", "林小满", "石磊", "苏禾", "陶然"]
    assert facts["林小满"] == [None, 2, 15, 0, "1/2", "2/2", "0/2", 0, 1, 0, None]
    assert facts["陶然"][:5] == ["与石磊共同担任", 1, 30, 0, "0/1"]
    assert facts["何知秋"] == ["一（1）班团长", 0, 15, 0, "—", "—", "—", 1, 0, 0, None]
    logged = AuditEntry.objects.get(verb="take_out_list").detail
    assert (logged["list"], logged["reason"], logged["rows"]) == ("staff", "report", 5)


def test_the_page_leads_the_office_to_the_teachers_papers_and_the_leader_not(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    def ways(user: User) -> list[str]:
        page = tree(client_of(user).get("/settling/"))
        hrefs = [link.get("href") or "" for link in page.iter("a")]
        return [href.partition("?")[0] for href in hrefs if href.startswith("/settling/") and "?term=" in href]

    words = [f"/settling/words/{number}/" for number in range(1, len(ReportPart) + 1)]
    papers = ["/settling/report.pdf", "/settling/report.docx", *words]
    assert ways(qingzhu.office) == ["/settling/certificates/", "/settling/staff/", *papers]
    assert ways(qingzhu.leader) == papers
