"""Finding people by what is typed of their name."""

from django.db.models import Q


def named_like(text: str, *, of: str = "") -> Q:
    """A condition on rows with `name`, `pinyin`, `initials`: a part of the name, or how one of its readings begins.

    `of` leads to such a row, e.g. "pupil__". Readings stand between blanks (`core.pinyin`): shan and dan both find 单.
    """
    text = text.strip()
    lower = text.lower()
    return (
        Q(**{f"{of}name__icontains": text})
        | Q(**{f"{of}pinyin__startswith": lower})
        | Q(**{f"{of}pinyin__contains": f" {lower}"})
        | Q(**{f"{of}initials__contains": f" {lower}"})
    )
