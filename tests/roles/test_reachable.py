"""Whoever signs in reaches every page by links and buttons from the first one; nothing on the way is an error."""

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import urlencode, urljoin, urlsplit
from xml.etree.ElementTree import Element

from django.http import QueryDict
from django.test import Client
from django.urls import Resolver404, resolve, reverse

from accounts.enums import Role
from accounts.models import User
from accounts.services import create_user, grant_role
from tests.cast import SINCE, SchoolCast
from tests.family.test_family_pages import door, enter, slip_of
from tests.pages import tree
from tests.roles.states import live_in
from tests.roles.world import PARTS, all_url_names, build_world

LINKS = ("href", "src", "hx-get")
BUTTONS = ("action", "formaction", "hx-post", "data-url", "data-check", "data-preview")
#: Set and printed: once in all is enough.
PAPERS = ".pdf"
#: Of one kind of address so many are opened, an open and a closed one, an own child and another; with a question one.
OF_A_KIND, ASKED = 3, 2
#: The one who left stands last in the list, what has a set time behind the last tab.
ALL = ("announcements:list", "manage:person", "office:letters")
#: With at most so many filters of the page set: every tab in every order in every class would be a thousand pages.
FILTERS = 2

#: A job's file is kept for some days; the world's one is past its day, and its page says so.
EXPIRED = 410
#: Addresses that no page leads to, each with its reason.
UNLINKED: dict[str, str] = {
    "accounts:first_slip": "the code on an account slip leads there",
    "accounts:password_link": "the link in a mail",
    "accounts:verify_email": "likewise",
    "accounts:own_password": "follows a right code",
    "badges:all": "a button in place of the link where a school has more mentors than one answer sets",
    "badges:appointments_all": "likewise",
    "bureau:check_schools": "follows a list in which nothing is wrong",
    "desk:draft_save": "what is typed is saved there by the script",
    "desk:draft_undo": "a button in the message after a draft was thrown away",
    "desk:file_restore": "a button in the message after a file was taken away",
    "desk:letter_know": "a finding is waved aside there by the script",
    "desk:visit_plan_restore": "a button in the message after a plan was cancelled",
    "family:door": "stands in the text that a class's group is sent",
    "family:tree_hole_card": "opens by its secret word alone",
    "family:resume": "where a slip is opened again after its session ended while somebody typed",
    "family:tree_hole_handed_in": "where handing in a card leads",
    "family:tree_hole_leave": "on that page",
    "training:file_restore": "a button in the message after material was taken away",
    "training:certificates": "a link where somebody has come to a training",
    "training:own_certificate": "likewise",
    "imports:progress": "asked by the page while a large roster is read by a worker",
    "imports:recheck": "a button where the reading of a roster broke off",
    "marks:mark": "a button beside a pupil who chose the mentor",
    "marks:order": "likewise",
    "papers:handling_code": "printed on the covers of record books",
    "papers:logo": "a picture of the sheet on the letter desk where a school has a logo",
    "papers:look": "a style sheet of that picture, put there by the script",
    "plan:document_file_restore": "a button in the message after a file was taken away",
    "reminding:send_nudges": "a button on the page that tells who would be reminded",
    "plan:withdraw": "a button of a version that is dated ahead",
    "start": "printed on the console of an installation without accounts",
    "rounds:new": "a link of a grade without a round whose plan lets pupils choose",
    "rounds:add_mentors": "a button of a draft that lacks places",
    "rounds:exceptions": "likewise",
    "rounds:open_up": "likewise",
    "rounds:matrix": "a link of a published round",
    "rounds:publish": "a link of a closed round with a draft",
}


def addresses(page: Element, here: str) -> Iterator[tuple[str, str]]:
    """Where the page leads: ("GET" or "POST", path with question) of links, pictures, forms and buttons."""
    for part in page.iter():
        if not isinstance(part.tag, str):
            continue
        method = (part.get("method") or "get").upper() if part.tag == "form" else ""
        for name, value in part.attrib.items():
            if name in LINKS:
                yield "GET", urljoin(here, value.strip())
            elif name in BUTTONS:
                yield method if name == "action" else "POST", urljoin(here, value.strip())
        if part.tag == "form" and not part.get("action"):
            yield method, here
        if part.tag == "form" and method == "GET":
            for select in part.iter("select"):
                for option in select.iter("option"):
                    asked = urlencode({select.get("name", ""): option.get("value", "")})
                    yield "GET", f"{urljoin(here, part.get('action', '').strip() or here).split('?')[0]}?{asked}"


@cache
def kind_of(address: str) -> tuple[str, tuple[str, ...]] | None:
    """The name of an address's pattern and what it is asked; None for what is not ours."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or parts.path.startswith(("/static/", "/media/")):
        return None
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        return (f"no such address: {parts.path}", ())
    return name, tuple(sorted(QueryDict(parts.query)))


def walk(client: Client, printed: set[str], *starts: str) -> tuple[set[str], dict[str, int]]:
    """The names of all addresses that links and forms lead to from `starts`, and the answers that are errors."""
    seen, waiting, counts = set(), deque((start, start) for start in starts), dict[object, int]()
    names: set[str] = set()
    errors: dict[str, int] = {}
    while waiting:
        address, came_from = waiting.popleft()
        address = address.split("#")[0]
        if address in seen:
            continue
        seen.add(address)
        kind = kind_of(address)
        if kind is None:
            continue
        names.add(kind[0])
        # What a filter finds counts by itself.
        place = (kind, kind_of(came_from))
        counts[place] = counts.get(place, 0) + 1
        if counts[place] > (ASKED if kind[1] else OF_A_KIND) and not (kind[0] in ALL and len(kind[1]) <= FILTERS):
            continue
        if urlsplit(address).path.endswith(PAPERS):
            if kind[0] in printed:
                continue
            printed.add(kind[0])
        answer = client.get(address, headers={"referer": f"http://testserver{came_from}"})
        if answer.status_code >= 400:
            errors[address] = answer.status_code
        elif answer.status_code in (301, 302):
            waiting.append((urljoin(address, answer["Location"]), came_from))
        elif answer.get("Content-Type", "").startswith("text/html"):
            page = tree(answer)
            if any("None" in words.split() for words in page.itertext()):
                errors[f"{address} says None"] = answer.status_code
            for method, target in addresses(page, address):
                if method == "GET":
                    waiting.append((target, address))
                elif found := kind_of(target):
                    names.add(found[0])
    return names, errors


def test_links_lead_to_every_page_and_to_no_error(
    qingzhu: SchoolCast, other: SchoolCast, client_of: Callable[[User], Client]
) -> None:
    """最近删除 was promised by a message and linked from nowhere."""
    world = build_world(qingzhu, other)
    live_in(qingzhu, client_of)
    slips = [slip_of(qingzhu, pupil) for pupil in (qingzhu.pupils[0], qingzhu.pupil_unassigned)]
    family = Client()
    for slip in slips:
        enter(family, slip)
    homes = [reverse("family:home", args=[slip.key]) for slip in slips]
    visitors = [
        (part, world.client(part, client_of), [reverse("home")])
        for part in PARTS
        if part not in ("colleague", "stranger")
    ]
    both = create_user(actor=qingzhu.system, username="both", name="两边", school=qingzhu.school)
    grant_role(actor=qingzhu.system, user=both, role=Role.LEADER, school=qingzhu.school, starts_on=SINCE)
    grant_role(actor=qingzhu.system, user=both, role=Role.BUREAU, bureau=qingzhu.school.bureau, starts_on=SINCE)
    visitors.append(("school and bureau", client_of(both), [reverse("home")]))
    visitors.append(("family", family, [door(slips[0]), *homes]))
    reached: set[str] = set()
    printed: set[str] = set()
    errors: dict[str, dict[str, int]] = {}
    for part, client, starts in visitors:
        names, wrong = walk(client, printed, *starts)
        reached |= names
        errors[part] = {address: status for address, status in wrong.items() if status != EXPIRED}
    assert errors == {part: {} for part, _client, _starts in visitors}
    assert set(all_url_names()) ^ reached == set(UNLINKED)
