"""表彰 by the bureau: facts and a certificate, no score; and the experience notes that schools passed on."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import AuditEntry, User
from core.errors import DomainError
from records.bureau.models import Commendation
from records.bureau.services.commendations import CommendationData, commend, take_back_commendation
from records.recognition.enums import NoteState
from records.recognition.models import ExperienceNote
from tests.cast import SCHOOL_DAY, TODAY, SchoolCast
from tests.pages import text, tree

SignIn = Callable[[User], Client]
FACTS = "一学期走进三十个家庭，和家长约好每天一起读书"


def test_a_teacher_is_commended_and_the_school_prints_the_certificate(qingzhu: SchoolCast, client_of: SignIn) -> None:
    given = {"school": qingzhu.school.pk, "teacher_name": "林小满", "title": "优秀导师", "facts": FACTS}
    client = client_of(qingzhu.bureau_user)
    assert client.post(reverse("bureau:commendations"), given).status_code == 302
    found = Commendation.objects.get()
    assert (found.given_on, found.school, found.bureau) == (TODAY, qingzhu.school, qingzhu.school.bureau)
    for user in (qingzhu.bureau_user, qingzhu.office, qingzhu.leader):
        paper = client_of(user).get(reverse("city:certificate", args=[found.pk]))
        words = "".join(PdfReader(BytesIO(paper.content)).pages[0].extract_text().split())
        assert "江城市教育局" in words
        assert f"青竹小学林小满老师：{FACTS}" in words
        assert "特授予“优秀导师”称号" in words
    page = client_of(qingzhu.admin).get(reverse("city:plan"))
    assert "优秀导师" in text(tree(page))
    assert AuditEntry.objects.filter(verb="commend", school=qingzhu.school).count() == 1


def test_one_that_was_taken_back_is_gone_and_the_same_twice_is_once(qingzhu: SchoolCast, client_of: SignIn) -> None:
    bureau = qingzhu.actor(qingzhu.bureau_user)
    data = CommendationData(qingzhu.school, "", "先进学校", FACTS)
    found = commend(actor=bureau, data=data)
    assert commend(actor=bureau, data=data) == found
    take_back_commendation(actor=bureau, commendation=found)
    take_back_commendation(actor=bureau, commendation=found)
    assert AuditEntry.objects.filter(verb="take_back_commendation").count() == 1
    assert client_of(qingzhu.admin).get(reverse("city:certificate", args=[found.pk])).status_code == 404
    assert commend(actor=bureau, data=data) != found


@pytest.mark.parametrize(
    "changes, code",
    [({"title": " "}, "title_missing"), ({"facts": ""}, "facts_missing"), ({"facts": "\ue000"}, "no_glyph")],
)
def test_what_a_certificate_lacks_is_said(qingzhu: SchoolCast, changes: dict[str, str], code: str) -> None:
    given = {"school": qingzhu.school, "teacher_name": "", "title": "先进学校", "facts": FACTS} | changes
    with pytest.raises(DomainError) as refused:
        commend(actor=qingzhu.actor(qingzhu.bureau_user), data=CommendationData(**given))  # type: ignore[arg-type]
    assert refused.value.code == code


def test_a_bureau_commends_its_own_schools_alone(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    data = CommendationData(other.school, "", "先进学校", FACTS)
    for actor, code in (
        (qingzhu.actor(qingzhu.bureau_user), "school_unknown"),
        (qingzhu.actor(qingzhu.leader), "not_allowed"),
    ):
        with pytest.raises(DomainError) as refused:
            commend(actor=actor, data=data)
        assert refused.value.code == code
    given = {"school": other.school.pk, "title": "先进学校", "facts": FACTS}
    answer = client_of(qingzhu.bureau_user).post(reverse("bureau:commendations"), given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["school"])


def test_the_bureau_reads_what_was_passed_on_and_nothing_else(qingzhu: SchoolCast, client_of: SignIn) -> None:
    given = {
        "school": qingzhu.school,
        "author": qingzhu.mentor,
        "situation": "他不愿意开口。",
        "done": "每天一起浇花。",
        "helped": "有事可做。",
        "state": NoteState.PUBLISHED,
        "published_at": SCHOOL_DAY,
    }
    ExperienceNote.objects.create(title="从浇花开始", may_pass_on=True, passed_on_at=SCHOOL_DAY, **given)
    ExperienceNote.objects.create(title="只在校内", **given)
    words = text(tree(client_of(qingzhu.bureau_user).get(reverse("bureau:experiences"))))
    assert ("从浇花开始" in words, "每天一起浇花。" in words, "只在校内" in words) == (True, True, False)
    assert qingzhu.mentor.name not in words
