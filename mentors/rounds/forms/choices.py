"""The forms that a slip opens: a pupil's choices, and the quiet wish for another mentor."""

from collections.abc import Sequence
from typing import Any

from django import forms

from core.text import to_chinese
from mentors.rounds.models import ChoiceSheet
from mentors.rounds.queries.choices import OpenMentor
from mentors.rounds.services.choices import REASON_LENGTH, ChoiceData

GONE = "有一位导师现在不能选，请刷新页面再选。"


def rank_label(rank: int) -> str:
    """第一志愿."""
    return f"第{to_chinese(rank)}志愿"


class ChoiceForm(forms.Form):
    """Up to `max_choices` mentors in order, each with an optional reason; works with plain selects."""

    def __init__(
        self,
        mentors: Sequence[OpenMentor],
        max_choices: int,
        *args: Any,
        sheet: ChoiceSheet | None = None,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = {}
        for choice in sheet.choices.all() if sheet is not None else []:
            initial |= {f"choice{choice.rank}": choice.mentor_id, f"reason{choice.rank}": choice.reason}
        kwargs.setdefault("initial", initial)
        super().__init__(*args, **kwargs)
        self.ranks = range(1, min(max_choices, max(len(mentors), 1)) + 1)
        options = [("", "不选")] + [(m.mentor_id, f"{m.number} 号　{m.names}") for m in mentors]
        for rank in self.ranks:
            self.fields[f"choice{rank}"] = forms.TypedChoiceField(
                label=rank_label(rank),
                choices=options,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
                error_messages={"invalid_choice": GONE},
            )
            self.fields[f"reason{rank}"] = forms.CharField(
                label="为什么选（可以不写）",
                max_length=REASON_LENGTH,
                required=False,
                widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
                error_messages={"max_length": f"理由最多 {REASON_LENGTH} 个字，请写短一点。"},
            )

    @property
    def rows(self) -> list[tuple[int, str, forms.BoundField, forms.BoundField]]:
        """Rank, its label, the select and the reason."""
        return [(r, rank_label(r), self[f"choice{r}"], self[f"reason{r}"]) for r in self.ranks]

    def chosen(self) -> list[ChoiceData]:
        """The choices of a valid form in order; ranks left out in between close up."""
        data = self.cleaned_data
        return [
            ChoiceData(data[f"choice{rank}"], data[f"reason{rank}"])
            for rank in self.ranks
            if data[f"choice{rank}"] is not None
        ]


class WishForm(forms.Form):
    """What a pupil would like 德育室 to know; the wish alone is enough."""

    text = forms.CharField(
        label="想说的话（可以不写）",
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        error_messages={"max_length": "最多 300 个字，请写短一点。"},
    )


class AnswerForm(forms.Form):
    """What 德育室 lets the pupil know."""

    answer = forms.CharField(
        label="答复",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        error_messages={"required": "请写一句答复，学生用凭条能看到。", "max_length": "最多 200 个字，请写短一点。"},
    )
