"""Words of the other sex, and words to the parents or about a pupil, in a letter that speaks to one child.

Seen in use: 该生性格开朗, 你这个帅小伙 to a girl, 好闺女 to a boy; pronouns alone are in `pronouns`.
"""

import re
from typing import Final

from records.letters.checks.findings import CheckContext, Finding, LetterText
from records.letters.checks.names import spans_of
from records.letters.checks.naming import forms_of
from records.letters.checks.reading import Group, look_for, words
from records.letters.checks.slots import CLAUSE, TALE, any_of
from schools.enums import Check

_FORMAL: Final = "“{}”是写给家长或写在评语表里的说法。寄语是直接对孩子说的话，建议用“你”。"
_WRONG_SEX: Final = "“{}”和名册上的性别（{}）不一致，可能是从别处抄来的。请看看是不是写错了人。"
_OF_BOYS = (
    "帅小伙|大小伙子?|小伙子?|帅哥|小帅哥|(?:知心|暖心|大|小)哥哥|男子汉|大?男孩子?|大?男生|男同学|小王子|王子|白马王子|好?兄弟(?![班学姐单])|哥们儿?|小?老弟|少年郎|翩翩少年|乖?儿子|小?暖男|小?绅士|谦谦君子|大丈夫|好丈夫|好父亲|好爸爸|好儿子|"
    "男儿|男娃|儿郎|大老爷们|小爷|硬汉|铁汉|好汉|纯爷们|爷们|臭小子|傻小子|坏小子|小公子|翩翩公子|公子哥|小先生|学弟|师弟|小鲜肉|男神|阳刚之气|孙子|小少爷|楞小子|愣头青|帅气的男|汉子|假如你是女|小子|胡子|小胡子|喉结|当爹|老爷们"
)
_OF_GIRLS = (
    "小?姑娘|大姑娘|女孩子?|女生|女同学|小公主|公主|小?淑女|大?美女|小美女|亭亭玉立|小棉袄|闺女|女儿|小?才女|巾帼|女汉子|女神|小?丫头|黄毛丫头|小?仙女|娇滴滴|如花似玉|窈窕|花木兰|女侠|女中豪杰|小?妹子|大小姐|千金|女将|女强人|半边天|"
    "羊角辫|麻花辫|小辫子|蝴蝶结|花裙子|连衣裙|好妻子|好母亲|好妈妈|贤妻|小女子|女学霸|校花|班花|(?:知心|大|小)姐姐|婀娜|倾国|闭月|豆蔻|文静秀气的女|学妹|师妹|女汉|假小子|俏皮的女|美少女|小女巫|孙女|妮子|女娃|囡囡|小囡|女郎|少女|女孩家|穆桂英|小媳妇|好媳妇|新娘|俏佳人|黛玉|白雪公主"
)
#: Said of nobody but the one who is written to.
_ALWAYS = {
    "male": any_of(
        r"""
        亭亭玉立 女初长成 (?:贴心)?小棉袄 好?闺女 小?才女 巾帼 女汉子 女中豪杰 贤妻 好妻子 好母亲 小公主 小淑女 大美女
        小美女 好女儿 乖女儿 班花 校花 小仙女 豆蔻年华
        """
    ),
    "female": any_of(
        r"""
        男子汉 帅小伙 小帅哥 小绅士 大丈夫 好丈夫 好父亲 纯爷们 小暖男 翩翩少年 少年郎 好儿子 乖儿子 真汉子
        好兄弟 臭小子 大男孩 大小伙
        """
    ),
}
_BEFORE_SEX = (
    rf"(?:真|可真|就|还真)是(?:一?个|一位|咱|我们)?{CLAUSE}{{0,6}}?|是(?:一个|个){CLAUSE}{{0,6}}?|你(?:就|真|可|也|还|已经|不愧|永远|一直|确实|真的)?(?:是|像|成了|成为|当|做|变成|称得上|算|长成){CLAUSE}{{0,14}}?|你(?:这|这么)一?(?:个|位)?{CLAUSE}{{0,6}}?|"
    rf"(?:以后|将来|长大){CLAUSE}{{0,8}}?(?:当|做|是|成为|成){CLAUSE}{{0,10}}?|(?:我们|咱们?|老师|班里|班上|我|大家|爸爸妈妈)(?:班)?(?:的|那个|这个){CLAUSE}{{0,3}}?|从一?个{CLAUSE}{{0,6}}?|看着(?:这|那)(?:个|位){CLAUSE}{{0,6}}?|[做当]个{CLAUSE}{{0,6}}?|作为{CLAUSE}{{0,12}}?的|这[个位]{CLAUSE}{{0,4}}?|你是{CLAUSE}{{0,12}}?的|的(?=[^，。]{{2,4}}[，。！]愿)|(?:^|[。！？\n])(?:嗨|嘿|喂|亲爱的|可爱的|我的|好|小)?|[，,](?=[^，。！]{{1,4}}[，。！]你)"
)
#: Parts played, and gifts for others.
_PLAYED = "演|扮|饰|角色|画|那[个位]|同桌|邻居|帮|救|认识|看见|看到|写的|笔下|雕|剪|捏|不(?:是|像)"
#: Other children and parts played.
_OF_OTHERS = (
    "演|扮|饰|角色|故事|童话|《|画|(?<![像为是成])一位|那[个位]|另一|同桌|邻居|帮[助]?|给[^，。]{0,6}(?:讲|送|让|捡|借)|救|遇|认识|看见|看到|教[^，。]{0,3}(?:弟|妹|小)|对[^，。]{0,4}说|被|和[^，。]{0,6}(?:一起|玩|比|跑)|他们|她们|(?<![我咱爷哥])们|妈妈|爸爸|"
    "写的|写了|塑造|笔下|雕|剪|捏|课文|宿舍|厕所|队|组|接力|合唱|不(?:是|像|比|输)|与其|谁说|学校的|全校"
)

_THIRD_CHILD = re.compile(
    r"(?:^|[，。！？：；\n]|看到了?|请给|望|让|陪|鼓励|转告|告诉|督促)(?:咱们?家?)?孩子(?![们气话王辈]|，你|的(?:眼|世界|心|笑脸|时候))"
)

FORMAL: Final = (
    Group(
        Check.PRONOUN,
        words(
            r"贵(?:子女?|公子|千金|家长|子弟|孩子)|该(?:生(?!气|活|病)|同学|学生|孩子|女生|男生|童)|(?:^|(?<=[，。！？；\n]))此生(?!难|无|不|有|最|的|都|愿|别|能)|(?<!可怜)(?:令郎|令爱|令嫒|令公子)|(?<![A-Za-z])[Tt][Aa](?![A-Za-z们])|您的(?:孩子|宝贝|儿子|女儿|小孩)|(?:您|你们)家?(?:的)?(?:孩子|宝贝|宝宝)(?:在|很|的|是)",
        ),
        _FORMAL,
    ),
)
#: In the body only: advice is often for the home, 请家长多陪孩子运动.
TO_PARENTS: Final = (
    Group(
        Check.PRONOUN,
        words(
            r"^[^，。！？\n]{0,8}(?:爸爸妈妈|家长|父母|妈妈|爸爸)(?:们)?[：:]",
            r"(?:望|请|希望|恳请|盼|愿|建议|感谢|烦请)(?:您|各位|你们)?(?:的)?(?:家长|爸爸妈妈|父母|家里人?|家人)(?:们)?(?:在家|平时|假期|能|也|可以|要|回家|今后|继续|一如既往)*[，]?(?:多(?!多(?:休|保))|配合|督促|转告|监督|鼓励|关注|重视|加强|协助|引导|帮助(?:孩子|其|他|她)|陪(?:伴)?(?:孩子|他|她)|给(?:孩子|他|她)|理解)|家校(?:配合|携手|共育|合作)|(?:尊敬|亲爱)的(?:家长|[^，。\n]{1,5}(?:家长|妈妈|爸爸))|家长(?:同志|朋友|您好|你好|配合)|(?:请|回去|回家|麻烦)(?:您)?(?:跟|和|对|替我|转告|告诉)(?:我)?(?:孩子|宝贝|宝宝|他|她|小朋友)(?!们)|在家(?:里)?(?:也)?(?:要|请)(?:您)?(?:多)?(?:陪|督促|监督|鼓励|提醒)(?!妈|爸|爷|奶|家|自)|(?:多陪陪?|督促|监督|引导|管教)(?:一下)?(?:孩子|他|她)(?!们)",
            r"(?:^|(?<=[，。！？；\n]))(?:本学期(?:以来)?)?(?:能自觉遵守|尊敬(?:老师|师长)[，、]团结(?:同学)?|团结同学[，、]|遵守(?:学校)?(?:的)?(?:规章制度|校纪校规)|学习态度端正|思想上?(?:积极)?要求进步|表现良好|望今后|望继续|希望今后再接再厉|该(?:生|同学))[^。\n]{0,1}(?=[^你]{0,60}$)",
        ),
        _FORMAL,
    ),
)


def _of_sex(always: str, of_sex: str, sex: str) -> tuple[Group, ...]:
    message = _WRONG_SEX.replace("{}）", "@）").replace("（{}", "（@").replace("@", sex)
    return (
        Group(
            Check.PRONOUN,
            words(rf"(?:{always})(?!们)"),
            message,
            unless=words(_PLAYED, TALE),
        ),
        Group(
            Check.PRONOUN,
            words(rf"(?:{_BEFORE_SEX})(?P<sex>{of_sex})(?![们班校])"),
            message,
            unless=words(_OF_OTHERS),
            told=True,
        ),
    )


_SEX: Final = {
    "male": _of_sex(_ALWAYS["male"], _OF_GIRLS, "男生"),
    "female": _of_sex(_ALWAYS["female"], _OF_BOYS, "女生"),
}


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Formal words, words to the parents and words of the other sex, in body and advice."""
    findings = []
    own = {form for form, _kind in forms_of(context.pupil_name)}
    for field, text in letter.fields():
        findings += look_for((*FORMAL, *TO_PARENTS) if field == "body" else FORMAL, text, field)
        found = look_for(_SEX.get(context.gender, ()), text, field)
        named = spans_of(text, context)
        findings += [
            each
            for each in found
            if not any(form in text[each.start : each.end] for form in own)
            # 王子 of 王子涵, who is another child.
            and not any(span.start < (each.end or 0) <= span.end or span.holds((each.end or 0) - 1) for span in named)
        ]
        findings += _of_the_child(text, field == "body")
    return findings


def _of_the_child(text: str, is_body: bool) -> list[Finding]:
    """孩子 said again and again in a sentence without 你: the writer speaks to the parents."""
    if not is_body:
        return []
    start = 0
    for sentence in re.split(r"(?<=[。！？\n])", text):
        said = list(_THIRD_CHILD.finditer(sentence))
        if "你" not in sentence and len(said) > 1:
            at = start + said[0].end() - 2
            return [Finding(Check.PRONOUN, _FORMAL.format("孩子"), at, at + 2)]
        start += len(sentence)
    return []
