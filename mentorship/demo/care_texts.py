"""What reaches counsellor, trusted teacher and class team in the demo: invented, with how far each has come.

`desk` numbers the mentors in the order of classes and teams; the first class's first two are the demo's own accounts.
"""

from dataclasses import dataclass
from typing import Final

from records.enums import ReferralState, TreeHoleSubject, TreeHoleWish


@dataclass(frozen=True, slots=True)
class ReferralText:
    """A referral of so many days ago and where it stands now; the counsellor's notes are nobody else's."""

    desk: int
    days_ago: int
    text: str
    state: ReferralState = ReferralState.OPEN
    answer: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class CardText:
    """A card of so many days ago: given by slip or on paper, opened, answered, met for, told at home or not, put away.

    `told` is the reason of the decision about home; None where there is none yet.
    """

    desk: int
    days_ago: int
    subject: TreeHoleSubject
    text: str
    wish: TreeHoleWish
    may_tell_home: bool = False
    to_counsellor: bool = False
    on_paper: bool = False
    opened: bool = True
    answer: str = ""
    met: bool = False
    contacted: bool = False
    told: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class MeetingText:
    """A case meeting of so many days ago, taken up again after `again` days."""

    desk: int
    days_ago: int
    topic: str
    text: str
    pupils: int = 1
    again: int = 0


@dataclass(frozen=True, slots=True)
class CareTexts:
    """All of it for one school."""

    referrals: tuple[ReferralText, ...]
    cards: tuple[CardText, ...]
    meetings: tuple[MeetingText, ...]
    replies: tuple[str, ...]


_OPEN, _TAKEN, _CLOSED = ReferralState.OPEN, ReferralState.ACKNOWLEDGED, ReferralState.CLOSED
_PRIMARY_REFERRALS: Final = (
    ReferralText(1, 2, "最近两周上课常趴着，问她只说困。家里说夜里醒好几次，想请您和她聊聊。"),
    ReferralText(4, 4, "和同桌闹矛盾以后不愿意进教室，早上在校门口站很久。"),
    ReferralText(0, 9, "妈妈出差三个月，孩子放学后不肯离开教室，我陪过几次，想知道怎样陪更合适。", _TAKEN,
                 "谢谢您留意到。我这周和孩子见了一面，先按原来的作息陪她，其余的我来。",
                 "第一次见面：画了家里的人，妈妈画得最大。愿意再来，约下周三午休。"),
    ReferralText(2, 13, "转来一个多月，午饭总是一个人吃。想请您看看要不要做点什么。", _TAKEN, "",
                 "课间观察一次：会主动看别人玩，等别人先开口。和班主任商量分组。"),
    ReferralText(5, 20, "测验前会肚子疼，医院检查没有问题。", _TAKEN,
                 "见过两次，是考前紧张。请您考前一天不提分数，只问睡得好不好。",
                 "教了“吹蜡烛”呼吸，孩子学得很快。下次测验后再见。"),
    ReferralText(1, 34, "爷爷去世后常常走神，作业本上画满了小房子。", _CLOSED,
                 "孩子能讲爷爷的事了，情绪平稳。之后请您像平常一样待他就好。",
                 "四次：告别信、相册、种豆子、回顾。家长也来过一次。约定想来随时来。"),
    ReferralText(3, 48, "和弟弟抢东西后打了人，自己也哭得很厉害。", _CLOSED,
                 "已和家长沟通，家里每天留十分钟单独陪他。班里不必再提这件事。",
                 "三次见面，学会说“我现在很生气”。家长配合得好。"),
)  # fmt: skip

_SENIOR_REFERRALS: Final = (
    ReferralText(0, 3, "月考后两天没来上晚自习，说看见教室就胸口发紧。本人愿意见您。"),
    ReferralText(1, 10, "和父母为选科争了很久，最近不接家里电话。", _TAKEN,
                 "已见面一次，先不劝选哪科。请您这周别再问志愿，其余的我来联系。",
                 "理科兴趣真实，怕让父亲失望。约家长下周三来校。"),
    ReferralText(2, 18, "住校后总失眠，室友说她半夜坐在走廊。", _TAKEN, "", "作息表已排；两周后看是否需要建议就医。"),
    ReferralText(3, 41, "竞赛落选后说“学什么都没用”，作业还按时交。", _CLOSED,
                 "情绪已平稳，自己定了新的目标。谢谢您及时告诉我。", "三次；列出能做主的事，写信给三个月前的自己。"),
)  # fmt: skip

_S, _W = TreeHoleSubject, TreeHoleWish
_BRAVE = "谢谢你愿意告诉我。你已经很勇敢了，这件事我们一起想办法。"
_PRIMARY_CARDS: Final = (
    CardText(1, 1, _S.STUDY, "我背课文总是背不下来，别人都背完了，我不敢举手。", _W.WRITE, may_tell_home=True,
             opened=False),
    CardText(0, 2, _S.MOOD, "今天很开心，因为我当了一次小组长！想告诉一个人。", _W.LISTEN, opened=False),
    CardText(3, 3, _S.LIFE, "我想养一只小猫，爸爸妈妈不同意。", _W.TALK, opened=False),
    CardText(1, 6, _S.MIND, "好朋友和别人玩，不和我玩了，我课间不知道去哪里。", _W.TALK),
    CardText(2, 8, _S.THOUGHT, "为什么一定要争第一名呢？", _W.WRITE),
    CardText(4, 8, _S.MOOD, "一到晚上就有点害怕，要开着灯睡。", _W.WRITE, to_counsellor=True),
    CardText(1, 12, _S.STUDY, "数学应用题我看不懂题目，不好意思再问。", _W.WRITE, may_tell_home=True,
             answer="看不懂题目的人不止你一个。明天午休带上书来办公室，我们一起把题目画成图。"),
    CardText(0, 15, _S.LIFE, "奶奶生病了，家里没有人笑。", _W.TALK, may_tell_home=True, met=True),
    CardText(5, 17, _S.MIND, "我换了座位以后没有人和我说话。", _W.TALK, met=True, told=""),
    CardText(2, 20, _S.MOOD, "比赛输了，大家都说怪我。", _W.WRITE, answer=_BRAVE, told=""),
    CardText(1, 24, _S.LIFE, "妈妈要带弟弟，我想让她也陪我写一会儿字。", _W.TALK, may_tell_home=True, on_paper=True,
             met=True, contacted=True, told=""),
    CardText(3, 27, _S.MIND, "晚上总是睡不着，想很多事情。", _W.TALK, to_counsellor=True, met=True,
             contacted=True, told="睡不好已经有两周，需要家里一起调整作息，所以告诉了妈妈。"),
    CardText(0, 33, _S.THOUGHT, "长大以后我想当消防员，可是大家都笑我。", _W.LISTEN, told="", closed=True),
    CardText(1, 38, _S.STUDY, "写字太慢，每天都最后一个交作业。", _W.WRITE, may_tell_home=True, contacted=True,
             closed=True, answer="慢一点没关系，你的字一笔一画都很认真。我们约好：先写完再检查。", told=""),
    CardText(4, 45, _S.MOOD, "同学给我起外号，我不喜欢。", _W.TALK, met=True, answer=_BRAVE, told="", closed=True),
    CardText(2, 52, _S.LIFE, "我的水杯摔坏了，不敢告诉爸爸。", _W.TALK, to_counsellor=True, met=True, told="",
             closed=True),
)  # fmt: skip

_SENIOR_CARDS: Final = (
    CardText(0, 1, _S.STUDY, "物理越补越听不懂，我想放弃选物理了。", _W.TALK, may_tell_home=True, opened=False),
    CardText(1, 5, _S.MOOD, "每次排名出来，我都不想回家。", _W.TALK),
    CardText(2, 9, _S.THOUGHT, "大家都知道自己想考哪里，只有我不知道。", _W.WRITE,
             answer="不知道，也是一种诚实。下周有大学生学长回校，我给你留了位置，先去听听。"),
    CardText(3, 16, _S.LIFE, "宿舍里有人很晚还打电话，我不好意思说。", _W.TALK, met=True),
    CardText(0, 22, _S.MIND, "晚上睡不着，白天上课像隔着一层玻璃。", _W.TALK, to_counsellor=True, met=True,
             contacted=True, told="失眠已超过两周，需要和家长一起商量作息与就医，所以联系了家里。"),
    CardText(1, 30, _S.LIFE, "爸爸失业了，我想周末去打工。", _W.TALK, on_paper=True, met=True, told=""),
    CardText(2, 44, _S.STUDY, "英语听力从不及格到及格了，想说给一个人听。", _W.LISTEN, may_tell_home=True,
             contacted=True, told="", closed=True),
)  # fmt: skip

_PRIMARY_MEETINGS: Final = (
    MeetingText(
        0,
        5,
        "新学期的三位慢热孩子",
        "三位都愿意做事、少开口。分工：体育课由体育老师带着组队，午管时轮流问一句，不点名表扬。",
        3,
        21,
    ),
    MeetingText(
        1,
        26,
        "作业拖拉，怎样和家长说",
        "家里老人接送，作业到八点才开始。先与母亲约一次电话，不谈分数，只谈每天的时间。",
        1,
        14,
    ),
    MeetingText(0, 54, "开学第一次小教研", "把家访里看到的困难各说一件，分出谁先谈心。家庭情况只在导师团内说。", 2),
    MeetingText(4, 12, "课间独处的孩子", "给他一个固定的小任务：给绿萝浇水。两周后看是不是有同学一起去。", 1, 14),
    MeetingText(7, 19, "午睡和早到", "两位孩子七点就到校。和门卫、早管老师说好，先到图书角。", 2, 30),
    MeetingText(9, 40, "转学来的孩子怎样进小组", "由班长带一周，导师在第二周谈心。", 1),
)

_PRIMARY_REPLIES: Final = (
    "老师的信孩子读了三遍，贴在了书桌前。谢谢您看见他的认真。",
    "没想到运动会倒水的小事您都记得，我们全家都很感动。",
    "孩子说：老师怎么知道我喜欢养蒜苗！她想再种一盆送到学校。",
    "谢谢老师。最近在家他也开始自己整理书包了。",
    "我们会照您说的，每周留一个晚上陪她整理错题。",
    "爷爷奶奶也听我念了信，说孩子遇到了好老师。",
)

_SENIOR_MEETINGS: Final = (
    MeetingText(
        0,
        8,
        "选科前后的三位同学",
        "先听学生自己怎么说，再约家长。分工：班主任谈家长，导师谈学生，心理老师备着。",
        3,
        20,
    ),
    MeetingText(2, 36, "住校生的作息", "与宿管老师对过名单；两周内各谈一次，不在班上点名。", 2, 14),
)
_SENIOR_REPLIES: Final = (
    "谢谢老师。孩子看完没说话，把信夹进了错题本。",
    "我们会照您说的，睡前把手机放在客厅。",
    "信里写的那件事，孩子从没和我们讲过。谢谢您让我们看见。",
)

PRIMARY_CARE: Final = CareTexts(_PRIMARY_REFERRALS, _PRIMARY_CARDS, _PRIMARY_MEETINGS, _PRIMARY_REPLIES)
SENIOR_CARE: Final = CareTexts(_SENIOR_REFERRALS, _SENIOR_CARDS, _SENIOR_MEETINGS, _SENIOR_REPLIES)
