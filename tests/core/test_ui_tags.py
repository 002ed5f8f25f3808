"""The tags that every page is made of."""

import datetime
import re

import pytest
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, RequestContext, Template
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from core.icons import ICONS
from core.templatetags.ui import badge, heat_cell, heat_class, icon, layout, load_bar, percent, progress_bar, tick
from core.templatetags.words import cn_date_filter, cn_day, cn_full_date, cn_moment, mask_phone, short_day

SEPTEMBER_3 = datetime.date(2026, 9, 3)


def spoken(markup: str) -> str:
    """What a screen reader says: the text outside of everything hidden from it."""
    markup = re.sub(r'<svg[^>]*aria-hidden="true".*?</svg>', "", markup)
    markup = re.sub(r'<span[^>]*aria-hidden="true">.*?</span>', "", markup)
    return re.sub(r"<[^>]+>", "", markup).strip()


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


def flat(markup: str) -> str:
    """The visible words of a piece of a page, with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


class TestTick:
    @pytest.mark.parametrize(
        "state, date, words, sign",
        [
            ("done", SEPTEMBER_3, "家访 已完成 9月3日", "tick-done"),
            ("done", None, "家访 已完成", "tick-done"),
            ("open", None, "家访 待完成", "tick-open"),
            ("planned", SEPTEMBER_3, "家访 已计划 9月3日", "tick-planned"),
            ("draft", None, "家访 有草稿", "tick-planned"),
            ("none", None, "家访 不要求", "tick-none"),
            ("not_required", None, "家访 不要求", "tick-none"),
        ],
    )
    def test_each_state_has_its_own_words_and_sign(
        self, state: str, date: datetime.date | None, words: str, sign: str
    ) -> None:
        markup = tick("家访", state, date=date)
        assert spoken(markup) == words
        assert re.findall(r"tick-(?:done|open|planned|none)", markup) == [sign]

    def test_the_four_signs_are_four_drawings(self) -> None:
        drawings = {
            re.sub(r".*?<svg[^>]*>(.*?)</svg>.*", r"\1", tick("x", s)) for s in ("done", "open", "draft", "none")
        }
        assert len(drawings) == 4

    def test_the_date_waits_for_hover_or_focus_unless_it_is_asked_for(self) -> None:
        hidden = tick("家访", "done", date=SEPTEMBER_3)
        shown = tick("家访", "done", date=SEPTEMBER_3, show_date=True)
        assert ('data-tip="已完成 9月3日"' in hidden, 'tabindex="0"' in hidden, "tick-date" in hidden) == (
            True,
            True,
            False,
        )
        assert ('tabindex="0"' in shown, "tick-date" in shown) == (False, True)

    def test_an_open_tick_leads_to_its_form_in_the_panel(self) -> None:
        assert tick("谈心", "open", href="/talk/?pupil=3&x=1", id="tick-3-talk").startswith(
            '<a class="tick tick-open" data-tip="待完成" id="tick-3-talk" href="/talk/?pupil=3&amp;x=1" '
            'hx-get="/talk/?pupil=3&amp;x=1" hx-target="#panel">'
        )

    def test_a_tick_that_leads_to_a_page_has_no_htmx(self) -> None:
        assert "hx-" not in tick("谈心", "done", href="/pupil/3/", panel=False)

    def test_a_tick_due_soon_says_so_in_words_too(self) -> None:
        assert spoken(tick("家访", "open", due=True)) == "家访 即将到期"

    def test_a_done_tick_is_never_due(self) -> None:
        assert "tick-due" not in tick("家访", "done", due=True)

    def test_a_note_is_spoken_and_escaped(self) -> None:
        assert spoken(tick("家访", "done", note="家长婉拒<1>")) == "家访 已完成 家长婉拒&lt;1&gt;"

    def test_a_saved_tick_replaces_its_old_self(self) -> None:
        assert 'id="tick-3-visit" hx-swap-oob="true"' in tick("家访", "done", id="tick-3-visit", oob=True)

    def test_an_unknown_state_is_refused(self) -> None:
        with pytest.raises(ValueError, match="unknown tick state 'ticked'"):
            tick("家访", "ticked")


class TestFigures:
    @pytest.mark.parametrize("done, total, result", [(0, 44, 0), (43, 44, 97), (44, 44, 100), (0, 0, 0), (None, 4, 0)])
    def test_per_cent_is_rounded_down_so_that_100_means_all(self, done: int | None, total: int, result: int) -> None:
        assert percent(done, total) == result

    @pytest.mark.parametrize(
        "value, name",
        [
            (None, "heat-none"),
            (0, "heat-0"),
            (9, "heat-0"),
            (10, "heat-1"),
            (99, "heat-9"),
            (100, "heat-10"),
            (120, "heat-10"),
        ],
    )
    def test_heat_goes_in_steps_of_ten(self, value: int | None, name: str) -> None:
        assert heat_class(value) == name

    def test_a_heat_cell_shows_figures_beside_its_shade(self) -> None:
        markup = heat_cell(43, 44, "家访", "/c/1/")
        assert markup.startswith('<td class="heat heat-9" data-label="家访"><a class="heat-figures" href="/c/1/">')
        assert flat(markup) == "97 % 43/44"

    def test_a_heat_cell_of_an_empty_class_is_a_dash(self) -> None:
        assert flat(heat_cell(0, 0)) == "—"

    @pytest.mark.parametrize(
        "load, words, tone",
        [
            (12, "12/15", "load"),
            (13, "13/15 还可带 2 人", "load load-near"),
            (15, "15/15 已满", "load load-full"),
            (16, "16/15 超出 1 人", "load load-full"),
        ],
    )
    def test_the_load_says_in_words_what_its_colour_says(self, load: int, words: str, tone: str) -> None:
        markup = load_bar(load, 15)
        assert flat(markup) == words
        assert f'<span class="{tone}">' in markup
        assert f'aria-label="已带 {load} 人，上限 15 人"' in markup

    def test_a_progress_bar_never_overflows(self) -> None:
        assert 'value="0" max="1"' in progress_bar(0, 0)
        assert 'value="44" max="44"' in progress_bar(45, 44)
        assert flat(progress_bar(28, 44, "谈心", "人")) == "谈心 28/44 人 63%"

    def test_a_badge_of_an_unknown_tone_is_refused(self) -> None:
        with pytest.raises(ValueError, match="unknown tone 'red'"):
            badge("x", "red")


class TestWords:
    def test_dates_are_written_as_people_read_them(self) -> None:
        assert cn_day(SEPTEMBER_3) == "9月3日"
        assert cn_date_filter(SEPTEMBER_3) == "9月3日（周四）"
        assert cn_full_date(SEPTEMBER_3) == "2026年9月3日"
        assert render("{% cn_date day %}", day=datetime.date(2026, 9, 6)) == "9月6日（周日）"

    def test_moments_are_told_in_the_schools_time(self) -> None:
        moment = datetime.datetime(2026, 9, 3, 16, 5, tzinfo=datetime.UTC)
        assert cn_moment(moment) == "9月4日 00:05"
        assert cn_date_filter(moment) == "9月4日（周五）"
        assert timezone.get_default_timezone_name() == "Asia/Shanghai"

    def test_no_date_is_no_text(self) -> None:
        assert [f(None) for f in (cn_day, cn_date_filter, cn_full_date, cn_moment)] == ["", "", "", ""]

    @pytest.mark.parametrize(
        "number, masked",
        [
            ("13812345678", "138****5678"),
            ("138 1234 5678", "138****5678"),
            ("021-59120000", "021-****0000"),
            ("+85291234567", "*******4567"),
            ("110", "*10"),
            ("", ""),
            (None, ""),
            ("无", ""),
        ],
    )
    def test_telephones_hide_their_middle(self, number: str | None, masked: str) -> None:
        assert mask_phone(number) == masked


class TestPieces:
    def test_every_icon_renders_without_a_style_attribute(self) -> None:
        assert [name for name in ICONS if "style=" in icon(name)] == []

    def test_an_icon_is_silent_unless_it_is_named(self) -> None:
        assert 'aria-hidden="true"' in icon("lock")
        assert 'role="img" aria-label="仅本人可见"' in icon("lock", "仅本人可见")

    def test_an_unknown_icon_is_refused(self) -> None:
        with pytest.raises(KeyError):
            icon("dragon")

    def test_pages_keep_the_query_string(self) -> None:
        request = RequestFactory().get("/", {"q": "葛 兰", "page": "2"})
        page = Paginator(range(130), 44).page(2)
        html = Template("{% pagination page %}").render(RequestContext(request, {"page": page}))
        assert re.findall(r'href="([^"]+)"', html) == [
            "?q=%E8%91%9B+%E5%85%B0&amp;page=1",
            "?q=%E8%91%9B+%E5%85%B0&amp;page=1",
            "?q=%E8%91%9B+%E5%85%B0&amp;page=3",
            "?q=%E8%91%9B+%E5%85%B0&amp;page=3",
        ]
        assert "第 45–88 条，共 130 条" in html

    def test_a_list_of_one_page_has_no_page_links(self) -> None:
        assert render("{% pagination page %}", page=Paginator(range(3), 44).page(1)).strip() == ""

    def test_a_table_has_heads_for_words_numbers_and_the_ear_and_escapes_them(self) -> None:
        html = render(
            '{% cards_table heads kind="wide" %}<tr><td>3</td></tr>{% endcards_table %}', heads="一<1>|#人数|(操作)"
        )
        assert html == (
            '<div class="table-frame table-frame-cards"><table class="table table-cards wide"><thead><tr>'
            '<th scope="col">一&lt;1&gt;</th><th scope="col" class="num">人数</th>'
            '<th scope="col"><span class="visually-hidden">操作</span></th>'
            "</tr></thead><tbody><tr><td>3</td></tr></tbody></table></div>"
        )

    def test_a_head_with_an_order_leads_to_the_list_in_that_order(self) -> None:
        html = render('{% cards_table "姓名:name|#人数" %}{% endcards_table %}')
        assert (
            '<th scope="col"><a class="sort" href="?sort=name">姓名<span class="visually-hidden"></span></a></th>'
            in html
        )

    def test_a_breadcrumb_ends_with_the_page_itself_and_escapes_class_names(self) -> None:
        html = render('{% breadcrumb "班级" "/classes/" label %}', label="一<1>")
        assert re.findall(r"href=\"([^\"]+)\"", html) == ["/classes/"]
        assert flat(html) == "班级 一&lt;1&gt;"

    def test_an_empty_page_offers_the_first_step(self) -> None:
        html = render(
            '{% empty_state "还没有学生" "导入后出现。" href="/import/" label="导入名单" icon_name="people" %}'
        )
        assert flat(html) == "还没有学生 导入后出现。 导入名单"
        assert '<a class="btn btn-primary" href="/import/">' in html

    def test_a_stat_tile_is_a_link_only_with_an_address(self) -> None:
        assert render('{% stat_tile "待家访" 12 "人" %}').startswith('<div class="stat">')
        assert render('{% stat_tile "待家访" 12 "人" href="/v/" tone="due" %}').startswith(
            '<a href="/v/" class="stat stat-due">'
        )


class TestLayout:
    @staticmethod
    def request(**headers: str) -> HttpRequest:
        request = RequestFactory().get("/", headers=headers)
        request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]  # set by django-htmx's middleware
        return request

    def test_the_panel_gets_the_content_alone(self) -> None:
        assert layout(self.request(**{"HX-Request": "true", "HX-Target": "panel"})) == "base_panel.html"

    def test_everyone_else_gets_the_page(self) -> None:
        assert layout(self.request()) == "base.html"
        assert layout(self.request(**{"HX-Request": "true", "HX-Target": "list"})) == "base.html"
        assert layout(None) == "base.html"


@pytest.mark.parametrize(
    "name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html", "503.html", "errors/domain.html"]
)
def test_error_pages_need_no_context(name: str) -> None:
    html = get_template(name).render({"message": "请先选导师。"})
    assert ("<h1>" in html, 'href="/">回到首页</a>' in html, "style=" in html) == (True, True, False)


def test_a_refusal_for_htmx_is_a_notice_alone() -> None:
    html = Template('{% include "errors/domain.html" %}').render(
        Context({"message": "请先选导师。", "request": TestLayout.request(**{"HX-Request": "true"})})
    )
    assert flat(html) == "请先选导师。"
    assert "data-domain-error" in html


def test_lines_become_one_and_a_full_width_blank_between_words_stays() -> None:
    """Seen: 一（1）班导师 林小满, where the template broke its line before the blank."""
    broken = "{% one_line %}一班\n      {% if yes %}　导师{% endif %}　\n\n  林小满{% endone_line %}"
    assert render(broken, yes=True) == "一班　导师　林小满"


def test_blanks_of_a_branch_and_lines_of_what_is_put_in_stay() -> None:
    """Seen: `board-columnis-open`, a class that no script found: a branch lost its first blank with the indent."""
    broken = '{% one_line %}<p class="a\n  {% if yes %} b{% endif %}">\n    {{ text }}</p>{% endone_line %}'
    assert render(broken, yes=True, text="一\n  二") == '<p class="a b">一\n  二</p>'


def test_a_tag_that_is_broken_after_its_name_keeps_its_attributes() -> None:
    """Seen: the figure of an open window on the dashboard was no link but `<ahref=…>`."""
    broken = '{% one_line %}还有 <a\n  href="/x">{{ text }} 位</a>\n  没有完成{% endone_line %}'
    assert render(broken, text="3") == '还有 <a href="/x">3 位</a>没有完成'


def test_a_day_of_another_calendar_year_says_its_year() -> None:
    """A plan dated 2099 was announced as "1月1日起生效"."""
    new_year = datetime.date(2027, 1, 1)
    assert [f(new_year) for f in (cn_day, cn_date_filter, short_day)] == [
        "2027年1月1日",
        "2027年1月1日（周五）",
        "2027.1.1",
    ]
    assert cn_moment(datetime.datetime(2027, 1, 1, 1, tzinfo=datetime.UTC)) == "2027年1月1日 09:00"
    assert short_day(SEPTEMBER_3) == "9.3"
