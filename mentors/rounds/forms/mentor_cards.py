"""The form of one's own mentor card."""

from typing import Any, ClassVar

from django import forms

from core.saving import ELSE
from mentors.rounds.services.mentor_cards import MentorCardData
from mentors.staff.models import MentorCard


class MentorCardForm(forms.Form):
    """Hobbies, a sentence, a photo and whether the badge's code opens the card; all of it optional."""

    field_of: ClassVar = {ELSE: "photo"}

    hobbies = forms.CharField(
        label="我的“B面”",
        max_length=120,
        required=False,
        help_text="课堂以外的你：爱好、特长、最近着迷的事。",
        widget=forms.TextInput(attrs={"placeholder": "例如：长跑、养多肉、会修自行车"}),
        error_messages={"max_length": "最多 120 个字，请写短一点。"},
    )
    sentence = forms.CharField(
        label="想对同学说的一句话",
        max_length=120,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": 120, "data-count": ""}),
        error_messages={"max_length": "最多 120 个字，请写短一点。"},
    )
    photo = forms.FileField(
        label="照片",
        required=False,
        help_text="可以不放。JPG、PNG 或 WebP 格式；拍摄地点等信息会自动去掉。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "class": "form-control"}),
    )
    remove_photo = forms.BooleanField(label="去掉现在的照片", required=False)
    is_shared = forms.BooleanField(
        label="扫导师证上的二维码可以看到这张名片",
        required=False,
        help_text="不勾选时，只有本校老师和可以选您的同学能看到。",
    )

    @staticmethod
    def about(card: MentorCard | None) -> dict[str, Any]:
        """Initial values."""
        if card is None:
            return {}
        return {name: getattr(card, name) for name in ("hobbies", "sentence", "is_shared")}

    def mentor_card_data(self) -> MentorCardData:
        """A valid form as the service takes it."""
        data = self.cleaned_data
        upload = data["photo"]
        return MentorCardData(
            hobbies=data["hobbies"],
            sentence=data["sentence"],
            is_shared=data["is_shared"],
            photo=upload.read() if upload else None,
            remove_photo=data["remove_photo"],
        )
