"""What the texts know of a school, and which texts there are."""

from dataclasses import dataclass, field, replace
from typing import Final

from accounts.enums import Role
from schools.contexts import Letterhead
from schools.enums import ActionKind, Module

#: What a letter is called where no plan says so yet.
LETTER: Final = "成长寄语"
#: What the answer about a teacher's time reckons with; it says so itself.
MINUTES_A_LETTER: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWords:
    """One action of the plan in words: 每学期 1 次, 开学前 3 周到开学后 2 周, and the days of the present term.

    `grades` are named where the plan asks other grades for the same in another way.
    """

    action: ActionKind
    label: str
    often: str
    when: str
    dates: str
    grades: tuple[str, ...]
    grade_ids: frozenset[int]
    count: int = 1
    a_term: bool = True
    required: bool = True

    @property
    def is_letter(self) -> bool:
        """Whether it is the letter to pupil and parents."""
        return self.action == ActionKind.LETTER


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWords:
    """What the plan in force says; `covered` is empty where it covers all grades of the school."""

    year: str
    term: str
    cap: int
    covered: tuple[str, ...]
    actions: tuple[ActionWords, ...]
    with_advice: bool
    visibility: str
    #: The grades whose families find 心灵树洞, where the plan names any (Guyi plan 四(三)2).
    card_grades: frozenset[int] = frozenset()

    @property
    def required(self) -> tuple[ActionWords, ...]:
        """The actions that every mentor owes."""
        return tuple(line for line in self.actions if line.required)

    @property
    def letters_a_term(self) -> int:
        """So many letters a mentor with a full load writes in a term; none where they are owed once a year."""
        return self.cap * max((line.count for line in self.required if line.a_term and line.is_letter), default=0)

    @property
    def letter_hours(self) -> str:
        """How long these take at `MINUTES_A_LETTER` each: 2.5."""
        return f"{self.letters_a_term * MINUTES_A_LETTER / 60:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All that a text says of a school. `plan` is None while the school has none, and for a bureau.

    `uses` are the modules in use; of the others no text speaks. `office`, `admins`, `counsellors` are names.
    """

    head: Letterhead
    plan: PlanWords | None = None
    letter: str = LETTER
    uses: frozenset[str] = frozenset()
    office: tuple[str, ...] = ()
    admins: tuple[str, ...] = ()
    counsellors: tuple[str, ...] = ()
    emergency: tuple[str, ...] = ()
    address: str = ""
    first_password_days: int = 14
    #: Whether reminders also go out by e-mail, and whether the data lie in one file of this machine.
    sends_mail: bool = False
    in_one_file: bool = True

    @property
    def name(self) -> str:
        """What the school is called."""
        return self.head.name

    @property
    def says_no_crisis(self) -> bool:
        """Whether the school's emergency card says that this is no crisis system."""
        return any("不是危机干预" in line for line in self.emergency)

    def for_grade(self, grade_id: int) -> "Facts":
        """The same with the plan's actions and 心灵树洞 of one grade alone, as a family of that grade reads it."""
        if self.plan is None:
            return self
        actions = tuple(replace(line, grades=()) for line in self.plan.actions if grade_id in line.grade_ids)
        cards = self.plan.card_grades
        uses = self.uses - {Module.TREE_HOLE.value} if cards and grade_id not in cards else self.uses
        return replace(self, plan=replace(self.plan, actions=actions), uses=uses)


@dataclass(frozen=True, slots=True, kw_only=True)
class PupilNamed:
    """Whom a 告家长书 is for; without a mentor a line is left for the pen."""

    name: str
    class_label: str
    mentors: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One text: `template` is what page and paper both show.

    `form` says how it prints: an A5 page twice on A4 (`half`), A4 pages (`sheet`), A4 with pictures (`manual`), or the
    parents' letter with its receipt (`letter`). It stands first for whoever has one of `roles`.
    """

    key: str
    title: str
    lead: str
    form: str
    roles: frozenset[Role] = field(default_factory=frozenset)

    @property
    def template(self) -> str:
        """The template with the text alone."""
        return f"guides/texts/{self.key.replace('-', '_')}.html"


def _guide(key: str, title: str, lead: str, form: str, *roles: Role) -> Guide:
    return Guide(key=key, title=title, lead=lead, form=form, roles=frozenset(roles))


_OFFICE, _ADMIN, _LEADER = Role.MORAL_OFFICE, Role.SCHOOL_ADMIN, Role.LEADER
#: All texts by key, in the order in which they are listed.
GUIDES: Final[dict[str, Guide]] = {
    guide.key: guide
    for guide in (
        _guide("mentor", "导师一页通", "一学期要做什么、在手机上怎么记", "half", Role.MENTOR),
        _guide("homeroom", "班主任一页通", "配导师、发凭条、带好导师团", "half", Role.HOMEROOM),
        _guide("office", "德育室一页通", "看进度、校对和发布、打印", "half", _OFFICE),
        _guide("admin", "管理员一页通", "名册、账号、方案、升级", "half", _ADMIN),
        _guide("counsellor", "心理老师一页通", "接收转介、各自能看到什么", "half", Role.COUNSELLOR),
        _guide("family", "家长一页通", "怎样打开、怎样读、怎样回音", "half"),
        _guide("manual-mentor", "导师操作手册", "一步一图", "manual", Role.MENTOR),
        _guide("manual-homeroom", "班主任操作手册", "一步一图", "manual", Role.HOMEROOM),
        _guide("manual-office", "德育室操作手册", "一步一图", "manual", _OFFICE),
        _guide("manual-admin", "管理员操作手册", "一步一图", "manual", _ADMIN),
        _guide("manual-family", "家长操作手册", "一步一图", "manual"),
        _guide("to-parents", "告家长书", "一张 A4，附回执；可以按班打印，带姓名和导师", "letter", _OFFICE),
        _guide("questions", "校长十二问", "数据在哪里、谁看得到、要花多少时间", "sheet", _LEADER, _OFFICE, _ADMIN),
        _guide("trial", "一个年级试用八周", "每周做什么，做到什么算成", "sheet", _LEADER, _OFFICE, _ADMIN),
        _guide("bureau", "教育局一页通", "看得到什么，看不到什么", "half", Role.BUREAU),
    )
}


#: The pictures of the manuals, in `static/documents/manual`: from a phone, or from a wide screen.
PICTURES: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("sign-in", "desk", "talk", "pupil", "letters", "slip-door", "family-home", "family-letter"),
        "phone",
    ),
    **dict.fromkeys(
        ("board", "class", "slips", "dashboard", "proofing", "papers", "import", "people", "plan", "year"),
        "wide",
    ),
}
#: How large they are, in dots.
SIZES: Final = {"phone": (390, 700), "wide": (1280, 680)}
