"""The only writer of how a school's papers look and speak, and the rules of their words."""

import secrets
from dataclasses import dataclass, fields, replace
from typing import Any, Final, cast

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Field

from core.colours import is_colour
from core.errors import DomainError
from core.files import delete_later
from core.glyphs import missing_glyphs
from core.pdf import picture_type
from core.text import clean_text, visible
from schools.contexts import PaperWords, placeholder_problem, placeholders, plain_braces
from schools.models import School
from schools.paper_settings import PaperSettings

#: What stands for a name, a year or a class in a text, and whether it must be there. Other texts hold none.
PLACEHOLDERS: Final[dict[str, tuple[str, ...]]] = {
    "salutation": ("姓名",),
    "appointment": ("姓名", "学年", "班级"),
}
REQUIRED: Final = "姓名"
#: Texts of several lines; in all others a line break is a blank.
_PROSE: Final = frozenset({"appointment"})
_NOT_TEXT: Final = frozenset({"signed_by_hand", "family_code", "design"})
TEXTS: Final = tuple(field.name for field in fields(PaperWords) if field.name not in _NOT_TEXT)


@dataclass(frozen=True, slots=True)
class PaperProblem:
    """Why a setting cannot be taken: its field, a stable code, and a sentence for people."""

    field: str
    code: str
    message: str


def paper_problems(words: PaperWords, colour: str) -> list[PaperProblem]:
    """What speaks against these settings, at most one problem for each field; empty if they can be saved."""
    found = [problem for name in TEXTS if (problem := _text_problem(name, getattr(words, name))) is not None]
    if not is_colour(colour):
        found.append(PaperProblem("colour", "colour_unfit", "请从色板里选一个颜色。"))
    return found


def _text_problem(name: str, raw: str) -> PaperProblem | None:
    column, text = _column(name), _clean(name, raw)
    label = str(column.verbose_name)
    allowed = PLACEHOLDERS.get(name, ())
    if not text and not column.blank:
        return PaperProblem(name, "missing", f"请填写{label}。")
    if len(text) > (column.max_length or 0):
        return PaperProblem(name, "too_long", f"{label}最多 {column.max_length} 个字，现在有 {len(text)} 个。")
    if unknown := placeholder_problem(text, allowed, label):
        return PaperProblem(name, "placeholder_unknown", unknown)
    if allowed and REQUIRED not in placeholders(text):
        return PaperProblem(name, "name_missing", f"{label}里要有{{{REQUIRED}}}，打印时换成每个人的姓名。")
    unprintable = missing_glyphs(text.replace("\n", ""))
    if unprintable:
        return PaperProblem(name, "no_glyph", f"“{unprintable[0]}”打印不出来，请换一个字。")
    return None


def clean_words(words: PaperWords) -> PaperWords:
    """`words` as they are kept: nothing invisible, blanks tidied, full-width braces of placeholders made plain ones."""
    cleaned: dict[str, Any] = {name: _clean(name, getattr(words, name)) for name in TEXTS}
    return replace(words, **cleaned)


def _clean(name: str, text: str) -> str:
    if name in PLACEHOLDERS:
        text = plain_braces(text)
    if name not in _PROSE:
        return clean_text(text)
    lines = (clean_text(line) for line in visible(text).splitlines())
    return "\n".join(line for line in lines if line)


def _column(name: str) -> "Field[str, str]":
    # The book's title stands on the school, since the mentors' home page shows it too.
    owner = School if name == "book_title" else PaperSettings
    return cast("Field[str, str]", owner._meta.get_field(name))


def save_paper_settings(
    *,
    school: School,
    words: PaperWords,
    colour: str,
    seen_version: int,
    logo: bytes | None = None,
    remove_logo: bool = False,
) -> PaperSettings:
    """Write the school's paper settings; the former ones are gone, so `seen_version` must be theirs (0: none yet).

    `logo` is a picture as `core.pictures.clean_logo` gives it, None keeps the one there is; the file of a former logo
    is deleted on commit. Raises DomainError with the code of a `PaperProblem`, or `stale`; PdfError for another logo.
    """
    words = clean_words(words)
    for problem in paper_problems(words, colour):
        raise DomainError(problem.code, problem.message)
    ending = picture_type(logo).removeprefix("image/").replace("jpeg", "jpg") if logo is not None else ""
    storage, written = PaperSettings._meta.get_field("logo").storage, ""
    try:
        with transaction.atomic():
            # The school's row is the lock, also of the first settings.
            School.objects.select_for_update().get(pk=school.pk)
            row = PaperSettings.objects.filter(school=school).first() or PaperSettings(school=school, version=0)
            if row.version != seen_version:
                raise DomainError("stale", "刚刚有人保存了版面设置，您的还没有保存。")
            for name in (*TEXTS, "signed_by_hand", "family_code"):
                if name != "book_title":
                    setattr(row, name, getattr(words, name))
            row.design = words.design or ""
            row.colour, row.version = colour, seen_version + 1
            former = row.logo.name
            if logo is not None:
                # A name that says nothing.
                row.logo.save(f"{secrets.token_hex(12)}.{ending}", ContentFile(logo), save=False)
                written = row.logo.name or ""
            elif remove_logo:
                row.logo = ""
            if former != row.logo.name:
                delete_later(former)
            row.save()
            School.objects.filter(pk=school.pk).update(book_title=words.book_title)
            school.book_title = words.book_title
    except BaseException:
        if written:
            storage.delete(written)
        raise
    return row
