"""A family opens its child's letters with a slip: no account, no name before the code, nothing of anybody else."""

import datetime
import io
import json
import time
from collections.abc import Callable

import pypdf
import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import AuditEntry, DoorTry, User
from records.desk.models import VisitWish
from records.models.records import GrowthLetter
from records.papers.queries.letters import letter_context, letter_contexts
from schools.enums import LetterTone
from schools.models import Plan
from students.models import FamilySlip, Pupil
from students.services import LOCKED, WRONG, issue_slips, revoke_slip, slip_code
from tests.cast import EnrolmentFactory, SchoolCast
from tests.records.builders import LETTER, letter, released_letter, term_of

TAIL = "5678"


@pytest.fixture
def slip(qingzhu: SchoolCast) -> FamilySlip:
    """The slip of the mentor's first pupil, whose mother's phone ends in 5678."""
    return slip_of(qingzhu, qingzhu.pupils[0])


def slip_of(cast: SchoolCast, pupil: Pupil) -> FamilySlip:
    pupil.guardians.update(phone=f"1381234{TAIL}")
    return issue_slips(actor=cast.actor(cast.office), pupils=[pupil])[pupil.pk]


def door(slip: FamilySlip) -> str:
    return reverse("family:slip", args=[slip.key])


def letters_url(slip: FamilySlip) -> str:
    return reverse("family:letters", args=[slip.key])


def letter_url(slip: FamilySlip, letter: GrowthLetter, name: str = "letter") -> str:
    return reverse(f"family:{name}", args=[slip.key, letter.pk])


def enter(client: Client, slip: FamilySlip, **typed: str) -> "tuple[int, str, str]":
    """Posts the form; the status, where it leads, and the page."""
    response = client.post(door(slip), {"code": slip_code(slip), "phone_tail": TAIL} | typed)
    return response.status_code, response.headers.get("Location", ""), response.content.decode()


def test_the_right_code_and_phone_lead_straight_to_the_only_letter(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    assert enter(client, slip)[:2] == (302, letter_url(slip, written))
    page = client.get(letter_url(slip, written)).content.decode()
    seen = [
        page.count(w) for w in ("成长寄语</h1>", "安可儿同学：", f"<p>{LETTER}</p>", "导师　林小满", "2026年11月18日")
    ]
    assert seen == [1, 1, 1, 1, 1]


def test_two_letters_are_listed_newest_first(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    first = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    second = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    GrowthLetter.objects.filter(pk=second.pk).update(pupil=qingzhu.pupils[0], term=term_of(qingzhu, 2))
    assert enter(client, slip)[:2] == (302, letters_url(slip))
    assert [row.pk for row in client.get(letters_url(slip)).context["letters"]] == [second.pk, first.pk]


def test_nobody_is_named_before_the_code(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    pages = [client.get(door(slip)).content.decode(), enter(client, slip, code="aaaaaaaa")[2]]
    names = ("安可儿", "林小满", "一（1）班", LETTER)
    assert [[page.count(name) for name in names] for page in pages] == [[0, 0, 0, 0]] * 2
    assert [page.count("青竹小学") for page in pages] == [1, 1]


@pytest.mark.parametrize(
    "typed",
    [{"code": "aaaaaaaa"}, {"phone_tail": "0000"}, {"code": "aaaaaaaa", "phone_tail": "0000"}],
)
def test_a_wrong_code_and_a_wrong_phone_answer_alike(slip: FamilySlip, client: Client, typed: dict[str, str]) -> None:
    status, _, page = enter(client, slip, **typed)
    assert (status, page.count(WRONG)) == (422, 1)
    assert client.get(letters_url(slip)).status_code == 302


@pytest.mark.parametrize("typed", [{"code": ""}, {"phone_tail": ""}, {"phone_tail": "12"}, {"code": "a" * 31}])
def test_an_incomplete_form_is_explained_and_does_not_count_as_a_failure(
    slip: FamilySlip, client: Client, typed: dict[str, str]
) -> None:
    status, _, page = enter(client, slip, **typed)
    assert (status, page.count("is-invalid"), DoorTry.objects.count()) == (422, 1, 0)


def test_codes_are_forgiving_about_case_blanks_and_whole_phone_numbers(slip: FamilySlip, client: Client) -> None:
    code = slip_code(slip).upper()
    status, _, _ = enter(client, slip, code=f" {code[:4]}-{code[4:]} ", phone_tail=f"138 1234 {TAIL}")
    assert status == 302


def test_ten_wrong_entries_an_hour_and_the_right_one_still_opens(slip: FamilySlip, client: Client) -> None:
    answers = [enter(client, slip, code="aaaaaaaa") for _ in range(11)]
    assert [status for status, _, _ in answers] == [422] * 10 + [429]
    assert answers[-1][2].count(LOCKED) == 1
    assert (enter(Client(REMOTE_ADDR="198.51.100.4"), slip)[0], enter(Client(), slip)[0]) == (302, 302)


def test_150_tries_from_one_address_lock_that_address_and_no_family(qingzhu: SchoolCast) -> None:
    """150 tries on 30 slips in 8 s: all 30 were locked, for the rightful families too."""
    pupils = [EnrolmentFactory.create(school_class=qingzhu.class_one).pupil for _ in range(10)]
    slips = [slip_of(qingzhu, pupil) for pupil in pupils]
    stranger, family = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="198.51.100.4")
    statuses = [enter(stranger, one, code="aaaaaaaa")[0] for one in slips * 5]
    assert statuses == [422] * 30 + [429] * 20
    assert enter(stranger, slips[0])[0] == 429
    assert [enter(family, one)[0] for one in slips] == [302] * 10


def test_whoever_found_the_paper_does_not_find_out_the_phone(slip: FamilySlip) -> None:
    """The code is known then, and the end of a phone number has ten thousand values."""
    finder, family = Client(REMOTE_ADDR="203.0.113.9"), Client(REMOTE_ADDR="198.51.100.4")
    assert [enter(finder, slip, phone_tail=f"{n:04}")[0] for n in range(11)] == [422] * 10 + [429]
    assert (enter(finder, slip)[0], enter(family, slip)[0]) == (429, 302)


def test_openings_and_wrong_tries_are_logged_without_code_or_address(
    qingzhu: SchoolCast, slip: FamilySlip, client_of: Callable[[User], Client]
) -> None:
    enter(Client(REMOTE_ADDR="203.0.113.9"), slip, code="aaaaaaaa")
    enter(Client(REMOTE_ADDR="203.0.113.9"), slip)
    enter(client_of(qingzhu.admin), slip)
    lines = AuditEntry.objects.filter(target_type="students.familyslip", target_id=slip.pk).order_by("pk")
    assert [(line.verb, line.user) for line in lines] == [
        ("slip_refused", None),
        ("open_slip", None),
        ("open_slip", qingzhu.admin),
    ]
    told = json.dumps([line.detail for line in lines])
    assert [told.count(word) for word in ("203.0", slip_code(slip), TAIL, "from")] == [0, 0, 0, 3]


def test_an_unknown_key_asks_the_same_and_opens_nothing(db: None, client: Client) -> None:
    url = reverse("family:slip", args=["no-such-key1"])
    assert client.get(url).status_code == 200
    response = client.post(url, {"code": "abcdefgh", "phone_tail": TAIL})
    assert (response.status_code, response.content.decode().count(WRONG)) == (422, 1)


def test_a_revoked_slip_opens_nothing_and_ends_what_it_opened(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    enter(client, slip)
    assert client.get(letter_url(slip, written)).status_code == 200
    revoke_slip(actor=qingzhu.actor(qingzhu.office), slip=slip)
    closed = [client.get(letters_url(slip)), client.get(letter_url(slip, written))]
    assert [(r.status_code, r.headers["Location"]) for r in closed] == [(302, door(slip))] * 2
    assert enter(Client(), slip)[0] == 422


def test_what_is_not_this_pupils_released_letter_is_not_found(
    qingzhu: SchoolCast, other: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    own = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    strangers = [
        released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1]),
        released_letter(other, other.mentor, other.pupils[0]),
    ]
    enter(client, slip)
    urls = [letter_url(slip, row, name) for row in (own, *strangers) for name in ("letter", "letter_pdf")]
    assert [client.get(url).status_code for url in urls] == [200, 200, 404, 404, 404, 404]


@pytest.mark.parametrize("state", ["draft", "handed_in", "returned"])
def test_an_unreleased_letter_is_not_found(qingzhu: SchoolCast, slip: FamilySlip, client: Client, state: str) -> None:
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    GrowthLetter.objects.filter(pk=written.pk).update(state=state)
    enter(client, slip)
    page = client.get(letters_url(slip)).content.decode()
    assert (page.count("老师的寄语还在路上"), page.count(LETTER)) == (1, 0)
    assert [client.get(letter_url(slip, written, n)).status_code for n in ("letter", "letter_pdf")] == [404, 404]


def test_one_slip_does_not_open_another_child(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    brother = slip_of(qingzhu, qingzhu.pupils[1])
    enter(client, slip)
    assert client.get(letters_url(brother)).status_code == 302
    enter(client, brother)
    names = [client.get(letters_url(s)).context["slip"].pupil.name for s in (slip, brother)]
    assert names == ["安可儿", "白一诺"]


def test_on_a_lent_phone_the_pages_shut_after_half_an_hour_without_a_touch(
    slip: FamilySlip, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hours were too long on a phone that is handed on."""
    enter(client, slip)
    start = time.time()
    statuses = []
    for minutes in (25, 50, 75, 106):
        monkeypatch.setattr(time, "time", lambda later=start + minutes * 60: later)
        statuses.append(client.get(letters_url(slip)).status_code)
    assert statuses == [200, 200, 200, 302]


def test_on_the_own_phone_they_stay_open_for_a_month(
    slip: FamilySlip, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two hours were too short for those at home."""
    enter(client, slip, own_phone="on")
    assert client.session.get_expiry_age() == 30 * 86400
    start = time.time()
    statuses = []
    for days in (29, 31):
        monkeypatch.setattr(time, "time", lambda later=start + days * 86400: later)
        statuses.append(client.get(letters_url(slip)).status_code)
    assert statuses == [200, 302]


def test_whoever_signs_in_on_a_familys_phone_is_not_signed_in_for_a_month(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    qingzhu.mentor.set_password("window-squirrel-7")
    qingzhu.mentor.save()
    enter(client, slip, own_phone="on")
    client.post("/account/sign-in/", {"username": "qingzhu-mentor", "password": "window-squirrel-7"})
    assert client.session.get_expiry_age() == 12 * 3600


def test_looking_can_be_ended_on_every_page(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    """Family pages had no end button."""
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    enter(client, slip, own_phone="on")
    names = ("home", "letters", "visit", "tree_hole", "tree_hole_new")
    urls = [reverse(f"family:{name}", args=[slip.key]) for name in names]
    urls += [letter_url(slip, written), reverse("choose:mine", args=[slip.key])]
    end = reverse("family:end", args=[slip.key])
    assert [client.get(url).content.decode().count(f'action="{end}"') for url in urls] == [1] * len(urls)
    assert client.post(end).headers["Location"] == door(slip)
    assert [client.get(url).status_code for url in urls] == [302] * len(urls)


def test_what_was_being_typed_when_a_page_shut_is_not_lost(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(client, slip)
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start + 3600)
    visit = reverse("family:visit", args=[slip.key])
    assert client.post(visit, {"text": "周三晚上方便"}).headers["Location"] == door(slip)
    assert client.get(door(slip)).content.decode().count("您写的内容还在") == 1
    _, resume, _ = enter(client, slip)
    page = client.get(resume).content.decode()
    hidden = '<input type="hidden" name="text" value="周三晚上方便">'
    assert [page.count(word) for word in (f'action="{visit}"', hidden)] == [1, 1]
    client.post(visit, {"text": "周三晚上方便"})
    assert VisitWish.objects.get().text == "周三晚上方便"
    assert client.get(reverse("family:resume", args=[slip.key])).status_code == 302


def test_a_stranger_without_the_code_leaves_nothing_to_be_found(slip: FamilySlip, client: Client) -> None:
    client.post(reverse("family:visit", args=[slip.key]), {"text": "你好"})
    assert "family_typed" not in client.session


def test_two_children_of_one_phone_are_switched_between_once_both_were_opened(
    qingzhu: SchoolCast, slip: FamilySlip, client: Client
) -> None:
    """Two children of one phone were two worlds."""
    brother, neighbour = slip_of(qingzhu, qingzhu.pupils[1]), slip_of(qingzhu, qingzhu.pupil_of_colleague)
    qingzhu.pupil_of_colleague.guardians.update(phone=f"1390000{TAIL}")
    enter(client, slip)
    assert client.get(letters_url(slip)).content.decode().count("换到") == 0
    for one in (brother, neighbour):
        enter(client, one)
    page = client.get(letters_url(slip)).content.decode()
    assert [page.count(f"换到{name}") for name in ("白一诺", "曹子墨", "安可儿")] == [1, 0, 0]


def test_emergency_numbers_can_be_tapped(slip: FamilySlip, client: Client) -> None:
    enter(client, slip)
    page = client.get(reverse("family:tree_hole", args=[slip.key])).content.decode()
    assert [page.count(f'href="tel:{number}"') for number in ("110", "120", "12356")] == [1, 1, 1]
    assert page.count('name="format-detection" content="telephone=no"') == 1


def test_a_mark_without_our_signature_opens_nothing(slip: FamilySlip, client: Client) -> None:
    session = client.session
    session["family_slips"] = {str(slip.pk): signing.dumps(slip.pk, salt="another")}
    session.save()
    assert client.get(letters_url(slip)).status_code == 302


def test_the_session_key_changes_when_a_slip_opens(slip: FamilySlip, client: Client) -> None:
    client.get(door(slip))
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["sessionid"] = before = session.session_key or ""
    enter(client, slip)
    assert client.session.session_key != before


def test_no_page_is_kept_or_tells_its_address(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    responses = [client.get(door(slip))]
    enter(client, slip)
    responses += [client.get(letters_url(slip)), client.get(letter_url(slip, written))]
    responses.append(client.get(letter_url(slip, written, "letter_pdf")))
    assert [r.headers["Cache-Control"] for r in responses] == ["no-store, private"] * 4
    # A page with a form keeps its own origin, or the browser posts "Origin: null" and the CSRF check refuses.
    policies = [r.headers["Referrer-Policy"] for r in responses]
    assert policies == ["same-origin"] * 4


def test_a_post_without_csrf_token_is_refused(slip: FamilySlip) -> None:
    assert enter(Client(enforce_csrf_checks=True), slip)[0] == 403


def test_the_first_reading_is_noted(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    enter(client, slip)
    client.get(letters_url(slip))
    written.refresh_from_db()
    assert written.read_at is None
    client.get(letter_url(slip, written))
    written.refresh_from_db()
    assert written.read_at is not None


def test_a_browser_of_the_staff_reads_nothing_for_the_family_and_is_told_so(
    qingzhu: SchoolCast, slip: FamilySlip, client_of: Callable[[User], Client]
) -> None:
    """The letter turned 家长读过 when 管理员 opened it with a slip, signed out before or not."""
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    qingzhu.admin.set_password("window-squirrel-7")
    qingzhu.admin.save()
    staff = Client()
    staff.post("/account/sign-in/", {"username": "qingzhu-admin", "password": "window-squirrel-7"})
    for _ in range(2):
        enter(staff, slip)
        page = staff.get(letter_url(slip, written)).content.decode()
        written.refresh_from_db()
        assert (page.count("不算“家长读过”"), written.read_at) == (1, None)
        staff.post("/account/sign-out/")
    enter(family := Client(), slip)
    assert family.get(letter_url(slip, written)).content.decode().count("不算“家长读过”") == 0
    written.refresh_from_db()
    assert written.read_at is not None


def test_the_pdf_is_the_letter(qingzhu: SchoolCast, slip: FamilySlip, client: Client) -> None:
    written = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    enter(client, slip)
    response = client.get(letter_url(slip, written, "letter_pdf"))
    pdf = pypdf.PdfReader(io.BytesIO(response.content))
    text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "").replace(" ", "")
    found = [text.count(w) for w in ("安可儿同学：", LETTER, "林小满", "青竹小学")]
    assert (response.headers["Content-Type"], len(pdf.pages), found[:3]) == ("application/pdf", 1, [1, 1, 1])
    assert response.headers["Content-Disposition"].split(";")[0] == "attachment"


def test_a_signed_in_teacher_needs_the_slip_too(
    qingzhu: SchoolCast, slip: FamilySlip, client_of: Callable[[User], Client]
) -> None:
    assert client_of(qingzhu.admin).get(letters_url(slip)).status_code == 302


@pytest.mark.parametrize("tone, advice", [(LetterTone.POSITIVE, ""), (LetterTone.WITH_ADVICE, "每天读一页书。")])
def test_advice_reaches_the_family_where_the_plan_wants_it(qingzhu: SchoolCast, tone: LetterTone, advice: str) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_tone=tone)
    written = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], advice="每天读一页书。")
    assert letter_context(written).advice == advice


def test_the_paper_says_what_the_database_says(qingzhu: SchoolCast) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_label="成长激励卡")
    paper = letter_context(released_letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared))
    assert (paper.title, paper.term, paper.class_label, paper.pupil_name, paper.mentors, paper.on) == (
        "成长激励卡",
        "2026学年第一学期",
        "五（1）班",
        "范思齐",
        ("陶然", "石磊"),
        datetime.date(2026, 11, 18),
    )


def test_many_papers_cost_the_queries_of_one(
    qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    released_letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    rows = list(GrowthLetter.objects.order_by("pk"))
    with django_assert_num_queries(10):
        letter_contexts(rows[:1])
    rows = list(GrowthLetter.objects.order_by("pk"))
    with django_assert_num_queries(10):
        papers = letter_contexts(rows)
    assert [p.pupil_name for p in papers] == ["安可儿", "白一诺", "范思齐"]
