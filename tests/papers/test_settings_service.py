"""Saving how a school's papers look and speak: the rules of the words, the logo's file, the letter's name, races."""

import datetime
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.services import grant_role
from core.errors import DomainError
from records.office.services import change_plan, unchanged
from records.papers.services.settings import LabelChange, PaperChange, save_paper_settings
from schools.calendar import YearCalendar
from schools.contexts import PaperWords
from schools.enums import Design
from schools.models import Plan, School
from schools.paper_settings import PaperSettings
from schools.queries import PlanRules, paper_style
from schools.services import paper_problems
from tests.cast import SINCE, TODAY, SchoolCast
from tests.core.test_pictures import photographed, picture

pytestmark = pytest.mark.django_db
BLUE = "#1f4e8c"


def change(*, words: PaperWords | None = None, seen: int = 0, **more: Any) -> PaperChange:
    return PaperChange(words=words or PaperWords(), colour=more.pop("colour", BLUE), seen_version=seen, **more)


def save(cast: SchoolCast, user: User | None = None, **more: Any) -> PaperSettings:
    actor = cast.actor(user or cast.office)
    return save_paper_settings(actor=actor, school=cast.school, change=change(**more))


def refusal(cast: SchoolCast, user: User | None = None, **more: Any) -> str:
    with pytest.raises(DomainError) as caught:
        save(cast, user, **more)
    assert caught.value.message.endswith("。")
    return caught.value.code


def as_png(mode: str = "RGBA", size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture whose left half is see-through."""
    image = Image.new(mode, size, (47, 107, 79, 255))
    image.paste((0, 0, 0, 0), (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# --- The words --------------------------------------------------------------------------------------------------------
def test_what_is_saved_is_how_the_papers_look_and_speak(qingzhu: SchoolCast, own_folder: Path) -> None:
    words = PaperWords(
        book_title="人人都是“好朋友”",
        book_subtitle="导师手册",
        salutation="亲爱的{姓名}：",
        closing="愿你天天向上",
        card_title="反馈激励卡",
        card_motto="",
        tree_hole_title="悄悄话",
        tree_hole_intro="写给你信任的老师。",
        slip_note="请您和孩子一起读。",
        appointment_title="导师聘书",
        appointment="聘请{姓名}老师担任{学年}{班级}导师。\n此聘。",
        signed_by_hand=True,
        family_code=True,
        design=Design.SENIOR,
    )
    row = save(qingzhu, words=words, logo=as_png())
    style = paper_style(School.objects.get(pk=qingzhu.school.pk))
    assert (style.words, style.head.name, style.head.colour, row.version) == (words, "青竹小学", BLUE, 1)
    assert style.head.logo is not None
    entry = AuditEntry.objects.get(verb="save_paper_settings")
    assert (entry.user_id, entry.target_id, entry.detail) == (
        qingzhu.office.pk,
        row.pk,
        {"version": 1, "logo": True, "new_logo": True, "label": False},
    )


def test_what_a_chinese_keyboard_does_to_a_text_is_tidied(qingzhu: SchoolCast) -> None:
    save(
        qingzhu,
        words=PaperWords(
            salutation=" 亲爱的｛姓名｝\u200b： ", book_title="好 \n 朋友", appointment="聘请{姓名}\r\n\r\n  为导师 "
        ),
    )
    words = paper_style(qingzhu.school).words
    assert (words.salutation, words.book_title, words.appointment) == (
        "亲爱的{姓名}：",
        "好 朋友",
        "聘请{姓名}\n为导师",
    )


@pytest.mark.parametrize(
    "field,text,code",
    [
        ("salutation", "亲爱的同学：", "name_missing"),
        ("salutation", "", "missing"),
        ("salutation", "{姓名}、{班级}：", "placeholder_unknown"),
        ("salutation", "{ 姓名 }：", "placeholder_unknown"),
        ("salutation", "{姓名}" + "好" * 27, "too_long"),
        ("appointment", "聘请老师担任导师。", "name_missing"),
        ("appointment", "{姓名}{学年}{班级}{工资}", "placeholder_unknown"),
        ("appointment", "{姓名}" + "长" * 297, "too_long"),
        ("closing", "{姓名}，加油", "placeholder_unknown"),
        ("book_title", " \u200b ", "missing"),
        ("book_title", "长" * 41, "too_long"),
        ("card_title", "", "missing"),
        ("slip_note", "长" * 41, "too_long"),
        ("card_motto", "加油\U0010fffd", "no_glyph"),
    ],
    ids=range(14),
)
def test_a_text_that_cannot_print_is_refused_at_its_field(
    qingzhu: SchoolCast, field: str, text: str, code: str
) -> None:
    changed: dict[str, Any] = {field: text}
    words = replace(PaperWords(), **changed)
    assert [(p.field, p.code) for p in paper_problems(words, BLUE)] == [(field, code)]
    assert refusal(qingzhu, words=words) == code
    assert not PaperSettings.objects.exists()


def test_texts_as_long_as_they_may_be_are_taken(qingzhu: SchoolCast) -> None:
    save(
        qingzhu,
        words=PaperWords(
            book_title="长" * 40, salutation="{姓名}" + "好" * 26, appointment="{姓名}" + "长" * 296, closing=""
        ),
    )
    assert paper_style(qingzhu.school).words.book_title == "长" * 40


@pytest.mark.parametrize("colour", ["", "green", "#FFF", "#1F4E8C", "#1f4e8c;", "#12345g"])
def test_what_is_no_colour_is_refused(qingzhu: SchoolCast, colour: str) -> None:
    assert refusal(qingzhu, colour=colour) == "colour_unfit"


def test_a_colour_too_light_for_type_is_taken_and_printed_darker(qingzhu: SchoolCast) -> None:
    save(qingzhu, colour="#ffd54a")
    head = paper_style(qingzhu.school).head
    assert (head.colour, head.recolour["#2f6b4f"] != "#ffd54a") == ("#ffd54a", True)


@pytest.mark.parametrize("changes", [{"colour": "red"}, {"design": "huge"}])
def test_the_database_knows_colours_and_designs(qingzhu: SchoolCast, changes: dict[str, str]) -> None:
    save(qingzhu)
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperSettings.objects.update(**changes)


# --- Who, and two at once ---------------------------------------------------------------------------------------------
def test_only_the_office_and_the_admin_of_the_own_school_save(qingzhu: SchoolCast, other: SchoolCast) -> None:
    for name, user in qingzhu.people.items():
        if name not in {"office", "admin"}:
            code = "other_school" if name == "bureau_user" else "not_allowed"
            assert (name, refusal(qingzhu, user)) == (name, code)
    with pytest.raises(DomainError) as caught:
        save_paper_settings(actor=other.actor(other.office), school=qingzhu.school, change=change())
    assert caught.value.code == "other_school"
    assert save(qingzhu, qingzhu.office).version == 1
    assert save(qingzhu, qingzhu.admin, seen=1).version == 2


def test_a_save_that_saw_a_former_version_is_refused(qingzhu: SchoolCast) -> None:
    save(qingzhu, words=PaperWords(closing="先保存的"))
    for seen in (0, 2):
        assert refusal(qingzhu, words=PaperWords(closing="后保存的", book_title="后"), seen=seen) == "stale"
    qingzhu.school.refresh_from_db()
    style = paper_style(qingzhu.school)
    assert (style.words.closing, style.words.book_title) == ("先保存的", PaperWords().book_title)


# --- The logo ---------------------------------------------------------------------------------------------------------
def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_logo_is_kept_see_through_and_small_under_a_name_that_says_nothing(
    qingzhu: SchoolCast, own_folder: Path
) -> None:
    row = save(qingzhu, logo=as_png(size=(3000, 2000)))
    data = paper_style(qingzhu.school).head.logo
    assert data is not None
    with Image.open(io.BytesIO(data)) as image:
        assert (image.format, image.mode, image.size) == ("PNG", "RGBA", (600, 400))
        assert [image.getpixel((x, 200)) for x in (100, 500)] == [(0, 0, 0, 0), (47, 107, 79, 255)]
    name = Path(row.logo.name or "")
    assert (name.parts[0], name.suffix, len(name.stem), qingzhu.school.code in str(name)) == (
        "logos",
        ".png",
        24,
        False,
    )


def test_a_photographed_logo_loses_what_the_camera_wrote(qingzhu: SchoolCast, own_folder: Path) -> None:
    save(qingzhu, logo=photographed())
    data = paper_style(qingzhu.school).head.logo
    assert data is not None
    with Image.open(io.BytesIO(data)) as image:
        assert (dict(image.getexif()), data.count(b"SecretPhone"), data.count(b"at home")) == ({}, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_new_logo_replaces_the_file_and_a_removed_one_leaves_none(qingzhu: SchoolCast, own_folder: Path) -> None:
    first = save(qingzhu, logo=as_png()).logo.name
    kept = save(qingzhu, seen=1).logo.name
    second = save(qingzhu, seen=2, logo=picture("WEBP")).logo.name
    assert (kept == first, second == first, len(stored(own_folder))) == (True, False, 1)
    assert save(qingzhu, seen=3, remove_logo=True).logo.name == ""
    assert (stored(own_folder), paper_style(qingzhu.school).head.logo) == ([], None)


@pytest.mark.django_db(transaction=True)
def test_a_refused_save_leaves_no_file_and_keeps_the_former_one(
    qingzhu: SchoolCast, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(qingzhu, logo=as_png())
    before = stored(own_folder)
    assert refusal(qingzhu, seen=0, logo=as_png()) == "stale"
    assert refusal(qingzhu, seen=1, logo=b"no picture") == "not_a_picture"

    def fail(**_: Any) -> None:
        raise RuntimeError("the log is full")

    monkeypatch.setattr("records.papers.services.settings.audit", fail)
    with pytest.raises(RuntimeError):
        save(qingzhu, seen=1, logo=as_png())
    assert (stored(own_folder), PaperSettings.objects.get().version) == (before, 1)


# --- The letter's name ------------------------------------------------------------------------------------------------
def rules(cast: SchoolCast) -> PlanRules:
    found = YearCalendar(cast.year, TODAY).plan_on(TODAY)
    assert found is not None
    return found


def label(new: str, seen: str = "成长寄语") -> LabelChange:
    return LabelChange(label=new, seen=seen)


def test_a_new_name_of_the_letter_is_a_new_plan_version_with_all_else_unchanged(qingzhu: SchoolCast) -> None:
    before = rules(qingzhu)
    save(qingzhu, qingzhu.admin, label=label("成长激励卡"))
    after = rules(qingzhu)
    history = [
        (v.plan.version, v.plan.letter_label, v.plan.effective_from) for v in YearCalendar(qingzhu.year, TODAY).versions
    ]
    assert history == [(1, "成长寄语", before.plan.effective_from), (2, "成长激励卡", TODAY)]
    assert (after.actions, after.matching) == (before.actions, before.matching)
    kept = [f.name for f in Plan._meta.fields if f.name not in {"id", "version", "effective_from", "letter_label"}]
    assert [getattr(after.plan, name) for name in kept] == [getattr(before.plan, name) for name in kept]
    assert AuditEntry.objects.get(verb="save_paper_settings").detail["label"] is True


def test_a_name_left_as_it_was_makes_no_version_and_undoes_none(qingzhu: SchoolCast) -> None:
    save(qingzhu, qingzhu.admin, label=label("成长寄语"))
    present = unchanged(rules(qingzhu), effective_from=TODAY)
    change_plan(
        actor=qingzhu.actor(qingzhu.admin),
        year=qingzhu.year,
        seen_version=1,
        change=replace(present, letter_label="卡"),
    )
    save(qingzhu, qingzhu.admin, seen=1, label=label("成长寄语"))
    assert [v.plan.letter_label for v in YearCalendar(qingzhu.year, TODAY).versions] == ["成长寄语", "卡"]
    assert refusal(qingzhu, qingzhu.admin, seen=2, label=label("别的名称")) == "label_stale"


def test_a_name_joins_a_version_that_is_yet_to_take_effect(qingzhu: SchoolCast) -> None:
    later = TODAY + datetime.timedelta(days=30)
    change_plan(
        actor=qingzhu.actor(qingzhu.admin),
        year=qingzhu.year,
        seen_version=1,
        change=unchanged(rules(qingzhu), effective_from=later),
    )
    save(qingzhu, qingzhu.admin, label=label("成长激励卡"))
    newest = Plan.objects.get(version=3)
    assert (newest.effective_from, newest.letter_label, rules(qingzhu).plan.letter_label) == (
        later,
        "成长激励卡",
        "成长寄语",
    )


def test_the_office_alone_cannot_rename_the_letter_and_then_nothing_is_saved(qingzhu: SchoolCast) -> None:
    assert refusal(qingzhu, label=label("成长激励卡"), words=PaperWords(closing="一起")) == "not_allowed"
    assert (PaperSettings.objects.count(), Plan.objects.filter(year=qingzhu.year).count()) == (0, 1)
    system = qingzhu.system
    grant_role(actor=system, user=qingzhu.office, role=Role.SCHOOL_ADMIN, school=qingzhu.school, starts_on=SINCE)
    save(qingzhu, label=label("成长激励卡"))
    assert rules(qingzhu).plan.letter_label == "成长激励卡"


def test_a_stale_page_renames_nothing_either(qingzhu: SchoolCast) -> None:
    save(qingzhu)
    assert refusal(qingzhu, qingzhu.admin, seen=0, label=label("成长激励卡")) == "stale"
    assert Plan.objects.filter(year=qingzhu.year).count() == 1


@pytest.mark.parametrize("name", ["", " ", "长" * 21, "卡\U0010fffd"])
def test_a_name_that_cannot_be_one_is_refused(qingzhu: SchoolCast, name: str) -> None:
    assert refusal(qingzhu, qingzhu.admin, label=label(name)) == "label_unfit"
