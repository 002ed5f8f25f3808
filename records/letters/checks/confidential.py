"""What a mentor knows in confidence: family facts and diagnoses. A letter is read aloud, shown and kept for years."""

from records.letters.checks.findings import Check, CheckContext, Finding, LetterText
from records.letters.checks.reading import Group, look_for, words

_FAMILY = "“{}”说到了孩子家里的情况。寄语会被传看和保存，这样的内容建议只留在谈心记录里。"
_DIAGNOSIS = "“{}”涉及疾病或诊断。寄语里请不要出现，可以写孩子做到了什么；需要帮助时请转介心理老师。"
_KIN = "(?:爸爸妈妈|父母|爸妈|父亲|母亲|爸爸|妈妈|爸|妈|爷爷|奶奶|外公|外婆|姥姥|姥爷|祖父|祖母|家人|亲人|哥哥|姐姐)"
_TALE = words("故事|童话|绘本|白雪公主|灰姑娘|主人公|小说|电影|课文|诗人|词人|作家")

FAMILY = (
    # Parents' marriage. Not: 简单亲切 (单亲 across two words).
    Group(
        Check.FAMILY,
        words(
            r"离异|离婚|再婚|复婚|(?<!简)单亲(?![切近自手密热昵临])|重组家庭|继父|继母|后妈|后爸|养父|养母|抚养权|判给了?(?:爸|妈|父|母)|私生",
            rf"{_KIN}(?:已经|早就|又|正在|经常|总是|总|常常|常|老|在|一|分居|之间)?(?:吵架|争吵|打架|闹矛盾|分居|分开了|不和|冷战|闹离)",
        ),
        _FAMILY,
        unless=_TALE,
    ),
    # Money. Not: 最低保证, 降低保护; help for 贫困山区 is a deed of the child.
    Group(
        Check.FAMILY,
        words(
            r"(?:家庭|家里|家中|你家|家境|经济|生活)(?:的)?(?:经济|条件|情况|比较|非常|特别|很|较|有些|有点|十分|十分地|的)*(?:困难|贫困|贫寒|拮据|窘迫|不好|不宽裕|差|清寒|一般)",
            r"贫困(?:生|家庭|户)|特困|困难(?:家庭|户|生)|建档立卡|(?<![最降减])低保(?![证护障持温留密])|吃救济|欠(?:了)?(?:很多|一大笔)?债|家道中落|助学金",
        ),
        _FAMILY,
        unless=_TALE,
    ),
    # Loss, work and the law, said of the child's kin. Not of poets and heroes.
    Group(
        Check.FAMILY,
        words(
            rf"{_KIN}[^，。！？；\n]{{0,6}}(?:去世|过世|离世|病逝|走得早|不在了|遇难|坐牢|入狱|服刑|判刑|酗酒|赌博|失业|下岗|残疾|癌|重病|瘫痪|精神病|家暴|打骂|打你|不要你|不管你)",
            r"留守(?:儿童|孩子|家庭)?|(?<!雾都)孤儿(?!院的故事)|被?领养|家暴|家庭暴力|寄人篱下|隔代抚养|(?:家庭|家里)(?:出了?)?变故|家庭(?:破裂|不完整|不幸|矛盾|纠纷)|破碎的家",
        ),
        _FAMILY,
        unless=_TALE,
    ),
)

DIAGNOSIS = (
    # Not: 多动脑筋, 多动手, 多动笔.
    Group(
        Check.DIAGNOSIS,
        words(
            r"多动症|有(?:点|些)?多动(?![脑手笔一口嘴])|多动(?:倾向|障碍|表现|的(?:毛病|问题))|注意力(?:缺陷|障碍)|(?<![A-Za-z])ADHD(?![A-Za-z])",
            r"自闭(?:症|倾向|谱系)?|孤独症|阿斯伯格|抽动症|妥瑞|感统失调|读写障碍|阅读障碍|学习障碍|语言障碍|智力(?:障碍|低下|缺陷|残疾)|发育(?:迟缓|落后|障碍)",
        ),
        _DIAGNOSIS,
    ),
    # Not: 抑郁不得志 of a poet, 排解郁闷.
    Group(
        Check.DIAGNOSIS,
        words(
            r"抑郁(?:症|倾向|情绪|状态)?(?!不得志|顿挫|不平|地)|焦虑症|恐惧症|强迫症|双相(?:情感障碍)?|躁郁|躁狂|精神(?:病|分裂|疾病|障碍|失常|问题)|神经病",
            r"心理(?:疾病|障碍|疾患|异常|创伤|阴影|有(?:些|点|一些)?问题|不健康|(?:上)?(?:的)?问题|测评结果|筛查结果|预警)",
            r"厌学症|社交障碍|社恐|网瘾|(?:游戏|手机|网络)成瘾|自残|自杀|自伤|轻生|割腕|进食障碍|厌食症|创伤后|癫痫|艾滋|乙肝",
        ),
        _DIAGNOSIS,
        unless=words("诗人|词人|小说|电影|作家|讲座|志愿者|社团"),
    ),
    Group(
        Check.DIAGNOSIS,
        words(
            r"确诊|被?诊断(?:为|出|书|成)|(?:你|你的)病(?:情|历|症)|住(?:进)?精神|服(?:用)?(?:精神|抗抑郁)|残疾证|随班就读|特殊儿童|特教"
        ),
        _DIAGNOSIS,
        unless=words("故障|机器|电脑|电路|新闻|小说|电影"),
    ),
)


def check_family(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Family facts in body and advice."""
    return [finding for field, text in letter.fields() for finding in look_for(FAMILY, text, field)]


def check_diagnosis(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Diagnoses in body and advice."""
    return [finding for field, text in letter.fields() for finding in look_for(DIAGNOSIS, text, field)]
