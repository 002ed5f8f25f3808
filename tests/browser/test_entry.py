"""A homeroom teacher types a whole class in from paper with the keyboard alone; the keys are counted."""

import random
import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, House, OpenVisit

pytestmark = pytest.mark.browser

# A class of 33 of grade 5, whom 12 mentors are open to; what 班主任 and 德育室 do before is not this test's matter.
PREPARE = """
from mentors.models.slots import Assignment
from mentors.rounds.models import ChoiceSheet, MatchingRound
from schools.models import SchoolClass
from students.models import Enrolment
found = MatchingRound.objects.get(school__code="qingzhu", state="open", mode="choice")
found.candidates.update(whole_grade=True)
by_size = {c.pk: Enrolment.objects.active().filter(school_class=c).count() for c in SchoolClass.objects.filter(
    grade=found.grade, year=found.year)}
chosen = max(by_size, key=by_size.get)
ChoiceSheet.objects.filter(round=found, pupil__enrolments__school_class=chosen).delete()
print("grid", found.pk, chosen, by_size[chosen], found.candidates.count(), found.max_choices)
"""


def stored(house: House, round_key: str, class_key: str) -> list[list[int]]:
    """The numbers that were stored, a row per pupil by seat."""
    printed = house.manage(
        "shell",
        "-v0",
        "-c",
        "from mentors.rounds.models import ChoiceSheet, RoundMentor\n"
        f"numbers = dict(RoundMentor.objects.filter(round={round_key}).values_list('mentor_id', 'number'))\n"
        f"rows = ChoiceSheet.objects.filter(round={round_key}, pupil__enrolments__school_class={class_key})\n"
        "for s in rows.order_by('pupil__enrolments__seat_number'):\n"
        "    print('row', *[numbers[c.mentor_id] for c in s.choices.all()])\n",
    )
    return [[int(n) for n in line.split()[1:]] for line in printed.splitlines() if line.startswith("row")]


class Keyboard:
    """Types and counts."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.pressed += 1

    def number(self, number: int, among: int) -> None:
        """The digits; Enter only where a longer number begins with them."""
        for digit in str(number):
            self.press(digit)
        if any(str(n).startswith(str(number)) for n in range(number + 1, among + 1)):
            self.press("Enter")


def test_a_class_of_33_is_typed_in_from_paper_with_the_keyboard_alone(house: House, visit: OpenVisit) -> None:
    found = re.search(r"grid (\d+) (\d+) (\d+) (\d+) (\d+)", house.manage("shell", "-v0", "-c", PREPARE))
    assert found is not None
    round_key, class_key = found[1], found[2]
    pupils, mentors, ranks = int(found[3]), int(found[4]), int(found[5])
    assert (pupils, mentors, ranks) == (33, 12, 3)
    teacher = visit(DESK)
    page = teacher.sign_in("demo-office")
    teacher.go(f"/rounds/{round_key}/classes/{class_key}/entry/")
    expect(page.locator(".entry-count")).to_have_text("33 人已录 0")
    chance = random.Random(2026)
    papers = [chance.sample(range(1, mentors + 1), ranks) for _ in range(pupils)]
    keys = Keyboard(page)

    # A number that nobody has is said at once, and typed over.
    for key in "813":
        keys.press(key)
    expect(page.locator("[data-row]").first.locator("[data-word]")).to_have_text("没有 13 号")
    keys.press("Escape")
    page.locator("[data-cell]").first.focus()
    keys.pressed = 0

    for paper in papers:
        for number in paper:
            keys.number(number, mentors)
    expect(page.locator(".entry-count")).to_have_text("33 人已录 33")
    expect(page.locator(".entry-row.is-wrong, .entry-row.is-dirty, .entry-row.is-saving")).to_have_count(0)
    assert stored(house, round_key, class_key) == papers
    # One key for 2 to 9; two for ten and more, and for 1, which ten begins with.
    assert keys.pressed <= 33 * 3 * 2
    assert keys.pressed == sum(2 if n in (1, 10, 11, 12) else 1 for paper in papers for n in paper)

    # Corrected: an empty cell goes back, Escape brings back what is stored, arrows go from row to row.
    page.locator("[data-cell]").nth(4).select_text()
    page.keyboard.press("Delete")
    page.keyboard.press("Backspace")
    expect(page.locator("[data-cell]").nth(3)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-cell]").nth(4)).to_have_value(str(papers[1][1]))
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-cell]").nth(6)).to_be_focused()


def test_leaving_with_an_unsaved_row_is_asked_about(house: House, visit: OpenVisit) -> None:
    found = re.search(r"grid (\d+) (\d+)", house.manage("shell", "-v0", "-c", PREPARE))
    assert found is not None
    teacher = visit(PHONE)
    page = teacher.sign_in("demo-office")
    teacher.go(f"/rounds/{found[1]}/classes/{found[2]}/entry/")
    teacher.fits()
    page.locator("[data-cell]").first.press("5")
    asked: list[str] = []

    def answer(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]  # Playwright's Dialog
        dialog.accept()  # type: ignore[attr-defined]  # as above

    page.on("dialog", answer)
    teacher.go("/")
    assert asked == ["beforeunload"]
