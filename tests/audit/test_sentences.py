"""Every verb that any service or page writes to the audit has its words on 使用记录."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from records.audit.contexts import DEEDS, LISTS, LISTS_OF_CHILDREN, verbs_of
from records.audit.enums import DeedKind
from records.audit.queries.lines import figures

ROOT = Path(__file__).parents[2]
APPS = ("core", "schools", "accounts", "jobs", "notices", "students", "mentors", "records", "upkeep", "mentorship")
WRITERS = ("audit", "audit_many")
#: What is put together where it is written: the module, the expression, and the verbs that come of it.
PUT_TOGETHER: dict[tuple[str, str], set[str]] = {
    ("accounts/services/accounts.py", "verb"): {"open_accounts", "close_accounts"},
    ("accounts/services/roles.py", "verb"): {"create_user", "grant_role"},
    ("students/services/slips.py", "verb"): {"open_slip", "slip_refused"},
    ("records/bureau/services/city_plan.py", "f'take_city_{what}'"): {"take_city_rules", "take_city_texts"},
    ("records/desk/services/deletion.py", "f'{verb}_{kind.key}'"): {
        f"{act}_{kind}" for act in ("delete", "restore") for kind in ("visit", "talk", "letter")
    },
    ("records/desk/services/notes.py", "f'log_{kind_of(note).key}'"): {"log_visit", "log_talk"},
    ("records/desk/services/notes.py", "f'update_{kind_of(note).key}'"): {"update_visit", "update_talk"},
    ("records/setup/services/first_weeks.py", "_VERBS[state]"): {"put_first_weeks_away", "take_first_weeks_out"},
    ("records/setup/services/first_weeks.py", "CHECKED"): {"check_plan"},
}


def name_of(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def said(value: ast.expr) -> set[str]:
    """The verbs that an expression names outright; none where it does not."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return {value.value}
    return said(value.body) | said(value.orelse) if isinstance(value, ast.IfExp) else set()


def handed_in(tree: ast.Module, function: ast.FunctionDef) -> Iterator[ast.expr]:
    """What the module's calls of `function` hand in as its `verb`."""
    names = [argument.arg for argument in function.args.args]
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) == function.name):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "verb")
        if "verb" in names and len(call.args) > names.index("verb"):
            yield call.args[names.index("verb")]


def written(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Each verb expression of a module's entries, with the verbs it names."""
    tree = ast.parse(path.read_text())
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        takes_verb = "verb" in {argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)}
        for call in (node for node in ast.walk(function) if isinstance(node, ast.Call) and name_of(node) in WRITERS):
            for value in (keyword.value for keyword in call.keywords if keyword.arg == "verb"):
                if takes_verb and isinstance(value, ast.Name):
                    yield from ((ast.unparse(one), said(one)) for one in handed_in(tree, function))
                else:
                    yield ast.unparse(value), said(value)


def all_written() -> tuple[set[str], set[tuple[str, str]]]:
    """All verbs of the code, and what is put together."""
    verbs: set[str] = set()
    unclear: set[tuple[str, str]] = set()
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            module = str(path.relative_to(ROOT))
            if "migrations" in path.parts or "audit" not in path.read_text():
                continue
            for expression, found in written(path):
                verbs |= found
                if not found:
                    unclear.add((module, expression))
    return verbs, unclear


def test_every_verb_of_the_code_has_its_words_and_no_words_are_left_over() -> None:
    verbs, unclear = all_written()
    assert unclear == set(PUT_TOGETHER)
    assert verbs.union(*PUT_TOGETHER.values()) == set(DEEDS)


def test_every_list_that_may_hold_pupils_is_known_by_name() -> None:
    """谁看过 tells of them; what only counts, or holds grown-ups alone, is none of these."""
    found = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
                if name_of(call) != "ListOut":
                    continue
                given = dict(zip(("name", "title", "columns", "rows", "names_children"), call.args, strict=False))
                given |= {keyword.arg or "": keyword.value for keyword in call.keywords}
                if ast.unparse(given["names_children"]) != "False":
                    found |= said(given["name"])
    assert found == set(LISTS_OF_CHILDREN)
    assert set(LISTS) >= LISTS_OF_CHILDREN


def test_every_verb_is_of_one_kind() -> None:
    assert sorted(verb for kind in DeedKind for verb in verbs_of(kind)) == sorted(DEEDS)


def test_what_is_closed_says_nothing_but_that_it_is() -> None:
    closed = {deed.words for deed in DEEDS.values() if deed.is_closed}
    assert closed == {"查看了一条受限记录", "写了一条受限记录"}
    assert {(deed.names, deed.more) for deed in DEEDS.values() if deed.is_closed} == {(False, "")}


@pytest.mark.parametrize(
    "words,detail,told",
    [
        ("{count} 份", {"count": 3}, "3 份"),
        ("{users} 个", {"users": [4, 7]}, "2 个"),
        ("{role}", {"role": "counsellor", "class": None}, "心理老师"),
        ("{list}，用途：{reason}，{rows} 行", {"list": "pupils", "rows": 273}, "学生完成情况，273 行"),
        (
            "{list}，用途：{reason}，{rows} 行",
            {"list": "visits_by_week", "reason": "archive", "rows": 273},
            "统计数据，用途：学校存档，273 行",
        ),
        ("{kind}，{items} 项", {"kind": "gone", "items": 2}, "2 项"),
        ("", {"count": 3}, ""),
    ],
)
def test_figures_stand_in_brackets_where_the_entry_has_them(words: str, detail: dict[str, object], told: str) -> None:
    assert figures(words, detail) == told
