"""Places that were left to be filled in."""

from records.letters.checks.findings import Check, CheckContext, Finding, LetterText
from records.letters.checks.reading import Group, look_for, words

_WHAT = "姓名|名字|孩子姓名|学生姓名|孩子名字|称呼|日期|事例|具体事例|例子|内容|特长|优点|科目|班级|导师姓名"

GROUPS = (
    Group(
        Check.PLACEHOLDER,
        words(
            # XX, xxx, ××; not XXL, MAXX, 3×4, nor one letter of mathematics.
            r"(?<![A-Za-zＸｘ\d])[XxＸｘ]{2,}(?![A-Za-z\d])|[×✕╳]{2,}|[xXＸｘ×](?=(?:同学|老师|月|日|年级|学期|小学|中学)(?!坐标))|(?<=小)[XxＸｘ×](?![A-Za-z\d×])",
            r"某某+|某(?:同学|学生)(?=[，：,:]?你)|[○〇◯●□△]{2,}|[_＿]{2,}|\*{2,}|＊{2,}",
            rf"[（(【\[｛{{<＜〔](?:此处|这里|请)?(?:填写|填|插入|写上?|输入|补充|换成)?(?:{_WHAT})(?:处)?[）)】\]｝}}>＞〕]",
            r"[（(【\[](?:此处|这里|请|待)(?:填|补|写|插入|输入|添加)[^）)】\]\n]{0,20}[）)】\]]|待补充|待填写|待完善|未完待续|(?<![A-Za-z])(?:TODO|TBD)(?![A-Za-z])",
        ),
        "“{}”像是留着要填的空位。请填好或删去，这样孩子收到的才是一封写完的信。",
    ),
)


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Places left to be filled in, in body and advice."""
    return [finding for field, text in letter.fields() for finding in look_for(GROUPS, text, field)]
