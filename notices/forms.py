"""The forms about robots, and about when messages go out."""

from typing import ClassVar

from django import forms


class RobotForm(forms.Form):
    """A robot that was made in a group: in which, and the address that its settings show."""

    field_of: ClassVar = {
        "name_missing": "name",
        "name_taken": "name",
        "robot_known": "address",
        "address_unknown": "address",
        "address_cut": "address",
        "secret_unfit": "secret",
    }

    name = forms.CharField(label="在哪个群", max_length=40, help_text="如“全体导师群”，只在这里看得到。")
    address = forms.CharField(
        label="机器人地址（Webhook）",
        max_length=500,
        help_text="在群的机器人设置里点“复制”，粘贴到这里。它就像一把钥匙，保存后加密，不再显示。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
        error_messages={"required": "请粘贴机器人的地址。"},
    )
    secret = forms.CharField(
        label="加签密钥（只有钉钉选了“加签”才要填）",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class PushHoursForm(forms.Form):
    """When mails and robots' messages go out."""

    field_of: ClassVar = {"hours_turned": "closes_at"}

    opens_at = forms.TimeField(label="从", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    closes_at = forms.TimeField(label="到", widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
    school_days_only = forms.BooleanField(label="只在上学日发送（按学校的校历）", required=False)
