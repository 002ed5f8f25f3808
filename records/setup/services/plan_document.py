"""The only writer of the plan as a document 方案全文: its versions, and the files beside it."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.files import (
    bring_back,
    check_room,
    clean_file_name,
    clean_handout,
    purge_taken_away,
    put_beside,
    take_away,
)
from core.glyphs import missing_glyphs
from core.saving import CHANGED
from core.text import clean_text, visible
from records.desk.services.drafts import drop_draft
from records.kinds import FormKey, Target, register_form
from records.setup.contexts import DocumentContent, GroupMember
from records.setup.enums import DocumentPart, GroupPlace
from records.setup.models import DocumentFile, DocumentMember, PlanDocument
from records.setup.queries.plan_document import content_of, newest_document
from records.setup.queries.plan_figures import PLACEHOLDERS
from records.setup.services.school import KEEPERS
from schools.contexts import placeholder_problem, plain_braces
from schools.models import School

PART_LENGTH: Final = 4000
MOST_MEMBERS: Final = 40
MOST_FILES: Final = 12
_FULL: Final = f"最多放 {MOST_FILES} 个附件，请先移除不需要的。"
_NOTHING: Final = "请先写一些正文。"


def _form(actor: Actor, school_id: int) -> Target | None:
    return Target(None, None) if actor.school_id == school_id and actor.has(*KEEPERS) else None


# All parts full, and as many people as there can be.
register_form(
    FormKey("plan/document/#", _form, "plan:document_edit", "方案全文", takes=0, most_bytes=240 * 1024, most_fields=200)
)


def draft_key(school: School) -> str:
    """Under which key what is typed is kept as a draft: one form a person and school."""
    return f"plan/document/{school.pk}"


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """Why something cannot be kept: a part's value or the number of a member from 0, a code, a sentence for people."""

    place: DocumentPart | int
    code: str
    message: str


def clean_content(content: DocumentContent) -> DocumentContent:
    """`content` as it is kept: no empty lines, nothing invisible, the group in the order of its places."""
    members = [
        GroupMember(one.place, clean_text(one.name), clean_text(one.office), clean_text(one.duties))
        for one in content.members
    ]
    order = list(GroupPlace)
    return DocumentContent(
        parts={part: _clean_prose(content.parts.get(part, "")) for part in DocumentPart},
        members=tuple(sorted(members, key=lambda one: order.index(one.place))),
    )


def _clean_prose(text: str) -> str:
    lines = (clean_text(line) for line in visible(plain_braces(text)).splitlines())
    return "\n".join(line for line in lines if line)


def document_problems(content: DocumentContent) -> list[DocumentProblem]:
    """What speaks against `content`, at most one problem for each part and person; empty if it can be kept."""
    found = []
    for part in DocumentPart:
        text = _clean_prose(content.parts.get(part, ""))
        if len(text) > PART_LENGTH:
            said = f"{part.label}最多 {PART_LENGTH} 字，现在有 {len(text)} 字。"
            found.append(DocumentProblem(part, "too_long", said))
        elif unknown := placeholder_problem(text, PLACEHOLDERS, part.label):
            found.append(DocumentProblem(part, "placeholder_unknown", unknown))
        elif signs := missing_glyphs(text.replace("\n", "")):
            found.append(DocumentProblem(part, "no_glyph", f"“{signs[0]}”打印不出来，请换一个字。"))
    for number, one in enumerate(content.members):
        if not clean_text(one.name):
            found.append(DocumentProblem(number, "name_missing", "请写姓名，或把这一行清空。"))
        elif signs := missing_glyphs(f"{one.name}{one.office}{one.duties}"):
            found.append(DocumentProblem(number, "no_glyph", f"“{signs[0]}”打印不出来，请换一个字。"))
    return found


@transaction.atomic
def save_document(*, actor: Actor, school: School, seen_version: int, content: DocumentContent) -> PlanDocument:
    """Keep `content` as the next version; the former ones stay to be read. The same again is no new version. What the
    actor has of it as a draft is gone.

    `seen_version` is the version that was edited, 0 for none. Raises DomainError `other_school`, `not_allowed`,
    `changed_meanwhile`, `empty`, `too_many_members`, and the codes of `document_problems`.
    """
    _check(actor, school)
    for problem in document_problems(content):
        raise DomainError(problem.code, problem.message)
    content = clean_content(content)
    if not any(content.parts.values()):
        raise DomainError("empty", _NOTHING)
    if len(content.members) > MOST_MEMBERS:
        raise DomainError("too_many_members", f"组织架构最多写 {MOST_MEMBERS} 人，现在有 {len(content.members)} 人。")
    # The school's row is the lock, also of the first version.
    School.objects.select_for_update().get(pk=school.pk)
    newest = newest_document(school)
    if newest is not None and newest.version == seen_version and content_of(newest) == content:
        drop_draft(actor=actor, key=draft_key(school))
        return newest
    if (newest.version if newest is not None else 0) != seen_version:
        raise DomainError(CHANGED, "刚刚有人保存了方案全文，您的还没有保存。两份不同的地方列在下面。")
    document = PlanDocument.objects.create(
        school=school,
        version=seen_version + 1,
        parts={part.value: text for part, text in content.parts.items()},
        saved_by_id=actor.user_id,
        saved_at=now(),
    )
    DocumentMember._default_manager.bulk_create(
        DocumentMember(
            school=school,
            document=document,
            position=position,
            place=one.place,
            name=one.name,
            office=one.office,
            duties=one.duties,
        )
        for position, one in enumerate(content.members, start=1)
    )
    drop_draft(actor=actor, key=draft_key(school))
    audit(actor=actor, verb="save_plan_document", target=document, detail={"version": document.version})
    return document


def add_document_file(*, actor: Actor, school: School, data: bytes, name: str) -> DocumentFile:
    """Put one file beside the document: a PDF is written anew, a picture becomes a JPEG without the camera's data.

    Raises DomainError `other_school`, `not_allowed`, `too_many_files`, and those of `core.files.clean_handout`.
    """
    _check(actor, school)
    content, content_type, suffix = clean_handout(data)
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        check_room(_present(school), MOST_FILES, _FULL)
        file = DocumentFile(
            school=school,
            name=clean_file_name(name, suffix),
            content_type=content_type,
            size=len(content),
            added_by_id=actor.user_id,
            added_at=now(),
        )
        with put_beside(file, content, suffix):
            audit(actor=actor, verb="add_plan_file", target=file)
    return file


@transaction.atomic
def remove_document_file(*, actor: Actor, file: DocumentFile) -> DocumentFile:
    """Take a file away: nobody sees it any more, and `purge_document_files` deletes it after 30 days. Twice is once.

    Raises DomainError `other_school`, `not_allowed`.
    """
    row = _locked(actor, file)
    if take_away(row):
        audit(actor=actor, verb="remove_plan_file", target=row)
    return row


@transaction.atomic
def restore_document_file(*, actor: Actor, file: DocumentFile) -> DocumentFile:
    """Bring a file back. Raises DomainError `other_school`, `not_allowed`, `too_late`, `too_many_files`."""
    row = _locked(actor, file)
    if bring_back(row, present=_present(row.school), most=MOST_FILES, full=_FULL):
        audit(actor=actor, verb="restore_plan_file", target=row)
    return row


def purge_document_files() -> int:
    """Delete for good what was taken away more than 30 days ago; returns how many."""
    return purge_taken_away(DocumentFile.objects.all())


def _locked(actor: Actor, file: DocumentFile) -> DocumentFile:
    _check(actor, file.school)
    School.objects.select_for_update().get(pk=file.school_id)
    row = DocumentFile.objects.select_related("school").filter(pk=file.pk).first()
    if row is None:
        raise DomainError("too_late", "移除已经超过 30 天，不能再恢复。")
    return row


def _present(school: School) -> QuerySet[DocumentFile]:
    return DocumentFile.objects.present().filter(school=school)


def _check(actor: Actor, school: School) -> None:
    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能修改自己学校的方案。")
    if not actor.has(*KEEPERS):
        raise DomainError("not_allowed", "只有管理员和德育室可以修改方案全文。")
