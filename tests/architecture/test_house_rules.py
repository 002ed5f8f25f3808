"""What no linter knows: where queries may be written, which imports explain themselves, how long a module may be."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("core", "schools", "accounts", "jobs", "notices", "students", "mentors", "records", "upkeep", "mentorship")
LONGEST = 400
# Modules that are longer for now: `path: lines`. Shorten them, never add to the list without a reason beside it.
LONGER: dict[str, int] = {}

# ruff reports an import inside of a function; the comment that quiets it goes on with the reason.
EXPLAINED = re.compile(r"# noqa: PLC0415\s+\S+")
# What is banned at the module level says by that why it stands in a function.
_RUFF = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
LATE = tuple(_RUFF["flake8-tidy-imports"]["banned-module-level-imports"])


def modules() -> Iterator[tuple[str, str]]:
    """Path and text of every module that people wrote."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def uses_of_objects(source: str) -> list[int]:
    """Lines on which an attribute named `objects` is read."""
    return [n.lineno for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Attribute) and n.attr == "objects"]


def is_late(statement: ast.Import | ast.ImportFrom) -> bool:
    """Whether all that is imported, or where it comes from, is banned at the module level."""
    if isinstance(statement, ast.Import):
        names = [alias.name for alias in statement.names]
    else:
        names = [f"{statement.module}.{alias.name}" for alias in statement.names]
    return all(any(f"{name}.".startswith(f"{late}.") for late in LATE) for name in names)


def unexplained_imports(source: str) -> list[int]:
    """Lines of imports inside of functions without a reason."""
    lines = source.splitlines()
    return sorted(
        {
            inner.lineno
            for function in ast.walk(ast.parse(source))
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for inner in ast.walk(function)
            if isinstance(inner, ast.Import | ast.ImportFrom)
            and not is_late(inner)
            and not any(EXPLAINED.search(line) for line in lines[inner.lineno - 1 : inner.end_lineno])
        }
    )


def is_page_or_form(path: str) -> bool:
    """Whether the module is a view or a form, by name or by package."""
    return any(re.fullmatch(r"(\w+_)?(views|forms)", part) for part in path.removesuffix(".py").split("/"))


def test_views_and_forms_write_no_queries_of_their_own() -> None:
    found = [f"{path}:{line}" for path, text in modules() if is_page_or_form(path) for line in uses_of_objects(text)]
    assert found == []


def test_imports_inside_of_functions_say_why() -> None:
    assert [f"{path}:{line}" for path, text in modules() for line in unexplained_imports(text)] == []


def test_models_are_imported_from_where_they_are_defined() -> None:
    """`models` of an app that has wings gathers them for Django alone."""
    gathered = {f"{app}.models" for app in APPS if (ROOT / app / "models" / "__init__.py").exists()}
    found = [
        f"{path}:{node.lineno}"
        for path, text in modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.module in gathered
    ]
    assert found == []


def nameless_hooks(source: str) -> list[int]:
    """Lines on which `on_commit` is given what a call makes (a partial): Django's log wants its name and fails."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "on_commit"
        if isinstance(node.args[0], ast.Call)
    ]


def test_what_follows_a_transaction_has_a_name() -> None:
    """Seen: a file that could not be deleted ended in an AttributeError, after all was saved."""
    assert [f"{path}:{line}" for path, text in modules() for line in nameless_hooks(text)] == []


def test_modules_stay_short() -> None:
    long = {path: text.count("\n") for path, text in modules() if text.count("\n") > LONGEST}
    assert long == LONGER


@pytest.mark.parametrize(
    "source,lines",
    [
        ("rows = Pupil.objects.all()", [1]),
        ("rows = visible_pupils(actor)", []),
    ],
)
def test_a_use_of_objects_is_found(source: str, lines: list[int]) -> None:
    assert uses_of_objects(source) == lines


@pytest.mark.parametrize(
    "source,lines",
    [
        ("def f():\n    import os", [2]),
        ("def f():\n    import os  # noqa: PLC0415", [2]),
        ("def f():\n    import os  # noqa: PLC0415 - only the child wants it", []),
        ("import os", []),
    ],
)
def test_an_unexplained_import_is_found(source: str, lines: list[int]) -> None:
    assert unexplained_imports(source) == lines


@pytest.mark.parametrize(
    "source,lines",
    [
        ("transaction.on_commit(partial(delete, name), robust=True)", [1]),
        ("transaction.on_commit(lambda: delete(name), robust=True)", []),
        ("transaction.on_commit(delete)", []),
    ],
)
def test_a_hook_without_a_name_is_found(source: str, lines: list[int]) -> None:
    assert nameless_hooks(source) == lines


@pytest.mark.parametrize(
    "path,answer",
    [
        ("records/views/desk.py", True),
        ("jobs/import_views.py", True),
        ("accounts/forms.py", True),
        ("records/queries/views_of.py", False),
        ("records/services/letters.py", False),
    ],
)
def test_views_and_forms_are_told_by_their_place(path: str, answer: bool) -> None:
    assert is_page_or_form(path) is answer


def test_the_list_of_duties_names_tests_and_modules_that_exist() -> None:
    """Every duty of the two documents stands in it once, and each that is kept has a test."""
    rows = [
        [cell.strip() for cell in line.strip("|\n").split("|")]
        for line in (ROOT / "docs" / "duties.md").read_text(encoding="utf-8").splitlines()
        if re.match(r"\| [GW]\d+ \|", line)
    ]
    assert [row[0] for row in rows] == [f"G{n}" for n in range(1, 52)] + [f"W{n}" for n in range(1, 33)]
    missing = []
    for number, _stated, state, place, test in rows:
        named = [f"tests/{path}" for path in re.findall(r"`([^`]+)`", test)]
        named += re.findall(r"`([\w/]+\.py)`", place)
        missing += [f"{number}: {path}" for path in named if not (ROOT / path).exists()]
        if state == "✔" and "`" not in test:
            missing.append(f"{number}: no test")
    assert missing == []
