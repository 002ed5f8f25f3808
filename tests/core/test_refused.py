"""A refused form says at the top of its page what is wrong; its error stood 1,700 px below a phone's screen."""

import re
from pathlib import Path

from django import forms
from django.template import RequestContext, Template
from django.test import RequestFactory

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


class _Form(forms.Form):
    day = forms.CharField(label="日期")
    how = forms.ChoiceField(label="方式", choices=[("a", "上门")], widget=forms.RadioSelect)
    key = forms.CharField(widget=forms.HiddenInput, error_messages={"required": "这个表单已经过期。"})


def told(method: str = "POST", **context: object) -> list[tuple[str, str]]:
    """Address and words of each line of the summary on a page with `context`."""
    request = RequestFactory().generic(method, "/")
    page = Template("{% form_errors %}").render(RequestContext(request, context))
    lines = re.findall(r"<li>\s*(?:<a href=\"([^\"]*)\">)?(.*?)(?:</a>)?\s*</li>", page)
    return [(target, words) for target, words in lines]


def test_each_error_is_told_once_and_leads_to_its_field() -> None:
    form = _Form({})
    form.add_error(None, "这一天学校放假。")
    assert told(form=form) == [
        ("", "这一天学校放假。"),
        ("#id_day", "日期：这个字段是必填项。"),
        ("#div_id_how", "方式：这个字段是必填项。"),
        ("", "这个表单已经过期。"),
    ]


def test_forms_of_any_name_and_in_rows_are_found() -> None:
    assert told(rows=[(1, _Form({}, prefix="a"))])[0] == ("#id_a-day", "日期：这个字段是必填项。")


def test_nothing_is_told_where_nothing_was_sent() -> None:
    assert told("GET", form=_Form({})) == []


def test_nothing_is_told_of_a_form_that_is_right() -> None:
    assert told(form=_Form({"day": "x", "how": "a", "key": "k"})) == []


def test_a_conflict_is_told_by_its_own_box_alone() -> None:
    form = _Form({"day": "x", "how": "a", "key": "k"})
    form.add_error(None, "刚才有人改过。")
    assert told(form=form, conflict=object()) == []


def test_every_base_of_pages_tells_and_no_page_tells_beside_it() -> None:
    """Each template that posts a form extends one of three bases, which hold the summary once."""
    texts = {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html")
    }
    assert [name for name, text in sorted(texts.items()) if "{% form_errors %}" in text] == [
        "base.html",
        "base_panel.html",
        "base_public.html",
    ]
    assert [name for name, text in texts.items() if "non_field_errors" in text] == []
