"""What the class board posts, and the form for exceptions from the cap."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from core.errors import DomainError
from core.saving import ELSE
from mentors.models.slots import Mentor

CHOOSE = "请从名单里选择一位导师。"


class ExceptionForm(forms.Form):
    """Which mentor may have how many pupils, and why (the reason is what makes it an exception)."""

    field_of: ClassVar = {"reason_missing": "reason", ELSE: "limit"}

    mentor = forms.TypedChoiceField(
        label="导师", coerce=int, error_messages={"required": CHOOSE, "invalid_choice": CHOOSE}
    )
    limit = forms.IntegerField(
        label="新的上限（名学生）",
        min_value=1,
        max_value=120,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "请填写新的上限。",
            "invalid": "请填写一个整数。",
            "min_value": "请填写比现在的上限大的人数。",
            "max_value": "这个人数太多了，请改为增加导师。",
        },
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="例如：本班另一位导师外出学习，下学期补足。理由会留在记录里。",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明批准超额的理由。"},
    )

    def __init__(self, mentors: Sequence[Mentor], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mentors = {mentor.pk: mentor for mentor in mentors}
        field = self.fields["mentor"]
        field.choices = [  # type: ignore[attr-defined]  # stubs type fields as plain Field
            ("", "请选择"),
            *((mentor.pk, _mentor_label(mentor)) for mentor in mentors),
        ]

    def chosen(self) -> Mentor:
        """The mentor of a valid form."""
        return self.mentors[self.cleaned_data["mentor"]]


def _mentor_label(mentor: Mentor) -> str:
    classes = "、".join(team.school_class.label for team in mentor.teams.all())
    return f"{mentor.names}（{classes + '，' if classes else ''}现有 {mentor.load} 名，上限 {mentor.capacity} 名）"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What a board posted: the mentor by pupil as the page showed it (`base`), and as the user wants it."""

    base: dict[int, int | None]
    wanted: dict[int, int | None]

    @property
    def moved(self) -> int:
        """How many pupils the user moved."""
        return sum(self.base[pupil] != mentor for pupil, mentor in self.wanted.items())


# Database keys; longer digits would be none.
_KEY = "[0-9]{1,18}"
_PAIR = re.compile(f"({_KEY}):({_KEY})?")


def base_text(held: Mapping[int, int | None]) -> str:
    """The hidden field `base` for `read_arrangement`: `12:5,13:`."""
    return ",".join(f"{pupil}:{mentor or ''}" for pupil, mentor in held.items())


def read_arrangement(data: Mapping[str, str]) -> Arrangement:
    """The posted board: the field `base` and one field `pupil-<key>` per pupil, empty for no mentor.

    A pupil without a field stays as in `base`. Raises DomainError `unreadable`.
    """
    base = dict(_pairs(data.get("base", "")))
    wanted = {}
    for pupil, mentor in base.items():
        posted = data.get(f"pupil-{pupil}")
        if posted is not None and not re.fullmatch(f"({_KEY})?", posted):
            raise _unreadable()
        wanted[pupil] = mentor if posted is None else int(posted) if posted else None
    return Arrangement(base, wanted)


def _pairs(text: str) -> Iterator[tuple[int, int | None]]:
    for pair in text.split(",") if text else ():
        found = _PAIR.fullmatch(pair)
        if found is None:
            raise _unreadable()
        yield int(found[1]), int(found[2]) if found[2] else None


def _unreadable() -> DomainError:
    return DomainError("unreadable", "页面的内容没有读懂，什么都没有改。请再试一次。")
