"""The plan as a document 方案全文: its texts with the rules' figures, its versions, the leading group, the files."""

import dataclasses
import datetime
from collections.abc import Callable
from functools import partial
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Pdf
from PIL import Image

from accounts.models import AuditEntry
from core.errors import DomainError
from core.saving import CHANGED
from records.office.services import change_plan, unchanged
from records.setup.contexts import DocumentContent, GroupMember
from records.setup.enums import DocumentPart, GroupPlace
from records.setup.first_texts import FIRST_TEXTS
from records.setup.models import DocumentFile, DocumentMember, PlanDocument
from records.setup.queries.plan_document import content_of, first_content, read_document
from records.setup.queries.plan_figures import PLACEHOLDERS
from records.setup.services.plan_document import (
    MOST_FILES,
    PART_LENGTH,
    add_document_file,
    document_problems,
    purge_document_files,
    remove_document_file,
    restore_document_file,
    save_document,
)
from schools.contexts import Letterhead, filled
from schools.enums import ActionKind, Module, PeriodKind
from schools.models import Grade, School
from schools.queries import OwedAction
from schools.services import use_modules
from tests.cast import SchoolCast
from tests.core.test_pictures import picture

HEAD = Letterhead(name="江城市青竹小学")
GROUP = (
    GroupMember(GroupPlace.MEMBER, "林小满", "教师", "一年级"),
    GroupMember(GroupPlace.HEAD, "程远", "校长", "全面负责"),
)
LETTER = "围绕学生本学期的成长撰写个性化《成长寄语》，以积极肯定、正面鼓励和挖掘“闪光点”为导向。"
OLD_DAY = datetime.timedelta(days=31)


def content(members: tuple[GroupMember, ...] = (), **parts: str) -> DocumentContent:
    """A document with these parts by their values, else the first texts."""
    return DocumentContent({part: parts.get(part.value, FIRST_TEXTS[part]) for part in DocumentPart}, members)


def save(cast: SchoolCast, seen: int = 0, *, said: DocumentContent | None = None) -> PlanDocument:
    return save_document(
        actor=cast.actor(cast.office), school=cast.school, seen_version=seen, content=said or content(GROUP)
    )


def part_text(cast: SchoolCast, part: DocumentPart, version: int | None = None) -> str:
    """A part as everybody of the school reads it."""
    found = read_document(cast.actor(cast.mentor), cast.school, head=HEAD, version=version)
    assert found is not None
    return next(section.text for section in found.paper.sections if section.part == part)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value.code


def a_pdf(pages: int = 1) -> bytes:
    out = BytesIO()
    with Pdf.new() as pdf:
        for _ in range(pages):
            pdf.add_blank_page()
        pdf.save(out)
    return out.getvalue()


@pytest.mark.django_db
def test_the_first_texts_carry_the_figures_of_the_rules_in_force(qingzhu: SchoolCast) -> None:
    save(qingzhu)
    assert part_text(qingzhu, DocumentPart.DUTIES).splitlines()[1:5] == [
        "家访：每学期家访 1 次。可以与班主任、学科教师一起上门。",
        "谈心谈话：每学期谈心 1 次。学生学习、生活发生重大变故时，及时谈心并与家长沟通。",
        "书面反馈：每学期书面反馈 1 次。" + LETTER,
        "自选动作：心灵树洞卡（一年级、三年级、五年级，每学期 1 次）。",
    ]
    assert part_text(qingzhu, DocumentPart.MATCHING).splitlines()[1] == (
        "学校尊重学生的自主权和选择权。每位导师与学生的配置比例原则上不超过 1:15，确需超过的由德育室批准。"
    )
    save(qingzhu, 1, said=content(matching="{匹配方式}。{家访时间}；{谈心时间}；{反馈时间}。{学年}{年级}"))
    assert part_text(qingzhu, DocumentPart.MATCHING) == (
        "一年级班主任与学生协商；五年级学生自主选择（意向征询）。"
        "开学前 3 周到开学后 2 周；重要考试前后各 2 周；期末前 3 周到期末当天。2026学年一年级、五年级"
    )


@pytest.mark.django_db
def test_where_rules_differ_by_grade_each_grade_is_named_and_a_former_version_keeps_its_figures(
    qingzhu: SchoolCast,
) -> None:
    """`{家访次数}` had one number, though grade 6 may visit twice."""
    save(qingzhu, said=content(duties="{家访次数}。{谈心次数}。{反馈时间}。上限 {上限}。{自选动作}"))
    PlanDocument.objects.update(saved_at="2026-09-10T08:00+08:00")
    admin = qingzhu.actor(qingzhu.admin)
    calendar = admin.calendar.now
    one, five = (Grade.objects.get(school=qingzhu.school, number=n).pk for n in (1, 5))
    visit = calendar.rules.of(ActionKind.VISIT)[0]
    actions: tuple[OwedAction, ...] = (
        dataclasses.replace(visit, grade_ids=frozenset({one})),
        dataclasses.replace(visit, grade_ids=frozenset({five}), count=2, period=PeriodKind.YEAR),
    )
    change = dataclasses.replace(unchanged(calendar.rules, effective_from=admin.today), cap=18, actions=actions)
    change_plan(actor=admin, year=qingzhu.year, seen_version=1, change=change)
    assert part_text(qingzhu, DocumentPart.DUTIES) == (
        "一年级每学期家访 1 次；五年级每学年家访 2 次。不作要求。不作要求。上限 18。无"
    )
    save(qingzhu, 1, said=content(duties="上限 {上限}"))
    PlanDocument.objects.filter(version=2).update(saved_at="2026-10-10T08:00+08:00")
    assert [part_text(qingzhu, DocumentPart.DUTIES, version).split("上限")[1][:3] for version in (1, 2)] == [
        " 15",
        " 18",
    ]


@pytest.mark.django_db
def test_what_the_school_does_not_use_is_not_in_its_document(qingzhu: SchoolCast) -> None:
    save(qingzhu, said=content(duties="{自选动作}"))
    use_modules(school=qingzhu.school, modules=set(Module) - {Module.TREE_HOLE})
    found = read_document(qingzhu.actor(qingzhu.mentor), School.objects.get(pk=qingzhu.school.pk), head=HEAD)
    assert found is not None
    assert part_text(qingzhu, DocumentPart.DUTIES) == "无"
    assert [line.label for line in found.paper.figures.actions] == ["家访", "谈心", "书面反馈"]


PLAIN = st.text(st.characters(categories=["Lu", "Nd", "Lo"]), max_size=8)


@given(pieces=st.lists(st.one_of(st.sampled_from(list(PLACEHOLDERS)).map("{{{}}}".format), PLAIN)), other=PLAIN)
def test_every_known_placeholder_is_filled_once_and_each_other_is_refused_by_name(
    pieces: list[str], other: str
) -> None:
    """A value that itself held braces was filled again by the next word."""
    words = {word: f"<{{{word}}}>" for word in PLACEHOLDERS}
    assert filled("".join(pieces), words) == "".join(words.get(piece[1:-1], piece) for piece in pieces)
    text = "".join([*pieces, f"｛{other}｝"])
    found = [p for p in document_problems(content(goals=text)) if p.code == "placeholder_unknown"]
    named = [] if other in PLACEHOLDERS else [(DocumentPart.GOALS, True)]
    assert [(p.place, p.message.startswith(f"不认识{{{other}}}。")) for p in found] == named


@pytest.mark.django_db
def test_an_unknown_placeholder_is_refused_by_name_and_those_there_are_told(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        save(qingzhu, said=content(goals="每位导师最多｛人数｝名学生"))
    assert refused.value.message.startswith("不认识{人数}。工作目标里可以用：{学校}、{学年}、{年级}、{上限}、")
    assert PlanDocument.objects.count() == 0


@pytest.mark.parametrize(
    "said, code",
    [
        (content(goals="长" * (PART_LENGTH + 1)), "too_long"),
        (content(goals="\U00032000"), "no_glyph"),
        (content((GroupMember(GroupPlace.HEAD, " ", "校长"),)), "name_missing"),
        (content((GroupMember(GroupPlace.MEMBER, "林小满"),) * 41), "too_many_members"),
        (DocumentContent({}, ()), "empty"),
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_printed_or_says_nothing_is_refused(
    said: DocumentContent, code: str, qingzhu: SchoolCast
) -> None:
    assert refusal(lambda: save(qingzhu, said=said)) == code
    assert (PlanDocument.objects.count(), DocumentMember._default_manager.count()) == (0, 0)


@pytest.mark.django_db
def test_saving_makes_a_version_the_former_stays_and_the_same_again_is_none(qingzhu: SchoolCast) -> None:
    first, again = save(qingzhu), save(qingzhu, 1)
    second = save(qingzhu, 1, said=content(goals="新的目标\n\n  第二段 "))
    assert [(d.version, d.saved_by_id) for d in (first, again, second)] == [
        (1, qingzhu.office.pk),
        (1, qingzhu.office.pk),
        (2, qingzhu.office.pk),
    ]
    # The head first, whatever the order of typing.
    assert content_of(first).members == GROUP[::-1]
    assert content_of(second).parts[DocumentPart.GOALS] == "新的目标\n第二段"
    former, present = part_text(qingzhu, DocumentPart.GOALS, 1), part_text(qingzhu, DocumentPart.GOALS)
    assert (former.splitlines()[0], present) == (
        "青竹小学在一年级、五年级实行全员导师制：学生人人有导师，教师人人是导师。",
        "新的目标\n第二段",
    )
    entries = AuditEntry.objects.filter(verb="save_plan_document").order_by("pk")
    assert list(entries.values_list("target_id", "detail")) == [
        (first.pk, {"version": 1}),
        (second.pk, {"version": 2}),
    ]


@pytest.mark.django_db
def test_who_edits_another_version_than_the_newest_is_told(qingzhu: SchoolCast) -> None:
    save(qingzhu)
    for seen in (0, 2):
        assert refusal(partial(save, qingzhu, seen, said=content(goals="另一份"))) == CHANGED
    assert PlanDocument.objects.count() == 1


@pytest.mark.django_db
def test_the_first_document_offers_the_holders_of_the_leading_role(qingzhu: SchoolCast) -> None:
    offered = first_content(qingzhu.school, qingzhu.actor(qingzhu.office).today)
    assert offered.members == (GroupMember(GroupPlace.HEAD, qingzhu.leader.name),)


@pytest.mark.django_db
def test_neither_a_mentor_nor_another_school_writes_the_document_or_its_files(
    qingzhu: SchoolCast, other: SchoolCast
) -> None:
    file = add_document_file(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, data=a_pdf(), name="附件.pdf")
    for actor, code in ((qingzhu.actor(qingzhu.mentor), "not_allowed"), (other.actor(other.admin), "other_school")):
        acts: tuple[Callable[[], object], ...] = (
            partial(save_document, actor=actor, school=qingzhu.school, seen_version=0, content=content()),
            partial(add_document_file, actor=actor, school=qingzhu.school, data=a_pdf(), name="x.pdf"),
            partial(remove_document_file, actor=actor, file=file),
            partial(restore_document_file, actor=actor, file=file),
        )
        assert [refusal(act) for act in acts] == [code] * 4
    assert (PlanDocument.objects.count(), DocumentFile.objects.present().count()) == (0, 1)


@pytest.mark.django_db
def test_files_are_made_clean_and_what_cannot_be_is_refused_with_what_to_do(qingzhu: SchoolCast) -> None:
    def add(data: bytes, name: str) -> DocumentFile:
        return add_document_file(actor=qingzhu.actor(qingzhu.office), school=qingzhu.school, data=data, name=name)

    # More pages than a file beside a record may have.
    pdf, photo = add(a_pdf(11), "../红头文件.pdf"), add(picture(), "导师团合影.png")
    assert [(f.name, f.content_type) for f in (pdf, photo)] == [
        ("红头文件.pdf", "application/pdf"),
        ("导师团合影.jpg", "image/jpeg"),
    ]
    with photo.file.open("rb") as stored, Image.open(stored) as shown:
        assert (shown.format, dict(shown.getexif())) == ("JPEG", {})
    with pytest.raises(DomainError) as refused:
        add(b"PK\x03\x04" + b"x" * 50, "方案.docx")
    assert refused.value.message == "Word 和 Excel 文件请先另存为 PDF 再上传：谁打开都一样，也不带修改痕迹。"
    assert refusal(lambda: add(b"hello", "a.txt")) == "not_accepted"
    assert refusal(lambda: add(a_pdf(61), "long.pdf")) == "pdf_too_long"
    assert refusal(lambda: add(b"%PDF-1.7" + b"x" * 10_485_760, "big.pdf")) == "file_too_large"
    for _ in range(MOST_FILES - 2):
        add(a_pdf(), "a.pdf")
    assert refusal(lambda: add(a_pdf(), "a.pdf")) == "too_many_files"


@pytest.mark.django_db
def test_a_file_taken_away_comes_back_within_a_month_and_is_then_deleted(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.office)
    file = add_document_file(actor=actor, school=qingzhu.school, data=a_pdf(), name="a.pdf")
    remove_document_file(actor=actor, file=file)
    assert (DocumentFile.objects.present().count(), purge_document_files()) == (0, 0)
    restore_document_file(actor=actor, file=file)
    assert DocumentFile.objects.present().get() == file
    gone = remove_document_file(actor=actor, file=file)
    assert gone.removed_at is not None
    DocumentFile.objects.update(removed_at=gone.removed_at - OLD_DAY)
    assert (purge_document_files(), file.file.storage.exists(str(file.file.name))) == (1, False)
    assert refusal(lambda: restore_document_file(actor=actor, file=file)) == "too_late"
