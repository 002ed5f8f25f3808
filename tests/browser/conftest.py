"""The whole house for a browser: `script/server` with the demo, on a free port, in a folder of its own."""

import fcntl
import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
PASSWORD = "bamboo-grove-7"
#: What takes longest begins first, so that two workers end together. The first one makes a house of its own, while the
#: second loads the demo for both.
LONGEST = ("fortnight", "axe", "phone", "walk", "letter_desk", "term_end", "safe_writing")

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order of their length."""
    rank = {f"test_{name}.py": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))


@dataclass(frozen=True)
class House:
    """The running project: where it answers, and how its commands are called."""

    address: str
    environment: dict[str, str]
    slip_path: str
    slip_code: str
    phone_tail: str
    # The slip of a pupil who has not chosen a mentor yet: path, code, end of the phone number.
    choosing_slip: tuple[str, str, str]

    def manage(self, *arguments: str) -> str:
        """What `manage.py` prints."""
        return _manage(self.environment, *arguments)


def _manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [".venv/bin/python", "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as response:  # noqa: S310  # our own server
            return bool(response.status == 200)
    except OSError:
        return False


def _begin_with_tables(folder: Path) -> None:
    """What `script/test` has set up already, once for all houses; by hand `script/server` sets up each."""
    prepared = os.environ.get("PREPARED_VAR")
    if prepared and Path(prepared, "ready").exists() and not (folder / "db.sqlite3").exists():
        shutil.copytree(prepared, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.log", "*.lock"))


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[tuple[str, dict[str, str], Path]]:
    """`script/server` in an empty `folder` from its first answer until the end, when nothing of it is left.

    Its address, the environment of its commands, and what it prints.
    """
    _begin_with_tables(folder)
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "DEBUG", "PLAIN_STATIC", "PREPARED_VAR"}
    } | {"VAR_DIR": str(folder), "PORT": str(port), "DEMO_PASSWORD": PASSWORD, "SITE_URL": address}
    printed = folder / "server.log"
    log = printed.open("wb")
    server = subprocess.Popen(
        ["script/server", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        deadline = time.monotonic() + 300
        while not _answers(address):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(printed.read_text(encoding="utf-8", errors="replace")[-4000:])
            time.sleep(0.3)
        yield address, environment, printed
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()
        log.close()


def _copy_database(source: Path, target: Path) -> None:
    """Through SQLite itself: whoever has the target open sees the copy with the next query."""
    with (
        closing(sqlite3.connect(source, timeout=30)) as from_here,
        closing(sqlite3.connect(target, timeout=30)) as there,
    ):
        from_here.backup(there)


def _leave_for_the_others(folder: Path, left: Path) -> None:
    """All that the first start made: files, keys and the database, but nothing of what is running."""
    shutil.copytree(folder, left, ignore=shutil.ignore_patterns("db.sqlite3*", "broker", "*.log", "*.pid", "*.lock"))
    _copy_database(folder / "db.sqlite3", left / "db.sqlite3")


@pytest.fixture(scope="session")
def standing_house(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[House]:
    """`script/server` with the demo, and a copy of its database beside it.

    The demo is loaded once: where several workers test, the others wait for the first one and start from its files.
    """
    folder = tmp_path_factory.mktemp("house")
    together = tmp_path_factory.getbasetemp()
    left = (together if worker_id == "master" else together.parent) / "demo-house"
    with left.with_suffix(".lock").open("w") as lock, ExitStack() as stack:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_there = left.exists()
        if is_there:
            shutil.copytree(left, folder, dirs_exist_ok=True)
            fcntl.flock(lock, fcntl.LOCK_UN)
        address, environment, _printed = stack.enter_context(running(folder))
        if not is_there:
            _leave_for_the_others(folder, left)
            fcntl.flock(lock, fcntl.LOCK_UN)
        printed = _manage(environment, "demo")
        found = re.search(r"家长凭条：\S+?(/f/\S+)\s+凭条码 (\w+)\s+手机后四位 (\d{4})", printed)
        assert found is not None, "the demo prints a family slip"
        choosing = re.search(r"选导师凭条：\S+?(/f/\S+)\s+凭条码 (\w+)\s+手机后四位 (\d{4})", printed)
        assert choosing is not None, "the demo prints the slip of a pupil who may choose"
        path, code, tail = found.groups()
        _copy_database(folder / "db.sqlite3", folder / "demo.sqlite3")
        yield House(address, environment, path, code, tail, (choosing[1], choosing[2], choosing[3]))


@pytest.fixture(scope="module")
def house(standing_house: House) -> House:
    """The house with the demo as it was loaded: no file of tests meets what another one left behind."""
    folder = Path(standing_house.environment["VAR_DIR"])
    _copy_database(folder / "demo.sqlite3", folder / "db.sqlite3")
    return standing_house


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without windows: the one with them draws its own menus as pages for each of ours."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert chromium is not None, "Chromium is installed by script/setup --dev"
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


class Visitor:
    """One person at one screen. Pages that log an error, or answer with 500, fail the test."""

    def __init__(self, house: House, context: BrowserContext) -> None:
        self.house = house
        self.page: Page = context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on(
            "console",
            # Chromium reports each answer from 400 on here, of pages too. A refusal (409, 422, a draft whose form was
            # sent meanwhile: 410) is none the less an answer. Whoever listens to answers themselves is told of every
            # script and style sheet.
            lambda said: (
                self.faults.append(f"{said.text} {said.location['url']}")
                if said.type == "error" and not re.search(r"status of 4(09|10|22)", said.text)
                else None
            ),
        )

    def go(self, path: str) -> Page:
        """Open a path of the house."""
        self.page.goto(self.house.address + path)
        return self.page

    def sign_in(self, username: str, password: str = PASSWORD) -> Page:
        """Through the sign-in page."""
        page = self.go("/account/sign-in/")
        page.get_by_label("账号").fill(username)
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        page.wait_for_load_state()
        return page

    def fits(self) -> None:
        """The page does not scroll sideways."""
        # Through a locator, which waits while a page is being replaced by the next one.
        self.page.wait_for_load_state()
        assert self.page.locator("html").evaluate("html => html.scrollWidth - window.innerWidth") <= 0


def menu_of(page: Page, name: str) -> Locator | None:
    """The word to be pressed before an entry of the navigation is to be seen; None where it stands for itself."""
    page.wait_for_load_state()
    menus = page.locator(".site-nav, .bottom-nav").locator(".menu:not([open])")
    word = menus.filter(has=page.locator(".menu-list a", has_text=name)).locator("summary:visible")
    return word.first if word.count() else None


def through_navigation(page: Page, name: str) -> None:
    """Press an entry of the navigation, which may stand in a menu, and wait until its page is whole: who counts rows
    at once would count those that have come.
    """
    word = menu_of(page, name)
    if word is not None:
        word.click()
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).first.click()


OpenVisit = Callable[[dict[str, int]], Visitor]


@pytest.fixture
def visit(house: House, browser: Browser) -> Iterator[OpenVisit]:
    """`visit(PHONE)` or `visit(DESK)`: a visitor with a fresh browser profile."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def open_visit(viewport: dict[str, int]) -> Visitor:
        context = browser.new_context(
            viewport={"width": viewport["width"], "height": viewport["height"]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=viewport is PHONE,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        visitors.append(Visitor(house, context))
        return visitors[-1]

    yield open_visit
    for context in contexts:
        context.close()
    assert [fault for visitor in visitors for fault in visitor.faults] == []
