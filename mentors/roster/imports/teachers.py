"""Teacher roster → plan of changes: teachers, their accounts, homeroom classes, and office roles as proposals."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import count

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.rules import own_power_problem
from accounts.services import NewGrant, create_users, grant_roles, rename_users, set_emails
from core.importlog import CellPlace, ImportLog, LinePlace
from core.importplan import (
    ChangeKind,
    Choice,
    ChoiceGroup,
    FieldChange,
    PlannedChange,
    is_accepted,
    rename_choices,
)
from core.journal import note_changing, note_created
from core.pinyin import name_pinyin
from jobs.importers import ClassFinder, ImportPlan, ImportRequest
from mentors.models.slots import Teacher
from mentors.roster.imports.teacher_rows import COLUMNS, TeacherRow, read_teachers, without_repeats
from schools.labels import CLASS_KEY, ClassKey
from schools.models import SchoolYear

BATCH = 500
# What a duty suggests; a person confirms each proposal, because roles open pupils' data.
_PROPOSALS = (
    (re.compile(r"校长|书记"), Role.LEADER),
    (re.compile(r"德育|政教|学生处|学生发展"), Role.MORAL_OFFICE),
    (re.compile(r"心理"), Role.COUNSELLOR),
    (re.compile(r"信息管理|系统管理|网络管理|网管"), Role.SCHOOL_ADMIN),
    (re.compile(r"数据负责|数据安全|数据管理"), Role.DATA_OFFICER),
)
_BY_DUTY = "按名册里的“职务”建议。只勾选确实需要的，以后也可以在“教师”里调整。"
_ROLE = ChoiceGroup("同时授予角色", _BY_DUTY, ticked=True)
AUTO_NUMBERS = "number:auto"
_NUMBERS = ChoiceGroup(
    "没有工号的教师",
    "勾选后，按名册里的顺序编工号，登录账号由工号生成。学校有自己的工号的，不要勾选，请填好再上传。",
)
_ADMIN = ChoiceGroup("同时授予管理员角色", _BY_DUTY)


def plan_teachers(request: ImportRequest) -> ImportPlan:
    """Compare the workbook with the stored teachers. Six queries whatever the number of rows."""
    log = ImportLog()
    classes = ClassFinder(request, log)
    rows, seen, columns = read_teachers(request, classes, log)
    rows = without_repeats(rows, log)
    stored = list(Teacher.objects.visible_to(request.actor).select_related("user"))
    grants = _Grants(request.year)
    _propose_numbers(rows, stored, request.year)
    plan = ImportPlan(log=log, write=lambda _accepted: None, rows=seen)
    writing = _Writing(request.actor, request.year, classes, grants, plan)
    plan.write = writing.run
    roles: list[Choice] = []
    matched: set[int] = set()
    for row, teacher in _match(rows, stored, log):
        if teacher is None:
            writing.take_new(row, plan)
        else:
            matched.add(teacher.pk)
            if row.name != teacher.name:
                message = (
                    f"工号相同，姓名由“{teacher.name}”变为“{row.name}”。是改名的请在确认时打勾；不打勾，这一行不导入。"
                )
                log.warning("name_changed", message, sheet=row.sheet, row=row.row, column="姓名", value=row.name)
                writing.renames.append((row, teacher))
                continue
            writing.take_known(row, teacher, plan)
        roles.extend(writing.propose(row, teacher, grants))
    names = [(_rename_key(teacher), teacher.name, row.name) for row, teacher in writing.renames]
    plan.choices = (*_number_choices(writing.unnumbered, stored, log), *rename_choices(names, rows=seen), *roles)
    if seen and not log.has_errors:
        plan.changes.extend(
            PlannedChange(ChangeKind.GONE, f"{teacher.name}（{teacher.number}）")
            for teacher in stored
            if teacher.pk not in matched and teacher.left_on is None
        )
    plan.columns, plan.fields = columns, tuple((spec.key, spec.label) for spec in COLUMNS)
    plan.spellings, plan.unread_classes = classes.spellings, classes.unread
    plan.new_classes = tuple(key.label for key in classes.new)
    plan.unknown_classes = tuple(key.label for key in classes.unknown)
    return plan


def _propose_numbers(rows: list[TeacherRow], stored: list[Teacher], year: SchoolYear) -> None:
    """Give a number to each teacher who has none, is the only one of the name and is not stored: T001 and on.

    None of them is taken by a teacher, a row or an account, and the same file gets the same numbers.
    """
    names = Counter(row.name for row in rows)
    known = {teacher.name for teacher in stored}
    wanting = [row for row in rows if not row.number and names[row.name] == 1 and row.name not in known]
    if not wanting:
        return
    start = f"{year.school.code}-".lower()
    accounts = User.objects.filter(username__startswith=start).values_list("username", flat=True)
    taken = {teacher.number.upper() for teacher in stored} | {row.number for row in rows}
    taken |= {account.removeprefix(start).upper() for account in accounts}
    free = (number for at in count(1) if (number := f"T{at:03d}") not in taken)
    for row in wanting:
        row.number, row.is_proposed = next(free), True


def _number_choices(rows: list[TeacherRow], stored: list[Teacher], log: ImportLog) -> list[Choice]:
    """The question whether the proposed numbers are given, and what is told of it."""
    if not rows:
        return []
    when = "名册里还没有这几位教师" if stored else "第一次导入教师"
    message = f"{when}，有 {len(rows)} 位没有写工号。确认时打勾就自动编工号；不打勾，这几位不导入。"
    for row in rows:
        log.warning("number_proposed", message, sheet=row.sheet, row=row.row, column="工号", value=row.name)
    shown = "、".join(f"{row.name} {row.number}" for row in rows[:10])
    more = f"等 {len(rows)} 位" if len(rows) > 10 else ""
    return [Choice(AUTO_NUMBERS, f"自动编工号：{shown}{more}", _NUMBERS)]


def _match(rows: list[TeacherRow], stored: list[Teacher], log: ImportLog) -> list[tuple[TeacherRow, Teacher | None]]:
    """By 工号; a row without one by name, if exactly one teacher and one row have it."""
    by_number = {teacher.number: teacher for teacher in stored}
    by_name: dict[str, list[Teacher]] = defaultdict(list)
    for teacher in stored:
        by_name[teacher.name].append(teacher)
    names = Counter(row.name for row in rows)
    numbers = {row.number for row in rows}
    pairs: list[tuple[TeacherRow, Teacher | None]] = []
    for row in rows:
        place: CellPlace = {"sheet": row.sheet, "row": row.row, "column": "工号"}
        doubles = [teacher.number for teacher in by_name[row.name] if teacher.number not in numbers]
        if row.number:
            pairs.append((row, by_number.get(row.number)))
            if row.number not in by_number and doubles:
                message = (
                    f"名册里已有同名的教师，工号是 {'、'.join(doubles)}。如果是同一位，请改用那个工号，以免成为两位。"
                )
                log.warning("possible_double", message, value=row.name, **place)
        elif len(by_name[row.name]) == 1 and names[row.name] == 1:
            pairs.append((row, by_name[row.name][0]))
        elif names[row.name] > 1:
            message = "有几行是这个姓名，又没有写工号。是几位教师的，请填写工号；是同一位的，请只留一行。"
            log.error("number_missing", message, value=row.name, **place)
        else:
            message = "没有写工号，按姓名也找不到唯一的一位教师。请填写工号。"
            log.error("number_missing", message, value=row.name, **place)
    return pairs


class _Grants:
    """Open roles of the school, by account and by class. One query."""

    def __init__(self, year: SchoolYear) -> None:
        self.roles: dict[int, set[str]] = defaultdict(set)
        self.homerooms: dict[int, list[ClassKey]] = defaultdict(list)
        grants = RoleGrant.objects.filter(school_id=year.school_id, ends_on=None).values_list(
            "user_id", "role", "school_class__year_id", *CLASS_KEY
        )
        for user_id, role, year_id, *place in grants:
            self.roles[user_id].add(role)
            if role == Role.HOMEROOM and year_id == year.pk:
                self.homerooms[user_id].append(ClassKey(*place))


def _rename_key(teacher: Teacher) -> str:
    return f"rename:{teacher.number}"


@dataclass(slots=True)
class _Writing:
    """What is to be written, gathered while comparing."""

    actor: Actor
    year: SchoolYear
    classes: ClassFinder
    grants: _Grants
    plan: ImportPlan
    # New teachers whose number is only proposed, and rows that would rename somebody: nothing without a tick.
    unnumbered: list[TeacherRow] = field(default_factory=list)
    renames: list[tuple[TeacherRow, Teacher]] = field(default_factory=list)
    new: list[TeacherRow] = field(default_factory=list)
    changed: list[Teacher] = field(default_factory=list)
    without_account: list[Teacher] = field(default_factory=list)
    renamed: dict[int, str] = field(default_factory=dict)
    # By number and, if there is one already, by account.
    emails: list[tuple[str, int | None, str]] = field(default_factory=list)
    homerooms: list[tuple[str, int | None, ClassKey]] = field(default_factory=list)
    proposals: dict[str, tuple[str, int | None, Role]] = field(default_factory=dict)
    agreed: bool = False

    def take_new(self, row: TeacherRow, plan: ImportPlan) -> None:
        """Plan a new teacher, or keep the row until the proposed number is agreed to."""
        if row.is_proposed and not self.agreed:
            self.unnumbered.append(row)
            return
        self.new.append(row)
        change = PlannedChange(ChangeKind.NEW, f"{row.name}（{row.number}）", _new_fields(row), row.sheet, row.row)
        plan.changes.append(change)

    def take_known(self, row: TeacherRow, teacher: Teacher, plan: ImportPlan) -> None:
        """Plan what a row changes of a stored teacher."""
        subject = f"{teacher.name}（{teacher.number}）"
        fields = _compare(row, teacher, self.grants, self, plan.log)
        if fields:
            plan.changes.append(PlannedChange(ChangeKind.CHANGED, subject, fields, row.sheet, row.row))
        else:
            plan.unchanged += 1

    def _take_accepted(self, accepted: frozenset[str]) -> None:
        self.agreed = AUTO_NUMBERS in accepted
        for row in self.unnumbered if self.agreed else ():
            self.take_new(row, self.plan)
        for row, teacher in self.renames:
            if is_accepted(_rename_key(teacher), accepted):
                self.take_known(row, teacher, self.plan)

    def propose(self, row: TeacherRow, teacher: Teacher | None, grants: _Grants) -> list[Choice]:
        """Office roles that the row's duty suggests and that the person does not hold."""
        choices: list[Choice] = []
        user_id = teacher.user_id if teacher is not None else None
        held = grants.roles[user_id] if user_id is not None else set()
        number = teacher.number if teacher is not None else row.number
        for pattern, role in _PROPOSALS:
            if pattern.search(row.duty) and role not in held:
                if problem := own_power_problem(self.actor, role, user_id):
                    place: LinePlace = {"sheet": row.sheet, "row": row.row}
                    self.plan.log.warning("own_power", problem, column="职务", value=row.duty, **place)
                    continue
                key = f"{role}:{number}"
                self.proposals[key] = (number, user_id, role)
                # Whoever administers accounts is named by hand: that role is offered, not suggested.
                group = _ADMIN if role is Role.SCHOOL_ADMIN else _ROLE
                choices.append(Choice(key, f"{row.name}（{row.duty}）→ {role.label}", group))
        return choices

    def run(self, accepted: frozenset[str]) -> None:
        """Write everything; the caller holds the transaction."""
        school = self.year.school
        self._take_accepted(accepted)
        self.classes.create_missing()
        people = [(row.number, row.name) for row in self.new]
        people += [(teacher.number, teacher.name) for teacher in self.without_account]
        names = {f"{school.code}-{number}".lower(): (number, name) for number, name in people}
        users = create_users(actor=self.actor, school=school, names=[(user, name) for user, (_, name) in names.items()])
        accounts = {names[user.username][0]: user.pk for user in users}
        created = Teacher.objects.bulk_create([self._teacher(row, accounts) for row in self.new], batch_size=BATCH)
        note_created(Teacher, [teacher.pk for teacher in created])
        for teacher in self.without_account:
            teacher.user_id = accounts.get(teacher.number)
        if self.changed:
            columns = ["name", "pinyin", "initials", "phone", "subject", "duty", "user"]
            note_changing(Teacher, [teacher.pk for teacher in self.changed])
            Teacher.objects.bulk_update(self.changed, columns, batch_size=BATCH)
        rename_users(actor=self.actor, school=school, names=self.renamed)
        emails = {user_id or accounts.get(number, 0): email for number, user_id, email in self.emails}
        set_emails(actor=self.actor, school=school, emails=emails)
        # Every teacher is a mentor (学生人人有导师、教师人人是导师; Guyi plan 二).
        grants = [NewGrant(user_id, Role.MENTOR) for user_id in accounts.values()]
        for number, user_id, key in self.homerooms:
            holder = user_id if user_id is not None else accounts.get(number)
            if holder is not None:
                grants.append(NewGrant(holder, Role.HOMEROOM, self.classes.pk(key)))
        for choice in sorted(accepted & self.proposals.keys()):
            number, user_id, role = self.proposals[choice]
            holder = user_id if user_id is not None else accounts.get(number)
            if holder is not None:
                grants.append(NewGrant(holder, role))
        grant_roles(actor=self.actor, school=school, grants=grants)

    def _teacher(self, row: TeacherRow, accounts: dict[str, int]) -> Teacher:
        self.homerooms.extend((row.number, None, key) for key in row.homeroom)
        if row.email:
            self.emails.append((row.number, None, row.email))
        reading = name_pinyin(row.name)
        return Teacher(
            school_id=self.year.school_id,
            user_id=accounts.get(row.number),
            number=row.number,
            name=row.name,
            pinyin=reading.full[:200],
            initials=reading.initials[:120],
            phone=row.phone,
            subject=row.subject,
            duty=row.duty,
        )


def _new_fields(row: TeacherRow) -> tuple[FieldChange, ...]:
    told = (("邮箱", row.email), ("班主任班级", "、".join(key.label for key in row.homeroom)))
    return tuple(FieldChange(label, "", new) for label, new in told if new)


def _compare(
    row: TeacherRow, teacher: Teacher, grants: _Grants, writing: _Writing, log: ImportLog
) -> tuple[FieldChange, ...]:
    """The differences of one teacher, and their place in `writing`. What the row does not say stays as it is."""
    changes = [
        FieldChange(label, old, new)
        for label, old, new in (
            ("姓名", teacher.name, row.name),
            ("手机号", teacher.phone, row.phone or teacher.phone),
            ("任教学科", teacher.subject, row.subject or teacher.subject),
            ("职务", teacher.duty, row.duty or teacher.duty),
        )
        if old != new
    ]
    place: LinePlace = {"sheet": row.sheet, "row": row.row}
    if row.name != teacher.name and teacher.user_id is not None:
        writing.renamed[teacher.user_id] = row.name
    if teacher.user_id is None:
        changes.append(FieldChange("账号", "", f"{writing.year.school.code}-{teacher.number}".lower()))
        writing.without_account.append(teacher)
    changed = bool(changes)
    changes += _email_change(row, teacher, writing, log)
    if changed:
        reading = name_pinyin(row.name)
        teacher.name, teacher.pinyin, teacher.initials = row.name, reading.full[:200], reading.initials[:120]
        teacher.phone = row.phone or teacher.phone
        teacher.subject, teacher.duty = row.subject or teacher.subject, row.duty or teacher.duty
        writing.changed.append(teacher)
    held = grants.homerooms[teacher.user_id] if teacher.user_id is not None else []
    added = [key for key in row.homeroom if key not in held]
    if added:
        writing.homerooms.extend((teacher.number, teacher.user_id, key) for key in added)
        kept = [key for key in held if key not in row.homeroom]
        if kept:
            names = "、".join(key.label for key in kept)
            message = f"原来还是{names}班主任，没有取消。如果不再担任，请在账号与角色里结束。"
            log.warning("homeroom_kept", message, column="班主任班级", value=row.name, **place)
        old, new = "、".join(key.label for key in held), "、".join(key.label for key in [*kept, *row.homeroom])
        changes.append(FieldChange("班主任班级", old, new))
    return tuple(changes)


def _email_change(row: TeacherRow, teacher: Teacher, writing: _Writing, log: ImportLog) -> list[FieldChange]:
    """Another address than the stored one; what a person has proved is theirs and stays."""
    held = teacher.user.email if teacher.user is not None else ""
    if not row.email or row.email.lower() == held.lower():
        return []
    if teacher.user is not None and teacher.user.email_verified_at is not None:
        place: LinePlace = {"sheet": row.sheet, "row": row.row}
        message = "本人已经确认过另一个邮箱，没有改动。确实要换的，请本人在“我的账号”里改。"
        log.warning("email_kept", message, column="邮箱", value=row.email, **place)
        return []
    writing.emails.append((teacher.number, teacher.user_id, row.email))
    return [FieldChange("邮箱", held, row.email)]
