"""Every URL × every role. A URL that this table does not list fails the run.

One line a URL: the method, then the answer for each of `world.PARTS` in their order. GET asks for pages; POST (without
data) knocks at addresses that only take posts: what is forbidden must be so before anything is read or written.
"""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.cast import SchoolCast
from tests.roles.world import PARTS, World, all_url_names, build_world

pytestmark = pytest.mark.django_db

# fmt: off
#                                   anonym admin office homer mentor colle couns leader bureau stranger
MATRIX: dict[str, tuple[str, tuple[int, ...]]] = {
    "accounts:change_password":    ("GET",  (302, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    "accounts:choose_scope":       ("GET",  (302, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    "accounts:sign_in":            ("GET",  (200, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "accounts:sign_out":           ("POST", (302, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "board:assign":                ("POST", (302, 403, 302, 302, 403, 403, 403, 403, 403, 404)),
    "board:detail":                ("GET",  (302, 403, 200, 200, 403, 403, 403, 403, 403, 404)),
    "board:exceptions":            ("GET",  (302, 403, 200, 403, 403, 403, 403, 403, 403, 200)),
    "board:grant":                 ("GET",  (302, 403, 200, 403, 403, 403, 403, 403, 403, 200)),
    "board:list":                  ("GET",  (302, 403, 200, 200, 403, 403, 403, 403, 403, 200)),
    "board:revoke":                ("POST", (302, 403, 302, 403, 403, 403, 403, 403, 403, 404)),
    "board:team":                  ("GET",  (302, 200, 200, 403, 403, 403, 403, 403, 403, 404)),
    "bureau:home":                 ("GET",  (302, 403, 403, 403, 403, 403, 403, 403, 200, 403)),
    "desk:brief":                  ("GET",  (302, 403, 403, 200, 200, 403, 403, 403, 403, 404)),
    "desk:delete":                 ("POST", (302, 403, 403, 403, 302, 403, 403, 403, 403, 404)),
    "desk:deleted":                ("GET",  (302, 403, 403, 200, 200, 200, 403, 403, 403, 200)),
    "desk:draft_drop":             ("POST", (302, 403, 404, 404, 302, 404, 404, 403, 403, 404)),
    "desk:draft_save":             ("POST", (302, 403, 400, 400, 400, 400, 400, 403, 403, 400)),
    "desk:draft_undo":             ("POST", (302, 403, 404, 404, 302, 404, 404, 403, 403, 404)),
    "desk:history":                ("GET",  (302, 403, 200, 403, 200, 403, 403, 403, 403, 404)),
    "desk:home":                   ("GET",  (302, 403, 403, 200, 200, 200, 403, 403, 403, 200)),
    "desk:letter":                 ("GET",  (302, 403, 403, 403, 200, 403, 403, 403, 403, 404)),
    "desk:letter_check":           ("POST", (302, 403, 403, 403, 200, 403, 403, 403, 403, 404)),
    "desk:letter_desk":            ("GET",  (302, 403, 403, 403, 200, 403, 403, 403, 403, 404)),
    "desk:letter_lined":           ("GET",  (302, 403, 403, 403, 200, 403, 403, 403, 403, 404)),
    "desk:letter_pdf":             ("POST", (302, 403, 403, 403, 200, 403, 403, 403, 403, 404)),
    "desk:letter_preview":         ("POST", (302, 403, 403, 403, 200, 403, 403, 403, 403, 404)),
    "desk:letters":                ("GET",  (302, 403, 403, 200, 200, 200, 403, 403, 403, 200)),
    "desk:lined_letters":          ("GET",  (302, 403, 403, 409, 200, 200, 403, 403, 403, 409)),
    "desk:pupil":                  ("GET",  (302, 403, 200, 200, 200, 403, 403, 403, 403, 404)),
    "desk:restore":                ("POST", (302, 403, 403, 403, 302, 403, 403, 403, 403, 404)),
    "desk:talk":                   ("GET",  (302, 403, 403, 200, 200, 403, 403, 403, 403, 404)),
    "desk:talk_edit":              ("GET",  (302, 403, 403, 403, 200, 403, 403, 403, 403, 404)),
    "desk:visit":                  ("GET",  (302, 403, 403, 200, 200, 403, 403, 403, 403, 404)),
    "desk:visit_edit":             ("GET",  (302, 403, 403, 403, 200, 403, 403, 403, 403, 404)),
    "family:letter":               ("GET",  (302, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "family:letter_pdf":           ("GET",  (302, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "family:letters":              ("GET",  (302, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "family:reply":                ("POST", (302, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "family:slip":                 ("GET",  (200, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    "healthz":                     ("GET",  (200, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    "home":                        ("GET",  (302, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "imports:cancel":              ("POST", (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:confirm":             ("POST", (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:detail":              ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:export":              ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "imports:list":                ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "imports:mapping":             ("POST", (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:marked":              ("GET",  (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:progress":            ("GET",  (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:recheck":             ("POST", (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:set_aside":           ("POST", (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:template":            ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "imports:undo":                ("POST", (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "imports:upload":              ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "jobs:cancel":                 ("POST", (302, 302, 302, 403, 403, 403, 403, 403, 404, 404)),
    "jobs:detail":                 ("GET",  (302, 200, 200, 403, 403, 403, 403, 403, 404, 404)),
    "jobs:download":               ("GET",  (302, 403, 410, 403, 403, 403, 403, 403, 404, 404)),
    "jobs:list":                   ("GET",  (302, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    "jobs:progress":               ("GET",  (302, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "manage:account":              ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:classes":              ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "manage:come_back":            ("POST", (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:give_role":            ("POST", (302, 422, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:leave":                ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:move":                 ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:new_pupil":            ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "manage:open_account":         ("POST", (302, 422, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:password":             ("POST", (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:people":               ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "manage:person":               ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:pupil":                ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:pupils":               ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "manage:reinstate":            ("GET",  (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:take_role":            ("POST", (302, 302, 403, 403, 403, 403, 403, 403, 403, 404)),
    "manage:withdraw":             ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "merge:pupils":                ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "merge:teachers":              ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
    "notices:inbox":               ("GET",  (302, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    "notices:open":                ("GET",  (302, 403, 403, 403, 302, 403, 403, 403, 404, 404)),
    "notices:read_all":            ("POST", (302, 302, 302, 302, 302, 302, 302, 302, 302, 302)),
    "office:accept_letter":        ("POST", (302, 403, 409, 403, 403, 403, 403, 403, 403, 404)),
    "office:class":                ("GET",  (302, 403, 200, 200, 403, 403, 403, 200, 403, 404)),
    "office:dashboard":            ("GET",  (302, 403, 200, 403, 403, 403, 403, 200, 403, 200)),
    "office:edit_letter":          ("POST", (302, 403, 422, 403, 403, 403, 403, 403, 403, 404)),
    "office:grade":                ("GET",  (302, 403, 200, 403, 403, 403, 403, 200, 403, 404)),
    "office:letter":               ("GET",  (302, 403, 200, 403, 403, 403, 403, 403, 403, 404)),
    "office:letters":              ("GET",  (302, 403, 200, 403, 403, 403, 403, 403, 403, 200)),
    "office:mentor":               ("GET",  (302, 403, 200, 403, 403, 403, 403, 200, 403, 404)),
    "office:pupils":               ("GET",  (302, 403, 200, 403, 403, 403, 403, 200, 403, 200)),
    "office:release":              ("POST", (302, 403, 409, 403, 403, 403, 403, 403, 403, 409)),
    "office:return_letter":        ("POST", (302, 403, 422, 403, 403, 403, 403, 403, 403, 404)),
    "office:schedule":             ("POST", (302, 403, 409, 403, 403, 403, 403, 403, 403, 409)),
    "office:unschedule":           ("POST", (302, 403, 409, 403, 403, 403, 403, 403, 403, 409)),
    "papers:all_books":            ("POST", (302, 403, 409, 403, 403, 403, 403, 403, 403, 409)),
    "papers:all_letters":          ("POST", (302, 403, 409, 403, 403, 403, 403, 403, 403, 409)),
    "papers:all_slips":            ("POST", (302, 403, 409, 403, 403, 403, 403, 403, 403, 409)),
    "papers:book":                 ("GET",  (302, 403, 200, 403, 403, 403, 403, 403, 403, 404)),
    "papers:class_letters":        ("GET",  (302, 403, 200, 200, 403, 403, 403, 403, 403, 404)),
    "papers:class_slips":          ("GET",  (302, 200, 200, 200, 403, 403, 403, 403, 403, 404)),
    "papers:index":                ("GET",  (302, 403, 200, 403, 403, 403, 403, 403, 403, 200)),
    "papers:my_book":              ("GET",  (302, 403, 403, 200, 200, 200, 403, 403, 403, 409)),
    "papers:my_letters":           ("GET",  (302, 403, 403, 409, 200, 409, 403, 403, 403, 409)),
    "plan:detail":                 ("GET",  (302, 200, 200, 200, 200, 200, 200, 200, 200, 200)),
    "plan:edit":                   ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "plan:school":                 ("GET",  (302, 200, 200, 200, 200, 200, 200, 200, 200, 404)),
    "year:overview":               ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "year:roll":                   ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 200)),
    "year:undo":                   ("GET",  (302, 200, 403, 403, 403, 403, 403, 403, 403, 404)),
}
# fmt: on


@pytest.fixture
def world(qingzhu: SchoolCast, other: SchoolCast) -> World:
    return build_world(qingzhu, other)


def test_the_table_lists_every_url() -> None:
    assert sorted(MATRIX) == all_url_names()


@pytest.mark.parametrize("part", PARTS)
def test_every_url_answers_each_role_as_the_table_says(
    part: str, world: World, client_of: Callable[[User], Client]
) -> None:
    answers = {}
    for name, (method, _) in MATRIX.items():
        client = world.client(part, client_of)
        url = world.url(name)
        answers[name] = (client.get(url) if method == "GET" else client.post(url)).status_code
    assert answers == {name: expected[PARTS.index(part)] for name, (_, expected) in MATRIX.items()}
