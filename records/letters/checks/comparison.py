"""Measuring the child against others: against one list of whom, in every shape of the sentence.

A letter compares a child with what it was itself (Guyi plan 四(三)1, Wuhu plan 五(三): 积极肯定).
"""

from typing import Final

from records.letters.checks.findings import CheckContext, Field, Finding, LetterText
from records.letters.checks.names import spans_of
from records.letters.checks.reading import Group, look_for, words
from records.letters.checks.slots import CLAUSE, NAMED, ONE, SENTENCE, WHOM, any_of, near
from schools.enums import Check

_MESSAGE = "“{}”是在和别人比。孩子记住的往往是比较本身，建议改成和孩子自己的过去比，让孩子看到自己的变化。"
_BETTER = any_of(
    r"""
    强 好 快 优秀 聪明 厉害 懂事 出色 棒 认真 努力 细心 高 多 早 稳 慢 弱 成熟 差 笨 落后 懒 用功 自觉 踏实 能干
    勇敢 刻苦 乖 省心 低 少 晚 进步
    """
)
#: What one may have half of.
_VIRTUE = any_of(
    r"""
    自觉 认真 努力 用功 细心 踏实 懂事 安静 刻苦 勤快 专注 耐心 沉稳 稳重 省心 干劲 劲头 上进 主动 毅力 自律
    听话 勤奋 聪明 机灵 懂 用心 觉悟 好
    """
)
_PART = any_of(
    r"""
    一半 三分之一 四分之一 十分之一 百分之一 几分之一 [一两三]成 [一两三]分 一丁点 一点点 零头 一星半点 一根手指
    脚后跟
    """
)
#: What the child alone still does or cannot do.
_BEHIND = (
    "晃悠|晃荡|游荡|磨蹭|磨磨蹭蹭|睡觉?|睡大觉|发呆|走神|打闹|玩[^转味具]|混|磕磕绊绊|磕磕巴巴|结结巴巴|不(?:会|懂|行|动|想|愿|肯|能|够|知|见|听|做|写|背|交|读|着急|当回事)|"
    "没(?!有?(?:忘|放弃|停|走|抱怨|松|丢|落|怕|急|喊|哭|吭))|最[慢晚差后吵懒少低]|垫底|拖|掉队|落[后在下单]|原地|光秃|空[着荡]|要(?:老师|人|我|妈妈)|"
    "老样子|慢[半吞腾]|让人|叫人|坐不住|完不成|写不完|交不[上齐]|跟不上|赶不上|一动不动|老牛|蜗牛|半天|冷冷清清|两手空空|例外|掉链子|拉[在下]|懒洋洋|不紧不慢|白卷"
)

_SIBLING: Final = r"(?:哥哥?|姐姐?|弟弟?|妹妹?|表[哥姐弟妹]|堂[哥姐弟妹]|双胞胎|孪生|邻居家?的?[^，。]{0,3})"

#: No comparison without one of these.
_CUE: Final = (
    rf"{WHOM}|{_SIBLING}|比|班|年级|同龄|同样|一样|差|甩|就你|你[呢这那]|只有|唯独|偏偏|随便|谁都|不如|不及|榜样|第二|垫底|队|天上|反观|剩下|旁边|花|树|苗|星"
    "|不输|不逊|不亚|追|赶|一半|一分|一成|之一|小班|幼儿园|校|最|学学|学习|一母|同胞|一奶"
)

GROUPS: Final = (
    # How far behind: 差了一大截, 甩在身后, 差在哪儿.
    Group(
        Check.COMPARISON,
        words(
            rf"差(?:了|着|得|出)?(?:你|人家|别人)?(?:一大截|一截|老远|太远|好远|十万八千里|好几条街|不止一点|老大一截)|(?:甩|抛|落|丢|扔)(?:开|在|下)?(?:了|你|得)?{CLAUSE}{{0,4}}(?:身后|后面|后头|老远|几条街|一大截|一截)",
            r"(?:知道|想想|看看|说说|想过|找找)[^，。！？]{0,6}(?:差在|差距在|输在)哪|差距(?:越来越|拉|很|太|这么|就是|不小|明显|一目)|把你(?:甩|落|抛|比)|(?:被|让)(?:人家|别人|大家|他们|她们|同学们?)(?:甩|落|抛|超|比|追)",
        ),
        _MESSAGE,
        cue=_CUE,
        unless=words("接力|赛跑|跑道|长跑|跑步|球|公交|火车|马路|个子|比赛|烦恼|困难|害怕|昨天|过去"),
        deniable=True,
        told=True,
    ),
    # 有班长一半的自觉; 分到旁边那组三分之一的认真.
    Group(
        Check.COMPARISON,
        words(
            rf"(?:{_PART})的?{CLAUSE}{{0,6}}?(?:{_VIRTUE})",
        ),
        _MESSAGE,
        cue=_CUE,
        unless=words("大家一样(?:的)?(?:开心|喜欢|爱)|一半以上|全力"),
        told=True,
    ),
    # Look at him: 看看咱们班长; 向同桌学学; 学学人家.
    Group(
        Check.COMPARISON,
        words(
            rf"(?:你看|你瞧|看看|瞧瞧|瞅瞅|学学|多学学|你看看|你瞧瞧|你再看看|反观|再看)(?:咱们?|我们|你)?(?:班|班里|班上|家|的)?(?:{ONE}|人家|别人|同桌)(?![^，。！？]{{0,6}}(?:的(?:画|作品|书|信|笑|眼睛|字条)))",
            rf"人家(?:都|怎么|就|能|会|可|早|现在|已经|从来|从不|哪|为什么|比你|也是|一样|的(?:成绩|作业|字|卷子|孩子)|{NAMED}|{CLAUSE}{{1,4}}怎么)(?!一个电话)",
            rf"像(?:{ONE}|人家|别人|同桌|班长|其他同学)(?:那样|一样|那么){CLAUSE}{{0,8}}?(?:就好|多好|就更好)",
            rf"(?:哥哥|姐姐|哥|姐|表哥|表姐|堂哥|堂姐){CLAUSE}{{0,3}}(?:当年|当初|那时候?|那会儿?|在我(?:班|手)|在这(?:个|所)?(?:班|学校)|像你这么大|以前(?:可|是|在)|从来不|可没|可从)",
        ),
        _MESSAGE,
        cue=_CUE,
        deniable=True,
        told=True,
        unless=words("[帮救]了?人家|还给人家|给人家|替人家|把人家|人家的(?:孩子也|狗|猫)|说人家|让人家"),
    ),
    # Others are there already, you alone are not. Both halves may stand in two clauses.
    Group(
        Check.COMPARISON,
        words(
            near(
                WHOM,
                24,
                rf"(?:就|唯独|唯有|只有|偏偏|单单|剩下?|独独|可|而|但|倒是|只剩){CLAUSE}{{0,2}}?你{CLAUSE}{{0,14}}?(?:{_BEHIND})",
                across=True,
            ),
            rf"(?:就|数|属|只有|唯独)(?:数|属)?你(?:的|这)?{CLAUSE}{{0,6}}?最(?:慢|差|晚|吵|闹|懒|拖|弱|低|不|让|爱[说讲]话|调皮|少|难)",
        ),
        _MESSAGE,
        cue=_CUE,
        unless=words(
            "不怕|不慌|不急|不嫌|不喊|不肯(?:走|停|放|先)|擦|扫|捡|收拾|帮|扶|画画|守|等(?:着)?(?:他|她|大家)|练|琢磨|坚持"
        ),
        told=True,
    ),
    # Somebody, then the child asked about it: 楼上那家的孩子天不亮就起来背书，你听见了吗; or one out of a number.
    Group(
        Check.COMPARISON,
        words(
            rf"反观|再(?:看看|瞧瞧|瞧|看)(?:我们|咱们|自己)(?:这边|这里|这组|自己)?|旁边那?[位个]怎么|别人家的?(?:小孩|孩子|娃)|唯独你的?(?:那)?|坐(?:在|过)?你(?:这|那|现在|如今)?个?的?(?:位|座){CLAUSE}{{0,12}}?[，,]?{CLAUSE}{{0,3}}?(?:从来|从不|早|可|年年|现在|后来|已经|考)",
        ),
        _MESSAGE,
        cue=_CUE,
        unless=words(
            "擦|扫|捡|帮|扶|画画|守|夸|喜欢你|爱你|个子|身高|年龄|花期|赛跑|接力|拔河|棋|球|不急|别急|玩伴|一起(?:玩|唱|跳)"
        ),
        told=True,
    ),
    Group(
        Check.COMPARISON,
        words(
            # 背的诗比你还多; 班里随便拉一个出来都比你强; 赶在你前面.
            near(
                rf"{WHOM}|你?{_SIBLING}|随便|谁都|任何(?:一个)?人|[一二三四五]年级的?|幼儿园的?|小班的?|低年级的?",
                20,
                r"比你(?:还|都|要|更|可|们)*(?:强|好|快|多|早|认真|用功|努力|懂|会|能|自觉|厉害|聪明|稳|出色|优秀|勤|细|踏实|听话|省心|大方|勇敢|高出|高一|写得|做得|背得|学得|跑得|考得|来得|起得)|(?:超过|赶上|追上|甩开|甩掉|压过|盖过|赢了|胜过|跑到|走到|赶到|走在|跑在|冲到)(?:了)?你(?:的)?(?:前|了|的|，|。|好|一大|很)|都(?:能|会)(?:做到|背|写|算|坐|管|自己)[^。]{0,10}(?:你|何况)",
                across=True,
            ),
            rf"{WHOM}{SENTENCE}{{0,22}}?[，,]{CLAUSE}{{0,3}}?你(?:心里|就|难道|都|真的|自己)*(?:不|没)(?:着急|急|羡慕|脸红|害臊|惭愧|想|觉得|难受|动心|会)[^，。]{{0,5}}(?:吗|么|？)",
            rf"(?:你|你家|你们家|同一个[妈爸爹娘]的?)(?:的)?{_SIBLING}{SENTENCE}{{0,12}}?(?:可(?!爱)|比你|从(?:不|来|没)|早就|当年|那时|这个年纪|你这么大|(?:是|年年|回回|次次|一直是?)[^，。]{{0,4}}(?:三好|班长|第一|优|模范|骄傲)|怎么(?:就)?(?:你|差|这么))",
            rf"(?:向|以)(?:咱们?班的?|我们班的?|班里的?|你的?)?(?:{ONE}|人家|别人|其他同学|优秀的?同学|身边的?同学|大家){CLAUSE}{{0,3}}?(?:学习|看齐|学|为榜样|取经|靠拢)(?!小组|用品|委员)|(?:^|(?<=[，。！？\n]))(?:可|你看|看看|瞧)?人家(?!一个电话|都?说|问|夸|给你|也?夸|(?:需要|摔|累|哭|有困难|不方便))",
        ),
        _MESSAGE,
        cue=_CUE,
        unless=words(
            "不(?:必|用|要|需)(?:和|跟|与|总|老)|没必要|别(?:总|老|去)?[和跟拿]|个子|身高|比你(?:想|以为|预)|赛跑|跑道|接力|拔河|围棋|象棋|球|年龄|分享|分给|送给|让给|贴给|借给|喜欢你|爱你|夸|为你|别急|不急(?!吗)|不着急(?!吗)|花期|慢慢来|给你鼓"
        ),
        told=True,
    ),
    # 比 and what is like it. Not: 比以前, 比上学期, 比自己想的; 比谁都 is an idiom of praise. Not height and age.
    Group(
        Check.COMPARISON,
        words(
            near(rf"比(?:起)?(?:班里|班上|全班|年级|一般)?的?{WHOM}(?:们)?", 8, _BETTER),
            rf"(?:(?:远远?|还|总是|总|处处|样样|哪样都|事事|就是|也)?不(?:如|及)|比不[上过得]|赶不上|追不上|跟不上|及不上|抵不[上过]|落后于|落在|(?<!相)差给)(?:了)?(?:班里|班上|你的?)?的?{WHOM}",
            rf"(?:和|跟|与|同|较|比起?|对比|相较于?){CLAUSE}{{0,4}}?{WHOM}{CLAUSE}{{0,4}}?(?:比较|相比|比起来|一比|比一比|差距|有差距|差[了得]?(?:一大截|一截|远|很多|太多|好多|老远|十万)|还差|差着)",
            r"(?:全班|班里|班上|年级里?|全校|全年级|咱们班|我们班|所有(?:同学|孩子|人)(?:中|里))(?:同学|女生|男生|孩子)?(?:中|里)?(?:的)?最(?!后|近|初|终|喜欢|爱|难忘|美的|暖)",
        ),
        _MESSAGE,
        cue=_CUE,
        unless=words(
            "不(?:必|用|要|需|和|跟|与|是)|没必要|没有?谁|别(?:总|老|去)?[和跟拿]|个子|身高|年龄|岁|接力|赛跑|跑道|弯道|最后一棒|球|棋|拔河"
        ),
        deniable=True,
        told=True,
    ),
)


def check(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Comparison in body and advice, with classmates by their names too."""
    return [finding for field, text in letter.fields() for finding in _found(text, field, context)]


def _found(text: str, field: Field, context: CheckContext) -> list[Finding]:
    masked = text
    for span in spans_of(text, context):
        masked = masked[: span.start] + NAMED * (span.end - span.start) + masked[span.end :]
    found = look_for(GROUPS, masked, field)
    return [
        Finding(each.code, _MESSAGE.format(" ".join(text[each.start : each.end].split())), each.start, each.end, field)
        for each in found
    ]
