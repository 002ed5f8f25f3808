"""Lines of a roster that are no person if nothing else stands in their row: 全班45人, 家长签名, 第一组."""

import re

_LINE = re.compile(
    r"统计|平均|人数|\d+人|[全本](?:班|校|年级).*\d+[人名].*|[应实]到.*|(?:学生)?总数:?\d*|以上.*|[-—]*以下.*|截[止至].*|.{0,6}(?:签名|签字|盖章)"
    r"|\(?完\)?|注意事项.*|核对人.*|男生?:?\d+.*女生?:?\d+.*|第?[一二三四五六七八九十\d]+小?组|[A-Za-z]组|.{1,4}教研组"
    r"|(?:语文|数学|英语|音乐|体育|美术|科学|综合|信息|道法)组|(?:男|女|住宿|走读|借读|转入|插班|随班就读)(?:学?生)?:?"
    r"|.*(?:教务|教导|德育|学生|政教)处|[二〇零一三四五六七八九十]+年.*|[一二三四五六七八九十]+月.*日?"
)


def is_foot_line(text: str) -> bool:
    """Whether a text without blanks is such a line."""
    return _LINE.fullmatch(text) is not None
