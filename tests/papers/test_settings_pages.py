"""The settings page: who opens it, what it saves, and the sample that shows what is not saved yet."""

import base64
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from records.papers import samples
from records.papers.forms.settings import SECTIONS, PaperSettingsForm
from records.papers.samples import SAMPLES, sample_picture
from schools.contexts import Letterhead, PaperSample, PaperStyle, PaperWords, SampleLook
from schools.enums import Design
from schools.models import Plan
from schools.paper_settings import PaperSettings
from schools.queries import paper_style
from tests.cast import SchoolCast
from tests.core.test_pictures import picture
from tests.documents.reading import text

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
PAGE = "/papers/settings/"
HTMX = {"HX-Request": "true"}


def typed(cast: SchoolCast, user: User | None = None, **changes: Any) -> dict[str, Any]:
    """The page's form as a browser posts it, with `changes`."""
    initial = PaperSettingsForm.about(paper_style(cast.school), 0, "成长寄语")
    if user is not None and user != cast.admin:
        initial = {name: value for name, value in initial.items() if "label" not in name}
    posted = {name: value for name, value in (initial | changes).items() if value is not False}
    return {name: "on" if value is True else value for name, value in posted.items()}


def picture_in(answer: Any) -> Image.Image:
    found = re.search(
        r'<img class="sample-picture" src="data:image/png;base64,([^"]+)" alt="[^"]+">', answer.content.decode()
    )
    assert found is not None
    return Image.open(BytesIO(base64.b64decode(found[1])))


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[SampleLook]:
    """What samples are asked for; each shows one blank picture, so that no test waits for a paper it does not read."""
    asked: list[SampleLook] = []
    blank = picture("PNG")

    def note(key: str, look: SampleLook) -> bytes:
        asked.append(look)
        return blank

    monkeypatch.setattr("records.papers.views.settings.sample_picture", note)
    return asked


# --- The page ---------------------------------------------------------------------------------------------------------
def test_the_printing_page_and_the_plan_lead_to_the_settings(qingzhu: SchoolCast, client_of: SignIn) -> None:
    for user, page in ((qingzhu.office, "papers:index"), (qingzhu.admin, "plan:detail")):
        assert f'href="{PAGE}"' in client_of(user).get(reverse(page)).content.decode()
    assert f'href="{PAGE}"' not in client_of(qingzhu.mentor).get(reverse("plan:detail")).content.decode()


def test_the_page_shows_what_is_set_and_opens_with_few_queries(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(qingzhu.office)
    client.get(PAGE)
    with django_assert_num_queries(QUERIES):
        first = client.get(PAGE).content.decode()
    assert [section.title in first for section in SECTIONS] == [True] * 6
    client.post(PAGE, typed(qingzhu, qingzhu.office, closing="愿你步步登高"))
    client.get(PAGE)
    with django_assert_num_queries(QUERIES):
        second = client.get(PAGE)
    assert ("愿你步步登高" in first, "愿你步步登高" in second.content.decode()) == (False, True)
    assert "no-store" in second["Cache-Control"]


# Session, user, roles of the day, unread notices and navigation; then school, settings and plan.
QUERIES = 8


def test_what_is_typed_is_saved(qingzhu: SchoolCast, client_of: SignIn) -> None:
    changes = {
        "book_title": "同行",
        "salutation": "{姓名}：",
        "swatch": "#8c2f39",
        "design": "senior",
        "signed_by_hand": True,
    }
    answer = client_of(qingzhu.office).post(PAGE, typed(qingzhu, qingzhu.office, **changes))
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    qingzhu.school.refresh_from_db()
    style = paper_style(qingzhu.school)
    assert (style.words, style.head.colour) == (
        PaperWords(book_title="同行", salutation="{姓名}：", design=Design.SENIOR, signed_by_hand=True),
        "#8c2f39",
    )


def test_an_own_colour_counts_when_no_swatch_is_ticked(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    client.post(PAGE, typed(qingzhu, qingzhu.office, swatch="own", colour="#ffd54a"))
    page = client.get(PAGE).content.decode()
    assert (paper_style(qingzhu.school).head.colour, "正文标题会自动加深" in page) == ("#ffd54a", True)


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.office).post(
        PAGE, typed(qingzhu, qingzhu.office, salutation="亲爱的<b>同学</b>", closing="留着")
    )
    page = answer.content.decode()
    error = re.search(r'id="id_salutation_error"[^>]*>([^<]*)', page)
    assert error is not None
    assert (answer.status_code, error[1].strip()) == (422, "称呼里要有{姓名}，打印时换成每个人的姓名。")
    assert ("亲爱的&lt;b&gt;同学" in page, 'value="留着"' in page, "还没有保存" in page) == (True, True, True)
    assert not PaperSettings.objects.exists()


def test_two_people_do_not_overwrite_each_other(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client_of(qingzhu.office).post(PAGE, typed(qingzhu, qingzhu.office, closing="愿你步步登高"))
    second = client_of(qingzhu.admin)
    data = typed(qingzhu, closing="愿你健康快乐", version=0, swatch="#8c2f39", label_choice="成长激励卡")
    answer = second.post(PAGE, data)
    page = answer.content.decode()
    assert (answer.status_code, paper_style(qingzhu.school).words.closing) == (409, "愿你步步登高")
    assert ("刚刚有人保存了版面设置" in page, 'name="version" value="1"' in page) == (True, True)
    assert (re.findall(r"<h4>(.*?)</h4>", page), Plan.objects.filter(year=qingzhu.year).count()) == (
        ["自选颜色", "落款前的一句话"],
        1,
    )
    assert second.post(PAGE, data | {"version": 1}).status_code == 302
    assert paper_style(qingzhu.school).words.closing == "愿你健康快乐"


def test_the_admin_names_the_letter_and_the_office_reads_whom_to_ask(qingzhu: SchoolCast, client_of: SignIn) -> None:
    office = client_of(qingzhu.office)
    assert ("要改请联系管理员" in office.get(PAGE).content.decode()) is True
    # A field that was not on the page is not read.
    office.post(PAGE, typed(qingzhu, label_choice="成长激励卡"))
    assert Plan.objects.filter(year=qingzhu.year).count() == 1
    client = client_of(qingzhu.admin)
    client.post(PAGE, typed(qingzhu, label_choice="own", label_own="写给你", version=1))
    assert list(Plan.objects.filter(year=qingzhu.year).order_by("version").values_list("letter_label", flat=True)) == [
        "成长寄语",
        "写给你",
    ]
    page = client.get(PAGE).content.decode()
    assert ('value="写给你"' in page, "要改请联系管理员" in page) == (True, False)


def test_a_name_that_was_changed_in_the_plan_meanwhile_is_not_overwritten_unseen(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_label="成长激励卡")
    client = client_of(qingzhu.admin)
    data = typed(qingzhu, label_choice="own", label_own="写给你")
    answer = client.post(PAGE, data)
    assert (answer.status_code, "刚刚改成了“成长激励卡”" in answer.content.decode()) == (422, True)
    assert 'name="seen_label" value="成长激励卡"' in answer.content.decode()
    assert client.post(PAGE, data | {"seen_label": "成长激励卡"}).status_code == 302


def test_defaults_are_filled_in_and_not_saved(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    data = typed(qingzhu, qingzhu.office, book_title="同行", closing="留着", signed_by_hand=True, restore="book")
    page = client.post(PAGE, data).content.decode()
    assert ("人人都有“好朋友”老师" in page, 'value="同行"' in page, 'value="留着"' in page) == (True, False, True)
    assert re.search(r'name="signed_by_hand"[^>]* checked', page) is not None
    page = client.post(PAGE, data | {"restore": "letter"}).content.decode()
    assert ('value="同行"' in page, 'value="留着"' in page) == (True, False)
    assert re.search(r'name="signed_by_hand"[^>]* checked', page) is None
    assert not PaperSettings.objects.exists()


def test_a_logo_is_uploaded_shown_and_removed(qingzhu: SchoolCast, client_of: SignIn, own_folder: Path) -> None:
    client = client_of(qingzhu.office)
    bad = SimpleUploadedFile("logo.png", b"<svg>")
    answer = client.post(PAGE, typed(qingzhu, qingzhu.office, logo=bad))
    assert (answer.status_code, "这个文件不是图片" in answer.content.decode()) == (422, True)
    client.post(PAGE, typed(qingzhu, qingzhu.office, logo=SimpleUploadedFile("张三.jpg", picture())))
    page = client.get(PAGE).content.decode()
    assert ('alt="现在的校徽"' in page, "不再使用现在的校徽" in page, "张三" in page) == (True, True, False)
    client.post(PAGE, typed(qingzhu, qingzhu.office, remove_logo=True, version=1))
    assert 'alt="现在的校徽"' not in client.get(PAGE).content.decode()


# --- The sample -------------------------------------------------------------------------------------------------------
def preview(client: Client, data: dict[str, Any]) -> Any:
    return client.post(reverse("papers:settings_preview"), data, headers=HTMX)


def test_the_sample_shows_what_is_typed_and_saves_nothing(
    qingzhu: SchoolCast, client_of: SignIn, looks: list[SampleLook], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(qingzhu.admin)
    data = typed(qingzhu, book_title="同行的日子", swatch="#8c2f39", sample="book", label_choice="反馈激励卡")
    preview(client, data)
    with django_assert_num_queries(PREVIEW_QUERIES):
        answer = preview(client, data)
    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert (looks[0] == looks[1], looks[0].style.head.colour, looks[0].letter_label) == (True, "#8c2f39", "反馈激励卡")
    assert text(SAMPLES["book"].make(looks[0])).count("同行的日子") >= 1
    qingzhu.school.refresh_from_db()
    assert (PaperSettings.objects.count(), Plan.objects.filter(year=qingzhu.year).count()) == (0, 1)
    assert (qingzhu.school.book_title, AuditEntry.objects.filter(verb="save_paper_settings").count()) == (
        PaperWords().book_title,
        0,
    )


# Session, user, roles of the day, school, settings, plan.
PREVIEW_QUERIES = 7


def test_the_answer_is_the_picture_of_the_paper(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    one, two = (
        picture_in(preview(client, typed(qingzhu, qingzhu.office, swatch=colour))) for colour in ("#2f6b4f", "#8c2f39")
    )
    # An A5 page, upright.
    assert (one.size == two.size, round(one.height / one.width, 2), one.tobytes() == two.tobytes()) == (
        True,
        1.42,
        False,
    )


def test_a_logo_that_is_not_uploaded_yet_is_shown_and_not_kept(
    qingzhu: SchoolCast, client_of: SignIn, looks: list[SampleLook], own_folder: Path
) -> None:
    client = client_of(qingzhu.office)
    preview(client, typed(qingzhu, qingzhu.office, logo=SimpleUploadedFile("logo.png", picture("PNG"))))
    preview(client, typed(qingzhu, qingzhu.office))
    assert [look.style.head.logo is not None for look in looks] == [True, False]
    assert [path for path in own_folder.rglob("*") if path.is_file()] == []


def test_a_saved_logo_is_shown_until_its_removal_is_ticked(
    qingzhu: SchoolCast, client_of: SignIn, looks: list[SampleLook], own_folder: Path
) -> None:
    client = client_of(qingzhu.office)
    client.post(PAGE, typed(qingzhu, qingzhu.office, logo=SimpleUploadedFile("logo.png", picture("PNG"))))
    preview(client, typed(qingzhu, qingzhu.office))
    preview(client, typed(qingzhu, qingzhu.office, remove_logo=True))
    assert [look.style.head.logo is not None for look in looks] == [True, False]


def test_the_design_is_the_chosen_one_unless_the_school_has_fixed_one(
    qingzhu: SchoolCast, client_of: SignIn, looks: list[SampleLook]
) -> None:
    client = client_of(qingzhu.office)
    for shown, fixed in (("lower", ""), ("senior", ""), ("lower", "upper")):
        preview(client, typed(qingzhu, qingzhu.office, shown_design=shown, design=fixed))
    assert [look.design for look in looks] == [Design.LOWER, Design.SENIOR, Design.UPPER]


def test_a_wrong_text_answers_with_its_error_and_leaves_the_picture(
    qingzhu: SchoolCast, client_of: SignIn, looks: list[SampleLook]
) -> None:
    answer = preview(client_of(qingzhu.office), typed(qingzhu, qingzhu.office, salutation="<i>同学", closing="留着"))
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Reswap"], looks) == (422, "none", [])
    shown = dict(re.findall(r'hx-swap-oob="innerHTML:#id_(\w+)_error">([^<]*)<', page))
    assert {name: words.strip() for name, words in shown.items() if words.strip()} == {
        "salutation": "称呼里要有{姓名}，打印时换成每个人的姓名。"
    }
    assert "样张停在上一次的样子" in page


def test_every_error_has_its_place_on_the_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    for user in (qingzhu.office, qingzhu.admin):
        client = client_of(user)
        answer = preview(client, {"version": 0})
        page = client.get(PAGE).content.decode()
        places = re.findall(r'hx-swap-oob="innerHTML:#([\w-]+)"', answer.content.decode())
        assert [place for place in places if f'id="{place}"' not in page] == []


def test_without_javascript_the_whole_page_comes_with_the_picture(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.office).post(
        reverse("papers:settings_preview"), typed(qingzhu, qingzhu.office, book_title="同行", sample="book")
    )
    assert (answer.status_code, 'value="同行"' in answer.content.decode()) == (200, True)
    assert picture_in(answer).height > 900
    assert not PaperSettings.objects.exists()


# --- The registry -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", SAMPLES)
def test_each_sample_is_set_with_the_schools_name(key: str) -> None:
    look = SampleLook(style=PaperStyle(head=Letterhead(name="云杉学校")))
    assert text(SAMPLES[key].make(look)).count("云杉学校") >= 1


@pytest.mark.parametrize("design", Design)
def test_the_letter_says_what_the_school_says(design: Design) -> None:
    words = PaperWords(salutation="亲爱的{姓名}：")
    look = SampleLook(
        style=PaperStyle(head=Letterhead(name="云杉学校"), words=words), design=design, letter_label="写给你"
    )
    read = text(SAMPLES["letter"].make(look))
    assert ("亲爱的安晴：" in read, "写给你" in read, samples.CLASSES[design] in read) == (True, True, True)


def test_the_same_input_is_not_set_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[SampleLook] = []

    def make(look: SampleLook) -> bytes:
        made.append(look)
        return SAMPLES["letter"].make(look)

    monkeypatch.setitem(samples.SAMPLES, "counted", PaperSample(key="counted", label="", make=make))
    looks = [SampleLook(style=PaperStyle(head=Letterhead(name=name))) for name in ("甲校", "甲校", "乙校")]
    pictures = [sample_picture("counted", look) for look in looks]
    assert (len(made), pictures[0] == pictures[1], pictures[0] == pictures[2]) == (2, True, False)
    sample_picture.cache_clear()
