"""Forms of referrals and of 心灵树洞卡, for teachers and for pupils."""

from dataclasses import asdict, replace
from typing import Any, ClassVar

from crispy_forms.layout import Field, Layout
from django import forms

from core.days import Days
from core.fields import DayField, ProseField, TaglessForm
from core.saving import ELSE
from records.care.services.tree_hole import LONGEST_REASON, LONGEST_TEXT, TreeHoleData
from records.desk.forms.records import PICKS, RecordForm
from records.enums import TreeHoleSubject, TreeHoleWish
from records.models.care import Referral, TreeHoleCard

CONTACTED, SILENT = "contacted", "none"


class ReferForm(RecordForm):
    """需要心理老师帮助: a text is welcome, none is demanded."""

    text = ProseField(
        label="想让心理老师知道的（可不填）",
        max_length=2000,
        rows=5,
        help_text="只有心理老师和您看得到。写看到、听到的就好，不用下判断。",
    )

    def is_what(self, stored: Referral) -> bool:
        """Whether the referral says the very same."""
        return stored.text == str(self.cleaned_data["text"]).strip()


class WordForm(RecordForm):
    """The counsellor's short word to whoever referred."""

    answer = ProseField(
        label="给转介老师的话",
        max_length=300,
        rows=3,
        required=True,
        help_text="转介的老师看得到。不写谈话内容，写需要老师配合的就好。",
        error_messages={"required": "请写一两句话再发送。"},
    )


class NotesForm(RecordForm):
    """The counsellor's own notes."""

    notes = ProseField(label="记几句", max_length=5000, rows=8, help_text="只有您自己看得到。")


class AnswerForm(RecordForm):
    """The answer to a card."""

    text = ProseField(
        label="写给同学的话",
        max_length=LONGEST_TEXT,
        rows=6,
        required=True,
        error_messages={"required": "写几句再寄出。"},
    )


class MeetForm(RecordForm):
    """When teacher and pupil met."""

    field_of: ClassVar = {"date_out_of_range": "date"}

    date = DayField(label="见面的日期", within=lambda form: form.days)

    def __init__(self, *args: Any, days: Days, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days


class HomeForm(RecordForm):
    """Whether home was told, and why."""

    field_of: ClassVar = {"reason_missing": "reason", "reason_too_long": "reason"}

    contacted = forms.ChoiceField(
        label="是否联系了家长",
        choices=((SILENT, "没有联系家长"), (CONTACTED, "已与家长沟通")),
        widget=forms.RadioSelect,
        error_messages={"required": "请选择一项。"},
    )
    reason = forms.CharField(
        label="说明",
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.TextInput(),
        error_messages={"max_length": "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。"},
    )

    def __init__(self, *args: Any, may_tell: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = (
            "没有联系时，写一句原因。"
            if may_tell
            else "没有联系时可以不填。为了安全必须联系家长时，写一句原因，同学会看到。"
        )
        self.helper.layout = Layout("submission", "version", Field("contacted", template=PICKS), Field("reason"))


class TreeHoleCardForm(RecordForm):
    """What stands on a card; the words are the teacher's for a paper card."""

    subject = forms.ChoiceField(
        label="关于",
        choices=TreeHoleSubject.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一项。"},
    )
    text = ProseField(
        label="卡上写的话",
        max_length=LONGEST_TEXT,
        rows=6,
        required=True,
        error_messages={"required": "写几句再交。"},
    )
    wish = forms.ChoiceField(
        label="希望怎么回应",
        choices=TreeHoleWish.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一项。"},
    )
    may_tell_home = forms.BooleanField(label="可以告诉家长", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.layout = Layout(
            "submission",
            "version",
            Field("subject", template=PICKS),
            Field("text"),
            Field("wish", template=PICKS),
            Field("may_tell_home"),
        )

    def is_what(self, stored: TreeHoleCard) -> bool:
        """Whether the card says the very same."""
        data = replace(self.card_data(), text=str(self.cleaned_data["text"]).strip())
        return all(getattr(stored, name) == value for name, value in asdict(data).items())

    def card_data(self) -> TreeHoleData:
        """What was typed, for the service."""
        values = self.cleaned_data
        return TreeHoleData(
            subject=TreeHoleSubject(values["subject"]),
            text=values["text"],
            wish=TreeHoleWish(values["wish"]),
            may_tell_home=values["may_tell_home"],
        )


class PupilTreeHoleCardForm(TreeHoleCardForm):
    """The same in a child's words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["subject"].label = "想聊的是"
        self.fields["text"].label = "想说的话"
        self.fields["wish"].label = "你希望老师"
        self.fields["may_tell_home"].label = "老师可以告诉我的家长"
        self.fields[
            "may_tell_home"
        ].help_text = "不勾选，老师就不会告诉家长。只有担心你的安全时才会例外，并且会告诉你。"


class CodeForm(TaglessForm):
    """The word 暗号 that opens a card."""

    field_of: ClassVar = {ELSE: "code"}

    code = forms.CharField(
        label="暗号",
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "code-input"}
        ),
        help_text="交卡时记下的 6 位字母和数字。",
        error_messages={"required": "请输入暗号。", "max_length": "暗号是 6 位，请检查。"},
    )
