"""Each paper looks as it was approved: a change of look is a reviewed change of its picture.

The pictures lie in `tests/documents/approved/`. After a wanted change run `APPROVE=1 pytest` on this file, look at
every picture that git names as changed, and commit them with the change.
"""

import dataclasses
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageStat

from core.pdf import set_pdf
from core.raster import page_pictures
from jobs.list_paper import list_pdf
from mentors.rounds.documents.matrix import Matrix, MatrixClass, MatrixMentor, render_matrix
from mentors.staff.documents.account_slip import render_account_slips
from mentors.staff.documents.badge import Badge, render_badges
from mentors.staff.documents.certificate import Certificate, render_certificates
from mentors.staff.documents.training_certificate import (
    TrainingCertificate,
    TrainingLine,
    render_training_certificates,
)
from records.announcing.contexts import NoticePaper
from records.announcing.documents.notice import render_notice
from records.contexts import BookVersion, Letter
from records.figures.documents.leader import leader_pdf
from records.guides.contexts import GUIDES
from records.guides.documents.papers import guide_pdf, letter_manuscript
from records.papers.documents.book_list import render_book_list
from records.papers.documents.class_summary import render_class_summary
from records.papers.documents.growth_card import render_growth_cards
from records.papers.documents.growth_letter import render_letters
from records.papers.documents.record_book import render_record_book
from records.papers.documents.slips import render_slips
from records.papers.documents.tree_hole import TreeHoleCards, render_tree_hole_cards
from records.settling.documents import service_certificate
from records.settling.documents.term_report import report_manuscript
from records.setup.documents.plan_document import plan_manuscript
from schools.contexts import Letterhead
from schools.enums import Design
from tests.documents import builders, builders_figures, builders_lists, builders_plan, builders_term
from tests.guides.builders import PUPIL, facts

APPROVED = Path(__file__).parent / "approved"
DOTS = 48
#: Difference of grey values (0 to 255) that another build of the same libraries may make: mean of the whole page, and
#: mean of a square of `SQUARE` dots, about a character.
TOLERANCE, TOLERANCE_OF_A_SQUARE = 2.0, 16.0
SQUARE = 8
#: What approved pictures are kept in, for their size: the nearest of sixteen greys.
SIXTEEN_GREYS = [round(grey / 17) * 17 for grey in range(256)]
HEAD = Letterhead(name="江城市青竹小学", logo=builders.logo())


def a_letter(design: Design, **values: object) -> Letter:
    letter = dataclasses.replace(builders.letter(), school=HEAD, design=design, motto="每一点进步，老师都看在眼里")
    return dataclasses.replace(letter, **values)  # type: ignore[arg-type]  # values of the dataclass's own fields


def a_book(design: Design, version: BookVersion) -> bytes:
    pupils = builders.two_classes().pupils[:2]
    return render_record_book(dataclasses.replace(builders.book(pupils, school=HEAD), design=design, version=version))


def a_matrix() -> bytes:
    team = [MatrixMentor("何知秋", [(n, "安可儿") for n in range(1, 16)], is_leader=True), MatrixMentor("陶然/石磊")]
    classes = [MatrixClass(f"五（{number}）班", 31, team) for number in range(1, 7)]
    return render_matrix(Matrix(HEAD, "五年级导师匹配表", "2026年11月18日", classes))


def an_appointment(design: Design) -> Certificate:
    return Certificate(
        school=HEAD, name="程𫖯", classes=("五（1）班",), year="2026学年", on=date(2026, 9, 1), design=design
    )


def an_announcement() -> NoticePaper:
    return NoticePaper(
        school=HEAD,
        title="家长开放日",
        paragraphs=("本周五下午三点，请家长到校走进课堂，和导师当面聊一聊孩子的这半学期。", "请带上家长凭条。"),
        to_whom="各位一年级家长",
        on=date(2026, 11, 18),
        for_families=True,
        receipt=True,
    )


def an_award() -> Certificate:
    text = "十年如一日，走进每一个家，听见每一个孩子。\n荣获“优秀成长导师”称号，特发此证，以资鼓励。"
    return dataclasses.replace(an_appointment(Design.UPPER), title="奖状", classes=(), text=text)


def a_training_certificate() -> TrainingCertificate:
    lines = (
        TrainingLine(date(2026, 9, 18), "怎样和孩子谈心：先听后说", "讲座", Decimal(2)),
        TrainingLine(date(2026, 11, 13), "一次家访的前前后后", "案例研讨", Decimal("1.5")),
        TrainingLine(date(2026, 12, 4), "新导师见面会", "", None),
    )
    return TrainingCertificate(school=HEAD, name="程𫖯", year="2026学年", lines=lines, on=date(2026, 12, 18))


def a_coded_cover() -> bytes:
    book = dataclasses.replace(builders.book(school=HEAD), code="4K7P", code_url="https://school.example/c/4K7P/")
    return render_record_book(book)


def badges(design: Design) -> bytes:
    badge = Badge(design=design, school=HEAD, name="程𫖯", subject="语文", classes=("一（1）班",), year="2026学年")
    return render_badges(
        [badge, dataclasses.replace(badge, name="林小满", mentor_card_url="https://school.example/c/1/")]
    )


PAPERS: dict[str, tuple[Callable[[], bytes], range]] = {
    **{
        f"{name}-{design.value}": (make, range(1))
        for design in Design
        for name, make in (
            ("letter", lambda d=design: render_letters([a_letter(d, advice=builders.ADVICE)])),
            ("letter-lined", lambda d=design: render_letters([a_letter(d, body="", signed_by_hand=True)])),
            ("growth-card", lambda d=design: render_growth_cards([a_letter(d, title="成长激励卡")])),
            ("tree-hole", lambda d=design: render_tree_hole_cards(TreeHoleCards(school=HEAD, design=d))),
            ("badges", lambda d=design: badges(d)),
            ("appointment", lambda d=design: render_certificates([an_appointment(d)])),
            ("book-cover", lambda d=design: a_book(d, BookVersion.BLANK)),
        )
    },
    "letters-two-up": (lambda: render_letters([a_letter(Design.UPPER)] * 2, two_up=True), range(1)),
    "growth-cards-two-up": (
        lambda: render_growth_cards([a_letter(Design.UPPER, title="成长激励卡")] * 2, two_up=True),
        range(1),
    ),
    "book-filled": (lambda: a_book(Design.UPPER, BookVersion.FILLED), range(2, 4)),
    "book-blank": (lambda: a_book(Design.UPPER, BookVersion.BLANK), range(2, 4)),
    "book-mixed": (lambda: a_book(Design.UPPER, BookVersion.MIXED), range(2, 4)),
    "account-slips": (lambda: render_account_slips([builders.account_slip(number) for number in range(10)]), range(1)),
    "slips": (lambda: render_slips([builders.slip(number) for number in range(10)]), range(1)),
    "matrix": (a_matrix, range(2)),
    "class-summary": (lambda: render_class_summary(builders_lists.class_summary()), range(1)),
    "letter-to-parents": (lambda: set_pdf(letter_manuscript(facts(), [PUPIL])), range(1)),
    "guide-mentor": (lambda: guide_pdf(GUIDES["mentor"], facts()), range(1)),
    "questions": (lambda: guide_pdf(GUIDES["questions"], facts()), range(2)),
    "trial": (lambda: guide_pdf(GUIDES["trial"], facts()), range(1)),
    "plan-document": (lambda: set_pdf(plan_manuscript(builders_plan.plan_paper(school=HEAD))), range(4)),
    "term-report": (lambda: set_pdf(report_manuscript(builders_term.term_report(school=HEAD))), range(2)),
    "service-certificate": (
        lambda: service_certificate.render_certificates(builders_term.certificates(school=HEAD)),
        range(2),
    ),
    "announcement": (lambda: render_notice(an_announcement()), range(1)),
    "list": (lambda: list_pdf(builders_figures.a_list(), HEAD, date(2026, 11, 18)), range(1)),
    "leader": (lambda: leader_pdf(builders_figures.leader_page(), HEAD, date(2026, 11, 18)), range(1)),
    "award": (lambda: render_certificates([an_award()]), range(1)),
    "training-certificate": (lambda: render_training_certificates([a_training_certificate()]), range(1)),
    "book-cover-coded": (a_coded_cover, range(1)),
    "book-list": (lambda: render_book_list(builders_lists.book_list()), range(1)),
}


@pytest.mark.parametrize("name", PAPERS)
def test_a_paper_looks_as_approved(name: str) -> None:
    make, pages = PAPERS[name]
    pictures = [picture.convert("L") for picture in page_pictures(make(), dots_per_inch=DOTS, pages=pages)]
    assert len(pictures) == len(pages)
    for number, picture in enumerate(pictures, start=1):
        path = APPROVED / f"{name}-{number}.png"
        if os.environ.get("APPROVE"):
            path.parent.mkdir(exist_ok=True)
            picture.point(SIXTEEN_GREYS).quantize(16).save(path, optimize=True)
            continue
        with Image.open(path) as approved:
            page, square = difference(picture, approved.convert("L"))
            assert (page < TOLERANCE, square < TOLERANCE_OF_A_SQUARE) == (True, True), (page, square)


def difference(one: Image.Image, other: Image.Image) -> tuple[float, float]:
    """The mean difference of two pictures, and that of the square that differs most (255: other sizes).

    They are blurred, for a hairline may fall on the next dot.
    """
    if one.size != other.size:
        return 255.0, 255.0
    soft = [picture.filter(ImageFilter.GaussianBlur(1)) for picture in (one, other)]
    apart = ImageChops.difference(*soft)
    _least, most = apart.reduce(SQUARE).getextrema()
    return float(ImageStat.Stat(apart).mean[0]), float(most)  # type: ignore[arg-type]  # grey: a number, not a pair


def test_another_paper_is_told_apart_from_an_approved_one() -> None:
    with Image.open(APPROVED / "letter-upper-1.png") as upper, Image.open(APPROVED / "letter-lower-1.png") as lower:
        assert difference(upper.convert("L"), lower.convert("L"))[0] > TOLERANCE


def test_one_missing_word_is_told_apart_from_an_approved_letter() -> None:
    letter = a_letter(Design.SENIOR)
    (picture,) = page_pictures(
        render_letters([dataclasses.replace(letter, body=letter.body.replace("温柔的人", "温柔的"))]),
        dots_per_inch=DOTS,
        pages=range(1),
    )
    with Image.open(APPROVED / "letter-senior-1.png") as approved:
        assert difference(picture.convert("L"), approved.convert("L"))[1] > TOLERANCE_OF_A_SQUARE
