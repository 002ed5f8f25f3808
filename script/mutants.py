"""Mutation testing of a few files by the tests that walk through them; run by script/mutate in a copy of the tree.

The mutations are mutmut's and two more; its runner is not used, because it leaves out functions with a decorator and
all that stands outside of functions, and knows no seed. Here the near tests run once, under coverage. Then each mutant
is a fork of that very process, with its test database: it loads the changed module, puts it in the place of the former
one wherever that was imported or is held, and runs the tests that were on the changed line, the quickest first, until
one fails. The first fork of each file loads it unchanged and must pass. Modules that Django registers (models, apps)
cannot be loaded twice and are refused.
"""

import argparse
import difflib
import gc
import importlib
import inspect
import os
import random
import shutil
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import coverage
import libcst as cst
import pytest
from _pytest.runner import runtestprotocol
from django.db import connection
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

TREE = Path.cwd()
# What walks through a file; the longest beginning of its path counts.
DESK = ["tests/records/test_desk_words.py", "tests/records/test_desk_pages.py", "tests/records/test_visit_plans.py"]
SLIPS = ["tests/students/*.py", "tests/family/test_family_pages.py", "tests/accounts/test_doors.py"]
NEAR = {
    "": ["tests"],
    "records/": ["tests/records/test_*.py", "tests/office/*.py", "tests/reminders/*.py"],
    "records/office/queries/dashboard.py": ["tests/office/test_figures.py", "tests/office/test_dashboard.py"],
    "records/desk/queries/roster.py": DESK,
    "records/desk/queries/year_records.py": DESK,
    "records/desk/queries/history.py": ["tests/records/test_history*.py"],
    "records/papers/queries/books.py": ["tests/papers/test_book_*.py", "tests/papers/test_pages.py"],
    "records/desk/queries/pupil_file.py": ["tests/records/test_timeline*.py"],
    "records/desk/queries/timeline.py": ["tests/records/test_timeline*.py"],
    "records/rules.py": [
        "tests/records/test_rules.py",
        "tests/records/test_visibility.py",
        "tests/records/test_history.py",
        "tests/records/test_group_talks.py",
    ],
    "mentors/rules.py": [
        "tests/mentors/test_rules.py",
        "tests/mentors/test_assignments.py",
        "tests/mentors/test_slots.py",
        "tests/mentors/test_board_*.py",
        "tests/mentors/test_exception_and_team_pages.py",
    ],
    "records/reminding/": ["tests/reminders/*.py"],
    "records/letters/services/": [
        "tests/office/test_letters.py",
        "tests/office/test_proofing.py",
        "tests/office/test_releasing.py",
        "tests/office/test_after_release.py",
        "tests/records/letters/*.py",
        "tests/records/test_side_effects.py",
    ],
    "records/letters/services/writing.py": [
        "tests/records/letters/*.py",
        "tests/records/test_kinds.py",
        "tests/records/test_deletion.py",
        "tests/records/test_drafts.py",
        "tests/papers/test_unprintable.py",
    ],
    "records/letters/checks/": ["tests/records/lettercheck/*.py", "tests/bench/test_letter_checks.py"],
    "mentors/rounds/": ["tests/mentors/rounds/*.py", "tests/mentors/choices/*.py"],
    "students/services/slips.py": SLIPS,
    "students/family.py": SLIPS,
    "accounts/services/door.py": ["tests/accounts/test_doors.py", "tests/family/test_family_pages.py"],
    "records/services/ticks.py": ["tests/records/test_ticks.py", "tests/records/test_side_effects.py"],
}
PYTEST = ["-q", "-x", "--no-migrations", "-p", "no:cacheprovider", "-m", "not browser and not servers", "--no-header"]
NEVER = (cst.Annotation, cst.Import, cst.ImportFrom, cst.Decorator)
Mutant = tuple[int, str, Callable[[], str]]  # line, operator, what makes the file's text


# --- The mutants ------------------------------------------------------------------------------------------------------
def drop_statement(node: cst.SimpleStatementLine) -> Iterator[cst.SimpleStatementLine]:
    """A call for its effect alone is not made: no audit line, no notice, no lock."""
    match node.body:
        case [cst.Expr(value=cst.Call())]:
            yield node.with_changes(body=[cst.Pass()])


def drop_link(node: cst.Call) -> Iterator[cst.BaseExpression]:
    """One condition of a queryset is left out: `rows.active()` becomes `rows`."""
    match node.func:
        case cst.Attribute(value=cst.Call() | cst.Attribute() as before):
            yield before


OPERATORS: list[tuple[Any, Callable[[Any], Iterable[cst.CSTNode]]]] = [
    *mutation_operators, (cst.SimpleStatementLine, drop_statement), (cst.Call, drop_link),
]  # fmt: skip


def mutants_of(path: str) -> Iterator[Mutant]:
    """All mutants of one file."""
    wrapper = MetadataWrapper(cst.parse_module((TREE / path).read_text()))
    lines = wrapper.resolve(PositionProvider)

    def walk(node: cst.CSTNode) -> Iterator[Mutant]:
        if isinstance(node, NEVER) or (isinstance(node, cst.Expr) and isinstance(node.value, cst.SimpleString)):
            return
        for kind, operator in OPERATORS:
            if isinstance(node, kind) and node in lines:
                for changed in operator(node):
                    code = partial(lambda was, now: wrapper.module.deep_replace(was, now).code, node, changed)
                    yield lines[node].start.line, operator.__name__, code
        for child in node.children:
            yield from walk(child)

    yield from walk(wrapper.module)


def chosen(path: str, most: int, seed: int) -> list[Mutant]:
    """At most one mutant a line, so that lines with many arguments do not crowd out the others; in a random order."""
    chance = random.Random(seed)
    by_line: dict[int, dict[str, list[Mutant]]] = defaultdict(lambda: defaultdict(list))
    for mutant in mutants_of(path):
        by_line[mutant[0]][mutant[1]].append(mutant)
    picked = [chance.choice(found[chance.choice(sorted(found))]) for _, found in sorted(by_line.items())]
    chance.shuffle(picked)
    return picked[:most]


def module_of(path: str) -> ModuleType:
    """The module of a file."""
    return importlib.import_module(path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def unwrapped(value: Any) -> FunctionType | None:
    """The function below its decorators; None for what is none."""
    found = inspect.unwrap(value) if callable(value) else None
    return found if isinstance(found, FunctionType) else None


def inner_codes(code: CodeType) -> Iterator[CodeType]:
    """The functions that stand in a piece of compiled text, those inside of others too, in their order."""
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield part
            yield from inner_codes(part)


def place_of(code: CodeType) -> tuple[str, int]:
    """Where a function stands in its file."""
    return code.co_qualname, code.co_firstlineno


@contextmanager
def kinds_known_again() -> Iterator[None]:
    """A module that is loaded once more registers its kind of record once more."""
    kinds = importlib.import_module("records.kinds")
    once = kinds.register

    def again(*added: Any) -> None:
        for kind in added:
            kinds._REGISTER.pop(kind.key, None)
            once(kind)

    kinds.register = again  # type: ignore[attr-defined]  # a module's function
    yield
    kinds.register = once  # type: ignore[attr-defined]  # as above


def put_in_place(path: str, code: str) -> None:
    """Load `code` as the module of `path`, and let every module that imported from the former one have the new."""
    module, file = module_of(path), str(TREE / path)
    former = dict(vars(module))
    was, now = (compile(text, file, "exec") for text in ((TREE / path).read_text(), code))
    # Its very type: to ask what a lazy object is an instance of would make it.
    held = [one for one in gc.get_objects() if type(one) is FunctionType and one.__code__.co_filename == file]
    with kinds_known_again():
        exec(now, vars(module))  # noqa: S102  # the mutant of our own file
    fresh = {id(old): vars(module)[name] for name, old in former.items() if isinstance(old, (type, FunctionType))}
    for name, old in former.items():
        before, after = unwrapped(old), unwrapped(vars(module)[name])
        if before in held and after is not None and before is not None:
            before.__defaults__, before.__kwdefaults__ = after.__defaults__, after.__kwdefaults__
    # Registers, tuples and decorators hold former functions themselves: their bodies become the new ones.
    # Found by name and line: code that has run often compares unequal to itself compiled anew.
    pairs = zip(inner_codes(was), inner_codes(now), strict=False)
    bodies = {place_of(old): new for old, new in pairs if old.co_qualname == new.co_qualname}
    for function in held:
        body = bodies.get(place_of(function.__code__))
        if body is not None and len(body.co_freevars) == len(function.__code__.co_freevars):
            function.__code__ = body
    for other in list(sys.modules.values()):
        if (getattr(other, "__file__", None) or "").startswith(str(TREE)):
            for name, value in list(vars(other).items()):
                if id(value) in fresh:
                    setattr(other, name, fresh[id(value)])
                elif name in former and value is former[name] and not name.startswith("__"):
                    setattr(other, name, vars(module)[name])


def lines_behind_caches(path: str) -> set[int]:
    """The lines of functions that remember their answers: only the first test that asked was seen on them."""
    lines: set[int] = set()
    for value in vars(module_of(path)).values():
        function = unwrapped(value)
        if hasattr(value, "cache_clear") and function is not None and function.__module__ == module_of(path).__name__:
            source, first = inspect.getsourcelines(function)
            lines.update(range(first, first + len(source)))
    return lines


# --- The tests --------------------------------------------------------------------------------------------------------
class Runner:
    """A pytest plugin: the tests once as they are, then those that touch the changed line for each mutant."""

    def __init__(self, paths: list[str], most: int, seed: int) -> None:
        self.paths, self.most, self.seed = paths, most, seed
        self.cover = coverage.Coverage(config_file=False, include=[str(TREE / path) for path in paths], data_file=None)
        self.seconds: dict[str, float] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In the place of pytest's own loop."""
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        for path in self.paths:
            module_of(path)  # before coverage looks: what runs while a module is loaded belongs to no test
        items = {str(number): item for number, item in enumerate(session.items)}
        self.cover.start()
        for number, item in items.items():
            began = time.monotonic()
            self.cover.switch_context(number)
            if not passes([item], session):
                pytest.exit(f"{item.nodeid} fails already without a mutant", returncode=1)
            self.seconds[item.nodeid] = time.monotonic() - began
        self.cover.stop()
        connection.close()
        sums = [self.one_file(path, items, session) for path in self.paths]
        made, noticed = sum(s[0] for s in sums), sum(s[1] for s in sums)
        say(session, f"\nmutate: {made} mutants, {noticed} noticed ({noticed / max(made, 1):.0%})")
        return True

    def one_file(self, path: str, items: dict[str, pytest.Item], session: pytest.Session) -> tuple[int, int]:
        """How many mutants of a file were made and how many noticed; survivors are printed."""
        before, made = (TREE / path).read_text(), chosen(path, self.most, self.seed)
        contexts = self.cover.get_data().contexts_by_lineno(str(TREE / path))
        cached = lines_behind_caches(path)
        noticed, every = 0, [items[n] for n in {n for names in contexts.values() for n in names if n}]
        every.sort(key=lambda item: (is_transactional(item), self.seconds[item.nodeid]))
        if not survives(path, before, every[:20], session, 600):
            pytest.exit(f"{path} fails when it is loaded once more unchanged: nothing could be learnt", returncode=1)
        for line, operator, make in made:
            code = make()
            # A line that runs while the module is loaded has no test of its own: all that touch the file.
            seen = () if line in cached else contexts.get(line, ())
            tests = [items[n] for n in seen if n] or every
            tests = sorted(tests, key=lambda item: (is_transactional(item), self.seconds[item.nodeid]))
            limit = 60 + 10 * sum(self.seconds[item.nodeid] for item in tests)
            if survives(path, code, tests, session, limit):
                diff = list(difflib.unified_diff(before.splitlines(), code.splitlines(), n=0, lineterm=""))[3:]
                say(session, f"\nSURVIVED {path}:{line} ({operator}, {len(tests)} tests)", *diff)
            else:
                noticed += 1
        say(session, f"\n{path}: {len(made)} mutants, {noticed} noticed")
        return len(made), noticed


def say(session: pytest.Session, *lines: str) -> None:
    """Past pytest's capture, at once."""
    for line in lines:
        session.config.get_terminal_writer().line(line, flush=True)


def is_transactional(item: pytest.Item) -> bool:
    """Such a test empties the whole database: it comes after the others, as in every run."""
    marker = item.get_closest_marker("django_db")
    return marker is not None and bool(marker.kwargs.get("transaction"))


def passes(tests: list[pytest.Item], session: pytest.Session) -> bool:
    """Whether all of them pass; what the whole session shares stays as it is."""
    for item, then in zip(tests, [*tests[1:], None], strict=True):
        others = then or next((other for other in session.items if other is not item), item)
        session._setupstate.teardown_exact(item)
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=others)):
            return False
    return True


def survives(path: str, code: str, tests: list[pytest.Item], session: pytest.Session, limit: float) -> bool:
    """Whether no test fails in a fork that has the mutant; the test database is the parent's again afterwards."""
    database = Path(connection.settings_dict["NAME"])
    kept = database.with_suffix(".kept")
    has_database = database.exists()  # made by the first test that wants it: pure checks have none
    if has_database:
        shutil.copy(database, kept)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, limit)
            put_in_place(path, code)
            status = 0 if passes(tests, session) else 1
        finally:
            os._exit(status)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for beside in ("-wal", "-shm"):
        database.with_name(database.name + beside).unlink(missing_ok=True)
    if has_database:
        shutil.move(kept, database)
    return ended == 0


def main() -> int:
    """Print each survivor with its place and difference, and the rate of each file and of all."""
    parser = argparse.ArgumentParser(prog="script/mutate", description="Which planted errors does no test notice?")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--most", type=int, default=60, help="mutants of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", action="append", metavar="PATH", help="in the place of the near tests")
    asked = parser.parse_args()
    if refused := [path for path in asked.paths if "/models" in path or path.endswith(("apps.py", "settings.py"))]:
        parser.error(f"Django registers what stands in {', '.join(refused)}: such a module cannot be loaded twice")
    near = [asked.tests or NEAR[max((n for n in NEAR if p.startswith(n)), key=len)] for p in asked.paths]
    tests = sorted({str(test) for found in near for glob in found for test in Path().glob(glob)})
    return int(pytest.main([*PYTEST, *tests], plugins=[Runner(asked.paths, asked.most, asked.seed)]))


if __name__ == "__main__":
    sys.exit(main())
