"""Where a person is meant: what stands before and after a name that may be a word, and the characters of names."""

#: Before a given name, these make another full name of it, one that nobody here bears. Without 和 于 高 时 向,
#: which are words as well.
SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱郭何林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付邹孟熊秦邱"
    "江尹薛阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤"
)
#: What follows a name of two characters; any other character may belong to a longer name (梁红 and 梁红梅).
AFTER = frozenset(
    "的和跟与同是在说也就都还把被给让对从向有没那这你我他她它们很不了着过吗呢吧啊做跑"
    "去来帮送教得为最总已正刚能会想要写画唱讲读打踢站坐捡拿扶借搬擦找叫问答笑哭量收看听合"
)
AFTER_PAIRS = (
    "一起",
    "一样",
    "一同",
    "一块",
    "一道",
    "天天",
    "每天",
    "永远",
    "越来",
    "新年",
    "平安",
    "健康",
    "快乐",
    "同桌",
)
#: Before a name, these end the word before: 同桌子涵 holds no 桌子.
BEFORE = ("同桌", "同学", "朋友", "伙伴", "好友", "队友", "组长", "班长", *"和跟与给帮让陪像把被请找问替向")
#: Before a form that may be no name: a person follows. 写给 and 约 say so too.
PERSON_BEFORE = (
    *BEFORE,
    *"教约听叫陪等为对",
    "给了",
    "写给",
    "送给",
    "赠",
    "致",
    "借给",
    "那天",
    "室友",
    "同伴",
    "搭档",
    "亲爱的",
    "我们的",
    "邻座",
    "愿",
    "祝",
    "谢谢",
    *("机灵鬼", "开心果", "小能手", "热心肠", "小画家", "小作家", "大力士", "小胖", "守门员", "老班长", "小老师"),
)
LAST_BEFORE = frozenset(before[-1] for before in PERSON_BEFORE)
#: After such a form: it was a person.
PERSON_AFTER = (
    *(
        "同学",
        "小朋友",
        "宝贝",
        "宝宝",
        "哥",
        "姐",
        "弟",
        "妹",
        "老弟",
        "小妹",
        "啊",
        "呀",
        "哎",
        "，你",
        ",你",
        "：",
        ":",
    ),
    *(
        "一起",
        "一样",
        "一同",
        "一块",
        "一道",
        "和你",
        "跟你",
        "陪你",
        "帮你",
        "说",
        "也",
        "都",
        "真",
        "你",
        "笑",
        "问",
        "教你",
        "把",
    ),
)
#: Characters that children are named by and that seldom make words: two of them are a name wherever they stand.
OF_NAMES = frozenset(
    "梓涵萱轩琪怡诗雨欣佳嘉浩宇辰睿泽奕皓铭煜俊杰博瑶雅芷彤婷娜倩蕊颖诺熙琳彬予语桐若溪子思念之昊承志慧敏宸懿晗菲莹楠琦瑾瑜璇馨钰轶翔鹏霖昕妍薇茜悦媛翰骏辉斌"
    "凯磊涛强伟勇军娟芳丽艳婉沐可楚依帆铮"
)
#: Before 同学 these are no names: 新同学, 男同学.
NO_NAMES = frozenset("新老男女好每位各诸众同全小大本外个些的名多有几级班校组桌前后左右旧名")
OPENS = frozenset('。！？!?；;…\n“”「」‘’"—~～（(')
CLOSES = frozenset('，,：:！!。~～…”’"')
#: Words that open a sentence before 你 without being anybody's name there.
ADVERBS = frozenset(
    [
        "平时",
        "于是",
        "何时",
        "常来",
        "明白",
        "时间",
        "当时",
        "同时",
        "有时",
        "平常",
        "明天",
        "今天",
        "昨天",
        "春天",
        "夏天",
        "秋天",
        "冬天",
        "清晨",
        "黎明",
        "黄昏",
        "夜晚",
        "早晨",
        "傍晚",
        "初夏",
        "初春",
        "曾经",
        "终于",
        "果然",
        "当然",
        "偶尔",
        "时常",
        "秋月",
        "谢谢",
        "快乐",
        "加油",
        "再见",
        "安心",
        "放心",
        "向上",
        "未来",
        "从前",
        "以后",
        "后来",
        "如今",
        "胜利",
        "自由",
    ]  # as above
)
WISHES = ("记得", "愿", "希望", "别忘", "请", "下学期", "新学期", "新的一年", "老师", "加油", "谢谢", "祝", "继续")
#: After the comma of an address: 浩南，愿你…
SPOKEN_TO = ("，你", "，愿你", "，祝你", "，希望你", "，谢谢你", "：你", "，记得")
#: A pet, a plant, a person of a story is called so.
NAMING = tuple(
    word + mark
    for word in ("取名", "起名", "取名叫", "起名叫", "名叫", "名字叫", "叫做", "叫它")
    for mark in ("", "“", "‘")
)
#: Before a comma these speak to somebody: 祝毕业快乐，乐乐！
GREETINGS = (
    "快乐",
    "加油",
    "再见",
    "你好",
    "你好呀",
    "谢谢你",
    "恭喜你",
    "记住",
    "别怕",
    "晚安",
    "早安",
    "辛苦了",
    "祝贺你",
    "嗨",
    "哈喽",
    *("祝好", "安好", "祝安", "顺祝", "保重", "下学期见", "明年见", "再会", "此致"),
)


def opens(text: str, start: int) -> bool:
    """Whether a sentence, a line or a quotation begins here."""
    return start == 0 or text[start - 1] in OPENS or text.endswith("亲爱的", 0, start)


def after_greeting(text: str, start: int) -> bool:
    """Whether a greeting and a comma end here: 祝毕业快乐，"""
    return text[start - 1 : start] in {"，", ","} and text[: start - 1].endswith(GREETINGS)


def follows_person(text: str, start: int) -> bool:
    """Whether a word ends here that a person follows."""
    return text[start - 1 : start] in LAST_BEFORE and text.endswith(PERSON_BEFORE, 0, start)


def person_places(text: str) -> set[int]:
    """Where a person is spoken to or spoken of: only there does a name count by its sound."""
    places = {0, *(at + 1 for at, char in enumerate(text) if char in OPENS)}
    for before in (*PERSON_BEFORE, *(f"{greeting}{comma}" for greeting in GREETINGS for comma in "，,")):
        at = text.find(before)
        while at >= 0:
            places.add(at + len(before))
            at = text.find(before, at + 1)
    return places
