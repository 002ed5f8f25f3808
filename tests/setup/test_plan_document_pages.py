"""The pages of the plan as a document: reading, writing, both texts in a conflict, the PDF, files, the bureau."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from core.errors import DomainError
from records.desk.models import Draft
from records.desk.services.drafts import save_draft
from records.setup.enums import DocumentPart
from records.setup.first_texts import FIRST_TEXTS
from records.setup.models import DocumentFile, PlanDocument
from records.setup.services.plan_document import MOST_MEMBERS, PART_LENGTH
from schools.models import PlanAction, PlanGrade
from tests.cast import SchoolCast
from tests.documents import reading
from tests.pages import fields, text, tree
from tests.setup.test_plan_document import GROUP, a_pdf, content, save

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
READ, EDIT, FILES = "/plan/document/", "/plan/document/edit/", "/plan/document/files/"


def of(cast: SchoolCast, more: str = "") -> str:
    """The address of a school's document, and of what hangs on it."""
    return f"/plan/schools/{cast.school.pk}/document/{more}"


def shown(answer: Any) -> dict[str, Any]:
    """What a browser would send of the form on a page."""
    return next(sent for form in tree(answer).iter("form") if "goals" in (sent := fields(form)))


def typed(client: Client, **changes: str) -> dict[str, Any]:
    """The form as it is shown, with `changes`."""
    return shown(client.get(EDIT)) | changes


def test_a_school_finds_a_draft_ready_and_reads_it_with_its_figures(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    office = client_of(qingzhu.office)
    assert "还没有方案全文" in text(tree(client_of(qingzhu.mentor).get(READ)))
    office.post(EDIT, typed(office, member0_office="校长", member0_duties="全面负责"), follow=True)
    page = text(tree(client_of(qingzhu.mentor).get(READ))).replace(" ", "")
    for said in ("每学期家访1次", "原则上不超过1:15", "程远组长校长全面负责", "第1版"):
        assert said in page
    assert "{" not in page


def test_the_head_is_offered_first_and_every_account_by_name(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    page = client_of(qingzhu.office).get(EDIT)
    form = page.context["form"]
    rows = [[bound.value() for bound in row] for row in form.member_rows]
    assert (len(rows), rows[0][:2], rows[1][1]) == (4, ["head", "程远"], None)
    assert {"林小满", "管一鸣"} <= set(page.context["names"])


def keep(cast: SchoolCast, by: User, form: dict[str, Any]) -> Draft:
    """What the script saves of a form while somebody types."""
    sent = {name: values if isinstance(values, list) else [values] for name, values in form.items()}
    base = int(sent["version"][0])
    key = f"plan/document/{cast.school.pk}"
    return save_draft(actor=cast.actor(by), key=key, content=sent, stamp="aaaaaaaaaaaa.1", base_version=base)


def test_what_is_typed_is_there_again_until_it_is_saved(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """A closed tab threw away an afternoon's text; the form was the longest of all and kept no draft."""
    admin = client_of(qingzhu.admin)
    save(qingzhu)
    form = typed(admin, goals="写了一半的目标", member5_name="何知秋", member0_name="", member0_office="")
    keep(qingzhu, qingzhu.admin, form | {"member0_duties": ""})
    again = admin.get(EDIT)
    said = shown(again)
    assert (said["goals"], said["member5_name"], said["member0_name"]) == (["写了一半的目标"], ["何知秋"], [""])
    assert "未保存的草稿" in text(tree(again))
    # Another's form is as it was, and saving ends the draft.
    assert shown(client_of(qingzhu.office).get(EDIT))["goals"] != ["写了一半的目标"]
    assert admin.post(EDIT, said).status_code == 302
    assert (Draft.objects.count(), PlanDocument.objects.latest("version").parts["goals"]) == (0, "写了一半的目标")


def test_a_draft_begun_on_a_former_version_meets_the_new_one_when_it_is_saved(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    admin = client_of(qingzhu.admin)
    save(qingzhu)
    keep(qingzhu, qingzhu.admin, typed(admin, goals="我写的目标"))
    client_of(qingzhu.office).post(EDIT, typed(client_of(qingzhu.office), goals="他们的目标"))
    answer = admin.post(EDIT, shown(admin.get(EDIT)))
    assert (answer.status_code, [row.label for row in answer.context["conflict"]]) == (422, ["工作目标"])


def test_the_longest_document_fits_into_a_draft_and_nobody_else_writes_one(qingzhu: SchoolCast) -> None:
    full = {part.value: ["字" * PART_LENGTH] for part in DocumentPart} | {"version": ["0"]}
    for row in range(MOST_MEMBERS):
        full |= {f"member{row}_{name}": ["字" * size] for name, size in (("name", 60), ("office", 30))}
        full |= {f"member{row}_duties": ["字" * 200], f"member{row}_place": ["member"]}
    assert len(keep(qingzhu, qingzhu.office, full).content) == len(full)
    for user in (qingzhu.mentor, qingzhu.leader):
        with pytest.raises(DomainError, match="不能由您填写"):
            keep(qingzhu, user, full)


def test_two_people_at_once_see_both_texts_and_the_second_decides(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    office, admin = client_of(qingzhu.office), client_of(qingzhu.admin)
    save(qingzhu)
    mine, theirs = typed(office, goals="我写的目标"), typed(admin, goals="他们的目标", member3_name="苏禾")
    assert admin.post(EDIT, theirs).status_code == 302
    answer = office.post(EDIT, mine)
    assert (answer.status_code, PlanDocument.objects.count()) == (422, 2)
    assert [row.label for row in answer.context["conflict"]] == ["工作目标", "第 3 人的姓名"]
    again = shown(answer)
    assert (again["version"], again["goals"]) == (["2"], ["我写的目标"])
    assert office.post(EDIT, again).status_code == 302
    assert [d.parts["goals"] for d in PlanDocument.objects.order_by("version")[1:]] == ["他们的目标", "我写的目标"]
    former = text(tree(office.get(f"{READ}?version=2")))
    assert ("他们的目标" in former, "这是以前的版本" in former, "我写的目标" in former) == (True, True, False)


def test_what_is_wrong_stands_at_its_part_and_at_the_person(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    office = client_of(qingzhu.office)
    answer = office.post(EDIT, typed(office, training="每年{次数}次", member2_office="教师"))
    form = answer.context["form"]
    assert (answer.status_code, sorted(form.errors)) == (422, ["member2_name", "training"])
    assert form.errors["training"][0].startswith("不认识{次数}。研训制度里可以用：")
    assert (form.errors["member2_name"], PlanDocument.objects.count()) == (["请写姓名，或把这一行清空。"], 0)


def test_clearing_a_row_takes_the_person_out_and_more_fit_in(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    office = client_of(qingzhu.office)
    save(qingzhu)
    gone = {"member0_name": "", "member0_office": "", "member0_duties": ""}
    office.post(EDIT, typed(office, **gone, member4_name="韩知礼", member4_place="deputy"))
    newest = PlanDocument.objects.get(version=2)
    assert [(m.place, m.name) for m in newest.members.all()] == [("deputy", "韩知礼"), ("member", "林小满")]


def test_the_pdf_carries_the_figures_that_the_tables_of_the_plan_hold(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """Counted from the rows of the plan, not by the functions that fill the text."""
    save(qingzhu, said=content(GROUP))
    said = reading.text(client_of(qingzhu.leader).get(of(qingzhu, "pdf/")).content)
    plan = qingzhu.year.plans.get()
    assert said.count(f"1:{plan.cap}") == 2
    for rule in PlanAction.objects.filter(plan=plan).prefetch_related("grade_rows__grade"):
        grades = "、".join(row.grade.name for row in sorted(rule.grade_rows.all(), key=lambda r: r.grade.number))
        often = f"{rule.get_period_display()}{rule.count}次"
        optional = "" if rule.required else "（自选）"
        # Among the figures at the front, and in the table of actions.
        assert f"{rule.get_action_display()}{often}{optional}{grades}" in said
        assert f"{grades}{often}" in said
    for line in PlanGrade.objects.filter(plan=plan).select_related("grade"):
        assert f"{line.grade.name}{line.get_matching_display()}" in said
    assert ("组长程远校长全面负责" in said, "{" in said) == (True, False)


@pytest.mark.parametrize("more", ["", "pdf/"])
def test_a_version_that_there_is_not_is_not_found(more: str, qingzhu: SchoolCast, client_of: ClientOf) -> None:
    mentor, url = client_of(qingzhu.mentor), of(qingzhu, more)
    assert mentor.get(url).status_code == (409 if more else 200)
    save(qingzhu)
    assert [mentor.get(f"{url}?version={v}").status_code for v in ("1", "2", "x", "9" * 30)] == [200, 404, 404, 404]


def test_files_are_put_there_opened_by_every_reader_and_taken_away(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf
) -> None:
    office = client_of(qingzhu.office)
    save(qingzhu)
    word = SimpleUploadedFile("方案.docx", b"PK\x03\x04xx")
    answer = office.post(FILES, {"uploads": [SimpleUploadedFile("红头文件.pdf", a_pdf()), word]})
    assert (answer.status_code, answer.context["form"].errors["uploads"]) == (
        422,
        ["前 1 个已保存。“方案.docx”：Word 和 Excel 文件请先另存为 PDF 再上传：谁打开都一样，也不带修改痕迹。"],
    )
    url = f"{FILES}{DocumentFile.objects.get().pk}/"
    readers = (qingzhu.mentor, qingzhu.bureau_user, other.admin)
    assert [client_of(user).get(url).status_code for user in readers] == [200, 200, 404]
    seen = client_of(qingzhu.bureau_user).get(of(qingzhu))
    assert "红头文件.pdf" in text(tree(seen))
    removed = office.post(f"{url}remove/", follow=True)
    assert (office.get(url).status_code, "已移除“红头文件.pdf”。" in text(tree(removed))) == (404, True)
    office.post(f"{url}restore/")
    assert office.get(url).status_code == 200


def test_the_bureau_sees_who_has_a_document_and_of_which_day_and_no_pupil(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf
) -> None:
    bureau = client_of(qingzhu.bureau_user)
    assert "还没有方案全文" in text(tree(bureau.get("/plan/", follow=True)))
    save(qingzhu)
    PlanDocument.objects.update(saved_at="2026-10-09T08:00+08:00")
    listed = text(tree(bureau.get("/plan/schools/")))
    assert ("2026年10月9日" in listed, other.school.name in listed) == (True, False)
    page, pdf = bureau.get(of(qingzhu)), bureau.get(of(qingzhu, "pdf/"))
    assert (page.status_code, pdf.status_code, pdf["Content-Type"]) == (200, 200, "application/pdf")
    names = [pupil.name for pupil in (*qingzhu.pupils, qingzhu.pupil_shared)]
    assert [name for name in names if name in page.content.decode() + reading.text(pdf.content)] == []
    assert bureau.get(of(other)).status_code == 404
    assert bureau.get(EDIT).status_code == 403


def test_a_document_takes_the_same_queries_whatever_its_length(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for seen in range(3):
        save(qingzhu, seen, said=content(GROUP * (seen + 1), goals=f"第 {seen} 稿"))
    client = client_of(qingzhu.mentor)
    client.get(READ)
    with django_assert_num_queries(12):
        client.get(READ)


def test_the_first_texts_hold_only_what_can_be_filled_and_printed(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    assert list(FIRST_TEXTS) == list(DocumentPart)
    save(qingzhu)
    pdf = client_of(qingzhu.mentor).get(of(qingzhu, "pdf/")).content
    assert (reading.page_texts(pdf)[0].startswith("青竹小学全员导师制工作实施方案"), BytesIO(pdf).read(5)) == (
        True,
        b"%PDF-",
    )
