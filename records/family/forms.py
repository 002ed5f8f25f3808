"""Forms of a family: what opens a slip, and the reply to a letter."""

import re
from typing import Final

from django import forms

from core.fields import TaglessForm
from core.text import clean_key
from records.letters.services.replies import LONGEST

#: The key at the end of a slip's address.
_KEY: Final = re.compile(r"(?:^|/)([A-Za-z0-9_-]{6,24})/?$")


class SlipForm(TaglessForm):
    """凭条码 and the last four digits of a guardian's phone."""

    code = forms.CharField(
        label="凭条码",
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "class": "code-input"}
        ),
        help_text="印在凭条上的 8 位字母和数字。",
        error_messages={"required": "请输入凭条码。", "max_length": "凭条码是 8 位，请对照凭条检查。"},
    )
    phone_tail = forms.CharField(
        label="手机号后四位",
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "code-input"}),
        help_text="在学校登记的家长手机号。",
        error_messages={"required": "请输入手机号后四位。", "max_length": "只要最后四位数字。"},
    )

    own_phone = forms.BooleanField(
        label="30 天内不用再输",
        required=False,
        help_text="这是我自己的手机才勾选。借来的、大家一起用的不勾：半小时不用就会自动关上。",
    )

    def clean_phone_tail(self) -> str:
        """Four digits; a whole number that was typed counts by its end."""
        digits = "".join(c for c in self.cleaned_data["phone_tail"] if c.isdigit())
        if len(digits) < 4:
            raise forms.ValidationError("请输入四位数字。")
        return digits[-4:]


class DoorForm(TaglessForm):
    """Which slip: its address, or the end of it."""

    address = forms.CharField(
        label="凭条上的网址",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        help_text="印在二维码下面。只输最后一段也可以，大小写要一样。",
        error_messages={"required": "请输入凭条上的网址。", "max_length": "网址太长了，请对照凭条检查。"},
    )

    def clean_address(self) -> str:
        """The key in it."""
        found = _KEY.search(clean_key(self.cleaned_data["address"]).replace(" ", ""))
        if found is None:
            raise forms.ValidationError("没有看懂这个网址，请对照凭条再输一次。")
        return found[1]


class ReplyForm(TaglessForm):
    """A family's short reply."""

    text = forms.CharField(
        label="想说的话",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "例如：谢谢老师，孩子读了好几遍。"}),
        help_text=f"最多 {LONGEST} 字。只有写信的导师看得到。",
        error_messages={
            "required": "请写一两句话再发送。",
            "max_length": "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。",
        },
    )
