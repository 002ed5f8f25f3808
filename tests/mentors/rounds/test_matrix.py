"""The matrix on paper, read back from the PDF."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import User
from mentors.rounds.documents.matrix import Matrix, MatrixClass, MatrixMentor, render_matrix
from schools.contexts import Letterhead
from tests.cast import SchoolCast
from tests.mentors.rounds.builders import grade_five

ClientOf = Callable[[User], Client]


def _pages(data: bytes) -> list[list[str]]:
    return [page.extract_text().split() for page in PdfReader(BytesIO(data)).pages]


def test_the_grid_has_classes_across_and_the_team_below() -> None:
    leader = MatrixMentor("何知秋", [(1, "安可儿"), (2, "白一诺")], is_leader=True)
    guest = MatrixMentor("甲/乙", [(1, "贺")], from_class="五（1）班")
    first_class = MatrixClass("五（1）班", 3, [leader, MatrixMentor("甲/乙")], open=[(3, "丁")])
    second_class = MatrixClass("五（2）班", 1, [MatrixMentor("苏禾", is_leader=True), guest])
    paper = Matrix(Letterhead(name="青竹小学"), "五年级导师匹配表", "2026年11月18日", [first_class, second_class])
    grid, first, second = _pages(render_matrix(paper))
    text = " ".join(grid)
    assert "班级 五（1）班 五（2）班 人数 3 人 1 人 导师团长 何知秋 苏禾 导师 甲/乙" in text
    assert "4 名学生 3 个导师名额" in text
    assert "何知秋 导师团长 2 人 甲/乙 0 人 还没有导师 1 人 1 安可儿 3 丁 2 白一诺" in " ".join(first)
    assert "苏禾 导师团长 0 人 甲/乙 五（1）班导师 1 人 1 贺" in " ".join(second)


def test_the_same_content_is_the_same_file() -> None:
    paper = Matrix(Letterhead(name="青竹小学"), "一年级导师匹配表", "2026年11月18日", [MatrixClass("一（1）班", 0)])
    assert render_matrix(paper) == render_matrix(paper)


def test_a_paper_without_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="no class"):
        render_matrix(Matrix(Letterhead(name="青竹小学"), "表", "今天", []))


def test_the_grade_s_matrix_has_a_page_for_each_class(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    grade_five(qingzhu)
    url = reverse("rounds:grade_matrix", args=[qingzhu.class_five.grade_id])
    pages = _pages(client_of(qingzhu.office).get(url).content)
    assert len(pages) == 7
    text = " ".join(pages[0])
    assert "人数 32 人 32 人 31 人 33 人 31 人 26 人" in text
    assert "导师 导师1乙 导师2乙 导师3乙 导师4乙 导师5乙 陶然/石磊" in text
    one = _pages(client_of(qingzhu.office).get(url, {"class": qingzhu.class_five.pk}).content)
    assert [page[1] for page in one] == ["五（1）班导师匹配名单"]
