"""Bootstrap's style sheet without the rules that no page uses: a quarter of it is left.

A phone waits for the whole of it before it shows anything, and reads every rule of it for every page.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import tinycss2  # type: ignore[import-untyped]  # it has no types; WeasyPrint reads its style sheets with it

_LISTED: Final = """
accordion accordion-body accordion-button accordion-collapse accordion-flush accordion-header accordion-item active
alert alert-danger alert-dismissible alert-heading alert-warning align-items-center align-items-start
align-self-center badge bi blockquote border breadcrumb btn btn-close btn-danger btn-group btn-link btn-outline-danger
btn-outline-primary btn-outline-secondary btn-primary btn-sm card card-body card-title col col-5 col-7 col-form-label
col-lg-2 col-lg-8 col-md col-md-3 col-md-4 col-sm collapse collapsed container d-block d-flex d-md-table-cell d-none
disabled fade figure flex-grow-1 flex-shrink-0 flex-wrap form-check form-check-inline form-check-input
form-check-label form-control form-control-color form-floating form-label form-select form-select-sm form-switch
form-text fs-6 fw-normal fw-semibold g-2 gap-2 h-auto h1 h2 h3 h4 h5 h6 hiding input-group input-group-sm
input-group-text invalid-feedback invisible is-invalid lead link-danger list-unstyled m-0 mark mb-0 mb-1 mb-2 mb-3
mb-4 modal modal-body modal-content modal-dialog modal-header modal-title ms-2 ms-4 mt-2 mt-3 mt-4 nav nav-item
nav-link nav-tabs page-item page-link pagination placeholder progress pt-0 pt-3 ratio rounded row shadow show small
tab-content tab-pane table table-hover table-sm table-striped text-body-secondary text-break text-center text-danger
text-end text-nowrap text-secondary text-start tooltip visible visually-hidden w-100
"""
#: All of Bootstrap's classes that stand anywhere in templates, scripts, code, or in what draws the forms.
#: `tests/architecture/test_bootstrap.py` holds it against them: whoever uses another one adds it above.
USED: Final = frozenset(_LISTED.split())
_CLASS: Final = re.compile(r"\.((?:\\.|[\w-])+)")
#: What a rule asks not to be there need not be used anywhere.
_NEGATED: Final = re.compile(r":not\([^)]*\)")
#: Commas between the selectors of a rule, not those within brackets.
_COMMA: Final = re.compile(r",(?![^(\[]*[)\]])")


def without_unused(css: str) -> str:
    """The style sheet `css` with those of its rules and selectors alone whose classes are all in `USED`."""
    return "".join(_kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)))


def _kept(rules: list[Any]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [one for one in _COMMA.split(tinycss2.serialize(rule.prelude)) if _is_used(one)]
            if selectors:
                yield f"{','.join(selectors)}{{{tinycss2.serialize(rule.content)}}}"
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports"):
            inner = "".join(_kept(tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)))
            if inner:
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{inner}}}"
        else:
            yield tinycss2.serialize([rule])


def _is_used(selector: str) -> bool:
    return all(name.replace("\\", "") in USED for name in _CLASS.findall(_NEGATED.sub("", selector)))
