"""The letter desk in a browser without JavaScript: the list, writing, notes beside the letter, checks, preview, PDF."""

import datetime
import io
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil
from mentors.team.models import HandOverNote
from records.desk.models import LetterReply, Reading
from records.enums import LetterState
from records.letters.checks import Check
from records.letters.services.office import accept_letter, edit_letter_as_office, return_letter
from records.letters.services.replies import reply_to_letter
from records.models.records import GrowthLetter
from schools.enums import LetterTone, NoteVisibility
from schools.models import Plan
from students.models import Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.records.builders import LETTER, TEXT, letter, partner_of, released_letter, talk, term_of, visit

SignIn = Callable[[User], Client]
DESK = reverse("desk:letters")
#: Whatever the number of pupils and records.
LIST_QUERIES = 11
DESK_QUERIES = 13


def url_of(pupil: Pupil, name: str = "letter_desk") -> str:
    return reverse(f"desk:{name}", args=[pupil.pk])


def typed(version: int = 0, body: str = LETTER, action: str = "draft", **more: str) -> dict[str, str]:
    return {"submission": str(uuid.uuid4()), "version": str(version), "body": body, "action": action} | more


def stored(pupil: Pupil) -> GrowthLetter:
    return GrowthLetter.objects.get(pupil=pupil, deleted_at=None)


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


# --- The list ---------------------------------------------------------------------------------------------------------
def test_the_list_says_how_each_letter_stands(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = qingzhu.pupils
    client = client_of(qingzhu.mentor)
    assert [row.state for row in client.get(DESK).context["desk"].rows] == ["blank", "blank"]
    letter(qingzhu, qingzhu.mentor, first, draft=True)
    sent = letter(qingzhu, qingzhu.mentor, second)
    page = client.get(DESK)
    assert [(r.pupil, r.state) for r in page.context["desk"].rows] == [(first, "draft"), (second, "handed_in")]
    assert page.context["next_open"].pupil == first
    return_letter(actor=qingzhu.actor(qingzhu.office), letter=sent, reason="请改")
    GrowthLetter.objects.filter(pupil=first).update(state="handed_in", accepted_at=sent.created_at)
    assert [r.state for r in client.get(DESK).context["desk"].rows] == ["accepted", "returned"]


def test_the_list_shows_who_read_and_who_answered(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = (released_letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    GrowthLetter.objects.filter(pk=first.pk).update(read_at=first.released_at)
    reply_to_letter(letter=second, text="谢谢老师")
    page = client_of(qingzhu.mentor).get(DESK).content.decode()
    assert [page.count(word) for word in ("家长已读", "家长回音", "1 条新的家长回音", "谢谢老师")] == [1, 2, 1, 0]


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_the_same_for_one_record_and_for_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    pupil = qingzhu.pupils[0]
    for _ in range(count):
        more = EnrolmentFactory.create(school_class=qingzhu.class_one).pupil
        assign_pupil(actor=qingzhu.system, pupil=more, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
        visit(qingzhu, qingzhu.homeroom, pupil)
        talk(qingzhu, qingzhu.mentor, pupil, more)
        letter(qingzhu, qingzhu.mentor, more)
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(DESK)
    with django_assert_num_queries(DESK_QUERIES):
        page = client.get(url_of(pupil))
    assert len(page.content) < 100_000


# --- Writing ----------------------------------------------------------------------------------------------------------
def test_saving_goes_on_to_the_next_pupil(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = qingzhu.pupils
    client = client_of(qingzhu.mentor)
    forth = client.post(url_of(first), typed(action="draft_next"))
    assert (forth.status_code, forth.headers["Location"]) == (302, url_of(second))
    back = client.post(url_of(second), typed(action="draft_prev"))
    assert back.headers["Location"] == url_of(first)
    stay = client.post(url_of(first), typed(1, body="改了。"))
    assert stay.headers["Location"] == url_of(first)
    assert [(stored(p).state, stored(p).body) for p in qingzhu.pupils] == [("draft", "改了。"), ("draft", LETTER)]


def test_handing_in_goes_on_to_what_is_open_and_ends_at_the_list(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = qingzhu.pupils
    client = client_of(qingzhu.mentor)
    assert client.post(url_of(second), typed(action="hand_in")).headers["Location"] == url_of(first)
    assert client.post(url_of(first), typed(action="hand_in")).headers["Location"] == DESK
    assert [stored(p).state for p in qingzhu.pupils] == [LetterState.HANDED_IN] * 2


def test_an_empty_letter_is_not_handed_in(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.mentor).post(url_of(qingzhu.pupils[0]), typed(body=" ", action="hand_in"))
    assert (answer.status_code, "寄语还没有写" in answer.content.decode()) == (422, True)
    assert GrowthLetter.objects.count() == 0


def test_prompts_are_asked_and_never_put_into_the_letter(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.mentor)
    page = client.get(url_of(qingzhu.pupils[0]))
    prompts = page.context["prompts"]
    assert (len(prompts), page.content.decode().count(prompts[0])) == (10, 1)
    assert page.context["form"]["body"].value() is None
    other = client.get(url_of(qingzhu.pupils[1])).context["prompts"]
    assert (other[0] != prompts[0], sorted(other) == sorted(prompts)) == (True, True)
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], draft=True)
    assert prompts[0] not in client.get(url_of(qingzhu.pupils[0])).content.decode()


def test_two_mentors_of_one_slot_see_both_texts(qingzhu: SchoolCast, client_of: SignIn) -> None:
    partner, pupil = partner_of(qingzhu), qingzhu.pupil_shared
    letter(qingzhu, qingzhu.sharer, pupil, body="陶然写的。", draft=True)
    late = client_of(partner).post(url_of(pupil), typed(0, body="石磊写的。"))
    assert (late.status_code, late.context["form"]["body"].value()) == (422, "石磊写的。")
    rows = late.context["conflict"].rows
    assert ["".join(p.text for p in side) for side in (rows[0].theirs, rows[0].mine)] == ["陶然写的。", "石磊写的。"]
    assert stored(pupil).body == "陶然写的。"
    again = client_of(partner).post(url_of(pupil), typed(1, body="两人写的。"))
    assert (again.status_code, stored(pupil).body) == (302, "两人写的。")


def test_what_was_typed_and_not_saved_is_there_again(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    content = {"body": ["写到一半"], "version": ["0"], "submission": [str(uuid.uuid4())]}
    key = f"letter/{pupil.pk}/{term_of(qingzhu).pk}"
    data = {"key": key, "content": content, "stamp": "0123456789.1", "seen": "", "user": qingzhu.mentor.pk}
    assert client.post(reverse("desk:draft_save"), data, content_type="application/json").status_code == 200
    page = client.get(url_of(pupil))
    assert (page.context["form"]["body"].value(), page.context["row"].state) == ("写到一半", "draft")
    assert client.get(url_of(qingzhu.pupils[1])).context["form"]["body"].value() is None


def test_a_returned_and_an_edited_letter_say_so(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = (letter(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    office = qingzhu.actor(qingzhu.office)
    return_letter(actor=office, letter=first, reason="第二句写成了别人")
    edit_letter_as_office(actor=office, letter=second, body="还记得那个下午吗？", advice="", version=1)
    client = client_of(qingzhu.mentor)
    assert "第二句写成了别人" in client.get(url_of(first.pupil)).content.decode()
    page = client.get(url_of(second.pupil)).content.decode()
    assert [page.count(w) for w in ("德育室改了几处", "<del>你整理图书角的</del>", "德育韩")] == [1, 1, 1]


@pytest.mark.parametrize(
    "tone, fields", [(LetterTone.POSITIVE, ["body"]), (LetterTone.WITH_ADVICE, ["body", "advice"])]
)
def test_advice_is_asked_for_where_the_plan_wants_it(
    qingzhu: SchoolCast, client_of: SignIn, tone: LetterTone, fields: list[str]
) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_tone=tone)
    form = client_of(qingzhu.mentor).get(url_of(qingzhu.pupils[0])).context["form"]
    assert [field.name for field in form.visible_fields()] == fields


# --- Beside the letter ------------------------------------------------------------------------------------------------
def test_this_terms_notes_stand_beside_the_letter_and_restricted_ones_without_text(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    pupil = qingzhu.pupils[0]
    soon = TODAY + datetime.timedelta(days=9)
    own = talk(qingzhu, qingzhu.mentor, pupil, text="喜欢画恐龙", follow_up_on=soon)
    theirs = visit(qingzhu, qingzhu.homeroom, pupil, text="奶奶接送")
    visit(qingzhu, qingzhu.homeroom, pupil, text="只给自己看", visibility=NoteVisibility.AUTHOR)
    talk(qingzhu, qingzhu.mentor, pupil, term=term_of(qingzhu, 2), text="下学期的事")
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[1], text="别的孩子")
    page = client_of(qingzhu.mentor).get(url_of(pupil))
    words = ("喜欢画恐龙", "奶奶接送", "有一条受限记录", "只给自己看", "下学期的事", "别的孩子", "11月27日")
    assert [page.content.decode().count(w) for w in words] == [1, 1, 1, 0, 0, 0, 1]
    assert [line.follow_up_on for line in page.context["beside"].follow_ups] == [soon]
    # Whoever wrote the note learns that it was read here.
    assert list(Reading.objects.values_list("kind", "record_id", "user")) == [
        ("visit", theirs.pk, qingzhu.mentor.pk),
    ]
    assert own.pk


def test_hand_over_notes_and_earlier_letters_stand_beside_it(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupils[0]
    HandOverNote.objects.create(
        school=qingzhu.school,
        pupil=pupil,
        year=qingzhu.year,
        from_mentor=qingzhu.slot_colleague,
        text="慢热，多等一等",
        written_by=qingzhu.colleague,
    )
    earlier = released_letter(qingzhu, qingzhu.mentor, pupil, body="上一封的话。")
    GrowthLetter.objects.filter(pk=earlier.pk).update(term=term_of(qingzhu, 2))
    page = client_of(qingzhu.mentor).get(url_of(pupil)).content.decode()
    assert [page.count(w) for w in ("慢热，多等一等", "上一封的话。")] == [1, 1]


def test_many_notes_are_bounded_and_lead_to_the_pupils_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    for _ in range(14):
        talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    page = client_of(qingzhu.mentor).get(url_of(qingzhu.pupils[0]))
    assert (page.content.decode().count(TEXT), page.context["beside"].has_more) == (12, True)


def test_opening_the_page_reads_the_reply(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    reply_to_letter(letter=found, text="孩子读了三遍")
    assert "孩子读了三遍" in client_of(qingzhu.mentor).get(url_of(found.pupil)).content.decode()
    assert LetterReply.objects.get().read_at is not None


# --- Checks -----------------------------------------------------------------------------------------------------------
def test_findings_are_listed_with_their_words_and_places(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupils[0]
    # A character beyond the first plane counts twice in a browser.
    body = "𠮷，你这次考了98分。\r\n白一诺也很好。"
    answer = client_of(qingzhu.mentor).post(url_of(pupil, "letter_check"), {"body": body})
    lines = {line.finding.code: line for line in answer.context["findings"]}
    assert (lines[Check.RANKING].marked, lines[Check.OTHER_NAME].marked) == ("98分", "白一诺")
    seen = body.replace("\r\n", "\n")
    assert lines[Check.OTHER_NAME].start == seen.index("白一诺") + 1
    assert lines[Check.OTHER_NAME].end == seen.index("白一诺") + 4
    page = answer.content.decode()
    assert (page.count("<mark>98分</mark>"), page.count("data-know")) == (1, len(lines))
    assert GrowthLetter.objects.count() == 0


def test_without_a_script_the_checks_come_with_the_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.mentor).post(url_of(qingzhu.pupils[0]), typed(body="你考了98分。", action="check"))
    assert (answer.status_code, "<mark>98分</mark>" in answer.content.decode()) == (200, True)
    assert GrowthLetter.objects.count() == 0


def test_what_the_plan_wants_settled_refuses_handing_in(qingzhu: SchoolCast, client_of: SignIn) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_blocking=[Check.RANKING])
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    answer = client.post(url_of(pupil), typed(body="你考了98分。", action="hand_in"))
    page = answer.content.decode()
    details = (
        answer.status_code,
        page.count("交稿前要改</span>"),
        page.count("data-know"),
        "你考了98分。</textarea>" in page,
    )
    assert details == (422, 1, 0, True)
    assert GrowthLetter.objects.count() == 0
    assert client.post(url_of(pupil), typed(body="你很努力。", action="hand_in")).status_code == 302


# --- The sheet --------------------------------------------------------------------------------------------------------
def test_the_preview_is_the_papers_own_sheet_and_escapes_what_is_typed(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.mentor)
    url = url_of(qingzhu.pupils[0], "letter_preview")
    page = client.post(url, {"body": "你好<b>。\n第二段"}).content.decode()
    assert [
        page.count(w) for w in ('<p class="text">你好&lt;b&gt;。</p>', "安可儿同学：", 'data-fits="1"', "林小满")
    ] == [1] * 4
    long = client.post(url, {"body": "你走得很慢，但一直在走。\n" * 60}).content.decode()
    assert 'data-fits="0"' in long
    assert GrowthLetter.objects.count() == 0


def test_the_pdf_holds_what_was_typed(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.mentor).post(url_of(qingzhu.pupils[0], "letter_pdf"), {"body": "你总是第一个到。"})
    assert (answer.headers["Content-Type"], "你总是第一个到。" in text_of(answer.content)) == ("application/pdf", True)


def test_the_pdf_of_a_text_that_nobody_has_proof_read_says_so(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client, url = client_of(qingzhu.mentor), url_of(qingzhu.pupils[0], "letter_pdf")
    marks = ["德育室还没有校对" in text_of(client.post(url, {"body": LETTER}).content)]
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=found, version=1)
    marks += [
        "德育室还没有校对" in text_of(client.post(url, {"body": body}).content) for body in (LETTER, f"{LETTER}好")
    ]
    assert marks == [True, False, True]


def test_the_lined_sheets_name_the_pupils_without_a_letter(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = qingzhu.pupils
    client = client_of(qingzhu.mentor)
    one = text_of(client.get(url_of(first, "letter_lined")).content)
    assert ("安可儿同学" in one, "白一诺同学" in one) == (True, False)
    letter(qingzhu, qingzhu.mentor, first)
    every = text_of(client.get(reverse("desk:lined_letters")).content)
    assert ("安可儿同学" in every, "白一诺同学" in every) == (False, True)
    letter(qingzhu, qingzhu.mentor, second)
    assert client.get(reverse("desk:lined_letters")).status_code == 409


# --- By hand ----------------------------------------------------------------------------------------------------------
def test_a_letter_is_marked_as_written_by_hand_and_back(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    refused = client.post(url_of(pupil), typed(action="handwritten"))
    assert (refused.status_code, "请先清空" in refused.content.decode()) == (422, True)
    assert refused.context["form"]["body"].value() == LETTER
    assert client.post(url_of(pupil), typed(body="", action="handwritten")).status_code == 302
    assert (stored(pupil).handwritten, stored(pupil).state) == (True, "handed_in")
    page = client.get(url_of(pupil)).content.decode()
    assert (page.count("这一封是手写的"), page.count("<textarea")) == (1, 0)
    client.post(url_of(pupil), typed(1, body="", action="typed"))
    assert (stored(pupil).handwritten, stored(pupil).state) == (False, "draft")


# --- Who --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["letter_desk", "letter_lined"])
def test_the_desk_is_the_own_mentors(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn, name: str) -> None:
    url = url_of(qingzhu.pupils[0], name)
    answers = {part: client_of(user).get(url).status_code for part, user in qingzhu.people.items()}
    assert answers == {part: 200 if part == "mentor" else 403 for part in qingzhu.people}
    assert client_of(other.mentor).get(url).status_code == 404


@pytest.mark.parametrize("name", ["letter_desk", "letter_check", "letter_preview", "letter_pdf"])
def test_nobody_else_posts_there(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn, name: str) -> None:
    url = url_of(qingzhu.pupils[0], name)
    data = typed(action="hand_in")
    answers = [client_of(user).post(url, data).status_code for part, user in qingzhu.people.items() if part != "mentor"]
    assert answers == [403] * (len(qingzhu.people) - 1)
    assert client_of(other.mentor).post(url, data).status_code == 404
    assert GrowthLetter.objects.count() == 0
