"""axe-core on the pages that teachers and families write and read on: WCAG 2.2 A and AA, two widths, light and dark."""

import re
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DESK, PHONE, ROOT, House, OpenVisit, Visitor

pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL, COLOURS = {"type": "tag", "values": TAGS}, {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# The last one is the width that the page was opened at. What is wrong in dark alone is wrong in its colours.
LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"], dict[str, Any]], ...] = (
    ({"width": DESK["width"], "height": DESK["height"]}, "light", ALL),
    ({"width": PHONE["width"], "height": PHONE["height"]}, "dark", COLOURS),
    ({"width": PHONE["width"], "height": PHONE["height"]}, "light", ALL),
)


@dataclass(frozen=True)
class Round:
    """What one person opens: addresses, and the first link of each pattern that is met on the way."""

    account: str
    pages: tuple[str, ...]
    links: tuple[str, ...] = ()


ROUNDS = {
    "mentor": Round(
        "demo-mentor",
        ("/my/", "/my/letters/", "/my/deleted/", "/my/visits/", "/my/cards/", "/my/cards/new/", "/inbox/", "/clubs/"),
        (
            r"/my/pupils/\d+/",
            r"/my/pupils/\d+/visit/",
            r"/my/pupils/\d+/talk/",
            r"/my/pupils/\d+/brief/",
            r"/my/letters/\d+/",
            r"/my/(visits|talks)/\d+/",
            r"/my/records/(visit|talk)/\d+/history/",
            r"/my/records/(visit|talk)/\d+/files/",
            r"/counsel/pupils/\d+/refer/",
            r"/handover/\d+/",
            r"/my/cards/\d+/",
        ),
    ),
    "homeroom": Round(
        "demo-homeroom",
        ("/classes/", "/my/visits/", "/my/visits/plan/"),
        (r"/classes/\d+/", r"/classes/\d+/table/", r"/classes/\d+/meetings/", r"/classes/\d+/meetings/new/"),
    ),
    "office": Round(
        "demo-office",
        (
            "/office/",
            "/office/pupils/",
            "/office/mentors/",
            "/figures/",
            "/office/letters/",
            "/office/cards/",
            "/reminders/",
            "/reminders/rules/",
            "/reminders/pauses/",
            "/settling/",
            "/settling/certificates/",
            "/settling/staff/",
            "/recognition/",
            "/recognition/notes/",
            "/training/",
            "/rounds/",
            "/papers/",
            "/papers/shelf/",
            "/papers/settings/",
            "/my/deleted/",
            "/school/",
            "/school/modules/",
            "/school/calendar/",
            "/school/calendar/edit/",
            "/plan/document/",
            "/plan/document/edit/",
            "/help/questions/",
            "/help/to-parents/",
        ),
        (
            r"/papers/shelf/\d+/",
            r"/office/letters/\d+/",
            r"/office/classes/\d+/",
            r"/rounds/\d+/",
            r"/rounds/\d+/candidates/",
            r"/rounds/\d+/progress/",
            r"/rounds/\d+/edit/",
            r"/rounds/\d+/classes/\d+/entry/",
            r"/recognition/\d+/",
            r"/recognition/notes/\d+/",
        ),
    ),
    "admin": Round(
        "demo-admin",
        (
            "/papers/settings/",
            "/help/",
            "/help/manual-admin/",
            "/notices/sending/",
            "/notices/sending/messages/",
            "/school/channels/",
        ),
    ),
    "counsellor": Round("demo-counsellor", ("/counsel/", "/counsel/notes/"), (r"/counsel/referrals/\d+/",)),
    "nine-year admin": Round("demo-nine-admin", ("/school/first-weeks/",)),
    "leader": Round("demo-leader", ("/leader/",)),
    "bureau": Round(
        "demo-bureau",
        (
            "/bureau/",
            "/bureau/visits/",
            "/bureau/plan/new/",
            "/bureau/report/",
            "/bureau/commendations/",
            "/bureau/experiences/",
            "/bureau/schools/new/",
            "/bureau/schools/slips/",
        ),
    ),
    "senior mentor": Round("demo-senior-mentor", ("/my/", "/marks/"), (r"/marks/\d+/",)),
}


@pytest.fixture(scope="session")
def axe_source() -> str:
    assert AXE.exists(), "axe-core is installed by script/setup --dev"
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, source: str) -> list[str]:
    """What axe finds on the page at both widths, and in dark what has to do with colours: one line each."""
    # Through the debugger, so that the page's own policy against foreign scripts stays on; that policy is also why axe
    # must not load the style sheets a second time (preload), which only an experimental rule needs.
    page.evaluate(source)
    lines = []
    for width, scheme, only in LOOKS:
        page.set_viewport_size(width)
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.wait_for_timeout(50)
        found: list[dict[str, Any]] = page.evaluate(
            "only => axe.run(document, {runOnly: only, resultTypes: ['violations'], preload: false})"
            ".then(r => r.violations)",
            only,
        )
        lines += [
            f"{width['width']} {scheme} {rule['id']} ({rule['impact']}): "
            f"{' '.join(map(str, node['target']))} {node['html'][:160]}"
            for rule in found
            for node in rule["nodes"]
        ]
    return lines


def paths_on(page: Page) -> list[str]:
    """Where the links of a page lead, without questions and anchors."""
    links: list[str] = page.locator("a[href^='/']").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return [re.split(r"[?#]", link)[0] for link in links]


class Walk:
    """Opens pages one after the other and notes what axe says to each."""

    def __init__(self, visitor: Visitor, source: str) -> None:
        self.visitor, self.source = visitor, source
        self.met: list[str] = []
        self.found: dict[str, list[str]] = {}

    def look(self, path: str) -> None:
        """One page; its links are remembered."""
        page = self.visitor.go(path)
        expect(page.get_by_role("heading", level=1).first).to_be_visible()
        self.judge(path)
        self.met += paths_on(page)

    def judge(self, name: str) -> None:
        """What is on the screen now."""
        lines = violations(self.visitor.page, self.source)
        if lines:
            self.found[name] = lines

    def first(self, pattern: str) -> str:
        """The first link met that leads where `pattern` says."""
        link = next((path for path in self.met if re.fullmatch(pattern, path)), None)
        assert link is not None, f"no link met leads to {pattern}"
        return link


@pytest.fixture(scope="module")
def scene(house: House) -> None:
    """What the demo may lack: a note of each kind; by the services, once."""
    house.manage("shell", "-c", SCENE)


# Commands of the demo's own people; nothing here that a page could not do.
SCENE = """
import uuid
from accounts.models import User
from accounts.queries import actor_for
from core.clock import today
from mentors.models.slots import Assignment
from records.models.records import HomeVisit
from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit
from schools.enums import NoteVisibility

user = User.objects.get(username="demo-mentor")
actor = actor_for(user, scope_key=None, on=today())
text = "聊了孩子在家的作息。"
if not HomeVisit.objects.filter(created_by=user, text=text).exists():
    calendar = actor.calendar.present
    pupils = [a.pupil for a in Assignment.objects.held_by(actor).active().filter(year=calendar.year).order_by("pk")]
    first = pupils[0]
    log_visit(actor=actor, pupil=first, term=calendar.term, teachers=[], submission=uuid.uuid4(),
              data=VisitData(date=today(), visibility=NoteVisibility.COUNSELLOR, text=text))
    log_talk(actor=actor, pupils=[first], term=calendar.term, submission=uuid.uuid4(),
             data=TalkData(date=today(), visibility=NoteVisibility.TEAM, text="操场边走了两圈。"))
"""


@pytest.mark.usefixtures("scene")
@pytest.mark.parametrize("who", ROUNDS)
def test_axe_finds_nothing_on_the_pages_of(who: str, visit: OpenVisit, axe_source: str) -> None:
    visitor, tour = visit(PHONE), ROUNDS[who]
    visitor.sign_in(tour.account)
    walk = Walk(visitor, axe_source)
    for path in tour.pages:
        walk.look(path)
    for pattern in tour.links:
        walk.look(walk.first(pattern))
    assert walk.found == {}


def test_axe_finds_nothing_in_the_panel(visit: OpenVisit, axe_source: str) -> None:
    visitor = visit(PHONE)
    page = visitor.sign_in("demo-mentor")
    walk = Walk(visitor, axe_source)
    page.locator("#roster tbody th a").first.click()
    address = page.url
    for form in ("visit", "talk", "brief"):
        page.goto(address)
        page.locator(f"a[hx-target='#panel'][hx-get*='/{form}/']").first.click()
        expect(page.locator("#panel form, #panel .paper").first).to_be_visible()
        for fold in page.locator("#panel summary").all():
            fold.click()
        walk.judge(f"panel: {form}")
    assert walk.found == {}


def test_axe_finds_nothing_on_the_pages_of_a_family(house: House, visit: OpenVisit, axe_source: str) -> None:
    visitor = visit(PHONE)
    walk = Walk(visitor, axe_source)
    page = visitor.go(house.slip_path)
    walk.judge("slip")
    page.get_by_label("凭条码").fill(house.slip_code)
    page.get_by_role("textbox", name="手机").fill(house.phone_tail)
    page.get_by_role("button", name="打开").click()
    page.wait_for_load_state()
    for path in ("letters/", "home/", "card/", "cards/", "visit/", "help/"):
        walk.look(house.slip_path + path)
    walk.look(walk.first(re.escape(house.slip_path) + r"letters/\d+/"))
    path, code, tail = house.choosing_slip
    page = visitor.go(path)
    page.get_by_label("凭条码").fill(code)
    page.get_by_role("textbox", name="手机").fill(tail)
    page.get_by_role("button", name="打开").click()
    page.wait_for_load_state()
    walk.look(path + "mentor/")
    assert walk.found == {}
