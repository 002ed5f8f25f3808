"""导师匹配表 read back: the grade's grid, then each class with every pupil exactly once."""

from pathlib import Path

from mentors.rounds.documents.matrix import render_matrix
from tests.documents import builders_small, reading


def test_the_matrix_of_a_grade_is_sound_and_each_class_has_its_page(tmp_path: Path) -> None:
    matrix = builders_small.matrix()
    pdf = render_matrix(matrix)
    reading.assert_sound(pdf, tmp_path, title="2026学年五年级导师匹配表 · 江城市青竹小学")
    labels = [c.label for c in matrix.classes]
    assert reading.bookmarks(pdf) == [(matrix.title, 1), *((label, at) for at, label in enumerate(labels, start=2))]
    assert reading.figures(pdf) == ["江城市青竹小学校徽"] * 7
    pages = reading.page_texts(pdf)
    assert [page.count(builders_small.LONG_NAME) for page in pages] == [0, 1, 1, 1, 1, 1, 1]
    assert [page.count("丁一鼎/裴小盼") for page in pages] == [1, 0, 0, 0, 0, 0, 1]
    assert [page.count("五<6>导师2人") for page in pages] == [0, 0, 0, 1, 0, 0, 0]
