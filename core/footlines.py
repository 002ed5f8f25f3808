"""Lines of a roster that are no person if nothing else stands in their row: 全班45人, 家长签名, 第一组."""

import re

# First words of rows that are no person: totals, signatures and dates at the foot of a sheet.
FOOT = re.compile(
    r"合计|总计|小计|共计|总人数|人数[:：]|以上共|本页共|男生共|女生共|制表|填表|填报|审核|校对|说明|注[:：]|备注[:：]"
    r"|(?:班主任|负责人|校长|经办人|经手人|联系人|记录人|单位|学校|部门|日期|时间|电话|联系电话|手机)(?:签|[:：])"
    r"|[共计]\d+[人名页]|第\d+页|男(?:生)?\d+[人名]|女(?:生)?\d+[人名]|以下空白|以下无|\(?(?:加盖|学校)?(?:公章|盖章|签章|印章)"
    r"|(?:填表|打印|导出|制表|统计|更新)(?:人|日期|时间)"
)
_LINE = re.compile(
    r"统计|平均|人数|\d+人|[全本](?:班|校|年级).*\d+[人名].*|[应实]到.*|(?:学生)?总数:?\d*|以上.*|[-—]*以下.*|截[止至].*|.{0,6}(?:签名|签字|盖章)"
    r"|\(?完\)?|注意事项.*|核对人.*|男生?:?\d+.*女生?:?\d+.*|第?[一二三四五六七八九十\d]+小?组|[A-Za-z]组|.{1,4}教研组"
    r"|(?:语文|数学|英语|音乐|体育|美术|科学|综合|信息|道法)组|(?:男|女|住宿|走读|借读|转入|插班|随班就读)(?:学?生)?:?"
    r"|.*(?:教务|教导|德育|学生|政教)处|[二〇零一三四五六七八九十]+年.*|[一二三四五六七八九十]+月.*日?"
)


def is_foot_line(text: str) -> bool:
    """Whether a text without blanks is such a line."""
    return _LINE.fullmatch(text) is not None
