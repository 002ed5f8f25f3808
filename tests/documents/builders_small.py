"""One typical filled sheet of each small paper: badges, slips, certificates, tree-hole cards, matrix, ballots."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw

from mentors.rounds.documents.ballot import Ballot, BallotMentor, BallotPupil
from mentors.rounds.documents.matrix import Matrix, MatrixClass, MatrixMentor
from mentors.staff.documents.badge import Badge
from mentors.staff.documents.certificate import Certificate
from records.contexts import Slip
from records.papers.documents.tree_hole import TreeHoleCards
from schools.contexts import Letterhead
from schools.enums import Design
from tests.documents import builders

CARD_URL = "https://daoshi.example.cn/cards/7f3e2a91-5c4b-4d0e-9a56-1f2b3c4d5e6f/"
LONG_NAME = "司马相如诸葛孔明欧阳锋君"
SUBJECTS = "语文、道德与法治、综合实践"
LONG_SCHOOL = "江城市青竹区第一实验小学附属中心学校东校区"
EMERGENCY = "情况紧急时请立即联系心理老师和德育室，必要时拨打 110、120 或心理援助热线 12356。"


def emblem() -> bytes:
    """A round logo with a transparent ground, as schools have."""
    picture = Image.new("RGBA", (160, 160), (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((3, 3, 157, 157), fill="#ffffff", outline="#2f6b4f", width=7)
    draw.polygon([(80, 28), (122, 116), (38, 116)], fill="#2f6b4f")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def photo() -> bytes:
    picture = Image.new("RGB", (150, 210), "#c4d2dc")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((42, 40, 108, 122), fill="#e8c4aa")
    draw.ellipse((10, 132, 140, 260), fill="#3c4e6e")
    out = BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def head() -> Letterhead:
    return Letterhead(name="江城市青竹小学", logo=emblem())


def badge(name: str = "程𫖯", **values: Any) -> Badge:
    given = {"school": builders.SCHOOL, "name": name, "subject": "语文", "classes": ("一（1）班",), "year": "2026学年"}
    return Badge(**{**given, **values})


def badges(design: Design = Design.UPPER, *, school: Letterhead | None = None) -> list[Badge]:
    """A sheet of ten: with and without photo and code, long names, several classes and subjects."""
    kinds = (
        badge("程晚", classes=("一<1>",), photo=photo(), mentor_card_url=CARD_URL),
        badge(
            "阿依古丽·买买提明江",
            subject="数学、信息科技",
            classes=("五<1>", "五<2>", "五<6>"),
            mentor_card_url=CARD_URL,
        ),
        badge(LONG_NAME, subject="道德与法治", photo=photo()),
        badge("欧阳明月", subject="", classes=()),
        badge("沈䶮", subject="体育与健康", classes=("高二（12）班",), mentor_card_url=CARD_URL),
        badge("柳 红", photo=photo()),
        badge("裴小盼", classes=tuple(f"五<{n}>" for n in range(1, 7))),
        badge(
            "林小满",
            subject="语文、道德与法治、综合实践",
            classes=("五<1>", "五<2>"),
            photo=photo(),
            mentor_card_url=CARD_URL,
        ),
        badge("欧阳若溪", photo=photo(), mentor_card_url=CARD_URL),
        badge("于一", mentor_card_url=CARD_URL),
    )
    return [replace(item, school=school or head(), design=design) for item in kinds]


def slips(*, school: Letterhead | None = None) -> list[Slip]:
    """A sheet of ten, with rare characters and a name of twelve."""
    names = (*builders.NAMES[:9], LONG_NAME)
    return [
        replace(builders.slip(number), pupil_name=name, school=school or head()) for number, name in enumerate(names)
    ]


def appointment(design: Design = Design.UPPER, **values: Any) -> Certificate:
    given = {"school": head(), "name": "林小满", "classes": ("五<1>",), "year": "2026学年", "on": date(2026, 9, 1)}
    return Certificate(**{**given, "design": design, **values})


def tree_hole_cards(design: Design = Design.UPPER, **values: Any) -> TreeHoleCards:
    return TreeHoleCards(**{"school": head(), "design": design, "emergency": EMERGENCY, **values})


def matrix() -> Matrix:
    """Grade five: six classes, the last with a shared slot, a mentor of another class, and pupils without one."""
    sizes = (32, 32, 31, 33, 31, 26)
    classes = [_matrix_class(number, size) for number, size in enumerate(sizes, start=1)]
    return Matrix(head(), "2026学年五年级导师匹配表", "2026年11月18日", classes)


def _matrix_class(number: int, size: int) -> MatrixClass:
    names = [builders.NAMES[(number + at) % len(builders.NAMES)] for at in range(size)]
    names[4] = LONG_NAME
    seats = [(at + 1, name) for at, name in enumerate(names)]
    second = "丁一鼎/裴小盼" if number == 6 else f"林小{'一二三四五'[number - 1]}"
    mentors = [MatrixMentor("柳 红", seats[0:28:2], is_leader=True), MatrixMentor(second, seats[1:26:2])]
    if number == 3:
        mentors.append(MatrixMentor("阿依古丽·买买提明江", seats[28:30], from_class="五<6>"))
    placed = {seat for mentor in mentors for seat, _ in mentor.pupils}
    return MatrixClass(f"五<{number}>", size, mentors, [seat for seat in seats if seat[0] not in placed])


def ballot(mentors: int = 12, *, pupils: int = 2, max_choices: int = 3) -> Ballot:
    names = ("丁一鼎/裴小盼", LONG_NAME, "林小满")
    subjects = ("语文", "数学、信息科技", "英语")
    lines = (
        "喜欢打羽毛球、养多肉，周末常去图书馆",
        "",
        "和你一起慢慢来，不着急，遇到难题先喝口水再想办法，老师一直都在",
    )
    return Ballot(
        school=head(),
        title="2026学年五年级导师意向征询",
        class_label="五<6>",
        until="2026年9月12日",
        max_choices=max_choices,
        mentors=tuple(BallotMentor(at + 1, names[at % 3], subjects[at % 3], lines[at % 3]) for at in range(mentors)),
        pupils=tuple(BallotPupil(name, at + 1) for at, name in enumerate(builders.NAMES[:pupils])),
    )
