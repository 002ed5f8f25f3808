"""What pages and papers say of a record, by the words of its kind (`tests.records.test_kinds.WORDS` says them once)."""

from collections.abc import Iterable

from records.kinds import Shown, kind_called


def changes(kind: str, **values: tuple[str, str]) -> list[tuple[str, str, str]]:
    """The lines of a version: of each field its word, what it was and what it became."""
    known = kind_called(kind)
    assert values.keys() <= set(known.kept)
    return [(known.word(name), *values[name]) for name in known.kept if name in values]


def on_page(kind: str, **values: str) -> list[tuple[str, str]]:
    """The details beside a text on a pupil's page."""
    return _told(kind_called(kind).details, values)


def on_paper(kind: str, **values: str) -> list[tuple[str, str]]:
    """The details beside a text in the record book."""
    printed = kind_called(kind).printed
    assert printed is not None
    return _told(printed.details, values)


def _told(details: Iterable[Shown], values: dict[str, str]) -> list[tuple[str, str]]:
    found = [(shown.label, values[shown.name]) for shown in details if shown.name in values]
    assert len(found) == len(values)
    return found
