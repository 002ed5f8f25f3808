"""How long it takes to compare one letter with all earlier ones of a school, and how many copies are found.

    .venv/bin/python bench/likeness.py [LETTERS]

Writes 20,000 letters to an empty database: SQLite in a temporary folder, or, where `DATABASE_URL` names a PostgreSQL
server, a database of its own there, dropped afterwards. Then it asks for the letter nearest to another, as the page
does (two queries, the connection open), for copies that were changed in four ways and for letters that are new.
Beside it, two floors: rapidfuzz alone over all 20,000 texts held in memory, and over the few candidates.
"""

import argparse
import datetime
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from figures import Figure, note

if TYPE_CHECKING:
    from accounts.actors import Actor
    from records.models.records import GrowthLetter
    from schools.models import Term
    from students.models import Pupil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

LETTERS, PER_KIND, WANTED = 20_000, 25, 100  # milliseconds
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
_GIVEN = "子涵诺梓萱浩宇欣怡俊杰桐嘉懿哲曦佑"
_WHO = """
你 全组同学 门口的保安叔叔 一年级的小朋友 图书馆的老师 隔壁班的朋友 爷爷 妈妈 教练 新来的同伴
""".split()  # noqa: SIM905 - easier to read than quotation marks
_WHEN = """
上周三的早晨 开学那天 运动会前夜 下雪的中午 春游路上 大扫除之后 午休的时候 期末那周 放学路上
家长开放日
""".split()  # noqa: SIM905 - easier to read than quotation marks
_WHAT = """
修好了门把手 讲了一个长长的故事 把花盆搬到窗边 画了一张地图 唱完了整首歌 数清了每一本书
擦亮了最高的玻璃 记下了每天的云
""".split()  # noqa: SIM905 - easier to read than quotation marks
_HOW = """
不声不响地 一遍又一遍 笑着 很小心地 比上次更稳地 先想好了再 红着脸 大大方方地 踮着脚 蹲在地上
""".split()  # noqa: SIM905 - easier to read than quotation marks
_THEN = """
大家都安静了 我在门外听见了 你的手上沾满了粉笔灰 雨正好停了 铃声响了也没有人走 后来全班都学会了
你说下次还要来
""".split()  # noqa: SIM905 - easier to read than quotation marks
_WISH = """
愿你一直这样 请把这份心意留住 下学期我们再试一次 我常常想起那个画面 老师想对你说谢谢
路还长，慢慢走
""".split()  # noqa: SIM905 - easier to read than quotation marks
T = TypeVar("T")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("letters", nargs="?", type=int, default=LETTERS)
    count = parser.parse_args().letters
    chance = random.Random(7)  # noqa: S311 - invented letters
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _database(Path(folder)):
        _measure(count, chance)


@contextmanager
def _database(folder: Path) -> Iterator[None]:
    """Django on an empty, migrated database that is gone afterwards."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "mentorship.settings"
    os.environ["VAR_DIR"] = str(folder)
    os.environ.pop("REDIS_URL", None)
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'db.sqlite3'}"
    import django  # noqa: PLC0415 - the settings are known only now
    from django.core.management import call_command  # noqa: PLC0415 - as above
    from django.db import connection  # noqa: PLC0415 - as above

    django.setup()
    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
        yield
        connection.close()
        return
    former = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(former, verbosity=0)


def _sentence(chance: random.Random) -> str:
    pick = chance.choice
    return f"{pick(_WHEN)}，{pick(_HOW)}{pick(_WHAT)}，{pick(_WHO)}看见了，{pick(_THEN)}{chance.randrange(2, 99)}次"


def _text(chance: random.Random, given: str) -> str:
    sentences = [_sentence(chance) for _ in range(chance.randrange(3, 7))]
    return "。".join([*sentences, f"{given}，{chance.choice(_WISH)}。"])


def _name(chance: random.Random) -> str:
    return chance.choice(_SURNAMES) + chance.choice(_GIVEN) + chance.choice(_GIVEN)


def _measure(count: int, chance: random.Random) -> None:
    from django.db import connection  # noqa: PLC0415 - the settings are known only now
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - as above

    from records.letters.checks.likeness import nearest, normalise, ratio, signature  # noqa: PLC0415 - as above
    from records.letters.queries.likeness import find_alike  # noqa: PLC0415 - as above

    actor, pupil, term, letters = _write(count, chance)
    print(
        f"{count} letters, {sum(len(letter.body) for letter in letters) // count} characters each, {connection.vendor}"
    )
    texts = [normalise(letter.body, letter.pupil.name) for letter in letters]
    signatures = [letter.signature for letter in letters]
    kinds: dict[str, Callable[[str], str]] = {
        "name changed": lambda text: text,
        "words changed": lambda text: _with_other_words(text, chance),
        "sentences moved": lambda text: _moved(text, chance),
        "all three, one more": lambda text: _moved(_with_other_words(text, chance), chance) + _sentence(chance) + "。",
        "new letters": lambda text: _text(chance, pupil.name[1:]),
    }
    find_alike(actor=actor, pupil=pupil, term=term, body=letters[0].body)
    spent: list[float] = []
    processor = time.process_time()
    print(f"{'':<22}{'found':>10}{'median ms':>12}{'worst ms':>10}")
    for kind, change in kinds.items():
        found, times = 0, []
        for letter in chance.sample(letters, PER_KIND):
            body = change(letter.body.replace(letter.pupil.name[1:], pupil.name[1:]))
            clock = time.perf_counter()
            alike = find_alike(actor=actor, pupil=pupil, term=term, body=body)
            times.append((time.perf_counter() - clock) * 1000)
            found += alike is not None
        spent += times
        print(f"{kind:<22}{f'{found}/{PER_KIND}':>10}{statistics.median(times):>12.1f}{max(times):>10.1f}")
    processor = (time.process_time() - processor) * 1000 / len(spent)
    copied = letters[count // 2]
    body = _with_other_words(copied.body, chance)
    text, wanted = normalise(body, pupil.name), signature(body, pupil.name)
    few = [letters[at] for at in nearest(wanted, signatures)]
    print("of these, and beside it:")
    _say("signature of one", lambda: signature(body, pupil.name))
    _say("nearest, in memory", lambda: nearest(wanted, signatures))
    _say(
        f"compare {len(few)} in full",
        lambda: [ratio(body, one.body, names=(pupil.name, one.pupil.name)) for one in few],
    )
    _say("rapidfuzz, candidates", lambda: [fuzz.ratio(text, normalise(one.body, one.pupil.name)) for one in few])
    _say("rapidfuzz, all texts", lambda: process.extractOne(text, texts, scorer=fuzz.ratio))
    print(
        f"one letter: median {statistics.median(spent):.1f} ms, worst {max(spent):.1f} ms, of this process's processor"
    )
    print(f"{processor:.1f} ms (wanted: under {WANTED} ms)")
    note(Figure(f"the nearest of {count} letters, processor", processor, "ms", at_most=WANTED))


def _say(label: str, act: Callable[[], T]) -> None:
    times = []
    for _ in range(7):
        clock = time.perf_counter()
        act()
        times.append((time.perf_counter() - clock) * 1000)
    print(f"{label:<22}{'':>10}{statistics.median(times):>12.1f}{max(times):>10.1f}")


def _with_other_words(text: str, chance: random.Random) -> str:
    """One word of each list is written otherwise, throughout."""
    for group in (_WHO, _WHEN, _WHAT, _HOW):
        present = [word for word in group if word in text and word != "你"]
        if present:
            text = text.replace(chance.choice(present), chance.choice(group), 1)
    return text


def _moved(text: str, chance: random.Random) -> str:
    sentences = [sentence for sentence in text.split("。") if sentence]
    chance.shuffle(sentences)
    return "。".join(sentences) + "。"


def _write(count: int, chance: random.Random) -> "tuple[Actor, Pupil, Term, list[GrowthLetter]]":
    """A school with as many letters, eight to a pupil over the years."""
    from accounts.actors import system_actor  # noqa: PLC0415 - the settings are known only now
    from accounts.models import User  # noqa: PLC0415 - as above
    from mentors.models.slots import Mentor, Teacher  # noqa: PLC0415 - as above
    from mentors.services.slots import create_mentor  # noqa: PLC0415 - as above
    from records.letters.checks.likeness import signature  # noqa: PLC0415 - as above
    from records.models.records import GrowthLetter  # noqa: PLC0415 - as above
    from schools.enums import Preset  # noqa: PLC0415 - as above
    from schools.models import SchoolYear, Term  # noqa: PLC0415 - as above
    from schools.services import create_school  # noqa: PLC0415 - as above
    from students.models import Pupil  # noqa: PLC0415 - as above

    school, year = create_school(
        code="bench", name="某校", preset=Preset.PRIMARY_TERMLY, start_year=2026, bureau_name="某局"
    )
    actor = system_actor(school_id=school.pk, today=datetime.date(2026, 11, 18))
    author = User.objects.create(username="bench", name="某人", school=school)
    teacher = Teacher.objects.create(school=school, name="某人", number="1", user=author)
    mentor: Mentor = create_mentor(actor=actor, year=year, teachers=[teacher])
    terms = list(Term.objects.filter(year=year).order_by("number"))
    for start in range(2025, 2022, -1):
        former = SchoolYear.objects.create(
            school=school, start_year=start, starts_on=f"{start}-09-01", ends_on=f"{start + 1}-08-31"
        )
        terms += [
            Term.objects.create(
                school=school, year=former, number=n, starts_on=f"{start + n - 1}-0{11 - n * 2}-01",
                ends_on=f"{start + n - 1}-{12 if n == 1 else 8}-28",
            )
            for n in (1, 2)
        ]  # fmt: skip
    pupils = Pupil.objects.bulk_create(
        Pupil(school=school, name=_name(chance), student_number=f"B{n}") for n in range(-(-count // len(terms)) + 1)
    )
    letters = []
    for n in range(count):
        pupil = pupils[n // len(terms)]
        body = _text(chance, pupil.name[1:])
        letters.append(
            GrowthLetter(
                school=school, pupil=pupil, term=terms[n % len(terms)], mentor=mentor, body=body, created_by=author,
                signature=signature(body, pupil.name),
            )
        )  # fmt: skip
    clock = time.perf_counter()
    GrowthLetter.objects.bulk_create(letters, batch_size=1000)
    print(f"written in {time.perf_counter() - clock:.1f} s")
    return actor, pupils[-1], terms[0], letters


if __name__ == "__main__":
    main()
