"""Each text is said with the school's own figures, and speaks of no module that the school does not use."""

import re
from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from records.guides.contexts import GUIDES, PICTURES, Facts, PupilNamed
from records.guides.rules import EXPLAINS
from tests.guides.builders import MODULES, PLAN, PUPIL, facts

#: Words that only a school which uses the module reads, with how many texts say them.
WORDS_OF = {
    "rounds": ("匹配轮次", "选导师", "征询", "志愿"),
    "wishes": ("想换导师",),
    "readiness": ("暂不适合",),
    "meetings": ("小教研",),
    "tree_hole": ("树洞",),
    "book_handling": ("记录本收发",),
    "clubs": ("社团",),
    "two_sided": ("双向",),
}
#: Nothing of these is explained: they are found where the matching is.
UNSAID = {"clubs", "two_sided"}


def said(key: str, school: Facts, pupil: PupilNamed | None = None) -> str:
    html = render_to_string(GUIDES[key].template, {"school": school, "pupil": pupil})
    return "".join(strip_tags(html).split())


def everything(school: Facts) -> str:
    return "".join(said(key, school, pupil) for key in GUIDES for pupil in (None, PUPIL))


@pytest.mark.parametrize(
    "key, own",
    [
        ("mentor", ["每学年2次", "每学期3次", "开学后1周到开学后5周", "期末前4周到期末", "12月25日—1月22日", "成长来信",
                    "https://daoshi.bailu.example", "默认德育室可见", "027-5550123"]),
        ("homeroom", ["不超过13名", "成长来信"]),
        ("office", ["不超过13名学生", "成长来信"]),
        ("admin", ["现在13名", "11天内"]),
        ("counsellor", ["027-5550123"]),
        ("family", ["成长来信", "027-5550123"]),
        ("manual-mentor", ["11天内有效", "每学期3次", "成长来信", "默认德育室可见"]),
        ("manual-homeroom", ["不超过13名", "第13名以后"]),
        ("manual-office", ["校对和发布成长来信"]),
        ("manual-admin", ["现在13名", "11天内"]),
        ("manual-family", ["成长来信"]),
        ("to-parents", ["二年级、四年级", "每学年2次", "成长来信", "也给一点建议",
                        "韩知微、董听澜老师", "027-5550123"]),
        ("questions", ["带满13名学生，一学期写13封", "一共约2.2小时", "管一鸣", "韩知微、董听澜", "家访（每学年2次）",
                       "https://daoshi.bailu.example"]),
        ("trial", ["不超过13名", "二年级、四年级", "成长来信"]),
    ],
)  # fmt: skip
def test_a_text_says_the_schools_own_figures(key: str, own: list[str]) -> None:
    text = said(key, facts())
    assert [words for words in own if words not in text] == []


@pytest.mark.parametrize("module", sorted(MODULES))
def test_no_text_speaks_of_a_module_that_is_off(module: str) -> None:
    with_it, without = everything(facts()), everything(facts(uses=MODULES - {module}))
    found = [[text.count(words) for words in WORDS_OF[module]] for text in (with_it, without)]
    if module == "book_handling":
        # The principal's question about ledgers says that it is off.
        assert (without.count("记录本收发"), without.count("记录本收发没有启用")) == (2, 2)
        return
    assert found[1] == [0] * len(WORDS_OF[module])
    assert (all(found[0]), any(found[0])) == ((False, False) if module in UNSAID else (True, True))


def test_a_school_without_a_plan_is_told_what_will_stand_there() -> None:
    bare = facts(plan=None, letter="成长寄语")
    assert ("学校设好学年和方案以后" in said("mentor", bare), "None" in everything(bare)) == (True, False)
    assert re.findall(r"(?:超过|现在|第)名", everything(bare)) == []


def test_mail_and_database_are_said_as_they_are_here() -> None:
    both = [said("questions", facts(sends_mail=mail, in_one_file=one)) for mail, one in ((False, True), (True, False))]
    assert [("没有设置发邮件" in text, "一个数据库文件" in text, "PostgreSQL" in text) for text in both] == [
        (True, True, False),
        (False, False, True),
    ]


def test_a_named_letter_tells_the_mentor_or_leaves_a_line() -> None:
    assert "郭䶮（二&lt;3&gt;）的导师：何知秋、石磊老师" in said("to-parents", facts(), PUPIL)
    alone = PupilNamed(name="安晴", class_label="二（1）班")
    html = render_to_string(GUIDES["to-parents"].template, {"school": facts(), "pupil": alone})
    assert '<span class="blank"></span> 老师' in html


def test_grades_that_are_asked_differently_are_named_each() -> None:
    talk = PLAN.actions[1]
    more = [
        type(talk)(**{n: getattr(talk, n) for n in talk.__slots__} | {"grades": (g,)}) for g in ("二年级", "四年级")
    ]
    plan = type(PLAN)(**{n: getattr(PLAN, n) for n in PLAN.__slots__} | {"actions": tuple(more)})
    text = said("mentor", facts(plan=plan))
    assert (text.count("谈心二年级每学期3次"), text.count("谈心四年级每学期3次")) == (1, 1)


def test_the_emergency_card_always_says_that_this_is_no_crisis_system() -> None:
    for card in (("班主任 110",), ("本系统不是危机干预系统。",)):
        assert said("family", facts(emergency=card)).count("不是危机干预系统") == 1


def test_pictures_and_anchors_of_the_manuals_are_all_there() -> None:
    manuals = {key: render_to_string(GUIDES[key].template, {"school": facts()}) for key in GUIDES}
    shown = re.findall(r'src="[^"]*manual/([a-z-]+)(?:\.[0-9a-f]+)?\.png"', "".join(manuals.values()))
    assert sorted(shown) == sorted(PICTURES)
    for target in EXPLAINS.values():
        key, _, anchor = target.partition("#")
        assert (not anchor or f'id="{anchor}"' in manuals[key]) is True, target


def test_a_family_reads_of_its_own_grade_alone() -> None:
    visit, talk, letter = PLAN.actions
    actions = (visit, replace(talk, grade_ids=frozenset({1})), replace(letter, grade_ids=frozenset({2})))
    school = facts(plan=replace(PLAN, actions=actions, card_grades=frozenset({2})))
    said_to = [
        said("to-parents", school.for_grade(grade)) + said("family", school.for_grade(grade)) for grade in (1, 2)
    ]
    assert [[text.count(w) for w in ("每学期3次", "期末前4周到期末", "心灵树洞。")] for text in said_to] == [
        [1, 0, 0],
        [0, 1, 1],
    ]
