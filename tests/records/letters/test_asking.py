"""Handing in with findings that nobody has waved aside asks once; what the checks found stays with the letter."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.errors import DomainError
from records.desk.models import Draft
from records.letters.services.looking import check_waiting_letters
from records.letters.services.office import edit_letter_as_office
from records.letters.services.writing import wave_findings
from records.models.records import GrowthLetter
from schools.models import Plan
from students.models import Pupil
from tests.cast import SchoolCast
from tests.records.builders import LETTER, letter, released_letter, term_of

SignIn = Callable[[User], Client]
MARK = "你考了98分。"
BOTH = "白一诺说，你考了98分。"


def url_of(pupil: Pupil, name: str = "letter_desk") -> str:
    return reverse(f"desk:{name}", args=[pupil.pk])


def typed(body: str, action: str = "hand_in", *, version: int = 0, **more: str) -> dict[str, str]:
    return {"submission": str(uuid.uuid4()), "version": str(version), "body": body, "action": action} | more


def stored(pupil: Pupil) -> GrowthLetter:
    return GrowthLetter.objects.get(pupil=pupil, deleted_at=None)


def asked_in(answer: object) -> str:
    """The keys that the page's question carries."""
    return " ".join(line.key for line in answer.context["findings"])  # type: ignore[attr-defined]  # a test response


# --- The question -----------------------------------------------------------------------------------------------------
def test_handing_in_with_findings_asks_and_keeps_every_word(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Seen: a quick press handed in another child's name before the live check had answered; nobody said a word."""
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    answer = client.post(url_of(pupil), typed(BOTH))
    page = answer.content.decode()
    words = (
        "2 处请再看一看<small>",
        "回去改</a>",
        "就这样交</button>",
        f"{BOTH}</textarea>",
        "还没有交：2 处请再看一看",
    )
    assert (answer.status_code, [page.count(word) for word in words]) == (422, [1, 1, 1, 1, 1])
    assert GrowthLetter.objects.count() == 0


def test_handing_in_all_the_same_needs_one_press_and_remembers_what_was_asked(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    asked = asked_in(client.post(url_of(pupil), typed(BOTH)))
    assert client.post(url_of(pupil), typed(BOTH, "hand_in_anyway", asked=asked)).status_code == 302
    kept = stored(pupil)
    assert (kept.state, sorted(kept.findings or []), kept.known_findings) == (
        "handed_in",
        ["other_name", "ranking"],
        sorted(asked.split()),
    )
    # A word more, handed in again: what was waved aside is not asked about again.
    again = client.post(url_of(pupil), typed(f"{BOTH}你很努力。", version=1))
    assert (again.status_code, stored(pupil).version) == (302, 2)


def test_what_was_found_after_the_question_is_asked_about_anew(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    asked = asked_in(client.post(url_of(pupil), typed(MARK)))
    answer = client.post(url_of(pupil), typed(BOTH, "hand_in_anyway", asked=asked))
    assert answer.status_code == 422
    assert [line.marked for line in answer.context["findings"]] == ["白一诺"]


def test_a_letter_without_findings_is_handed_in_at_once(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupils[0]
    assert client_of(qingzhu.mentor).post(url_of(pupil), typed(LETTER)).status_code == 302
    assert (stored(pupil).findings, stored(pupil).known_findings) == ([], [])


def test_what_the_plan_wants_settled_cannot_be_waved_aside(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    asked = asked_in(client.post(url_of(pupil), typed(MARK)))
    Plan.objects.filter(year=qingzhu.year).update(letter_blocking=["ranking"])
    answer = client.post(url_of(pupil), typed(MARK, "hand_in_anyway", asked=asked))
    assert (answer.status_code, "就这样交</button>" in answer.content.decode()) == (422, False)


# --- Waved aside ------------------------------------------------------------------------------------------------------
def test_what_is_waved_aside_is_kept_with_the_letter_and_on_every_device(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    """Seen: it lay in one browser's store alone."""
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    letter(qingzhu, qingzhu.mentor, pupil, body=MARK, draft=True)
    key = asked_in(client.post(url_of(pupil, "letter_check"), {"body": MARK}))
    assert client.post(url_of(pupil, "letter_know"), {"known": key}).status_code == 204
    assert (stored(pupil).known_findings, stored(pupil).version) == ([key], 1)
    elsewhere = client_of(qingzhu.mentor)
    assert elsewhere.get(url_of(pupil)).context["form"]["known"].value() == key
    assert elsewhere.post(url_of(pupil, "letter_check"), {"body": MARK, "known": key}).context["findings"] == []
    assert elsewhere.post(url_of(pupil), typed(MARK, version=1)).status_code == 302


def test_before_the_first_save_it_is_kept_with_what_is_typed(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    content = {"body": [MARK], "version": ["0"], "submission": [str(uuid.uuid4())], "known": [""]}
    data = {
        "key": f"letter/{pupil.pk}/{term_of(qingzhu).pk}",
        "content": content,
        "stamp": "0123456789.1",
        "seen": "",
        "user": qingzhu.mentor.pk,
    }
    client.post(reverse("desk:draft_save"), data, content_type="application/json")
    key = asked_in(client.post(url_of(pupil, "letter_check"), {"body": MARK}))
    client.post(url_of(pupil, "letter_know"), {"known": f"{key} <script> nonsense"})
    draft = Draft.objects.get()
    assert (draft.content["known"], draft.content["body"], draft.stamp) == ([key], [MARK], "0123456789.1")
    page = client.get(url_of(pupil))
    assert (page.context["form"]["known"].value(), page.context["form"]["body"].value()) == (key, MARK)


def test_nobody_waves_aside_for_another(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    letter(qingzhu, qingzhu.mentor, pupil, draft=True)
    with pytest.raises(DomainError, match="只能为自己指导的学生"):
        wave_findings(
            actor=qingzhu.actor(qingzhu.colleague),
            pupil=pupil,
            term=term_of(qingzhu),
            keys=["ranking-0123456789ab"],
            draft_key="",
        )
    assert stored(pupil).known_findings == []


def test_no_letter_is_called_faultless(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Seen: a green tick and 没有要提醒的地方 under a letter whose tone no list of words can judge."""
    page = client_of(qingzhu.mentor).post(url_of(qingzhu.pupils[0], "letter_check"), {"body": LETTER}).content.decode()
    assert ("请您交稿前再读一遍" in page, "icon" in page, "没有要提醒的地方" in page) == (True, False, False)


# --- 德育室 -----------------------------------------------------------------------------------------------------------
def noted(client: Client, **query: str) -> tuple[int, list[str]]:
    """The figure of the tab 有提醒, and whose letters stand on the page with the badge."""
    page = client.get(reverse("office:letters"), {"state": "", **query})
    count = next(tab["count"] for tab in page.context["tabs"] if tab["label"] == "有提醒")
    return count, [row.enrolment.pupil.name for row in page.context["rows"] if row.noted]


def test_the_office_sees_which_waiting_letters_carry_findings(qingzhu: SchoolCast, client_of: SignIn) -> None:
    first, second = qingzhu.pupils
    letter(qingzhu, qingzhu.mentor, first, body=MARK)
    letter(qingzhu, qingzhu.mentor, second)
    released_letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, body=MARK)
    letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared, body=MARK, draft=True)
    client = client_of(qingzhu.office)
    assert noted(client) == (1, ["安可儿"])
    # On a page that shows none of them the figure is the same.
    assert noted(client, state="released") == (1, [])
    narrowed = client.get(reverse("office:letters"), {"state": "noted"})
    assert [row.enrolment.pupil for row in narrowed.context["rows"]] == [first]
    assert narrowed.content.decode().count("有提醒</span>") == 1
    waiting = client.get(reverse("office:letters"))
    assert [row.enrolment.pupil for row in waiting.context["rows"]] == [first, second]


def test_letters_of_before_are_looked_at_in_the_night(qingzhu: SchoolCast) -> None:
    noted, plain = (
        letter(qingzhu, qingzhu.mentor, pupil, body=body)
        for pupil, body in zip(qingzhu.pupils, (MARK, LETTER), strict=True)
    )
    GrowthLetter.objects.update(findings=None)
    assert [check_waiting_letters(), check_waiting_letters()] == [2, 0]
    assert [stored(x.pupil).findings for x in (noted, plain)] == [["ranking"], []]
    assert stored(noted.pupil).version == 1


def test_an_edit_by_the_office_is_looked_at_again(qingzhu: SchoolCast, client_of: SignIn) -> None:
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body=MARK)
    edited = edit_letter_as_office(
        actor=qingzhu.actor(qingzhu.office), letter=found, body="你很努力。", advice="", version=1
    )
    assert edited.findings == []


def test_the_office_reads_that_the_mentor_was_told_only_where_that_is_so(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    """Seen: 写信时也这样提醒过导师 under findings that no mentor had ever seen."""
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    asked = asked_in(client.post(url_of(pupil), typed(MARK)))
    client.post(url_of(pupil), typed(MARK, "hand_in_anyway", asked=asked))
    GrowthLetter.objects.filter(pupil=pupil).update(body=BOTH)
    page = client_of(qingzhu.office).get(reverse("office:letter", args=[stored(pupil).pk]))
    told = {line.marked: line.is_known for line in page.context["findings"]}
    assert told == {"白一诺": False, "98分": True}
    assert page.content.decode().count("写信时也这样提醒过导师") == 1


def test_the_page_to_proof_read_has_the_paragraphs_of_the_print(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Seen: lines after a single line break began without the indent that the print gives them."""
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="你很好。\n你也很静。\n\n再见。")
    page = client_of(qingzhu.office).get(reverse("office:letter", args=[found.pk])).content.decode()
    assert "<p>你很好。</p><p>你也很静。</p><p>再见。</p>" in page
