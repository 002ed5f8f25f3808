"""Words that belittle a child. A letter of encouragement names what the child did; it never judges the child."""

from records.letters.checks.findings import Check, CheckContext, Finding, LetterText
from records.letters.checks.reading import Group, look_for, words

_JUDGING = "“{}”可能让孩子觉得被否定。寄语会被珍藏，建议改成您看到的一件具体的事，或孩子可以怎样试一试。"
_COMPARING = "“{}”是在和别人比。孩子记住的往往是比较本身，建议改成和孩子自己的过去比。"

GROUPS = (
    # Judging the mind. Not: 笨拙, 笨办法, 笨鸟先飞, 笨笨的小熊; 傻笑, 傻乎乎的玩偶.
    Group(
        Check.HURTFUL,
        words(
            r"笨蛋|蠢笨|愚笨|愚蠢|太笨|很笨|真笨|好笨|(?:有点|有些)(?:儿)?笨(?![拙重])|脑子笨|笨手笨脚|笨嘴",
            r"傻瓜(?!相机)|傻子|太傻|很傻|白痴|弱智|低能|智障|没脑子|不动脑子|脑子不(?:好|灵|够)|智商(?:低|不)",
            r"榆木|朽木|不开窍|反应(?:太|很|有点)?(?:迟钝|慢半拍)|愚昧|蠢(?![蠢])",
        ),
        _JUDGING,
        deniable=True,
        quotable=True,
    ),
    # Sorting the child into a bad lot. Not: 差生活费 (差 and 生活 are two words).
    Group(
        Check.HURTFUL,
        words(
            r"差生(?![活意命长])|后进生|学困生|问题(?:学生|少年|儿童|孩子)|坏(?:学生|孩子)|捣蛋鬼|捣乱分子|害群之马",
            r"拖(?:了|班级|全班|大家|我们)?(?:班级|全班|大家|我们)?(?:的)?后腿|吊车尾|垫底|扶不上墙|烂泥",
        ),
        _JUDGING,
        deniable=True,
        quotable=True,
    ),
    # Giving the child up, or shaming it. Not: 丢人现眼 in a story's title, 没救 of a plant (救 with 活/起/回).
    Group(
        Check.HURTFUL,
        words(
            r"没出息|没救(?![活起回出])|无药可救|不可救药|一无是处|不争气|没(?:有)?(?:家教|教养|规矩)|没用的|废物|窝囊",
            r"恨铁不成钢|(?:太|很|真|令我|让我|令人|让人|叫人)失望|丢(?:脸|人)(?!群)|不知羞耻|不要脸|可耻|讨人嫌|惹人(?:烦|厌)",
            r"讨厌(?:你|的(?:孩子|学生))|无可救药|不像话|屡教不改|死性不改|朽木不可雕|没(?:有)?前途",
        ),
        _JUDGING,
        deniable=True,
        quotable=True,
    ),
    # Fixed faults of character. Not: 懒洋洋的猫, 伸懒腰, 偷懒 (a deed, mostly denied).
    Group(
        Check.HURTFUL,
        words(
            r"(?:太|很|真|好|有点|有些|特别|比较)(?:儿)?(?:懒(?![洋腰])|自私|粗鲁|邋遢|贪玩|任性|娇气|幼稚|自以为是|没礼貌|骄傲自满)",
            r"懒惰|懒散|好吃懒做|懒虫|胆小鬼|胆小如鼠|爱哭鬼|自私自利|邋里邋遢|撒谎成性|骗子|小偷(?!家)",
        ),
        _JUDGING,
        unless=words("故事|童话|角色|扮演|课文|主人公|绘本|剧"),
        deniable=True,
        quotable=True,
    ),
    # The body. Not: 矮墙, 胖乎乎的小熊, 丑小鸭, 黑板.
    Group(
        Check.HURTFUL,
        words(
            r"(?:太|很|又|有点|有些|这么|那么)(?:儿)?(?:胖|矮|丑|黑(?![了板暗夜]))(?!乎|墩|小鸭)|小胖子|胖墩|矮个子|丑八怪|四眼"
        ),
        "“{}”说的是孩子的外貌。孩子对这样的话很敏感，建议删去。",
        unless=words("故事|童话|绘本|画|墙|树|狗|猫|熊|兔|鸡|瓜|天"),
        deniable=True,
        quotable=True,
    ),
    # Falling short of others. Not: 不如我们一起试试 (a proposal), 比以前差 does not occur in a kind letter either.
    Group(
        Check.HURTFUL,
        words(
            r"(?:远|还|总是|处处|样样)?不如(?:别人|别的|其他|其它|他人|同学|同桌|同龄|哥哥|姐姐|弟弟|妹妹|人家|身边)",
            r"(?:比|跟|和|与)?(?:别人|别的同学|其他同学|同龄人|人家|大家)(?:差(?!不多)|落后|笨|慢(?!慢))",
            r"(?:你看|看看|学学)(?:人家|别人)|人家(?:都|怎么)(?:能|会|行|可以)",
        ),
        _COMPARING,
        deniable=True,
        quotable=True,
    ),
)


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Belittling words in body and advice."""
    return [finding for field, text in letter.fields() for finding in look_for(GROUPS, text, field)]
