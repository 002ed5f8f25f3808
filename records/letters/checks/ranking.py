"""Marks, places and comparison: a letter has none of them (Guyi plan 四(三)1, Wuhu plan 五(三): 积极肯定)."""

from records.letters.checks.findings import Check, CheckContext, Finding, LetterText
from records.letters.checks.reading import Group, look_for, words

_MARKS = "“{}”是分数或等级。寄语不写成绩，建议改写孩子为此做了什么、怎样进步的。"
_PLACES = "“{}”是名次。寄语不排名次，建议改写孩子付出的努力。"
_COMPARING = "“{}”是在和别人比。建议改成和孩子自己的过去比，让孩子看到自己的变化。"

_HAN = "一二三四五六七八九"
# A number of marks: 95, 95.5, 九十五, 一百. Never the bare 十 of 十分.
_MARK = rf"(?<![\d.:：点时两第])(?:\d{{2,3}}(?:\.\d)?|[{_HAN}]十[{_HAN}]?|一百[一二]?[{_HAN}]?十?[{_HAN}]?)"
# 分钟, 分米, 分之一, 分享, 分贝, 分球, 分工, 分组, 分线, 分明, 分队: what 分 begins after a number.
_NOT_MARKS = "(?![钟米之享贝球工组线明队批类层步次头行段为成给到努秒硬]|的(?:时候|路|车|信任|爱|努力))"
_NUMBER = rf"[{_HAN}十百\d０-９]{{1,4}}"

GROUPS = (
    # Marks of an examination. 满分 and 一百分 are metaphors unless the sentence is about an examination.
    Group(
        Check.RANKING,
        words(rf"{_MARK}\s*分{_NOT_MARKS}"),
        _MARKS,
        unless=words(
            "球|比赛|投篮|跳绳|游戏|积分|在我心|心里|心中|信心|把握|努力|爱|[点时:：]\\s*\\d+\\s*分|公交|火车|钟"
        ),
    ),
    Group(
        Check.RANKING,
        words(
            r"(?:考|测|得|拿|获)(?:了|到|过|出|下|个|的)*(?:双)?(?:满分|一百分|双百|高分|低分|第一|A[+＋]?(?![A-Za-z])|优[+＋])"
        ),
        _MARKS,
        unless=words("球|比赛|投篮|跳绳|接力|运动会"),
        deniable=True,
    ),
    Group(
        Check.RANKING,
        words(
            r"不及格|没(?:有)?及格|及格线|平均分|总分|分数线|(?:语文|数学|英语|考试|期中|期末|单元)(?:的)?(?:分数|得分)",
            r"(?:(?<![懂觉值记显舍晓变])得分|失分|丢分|扣分|提分)(?![寸外明手开享清别秒成为])(?:点|率|项)?|(?<![部水高积比])分数(?:很|太|较|不|高|低|提|上|下|又|也|从)",
            r"[A-DＡ-Ｄ][+＋-]?等(?!到|待|你|我|于|式|候|号|腰|一)|(?<![一二三四五])[甲乙丙丁]等(?!到|待)",
        ),
        _MARKS,
        unless=words("球|比赛|游戏|不(?:只|仅|光|是|等于|代表|重要)|比分数|分数线上"),
        deniable=True,
    ),
    # Places. Not: 第一名到校的同学, 第三名骑士, 前十分钟, 倒数第二排, 倒数 of a fraction, 排名不分先后.
    Group(
        Check.RANKING,
        words(
            rf"(?:全班|班级|班里|班上|年级|全年级|全校|全区)(?:的)?(?:总分)?(?:排|排在|位列|进入|是)?(?:第|前){_NUMBER}(?:名|位)?(?![个排行页天次节组本篇棵棒圈张件学章届课条段回年月])",
            rf"第\s*{_NUMBER}\s*名(?=[的了也真又吧啊呢这和，。！？、；,.!?;\s]|$)",
            rf"前\s*{_NUMBER}\s*(?:名|强|位)(?!同学|学生|小朋友)|(?:进入|进了|进|名列|位列|排进|挤进|冲进|跻身)(?:了)?前{_NUMBER}(?![个排行页天次节组本分秒米步年月周小])",
        ),
        _PLACES,
        deniable=True,
    ),
    Group(
        Check.RANKING,
        words(
            rf"倒数第{_NUMBER}(?:名)?(?![个排行页天次节组本棵棒圈张件章课条段回年月桌座列站题位])|倒数几名|倒数第几",
            r"(?:全班|班级|班里|年级|成绩|考了|考|排名|名次|排)(?:总是|又是|还是|是|在|个|到)?倒数",
        ),
        _PLACES,
        deniable=True,
    ),
    Group(
        Check.RANKING,
        words(
            r"排名(?!不分|第)|排名第[^，。]{1,3}|名次|名列(?:前茅|第|前)[^，。]{0,3}|排行榜|数一数二|首屈一指|遥遥领先|独占鳌头|榜上有名",
            r"优等生|尖子生|优生(?![优学])|学霸|学渣|状元|中等生|中等偏[上下]|中下[游等]|成绩(?:优异|拔尖|优秀|突出|靠前|靠后|一般|中等|落后|垫底|不理想|很差|太差)",
        ),
        _PLACES,
        unless=words(
            "不(?:在乎|看|重要|是|论|等于|代表|管|只|仅|关心)|无关|没有名次|比(?:名次|排名)|状元(?:桥|楼|街|故事)|看轻|放下|之外"
        ),
        deniable=True,
    ),
    # Measuring the child against others. Not: 比以前, 比上学期, 比昨天, 比自己想的; 比谁都 is an idiom of praise.
    Group(
        Check.RANKING,
        words(
            r"比(?:起)?(?:班里|班上|全班|身边|周围|年级)?(?:的)?(?:别人|别的(?:同学|孩子|小朋友)|其[他它](?:的)?(?:同学|人|孩子|小朋友|学生)|(?:很多|许多|大多数|大部分|一般|多数|不少)(?:的)?(?:同学|人|孩子|小朋友)|同龄人|同龄的?孩子|同学们|同学|同桌|哥哥|姐姐|弟弟|妹妹|男生|女生|任何人|人家)(?:们)?(?:都|要|更|还)?[^，。！？；\n]{0,8}?(?:强|好|快|优秀|聪明|厉害|懂事|出色|棒|认真|努力|细心|高|多|早|稳|慢|弱|成熟)",
        ),
        _COMPARING,
        unless=words("不(?:必|用|要|需|和|跟|与|是)|没必要|个子|身高|年龄"),
        deniable=True,
    ),
    Group(
        Check.RANKING,
        words(
            r"(?:和|跟|与|同)(?:班里|班上|身边|周围)?(?:的)?(?:别人|别的同学|别的孩子|其他同学|其他人|同学|同桌|同龄人|大家|人家|优秀的?同学)(?:们)?(?:比较|相比|比起来|比一比|的差距|有差距|还有差距)",
            r"(?:全班|班里|班上|年级里?|全校|全年级|所有(?:同学|孩子|人)(?:中|里))(?:同学)?(?:中|里)?(?:的)?最(?!后|近|初|终|喜欢|爱|难忘)",
            r"(?:超过|超越|落后于|领先(?:于)?|甩开|赶上|追上|打败)(?:了)?(?:很多|许多|大多数|大部分|全班|班里|不少|其他|其它|别的|所有|一半|多数)(?:的)?(?:同学|人|孩子)",
        ),
        _COMPARING,
        unless=words("不(?:必|用|要|需)|没必要|接力|赛跑|跑道|弯道|最后一棒"),
        deniable=True,
    ),
)


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Marks, places and comparison in body and advice."""
    return [finding for field, text in letter.fields() for finding in look_for(GROUPS, text, field)]
