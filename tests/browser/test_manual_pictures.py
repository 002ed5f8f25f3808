"""The pictures of the manuals show the product as it is: each is taken anew, and must have the shape of the kept one.

They lie in `static/documents/manual/`. After a wanted change run `APPROVE=1 pytest` on this file, look at every picture
that git names as changed, and commit them with the change. Names and days in them may differ: what is compared is where
something stands on the page, square by square.
"""

import io
import os
from collections.abc import Callable, Iterator

import pytest
from django.urls import reverse
from PIL import Image, ImageChops
from playwright.sync_api import Page

from core.pdf import DOCUMENTS_ROOT
from records.guides.contexts import PICTURES, SIZES
from tests.browser.conftest import PASSWORD, House, OpenVisit, Visitor

pytestmark = pytest.mark.browser

KEPT = DOCUMENTS_ROOT / "manual"
#: A square of so many dots counts as changed where its mean grey differs by more; so much of what is not bare ground
#: may change, for names and days do.
SQUARE, GREY, SHARE = 20, 8, 0.15
#: So near to the commonest grey a square is bare.
BARE = 3
#: The manual is downloaded over a school's network, and kept in the repository.
LARGEST = 60_000
COLOURS = 48


def taken(page: Page) -> Image.Image:
    """What a visitor sees."""
    page.wait_for_load_state("networkidle")
    while (greeting := page.locator(".first-visit")).count():
        # Said once to each role, and in nobody's way afterwards.
        greeting.get_by_role("button").first.click()
        page.wait_for_load_state("networkidle")
    return Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")


def inked(squares: Image.Image) -> Image.Image:
    """White where something stands, black where there is bare ground."""
    counts = squares.histogram()
    ground = counts.index(max(counts))
    return squares.point([255 * (abs(grey - ground) > BARE) for grey in range(256)])


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much of what stands on one picture or the other stands there otherwise, 0 to 1; 1 for other sizes."""
    if one.size != other.size:
        return 1.0
    squares = [picture.convert("L").reduce(SQUARE) for picture in (one, other)]
    ink = ImageChops.lighter(*map(inked, squares))
    changed = ImageChops.difference(*squares).point([255 * (grey > GREY) for grey in range(256)])
    whole, apart = (picture.histogram()[255] for picture in (ink, ImageChops.darker(ink, changed)))
    return apart / max(whole, 1)


@pytest.fixture(scope="module")
def teachers(house: House) -> tuple[str, str]:
    """A homeroom teacher and a mentor of the demo with whom no other test works: their pages stay as they were made."""
    names = ("qingzhu-t0004", "qingzhu-t0013")
    house.manage(
        "shell",
        "-c",
        "from accounts.models import User\n"
        f"for user in User.objects.filter(username__in={names!r}):\n"
        f"    user.set_password({PASSWORD!r})\n    user.save()",
    )
    return names


class Taker:
    """Walks through the house and yields the pictures by name."""

    def __init__(self, house: House, visit: OpenVisit, homeroom: str, mentor: str) -> None:
        self.house, self.visit = house, visit
        self.homeroom_name, self.mentor_name = homeroom, mentor

    def _visitor(self, kind: str, username: str = "") -> tuple[Visitor, Page]:
        width, height = SIZES[kind]
        visitor = self.visit({"width": width, "height": height})
        return visitor, visitor.sign_in(username) if username else visitor.page

    def door(self) -> Iterator[tuple[str, Page]]:
        visitor, page = self._visitor("phone")
        visitor.go(reverse("accounts:sign_in"))
        yield "sign-in", page
        visitor.go(self.house.slip_path)
        yield "slip-door", page
        page.get_by_label("凭条码").fill(self.house.slip_code)
        page.get_by_role("textbox", name="手机").fill(self.house.phone_tail)
        page.get_by_role("button", name="打开").click()
        key = self.house.slip_path.strip("/").split("/")[-1]
        visitor.go(reverse("family:home", args=[key]))
        yield "family-home", page
        visitor.go(reverse("family:letters", args=[key]))
        page.locator(".rows a").first.click()
        page.wait_for_load_state()
        yield "family-letter", page

    def mentor(self) -> Iterator[tuple[str, Page]]:
        visitor, page = self._visitor("phone", self.mentor_name)
        visitor.go(reverse("desk:home"))
        yield "desk", page
        page.locator("#roster a.tick-open").filter(has_text="谈心").first.click()
        page.locator("#panel form").wait_for()
        yield "talk", page
        visitor.go(reverse("desk:home"))
        page.locator("#roster .cell-name a").first.click()
        page.wait_for_load_state()
        yield "pupil", page
        visitor.go(reverse("desk:letters"))
        page.locator(".page-actions a.btn-primary").click()
        page.wait_for_load_state()
        yield "letters", page

    def homeroom(self) -> Iterator[tuple[str, Page]]:
        visitor, page = self._visitor("wide", self.homeroom_name)
        visitor.go(reverse("board:list"))
        page.get_by_role("link", name="一（4）班").first.click()
        page.wait_for_load_state()
        yield "board", page
        page.locator(".page-actions").get_by_role("link", name="完成情况").click()
        page.wait_for_load_state()
        yield "class", page
        page.locator("main").get_by_role("link", name="家长凭条").click()
        page.wait_for_load_state()
        yield "slips", page

    def office(self) -> Iterator[tuple[str, Page]]:
        visitor, page = self._visitor("wide", "demo-office")
        for name, address in (
            ("dashboard", "office:dashboard"),
            ("proofing", "office:letters"),
            ("papers", "papers:index"),
        ):
            visitor.go(reverse(address))
            yield name, page

    def admin(self) -> Iterator[tuple[str, Page]]:
        visitor, page = self._visitor("wide", "demo-admin")
        pages = {"import": "imports:upload", "people": "manage:people", "plan": "plan:detail", "year": "year:overview"}
        for name, address in pages.items():
            visitor.go(reverse(address))
            yield name, page


@pytest.mark.parametrize("who", ["door", "mentor", "homeroom", "office", "admin"])
def test_the_manuals_pictures_show_the_product_as_it_is(
    house: House, visit: OpenVisit, teachers: tuple[str, str], who: str
) -> None:
    walk: Callable[[], Iterator[tuple[str, Page]]] = getattr(Taker(house, visit, *teachers), who)
    changed = {}
    for name, page in walk():
        picture, path = taken(page), KEPT / f"{name}.png"
        if os.environ.get("APPROVE"):
            KEPT.mkdir(exist_ok=True)
            picture.quantize(COLOURS).save(path, optimize=True)
        with Image.open(path) as kept:
            share = difference(picture, kept.convert("RGB"))
        if share > SHARE:
            changed[name] = round(share, 3)
    assert changed == {}


def test_another_page_and_a_moved_list_are_told_apart_from_a_kept_picture() -> None:
    with Image.open(KEPT / "people.png") as one, Image.open(KEPT / "year.png") as other:
        assert difference(one.convert("RGB"), other.convert("RGB")) > SHARE
    with Image.open(KEPT / "desk.png") as kept:
        desk = kept.convert("RGB")
    head = desk.crop((0, 0, desk.width, 100))
    lower, renamed = desk.copy(), desk.copy()
    lower.paste(desk.crop((0, 100, desk.width, desk.height - 20)), (0, 120))
    lower.paste(head)
    # The row of one child in the place of another's.
    renamed.paste(desk.crop((0, 480, desk.width, 545)), (0, 410))
    assert (difference(desk, lower) > SHARE, difference(desk, renamed) < SHARE) == (True, True)


def test_the_pictures_are_all_there_and_small() -> None:
    files = {path.stem: path.stat().st_size for path in KEPT.glob("*.png")}
    assert (set(files), max(files.values()) <= LARGEST, len(files) <= 20) == (set(PICTURES), True, True)
    sizes = {}
    for name in PICTURES:
        with Image.open(KEPT / f"{name}.png") as picture:
            sizes[name] = picture.size
    assert sizes == {name: SIZES[kind] for name, kind in PICTURES.items()}
