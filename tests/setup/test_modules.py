"""What a school does not use is gone from sight: no entry, no page, no link; and nothing of it is lost."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.queries import actor_for
from accounts.services import grant_role
from core.errors import DomainError
from records.models.care import TreeHoleCard
from records.setup.services.school import choose_modules
from schools.enums import FirstWeeks, Module, Preset
from schools.models import School
from schools.services import create_school, use_modules
from tests.cast import TODAY, SchoolCast
from tests.family.test_family_pages import door, enter, slip_of
from tests.pages import by_class, text, tree
from tests.roles.states import live_in
from tests.roles.test_reachable import EXPIRED, walk
from tests.roles.world import World, all_url_names, build_world

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]


def modules_of_addresses() -> dict[str, Module]:
    """The addresses that belong to a module."""

    def views(patterns: object, space: str) -> dict[str, Module]:
        found: dict[str, Module] = {}
        for pattern in patterns:  # type: ignore[attr-defined]  # URL patterns and resolvers
            if isinstance(pattern, URLResolver):
                found |= views(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
            elif (module := getattr(pattern.callback, "module", None)) is not None:
                found[f"{space}{pattern.name}"] = module
        return found

    return views(get_resolver().url_patterns, "")


def entries(client: Client, url: str = "/plan/", nav: str = "主导航") -> list[str | list[str]]:
    """The navigation as a reader sees it: an entry, or the word of a menu and what stands in it."""
    shown = next(node for node in tree(client.get(url)).iter("nav") if node.get("aria-label") == nav)
    listed = [item for item in next(iter(shown.iter("ul"))) if item.tag == "li"]
    words = [[text(part) for part in item.iter() if part.tag in ("summary", "a")] for item in listed]
    return [some[0] if len(some) == 1 else some for some in words]


@pytest.fixture
def world(qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf) -> World:
    made = build_world(qingzhu, other)
    live_in(qingzhu, client_of)
    return made


def test_every_module_has_addresses_and_all_of_them_are_known() -> None:
    assert set(modules_of_addresses().values()) == set(Module)
    assert set(modules_of_addresses()) <= set(all_url_names())


def test_a_school_without_any_module_has_few_entries_no_page_of_them_and_no_dead_link(
    world: World, client_of: ClientOf
) -> None:
    """Rounds, cards and ledgers stood on the pages of schools that never asked for them."""
    cast = world.cast
    held = TreeHoleCard.objects.count()
    family = Client()
    slips = [slip_of(cast, pupil) for pupil in (cast.pupils[0], cast.pupil_unassigned)]
    for slip in slips:
        enter(family, slip)
    use_modules(school=cast.school, modules=[])

    assert entries(world.client("mentor", client_of)) == ["我的学生", "寄语台", "培训", "方案"]
    assert entries(world.client("office", client_of)) == [
        "完成情况",
        ["通知", "提醒", "公告"],
        ["导师", "导师匹配", "导师队伍"],
        "寄语发布",
        ["材料", "打印", "期末材料"],
        "方案",
    ]
    parts = ("admin", "office", "homeroom", "mentor", "counsellor", "leader")
    visitors = [(part, world.client(part, client_of), [reverse("home")]) for part in parts]
    visitors.append(("family", family, [door(slips[0]), *(reverse("family:home", args=[slip.key]) for slip in slips)]))
    gone = modules_of_addresses()
    dead: dict[str, dict[str, int]] = {}
    # As everywhere: a book is set once. The mentor's letters are not proof-read.
    printed = {"papers:my_letters"}
    for part, client, starts in visitors:
        names, errors = walk(client, printed, *starts)
        assert names & set(gone) == set(), part
        dead[part] = {address: status for address, status in errors.items() if status != EXPIRED}
    assert dead == {part: {} for part, _, _ in visitors}
    slip_pages = {name for name in gone if name.partition(":")[0] in ("family", "choose")}
    for part, client, _ in visitors:
        names = slip_pages if part == "family" else gone.keys() - slip_pages
        answers = {name: client.get(world.url(name)).status_code for name in names}
        # A button's address of a family refuses the method first.
        assert set(answers.values()) - {HTTPStatus.METHOD_NOT_ALLOWED} == {HTTPStatus.NOT_FOUND}, part
    assert TreeHoleCard.objects.count() == held > 0


def test_what_is_used_again_is_all_there_again(world: World, client_of: ClientOf) -> None:
    page = client_of(world.cast.office)
    before = text(tree(page.get("/rounds/")))
    use_modules(school=world.cast.school, modules=[])
    assert page.get("/rounds/").status_code == HTTPStatus.NOT_FOUND
    use_modules(school=world.cast.school, modules=list(Module))
    assert text(tree(page.get("/rounds/"))) == before


def test_a_notice_of_what_is_no_longer_used_says_so_in_the_inbox(world: World, client_of: ClientOf) -> None:
    notice = world.cast.mentor.notices.create(
        school=world.cast.school, kind="card", title="有一张树洞卡", link="/my/cards/", dedup_key="of what is gone"
    )
    use_modules(school=world.cast.school, modules=[])
    answer = client_of(world.cast.mentor).get(reverse("notices:open", args=[notice.pk]), follow=True)

    assert answer.redirect_chain == [("/inbox/", 302)]
    assert "这条消息说的功能，学校现在没有使用。" in text(tree(answer))


def test_a_part_is_not_there_without_its_whole_and_comes_back_with_it(qingzhu: SchoolCast) -> None:
    use_modules(school=qingzhu.school, modules=[Module.CLUBS, Module.WISHES])
    assert School.objects.get(pk=qingzhu.school.pk).in_use == {"wishes"}
    use_modules(school=qingzhu.school, modules=[Module.CLUBS, Module.ROUNDS])
    assert School.objects.get(pk=qingzhu.school.pk).in_use == {"clubs", "rounds"}


def test_the_page_saves_what_is_ticked_and_the_log_says_what_was_switched(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    client = client_of(qingzhu.office)
    ticked = [
        box.get("value")
        for box in tree(client.get("/school/modules/")).iter("input")
        if box.get("name") == "modules" and box.get("checked") is not None
    ]
    assert ticked == Module.values
    answer = client.post("/school/modules/", {"modules": ["rounds", "meetings"]}, follow=True)

    assert "已有的内容都还在" in text(tree(answer))
    assert School.objects.get(pk=qingzhu.school.pk).modules == ["rounds", "meetings"]
    off = ["book_handling", "clubs", "readiness", "tree_hole", "two_sided", "wishes"]
    assert AuditEntry.objects.get(verb="choose_modules").detail == {"on": [], "off": off}


def test_only_the_office_and_the_admin_of_the_school_choose(qingzhu: SchoolCast, other: SchoolCast) -> None:
    for user, code in ((qingzhu.leader, "not_allowed"), (other.admin, "other_school")):
        with pytest.raises(DomainError) as refused:
            choose_modules(actor=actor_for(user, scope_key=None, on=TODAY), school=qingzhu.school, modules=[])
        assert refused.value.code == code


@pytest.mark.parametrize(
    "preset, modules",
    [
        (Preset.PRIMARY_TERMLY, ["rounds", "wishes", "readiness", "meetings", "tree_hole"]),
        (Preset.SENIOR_YEARLY, ["rounds", "two_sided", "clubs", "wishes", "readiness", "meetings"]),
    ],
)
def test_a_new_school_uses_what_its_plan_names_and_no_ledger(preset: Preset, modules: list[str]) -> None:
    """Since 2025 schools are not judged by ledgers (教师厅〔2025〕2号); cards where the plan names them (G35)."""
    school, _ = create_school(code="new", name="新校", preset=preset, start_year=2026)
    assert school.modules == modules


def with_roles(cast: SchoolCast, user: User, *roles: Role) -> User:
    for role in roles:
        grant_role(actor=cast.system, user=user, role=role, school=cast.school)
    return user


def test_one_side_of_the_work_becomes_a_menu_where_more_than_seven_things_are_left(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    """Eleven entries stood in one line, and then all that 德育室 does behind one word."""
    client = client_of(with_roles(qingzhu, qingzhu.office, Role.MENTOR))

    assert entries(client) == [
        ["我的学生", "我的学生", "寄语台", "树洞卡", "培训"],
        "完成情况",
        ["通知", "提醒", "公告"],
        ["导师", "导师匹配", "导师队伍", "树洞统计"],
        "寄语发布",
        ["材料", "打印", "期末材料"],
        "方案",
    ]
    assert entries(client, nav="底部导航") == [
        "我的学生",
        "寄语台",
        "完成情况",
        ["通知", "提醒", "公告"],
        ["更多", "导师匹配", "导师队伍", "树洞统计", "寄语发布", "打印", "期末材料", "树洞卡", "培训", "方案"],
    ]


def test_who_has_many_roles_finds_at_most_seven_things_to_choose_from(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    many = with_roles(qingzhu, qingzhu.office, Role.MENTOR, Role.COUNSELLOR, Role.SCHOOL_ADMIN)
    client = client_of(many)

    assert [some if isinstance(some, str) else some[0] for some in entries(client)] == [
        *("我的学生", "全校", "心理", "管理", "方案")
    ]
    assert by_class(tree(client.get("/office/")), "is-here") != []


def test_each_role_finds_at_most_seven_things_in_the_first_weeks_too(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    qingzhu.school.first_weeks = FirstWeeks.OPEN
    qingzhu.school.save()
    people = (*(qingzhu.admin, qingzhu.office, qingzhu.leader), *(qingzhu.homeroom, qingzhu.mentor, qingzhu.counsellor))

    counts = {user.username: len(entries(client_of(user))) for user in people}
    assert {name: count for name, count in counts.items() if count > 7} == {}
    assert entries(client_of(qingzhu.admin)) == [
        *("第一周", "教师", ["名册", "学生", "班级", "名册导入"], "学年"),
        *(["管理", "发送情况", "状态", "使用记录"], "培训", "方案"),
    ]
