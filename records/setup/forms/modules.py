"""The form of what a school uses."""

from typing import Final

from django import forms

from schools.enums import Module

#: What each module is for, in a teacher's words.
WORDS: Final = {
    Module.ROUNDS: "学生在手机或纸上填志愿，按规则配对后公布。不用时由班主任在“导师匹配”里安排。",
    Module.TWO_SIDED: "学生选了以后，导师再标记愿意带谁。",
    Module.CLUBS: "社团的指导老师优先担任社员的导师。",
    Module.WISHES: "家长页上可以悄悄告诉德育室想换一位导师。",
    Module.READINESS: "暂时不适合的老师先参加培训，只有德育室知道。",
    Module.MEETINGS: "班级导师团一起讨论需要帮助的学生，留下记录。",
    Module.TREE_HOLE: "学生把心事写给信任的老师：家长页上的入口、纸质卡、老师的收件夹。",
    Module.BOOK_HANDLING: "登记记录本何时发下、收回、检查。2025年起不以台账评价学校和教师，新学校默认不用。",
}


class ModulesForm(forms.Form):
    """Which modules are used; a part stands under its whole."""

    modules = forms.MultipleChoiceField(
        label="使用的模块", choices=Module, required=False, widget=forms.CheckboxSelectMultiple
    )

    def chosen(self) -> list[Module]:
        """What was ticked."""
        return [Module(value) for value in self.cleaned_data["modules"]]

    @property
    def lines(self) -> list[tuple[Module, str, bool]]:
        """Each module with its words and whether its box is ticked."""
        ticked = set(self["modules"].value() or [])
        return [(module, WORDS[module], module.value in ticked) for module in Module]
