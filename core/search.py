"""Finding people by what is typed of their name."""

from django.db.models import Q

from core.text import clean_key


def _key(text: str) -> str:
    return clean_key(text).lower().replace(" ", "")


def named_like(text: str, *, of: str = "") -> Q:
    """A condition on rows with `name`, `pinyin`, `initials`: a part of the name, or how one of its readings begins.

    `of` leads to such a row, e.g. "pupil__". Readings stand between blanks (`core.pinyin`): shan and dan both find 单.
    Two initials may be those of the given name: hm finds 吴河沐, as whm does.
    """
    text, key = text.strip(), _key(text)
    return (
        Q(**{f"{of}name__icontains": text})
        | Q(**{f"{of}pinyin__startswith": key})
        | Q(**{f"{of}pinyin__contains": f" {key}"})
        | Q(**{f"{of}initials__contains": key if len(key) > 1 else f" {key}"})
    )


def is_named_like(text: str, *, name: str, pinyin: str, initials: str) -> bool:
    """The same question about one row at hand; no for an empty text."""
    key = _key(text)
    if not key:
        return False
    found = initials if len(key) > 1 else ""
    return key in name.lower() or key in found or f" {key}" in f"{initials} {pinyin}"
