"""Who and what the checks speak of: one list for each, whatever sentence it stands in.

Lists of words found 39 % of what should not go out: teachers say one fault in fifty ways. A fault is mostly two things
near each other in one clause, somebody and something said of them; each of these lists is one such thing.
"""

from typing import Final


def any_of(rows: str) -> str:
    """A pattern: any of the patterns in `rows`, which blanks and line ends keep apart."""
    return f"(?:{'|'.join(rows.split())})"


#: Any character of the same clause; of the same sentence.
CLAUSE: Final = r"[^，。！？；：…\n,!?;:]"
SENTENCE: Final = r"[^。！？；…\n!?;]"
HAN_NUMBER: Final = "一二三四五六七八九"
#: 12, 十二, 两, 好几.
COUNT: Final = rf"(?:\d{{1,4}}|[{HAN_NUMBER}两十百几]{{1,4}}|好几|若干)"
#: What stands for a classmate's name where names were found in a text; it may not be typed.
NAMED: Final = "\uf8f5"

_ONE = (
    "同桌|前桌|后桌|邻桌|邻座|室友|舍友|班长|副班长|学委|学习委员|体委|课代表|组长|队长|班干部|尖子生?|优等生|好学生|学霸|"
    "(?:好朋友|好友|好伙伴|闺蜜|小伙伴|搭档|死党)|(?:别人|邻居|人)家的?(?:孩子|娃|小孩)|邻居|学长|学姐|师兄|师姐|"
    "(?:你|你的)(?:亲|表|堂)?(?:哥哥|姐姐|弟弟|妹妹|哥|姐|弟|妹)|(?:哥哥|姐姐|弟弟|妹妹|表[哥姐弟妹]|堂[哥姐弟妹]|双胞胎)"
)
_GROUP = "同学|孩子|小朋友|学生|人|女生|男生|女孩|男孩|组员|队员|娃"
_MANY = (
    rf"别的?(?:{_GROUP})|旁人|他人|人家|其[他她它余](?:的)?(?:{_GROUP}|几位|几个)?|"
    rf"(?:班里|班上|全班|咱们?班|我们班|同班|身边|身旁|周围|四周|旁边|前后|左右|隔壁|组里|同组|宿舍里?|寝室)(?:的|别的|其他的?|其它的?|那些)*"
    rf"(?:{_GROUP}|几位|几个|那几位|那组|那桌|那位|那排|同桌|都|各个|个个)|"
    rf"(?:大多数|大部分|绝大多数|多数|大半|一半|一多半|所有|每个|每一个|个个|很多|许多|不少|多少|一般|同龄|同岁|同年级|同级|同届|同期|前几届|上一?届|往届|同一批|一块儿?|一起|一道|一同)"
    rf"{CLAUSE}{{0,6}}?(?:{_GROUP})|"
    rf"左邻右[座舍]|(?:[前后左右]排|[前后邻]桌|[楼隔对][上下壁门]|[邻隔]壁?组|上一?届|前几届)(?:那|的|家|坐{CLAUSE}{{0,6}}?){{1,3}}(?:几?[位个]|小[姐哥]|学[姐长]|{_GROUP})(?:{_GROUP})?|同龄人|同学们|小朋友们|孩子们|大家|大伙儿?|全班|全组|其余|"
    rf"(?:实验|重点|火箭|尖子|平行|隔壁|邻|兄弟|普通|[{HAN_NUMBER}\d])班|(?:隔壁|旁边)那?(?:组|桌|排|班)"
)
#: Whom a child may be measured against: one person, or many.
ONE: Final = rf"(?:{_ONE}|{NAMED}+)"
MANY: Final = rf"(?:{_MANY})"
WHOM: Final = rf"(?:{_MANY}|{_ONE}|{NAMED}+)"

#: The child's own people.
PARENT: Final = (
    "(?:爸爸妈妈|爸妈|爹娘|父母亲?|双亲|父亲|母亲|爸爸|妈妈|老爸|老妈|爹|娘亲|(?<![大老])爸|(?<!大)妈(?!呀|祖)|家长)"
)
ELDER: Final = "(?:爷爷|奶奶|外公|外婆|姥姥|姥爷|祖父|祖母|阿公|阿婆|老人家?)"
KIN: Final = (
    rf"(?:{PARENT[3:-1]}|{ELDER[3:-1]}|家里人|家人|亲人|哥哥|姐姐|弟弟|妹妹|叔叔|伯伯|姑姑|姨妈|舅舅|监护人|"
    "大人)"
)
#: Whose home it is.
HOME: Final = "(?:家庭|家里|家中|你们?家|家境|家底|家道|家门)"

#: Tales and parts played: what is said there is not said of the child.
TALE: Final = (
    "(?<![讲说])故事(?!比赛|会|大王)|童话|绘本|寓言|神话|白雪公主|灰姑娘|主人公|主角|小说|电影|电视|动画|课文|课本剧|小品|话剧|剧本|剧里|戏里|角色|扮演|"
    "饰演|演小|[那这]场戏|演(?:了|的|过|活|得|成|一|那|好)|你演|诗人|词人|作家|作者|笔下|讲到|读到|书里|书中|历史上|传记|漫画|台词|辩题|新闻|配音"
)
#: What a letter tells of what the child made, played, kept or looked into. Words that hurt elsewhere are mostly said of
#: that there: 骨折 of a shadow puppet, 病毒 in a lesson, 倒数第一 of a bean.
DONE: Final = (
    "实验|标本|志愿|社团|红十字|急救|演练|讲座|科普|小报|手抄报|海报|义卖|跳蚤市场|博物|展览|参观|研学|演讲|辩论|朗诵|话剧|小品|排练|舞台|合唱|皮影|木偶|手工|橡皮泥|彩泥|黏土|剪纸|折纸|素描|水彩|国画|漫画|插画|"
    "画(?:了|的|出|成|里|着|展|像|面)|你画|雕|捏(?!了?一?把汗)|你种|种(?:了|的|下|出)|你养|观察|日记|周记|手账|作文|童话|小说|诗(?:歌|句|词|意|人|集)|写诗|读诗|首诗|读(?:完|到|《)|书里|课文|历史|"
    "(?:生物|科学|化学|物理|地理|美术|信息|英语|音乐|心理|劳动|语文|数学|专业|综合实践)课|机器人|编程|航模|模型|游戏|桌游|棋|球赛|球场|球队|篮球|足球|接力|拔河|运动会|比赛|大赛|技能|实训|车间|调研|采访|摄影|拍(?:的|了|摄)|纪录片|电影|广播|主持|"
    "(?<![像比])小?猫|小?狗|(?<!候)小?鸟|仓鼠|小?兔|绿萝|豆苗|花盆|麻雀|蚂蚁|陵园|清明|军训|风筝|烹饪|厨|比喻|谜语|笑话|相声|电脑|志愿者|跳远|跳绳|长跑|短跑|\\d米|百米|游泳|疫苗|豆苗|花坛"
)
#: Examinations and subjects.
SUBJECT: Final = any_of(
    r"""
    语文 数学 英语 外语 物理 化学 生物 历史 地理 政治 道法 科学 体育 美术 音乐 信息 作文 口算 计算 文综 理综
    三科 各科 几科 主科 语数英? 综合
    """
)
EXAM: Final = (
    "(?:期中|期末|月考|周考|联考|统考|会考|模考|一模|二模|三模|中考|高考|毕业考|考试|测验|小测|单元|听写|默写|口算|抽测|摸底|诊断考|竞考|"
    "卷子|试卷|考卷|答卷|成绩单?|分数|这次考|这回考|联赛考)"
)


def near(first: str, gap: int, second: str, *, across: bool = False) -> str:
    """A pattern: `first`, then `second` after `gap` characters at most of the same clause (or sentence: `across`)."""
    return rf"(?:{first}){SENTENCE if across else CLAUSE}{{0,{gap}}}?(?:{second})"


def either(first: str, gap: int, second: str) -> str:
    """A pattern: both in one clause, whichever comes first, `gap` characters apart at most."""
    return f"{near(first, gap, second)}|{near(second, gap, first)}"
