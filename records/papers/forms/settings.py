"""The form of a school's paper settings. What may stand in a text is the service's rule."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.forms import BoundField

from core.colours import BAMBOO
from core.errors import DomainError
from records.papers.samples import FIRST, SAMPLES
from records.papers.services.settings import LOGO_SIDE, LabelChange, PaperChange, label_problem
from schools.contexts import PaperStyle, PaperWords
from schools.enums import Design
from schools.services import paper_problems

OWN: Final = "own"
#: Colours that print well, and how a school would call them.
SWATCHES: Final = (
    (BAMBOO, "竹绿"),
    ("#1f5f6b", "湖青"),
    ("#1f4e8c", "海蓝"),
    ("#34406e", "藏青"),
    ("#5d4a86", "紫藤"),
    ("#8c2f39", "绛红"),
    ("#8a4f1d", "秋棕"),
    ("#454b50", "墨灰"),
)
#: What the plans call the letter: Guyi's 成长寄语 and 成长激励卡, Wuhu's 反馈激励卡.
LABELS: Final = ("成长寄语", "成长激励卡", "反馈激励卡")
DESIGN_NAMES: Final = ((Design.LOWER, "低年级"), (Design.UPPER, "高年级"), (Design.SENIOR, "中学"))
CHIP: Final = {"class": "form-check-input"}
DESIGNS: Final = (("", "按学生的年级"), *Design.choices)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its texts (which 恢复默认 resets) and the sample that shows them."""

    key: str
    title: str
    names: tuple[str, ...]
    sample: str = ""


SECTIONS: Final = (
    Section("look", "校徽和颜色", ("swatch", "colour")),
    Section("book", "记录本", ("book_title", "book_subtitle"), "book"),
    Section(
        "letter",
        "寄语和激励卡",
        ("salutation", "closing", "design", "signed_by_hand", "family_code", "card_title", "card_motto"),
        "letter",
    ),
    Section("tree_hole", "树洞卡", ("tree_hole_title", "tree_hole_intro"), "tree_hole"),
    Section("slips", "凭条", ("slip_note",), "slips"),
    Section("appointment", "聘书", ("appointment_title", "appointment"), "appointment"),
)
#: Texts that another sample than their section's shows.
SAMPLE_OF: Final = {"card_title": "card", "card_motto": "card"}


def _text(label: str, length: int, help_text: str = "", *, rows: int = 0) -> forms.CharField:
    attributes = {"class": "form-control", "maxlength": str(length), "autocomplete": "off"}
    widget = forms.Textarea(attributes | {"rows": str(rows)}) if rows else forms.TextInput(attributes)
    return forms.CharField(label=label, required=False, help_text=help_text, widget=widget)


def _check(label: str, help_text: str) -> forms.BooleanField:
    widget = forms.CheckboxInput(attrs={"class": "form-check-input"})
    return forms.BooleanField(label=label, required=False, help_text=help_text, widget=widget)


class PaperSettingsForm(forms.Form):
    """All settings of the papers; `sample` and `shown_design` say which sample is looked at and are not saved.

    With `names_letter` it holds the letter's name, too, which is the plan's; `seen_label` is what it was.
    """

    field_of: ClassVar = {
        "picture_too_large": "logo",
        "not_a_picture": "logo",
        "picture_too_many_pixels": "logo",
        "picture_broken": "logo",
        "label_unfit": "label_own",
        "label_stale": "label_own",
    }

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen_label = forms.CharField(widget=forms.HiddenInput, required=False)
    logo = forms.FileField(
        label="校徽",
        required=False,
        help_text="JPG、PNG 或 WebP 图片，透明底的 PNG 最好。会自动缩小，拍摄地点等信息会去掉。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "class": "form-control"}),
        error_messages={"empty": "这个文件是空的，请换一个。"},
    )
    remove_logo = _check("不再使用现在的校徽", "")
    swatch = forms.ChoiceField(
        label="颜色",
        required=False,
        choices=[*SWATCHES, (OWN, "自选")],
        widget=forms.RadioSelect(attrs=CHIP),
        error_messages={"invalid_choice": "请从色板里选一个颜色。"},
    )
    colour = forms.CharField(
        label="自选颜色",
        required=False,
        widget=forms.TextInput(
            attrs={"type": "color", "class": "form-control form-control-color", "aria-label": "自选颜色"}
        ),
    )
    book_title = _text("封面标题", 40, "印在封面，也是导师首页的标题。")
    book_subtitle = _text("副标题", 20)
    label_choice = forms.ChoiceField(
        label="寄语的名称",
        required=False,
        choices=[*((label, label) for label in LABELS), (OWN, "自己起名")],
        widget=forms.RadioSelect(attrs=CHIP),
        error_messages={"invalid_choice": "请选一个名称。"},
    )
    label_own = _text("自己起的名称", 20)
    design = forms.ChoiceField(
        label="版式",
        required=False,
        choices=DESIGNS,
        help_text="默认一至三年级用大字，四至六年级和中学各有版式；也可以全校用同一种。",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"invalid_choice": "请选一种版式。"},
    )
    salutation = _text("称呼", 30, "{姓名} 打印时换成学生的姓名，例如“亲爱的{姓名}：”。")
    closing = _text("落款前的一句话", 30, "可以不填，例如“愿你天天向上”。")
    signed_by_hand = _check("导师手写签名", "落款处印一条横线，不印导师的姓名。")
    family_code = _check("印上家长页的二维码", "家长扫码打开寄语页，仍要填凭条码。没有发过凭条的学生不印。")
    card_title = _text("激励卡标题", 20)
    card_motto = _text("激励卡上的一句话", 30, "可以不填。")
    tree_hole_title = _text("树洞卡标题", 20)
    tree_hole_intro = _text("写给学生的说明", 60, "可以不填。")
    slip_note = _text("写给家长的一句话", 40, "可以不填。")
    appointment_title = _text("聘书标题", 20)
    appointment = _text(
        "聘书正文", 300, "{姓名}、{学年}、{班级} 打印时换成导师的姓名、学年和任教班级；{姓名} 不能少。", rows=4
    )
    sample = forms.ChoiceField(
        label="样张",
        required=False,
        choices=[(s.key, s.label) for s in SAMPLES.values()],
        widget=forms.RadioSelect(attrs=CHIP),
    )
    shown_design = forms.ChoiceField(
        label="样张的版式", required=False, choices=DESIGN_NAMES, widget=forms.RadioSelect(attrs=CHIP)
    )

    def __init__(self, *args: Any, names_letter: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not names_letter:
            del self.fields["seen_label"], self.fields["label_choice"], self.fields["label_own"]
        for name, field in self.fields.items():
            # Also while nothing is wrong: what goes wrong appears there as one types.
            described = ([f"id_{name}_helptext"] if field.help_text else []) + [f"id_{name}_error"]
            field.widget.attrs["aria-describedby"] = " ".join(described)

    @staticmethod
    def about(style: PaperStyle, version: int, label: str) -> dict[str, Any]:
        """Initial values: what is set now; `label` is what the letter is called."""
        colour = style.head.colour
        return asdict(style.words) | {
            "version": version,
            "seen_label": label,
            "colour": colour,
            "swatch": colour if colour in dict(SWATCHES) else OWN,
            "design": style.words.design or "",
            "label_choice": label if label in LABELS else OWN,
            "label_own": "" if label in LABELS else label,
            "sample": FIRST,
            "shown_design": Design.UPPER,
        }

    @staticmethod
    def defaults(section: str) -> dict[str, Any]:
        """The values that 恢复默认 puts into a section's fields; empty for an unknown section."""
        names = next((s.names for s in SECTIONS if s.key == section), ())
        values = asdict(PaperWords()) | {"swatch": BAMBOO, "colour": BAMBOO, "design": ""}
        return {name: values[name] for name in names}

    def clean_logo(self) -> bytes | None:
        """The uploaded picture made clean, so that it is refused, and looks, as it will when it is saved."""
        from core.pictures import clean_logo

        upload = self.cleaned_data["logo"]
        if upload is None:
            return None
        try:
            return clean_logo(upload.read(), max_side=LOGO_SIDE)
        except DomainError as error:
            raise forms.ValidationError(error.message) from error

    def clean(self) -> dict[str, Any]:
        """The rules of the service, each beside its field."""
        data = super().clean() or {}
        swatch = data.get("swatch", "")
        if swatch and swatch != OWN:
            data["colour"] = swatch
        for found in paper_problems(self.words(), data.get("colour", "")):
            self.add_error(found.field, found.message)
        if "label_choice" in self.fields and (problem := label_problem(self.label())):
            self.add_error("label_own", problem)
        return data

    def words(self) -> PaperWords:
        """The texts as they were typed, tidied by whoever saves or prints them."""
        data = self.cleaned_data
        texts = {name: data.get(name, "") for name in asdict(PaperWords()) if name != "design"}
        return PaperWords(**texts, design=Design(data["design"]) if data.get("design") else None)

    def label(self) -> str:
        """What the letter shall be called; empty if the person may not say."""
        choice = self.cleaned_data.get("label_choice", "")
        chosen: str = self.cleaned_data.get("label_own", "") if choice in {OWN, ""} else choice
        return chosen

    def change(self) -> PaperChange:
        """A valid form as the service takes it."""
        data = self.cleaned_data
        label = self.label()
        return PaperChange(
            words=self.words(),
            colour=data["colour"],
            seen_version=data["version"],
            logo=data["logo"],
            remove_logo=data["remove_logo"],
            label=LabelChange(label=label, seen=data["seen_label"]) if label else None,
        )

    def fields_of(self, section: Section) -> list[tuple[BoundField, str]]:
        """The section's texts in their order, each with the sample that shows it."""
        names = (name for name in section.names if name not in {"swatch", "colour"})
        return [(self[name], SAMPLE_OF.get(name, section.sample)) for name in names]

    def settings_fields(self) -> list[BoundField]:
        """The fields that may be wrong, each with a place for its error on the page."""
        return [bound for bound in self.visible_fields() if bound.name not in {"sample", "shown_design", "remove_logo"}]

    def stored(self, style: PaperStyle) -> Mapping[str, Any]:
        """What is set now, by the names of the fields that a person compares."""
        return {name: value or "" for name, value in asdict(style.words).items()} | {"colour": style.head.colour}
