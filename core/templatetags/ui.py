"""The tags and filters every page is made of; a builtin of the template engine, so no `{% load %}` is needed.

`docs/look-components.md` shows each with an example. The markup carries no `style` attribute: the content security
policy forbids it, so sizes and shades are classes, SVG attributes or `<progress>`.
"""

import datetime
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import template
from django.core.paginator import Page
from django.http import HttpRequest, QueryDict
from django.template.base import Parser, TextNode, Token
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.icons import ICONS
from core.templatetags.words import cn_day
from core.worddiff import Piece

register = template.Library()


# The signs of the record book's tick columns: state → (word for the ear, drawing).
_TICKS: Final[dict[str, tuple[str, str]]] = {
    "done": ("已完成", '<path d="M5 13.5 9.6 19 19.5 5.5"/>'),
    "open": ("待完成", '<circle cx="12" cy="12" r="7.5"/>'),
    "planned": (
        "已计划",
        '<circle cx="12" cy="12" r="7.5"/><path class="fill" d="M12 12V4.5A7.5 7.5 0 0 1 19.5 12z"/>',
    ),
    "declined": ("家长婉拒", '<circle cx="12" cy="12" r="7.5"/><path d="M8.5 12h7"/>'),
    "none": ("不要求", '<path d="M7 12h10"/>'),
}
_TICK_STATES: Final = {
    "draft": ("planned", "有草稿"),
    "not_required": ("none", "不要求"),
}

#: A bar of more has no joints: they would be too narrow to count.
MOST_JOINTS: Final = 20
_TONES: Final = frozenset({"done", "due", "open", "quiet", "danger"})


# --- Forms -----------------------------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def csrf_token(context: template.Context) -> SafeString:
    """Django's token, and beside it the key by which this very form is known when it is sent twice."""
    return format_html(
        '{}<input type="hidden" name="press" value="{}">', CsrfTokenNode().render(context), uuid.uuid4().hex
    )


# --- Icons ------------------------------------------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of our own set; hidden from screen readers unless `label` names it. Unknown names raise KeyError."""
    said = f'role="img" aria-label="{conditional_escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" {said}>{ICONS[name]}</svg>')  # noqa: S308 - our own drawing


# --- The three ticks --------------------------------------------------------------------------------------------------
@register.simple_tag
def tick(
    label: str,
    state: str,
    *,
    date: datetime.date | None = None,
    href: str = "",
    id: str = "",
    note: str = "",
    due: bool = False,
    show_date: bool = False,
    panel: bool = True,
    oob: bool = False,
) -> SafeString:
    """One tick of the record book, the same on every page: √ done, ○ open, ◔ planned or draft, — not required.

    `label` is the action (家访), `state` one of done, open, planned, draft, declined, none, not_required (a text enum
    will do), `date` the day it was or will be done, `note` further words (退回修改), `due` marks an open one that is
    due soon. With `href` it is a link; htmx opens it in the side panel unless `panel` is false. `show_date` prints the
    date under the sign; otherwise it shows on hover, focus or tap. `id` makes it replaceable: a saving view answers
    with the same tick and `oob=True`. Raises ValueError for an unknown state.
    """
    shape, word = _tick_words(str(state))
    if due and shape == "open":
        word = "即将到期"
    day, note = cn_day(date), "" if note == word else note
    spoken = " ".join(part for part in (label, word, day, note) if part)
    tip = " ".join(part for part in (word, day, note) if part)
    classes = f"tick tick-{shape}" + (" tick-due" if due and shape == "open" else "")
    shown = f'<span class="tick-date" aria-hidden="true">{escape(day)}</span>' if show_date and day else ""
    body = (
        f'<svg class="tick-sign" viewBox="0 0 24 24" aria-hidden="true">{_TICKS[shape][1]}</svg>{shown}'
        f'<span class="visually-hidden">{escape(spoken)}</span>'
    )
    attributes: dict[str, str] = {"class": classes, "data-tip": tip}
    if id:
        attributes["id"] = id
    if oob:
        attributes["hx-swap-oob"] = "true"
    if href:
        attributes["href"] = href
        if panel:
            attributes |= {"hx-get": href, "hx-target": "#panel"}
        return mark_safe(f"<a {_attributes(attributes)}>{body}</a>")  # noqa: S308 - each value is escaped
    if day and not show_date:
        attributes["tabindex"] = "0"  # The date must be reachable without a mouse, too.
    return mark_safe(f"<span {_attributes(attributes)}>{body}</span>")  # noqa: S308 - as above


def _tick_words(state: str) -> tuple[str, str]:
    if state in _TICKS:
        return state, _TICKS[state][0]
    if state in _TICK_STATES:
        return _TICK_STATES[state]
    raise ValueError(f"unknown tick state {state!r}")


def _attributes(values: dict[str, str]) -> str:
    """Escaped; pages have hundreds of them, and `format_html` takes ten times as long."""
    return " ".join([f'{name}="{conditional_escape(value)}"' for name, value in values.items()])


# --- Figures ----------------------------------------------------------------------------------------------------------
@register.filter
def percent(done: float | None, total: float | None) -> int:
    """`{{ done|percent:total }}`: whole per cent, rounded down so that 100 means all; 0 if there is nothing to do."""
    return int(done * 100 / total) if done and total else 0


@register.filter
def heat_class(value: float | None) -> str:
    """The shade of a percentage in ten steps: `heat-0` … `heat-10`; `heat-none` where nothing is asked for."""
    return "heat-none" if value is None else f"heat-{max(0, min(10, int(value // 10)))}"


@register.simple_tag
def heat_cell(done: int, total: int, label: str = "", href: str = "") -> SafeString:
    """A whole `<td>` of a heat map: the percentage, `done/total` small beneath, its shade; — if `total` is 0.

    `label` becomes `data-label` (the caption on phones); with `href` the figures are a link.
    """
    if not total:
        return format_html(
            '<td class="heat heat-none" data-label="{}"><span class="heat-figure">—</span></td>',
            label,
        )
    value = percent(done, total)
    figures = f'<span class="heat-figure">{value}<small>%</small></span><span class="heat-count">{done}/{total}</span>'
    figures = (
        f'<a class="heat-figures" href="{conditional_escape(href)}">{figures}</a>'
        if href
        else f'<span class="heat-figures">{figures}</span>'
    )
    cell = f'<td class="heat {heat_class(value)}" data-label="{conditional_escape(label)}">{figures}</td>'
    return mark_safe(cell)  # noqa: S308 - each value is escaped


@register.simple_tag
def load_bar(load: int, capacity: int) -> SafeString:
    """A mentor's pupils against the cap: `12/15` with a bar; amber from two places left, and words when full."""
    left = capacity - load
    tone, word = ("full", f"超出 {-left} 人") if left < 0 else ("full", "已满") if not left else ("", "")
    if 0 < left <= 2:
        tone, word = "near", f"还可带 {left} 人"
    return format_html(
        '<span class="load{}"><span class="load-figures" aria-hidden="true">{}/{}</span>'
        '<progress class="bar" value="{}" max="{}" aria-label="已带 {} 人，上限 {} 人"></progress>{}</span>',
        f" load-{tone}" if tone else "",
        load,
        capacity,
        max(0, min(load, capacity)),
        max(capacity, 1),
        load,
        capacity,
        format_html('<span class="load-word">{}</span>', word) if word else "",
    )


@register.simple_tag
def progress_bar(done: int, total: int, label: str = "", unit: str = "") -> SafeString:
    """How far something is: label, `28/44` with its unit and per cent, and a bar; of few things, a joint for each."""
    value = percent(done, total)
    return format_html(
        '<div class="progress-line{}"><span class="progress-label">{}</span>'
        '<span class="progress-figures">{}/{}{} <small>{}%</small></span>'
        '<progress class="bar{}" value="{}" max="{}" aria-label="{} {}%"></progress></div>',
        " is-done" if total and done >= total else "",
        label,
        done,
        total,
        f" {unit}" if unit else "",
        value,
        f" bar-jointed bar-of-{total}" if 1 < total <= MOST_JOINTS else "",
        max(0, min(done, total)),
        max(total, 1),
        label or "进度",
        value,
    )


@register.simple_tag
def badge(text: str, tone: str = "quiet", icon_name: str = "") -> SafeString:
    """A small label; `tone` is done, due, open, quiet or danger. Raises ValueError for another tone."""
    if tone not in _TONES:
        raise ValueError(f"unknown tone {tone!r}")
    return format_html(
        '<span class="tag tag-{}">{}{}</span>',
        tone,
        icon(icon_name) if icon_name else "",
        text,
    )


# --- Words in a row -------------------------------------------------------------------------------------------------
class _OneLine(template.Node):
    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist
        for node in nodelist.get_nodes_by_type(TextNode):
            assert isinstance(node, TextNode)  # noqa: S101 - what was asked for, as the types do not know
            node.s = re.sub(r"(<\w+)?\n[ \n]*", lambda end: f"{end[1]} " if end[1] else "", node.s)

    def render(self, context: template.Context) -> SafeString:
        return self.nodelist.render(context)


@register.tag
def one_line(parser: Parser, _token: Token) -> template.Node:
    """Several lines of a template as one line: between Chinese words a line's end would show as a gap.

    Only the template's own line ends and indents go: blanks that begin a branch stay, and so does whatever is put in.
    Between a tag's name and its attributes a blank remains.
    """
    nodelist = parser.parse(("endone_line",))
    parser.delete_first_token()
    return _OneLine(nodelist)


@register.simple_tag
def pieces(found: Sequence[Piece], mark: str, nothing: str = "") -> SafeString:
    """A text in pieces (`core.worddiff`), changed ones in `<mark>`, `<ins>` or `<del>`; `nothing` if empty."""
    if not found and nothing:
        return format_html('<span class="conflict-empty">{}</span>', nothing)
    wrapped = (format_html("<{0}>{1}</{0}>", mark, p.text) if p.changed and mark else p.text for p in found)
    return format_html_join("", "{}", ((piece,) for piece in wrapped))


# --- Pieces of a page -------------------------------------------------------------------------------------------------
@register.filter
def layout(request: HttpRequest | None) -> str:
    """`{% extends request|layout %}`: the bare panel if htmx asks for `#panel`, the whole page otherwise."""
    htmx = getattr(request, "htmx", None)
    return "base_panel.html" if htmx and htmx.target == "panel" else "base.html"


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str,
    text: str = "",
    *,
    href: str = "",
    label: str = "",
    icon_name: str = "bamboo",
) -> dict[str, Any]:
    """What will appear here, and the first step: a link called `label` to `href`."""
    return {
        "title": title,
        "text": text,
        "href": href,
        "label": label,
        "icon_name": icon_name,
    }


@register.inclusion_tag("components/stat_tile.html")
def stat_tile(
    label: str,
    value: object,
    unit: str = "",
    *,
    hint: str = "",
    href: str = "",
    tone: str = "",
) -> dict[str, Any]:
    """One figure with its unit; `tone` due or done colours the figure, `hint` explains it, `href` leads on."""
    return {
        "label": label,
        "value": value,
        "unit": unit,
        "hint": hint,
        "href": href,
        "tone": tone,
    }


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of a breadcrumb; the last has no address."""

    label: str
    url: str


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*parts: object) -> dict[str, Any]:
    """`{% breadcrumb "班级" url "一<1>" %}`: label, address, …; the last label, the page itself, stands alone."""
    texts = [str(part) for part in parts]
    return {"crumbs": [Crumb(label, url) for label, url in zip(texts[::2], [*texts[1::2], ""], strict=False)]}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: template.RequestContext, page: Page[Any], *, parameter: str = "page") -> dict[str, Any]:
    """Links to the other pages of a list that keep the query string; nothing if there is one page."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request else QueryDict(mutable=True)
    query.pop(parameter, None)
    return {
        "page": page,
        "numbers": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "gap": page.paginator.ELLIPSIS,
        "prefix": f"?{query.urlencode()}&{parameter}=" if query else f"?{parameter}=",
    }


@register.simple_tag(takes_context=True)
def sort_by(context: template.RequestContext, name: str, label: str) -> SafeString:
    """The heading of a column by which a list can be ordered: `?sort=name`, and turned round by a second press."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query.pop("page", None)
    state = {name: "ascending", f"-{name}": "descending"}.get(query.get("sort", ""), "")
    query["sort"] = f"-{name}" if state == "ascending" else name
    word = {"ascending": "，从小到大", "descending": "，从大到小"}.get(state, "")
    return format_html(
        '<a class="sort{}" href="?{}">{}<span class="visually-hidden">{}</span></a>',
        f" sort-{state}" if state else "", query.urlencode(), label, word,
    )  # fmt: skip


@register.simple_block_tag(takes_context=True)
def cards_table(context: template.RequestContext, content: str, columns: str, kind: str = "") -> SafeString:
    """Rows, cards on a phone, under `学生|#人数|(操作)`: a number after `#`, for the ear alone in brackets.

    `姓名:name` is a heading that orders the list, as `sort_by`.
    """
    shapes = {"#": ' class="num">{}', "(": '><span class="visually-hidden">{}</span>'}
    heads = []
    for column in columns.split("|"):
        label, _, order = column.strip("#()").partition(":")
        shape = shapes.get(column[:1], ">{}")
        heads.append(format_html(f'<th scope="col"{shape}</th>', sort_by(context, order, label) if order else label))
    return format_html(
        '<div class="table-frame table-frame-cards"><table class="table table-cards {}">'
        "<thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
        kind,
        format_html_join("", "{}", ((head,) for head in heads)),
        content,
    )
