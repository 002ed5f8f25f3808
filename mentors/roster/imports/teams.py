"""Mentor matrix → plan of changes: mentor slots, who holds them, and the class teams 导师团."""

from collections import defaultdict
from dataclasses import dataclass, field

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import NewGrant, grant_roles
from core.importlog import ImportLog, Level
from core.importplan import ChangeKind, FieldChange, PlannedChange
from core.journal import note_changing, note_created, note_deleting
from jobs.importers import ClassFinder, ImportPlan, ImportRequest
from mentors.models.slots import Mentor, MentorMember, TeamMember
from mentors.roster.imports.capacity import ClassLoad, cap_advice
from mentors.roster.imports.matrix import Matrix, Slot, read_matrix
from mentors.roster.imports.seats import Seat, find_seats, place_of
from mentors.roster.imports.teams_stored import People, StoredTeams
from schools.labels import ClassKey
from schools.models import Plan, SchoolYear
from schools.queries import PlanRules


def plan_teams(request: ImportRequest) -> ImportPlan:
    """Compare the matrix with the stored slots and teams. Ten queries whatever its size."""
    log = ImportLog()
    classes = ClassFinder(request, log)
    rules = request.actor.calendar.of(request.year).plan_on(request.actor.today)
    if rules is None:
        log.error("no_plan", "本学年还没有方案，请管理员先建立方案。")
        return ImportPlan(log=log, write=lambda _accepted: None)
    stored = StoredTeams(request.actor, request.year)
    matrix = read_matrix(request, classes=classes, known=lambda name: bool(stored.named(name)), log=log)
    seats, choices = find_seats(matrix.slots, stored, log)
    plan = ImportPlan(log=log, write=lambda _accepted: None, rows=len(matrix.slots), choices=choices)
    writing = _Writing(request.actor, request.year, classes, rules.plan, plan)
    plan.write = writing.run
    _plan_slots(seats, stored, writing, log)
    wanted: dict[ClassKey, set[People]] = defaultdict(set)
    leaders: dict[ClassKey, Slot] = {}
    for seat in seats:
        slot, people, place = seat.slot, seat.people, place_of(seat.slot)
        if people in wanted[slot.school_class]:
            log.warning("slot_repeated", "这位导师在本班写了两次，只导入一次。", **place)
            plan.unchanged += 1
            continue
        wanted[slot.school_class].add(people)
        if slot.is_leader:
            first = leaders.setdefault(slot.school_class, slot)
            if first is not slot:
                log.error("two_leaders", "一个班只能有一位导师团长，请只留一位。", **place)
            stored.check_leader(slot, people, log)
        _plan_member(seat, stored, writing, plan)
        _check_count(seat, stored, writing, log)
    if not log.has_errors:
        plan.changes.extend(stored.gone(wanted))
        _check_headcounts(matrix, stored, log)
        _check_cap([seat for seat in seats if not seat.key], matrix, stored, rules, log)
    plan.new_classes = tuple(key.label for key in classes.new)
    plan.unknown_classes = tuple(key.label for key in classes.unknown)
    return plan


@dataclass(slots=True)
class _Writing:
    """What is to be written, gathered while comparing."""

    actor: Actor
    year: SchoolYear
    classes: ClassFinder
    rules: Plan
    plan: ImportPlan
    new_slots: list[People] = field(default_factory=list)
    # Slots whose holders change: the stored slot, its holders afterwards.
    changed_slots: list[tuple[Mentor, People]] = field(default_factory=list)
    slot_keys: dict[People, int] = field(default_factory=dict)
    # Class, people, whether they lead, position, the question on which it depends (or none), and the change as told.
    new_members: list[tuple[ClassKey, People, bool, int, str, PlannedChange]] = field(default_factory=list)
    # Team rows whose leader's mark changes, by key.
    leads: dict[int, bool] = field(default_factory=dict)
    accounts: dict[int, int] = field(default_factory=dict)

    def run(self, accepted: frozenset[str]) -> None:
        """Write everything; the caller holds the transaction."""
        self.plan.changes.extend(change for *_, key, change in self.new_members if key in accepted)
        self.new_members = [member for member in self.new_members if not member[4] or member[4] in accepted]
        seated = {member[1] for member in self.new_members}
        self.new_slots = [people for people in self.new_slots if people in seated]
        self.classes.create_missing()
        school_id, year_id = self.year.school_id, self.year.pk
        created = Mentor.objects.bulk_create(
            Mentor(school_id=school_id, year_id=year_id, capacity=self.rules.places(len(people)))
            for people in self.new_slots
        )
        self.slot_keys.update({people: m.pk for people, m in zip(self.new_slots, created, strict=True)})
        note_created(Mentor, [mentor.pk for mentor in created])
        if self.changed_slots:
            changed = [mentor for mentor, _ in self.changed_slots]
            members = MentorMember.objects.filter(mentor__in=changed)
            note_deleting(MentorMember, members.values_list("pk", flat=True))
            members.delete()
            note_changing(Mentor, [mentor.pk for mentor in changed])
            Mentor.objects.bulk_update(changed, ["capacity"])
        holders = [(self.slot_keys[people], people) for people in self.new_slots]
        holders += [(mentor.pk, people) for mentor, people in self.changed_slots]
        seats = MentorMember.objects.bulk_create(
            MentorMember(
                school_id=school_id, year_id=year_id, mentor_id=mentor_id, teacher_id=teacher_id, position=position
            )
            for mentor_id, people in holders
            for position, teacher_id in enumerate(people, start=1)
        )
        note_created(MentorMember, [seat.pk for seat in seats])
        # Former leaders step back first: the database allows one per class at any moment.
        for is_leader in (False, True):
            keys = [pk for pk, leads in self.leads.items() if leads is is_leader]
            note_changing(TeamMember, keys)
            TeamMember.objects.filter(pk__in=keys).update(is_leader=is_leader)
        team = TeamMember.objects.bulk_create(
            TeamMember(
                school_id=school_id,
                school_class_id=self.classes.pk(key),
                mentor_id=self.slot_keys[people],
                is_leader=is_leader,
                position=position,
            )
            for key, people, is_leader, position, *_ in self.new_members
        )
        note_created(TeamMember, [member.pk for member in team])
        users = [self.accounts[pk] for _, people in holders for pk in people if pk in self.accounts]
        grants = [NewGrant(user_id, Role.MENTOR) for user_id in users]
        grant_roles(actor=self.actor, school=self.year.school, grants=grants)


def _plan_slots(seats: list[Seat], stored: StoredTeams, writing: _Writing, log: ImportLog) -> None:
    """Find or plan the slot of each group of people; nobody holds two."""
    group_of: dict[int, People] = {}
    for seat in seats:
        slot, people, place = seat.slot, seat.people, place_of(seat.slot)
        if any(group_of.get(pk, people) != people for pk in people):
            message = "这位老师在别处单独或与他人共用另一个名额。一位老师一学年只有一个名额，请改成一致。"
            log.error("slot_conflict", message, **place)
            continue
        if people in writing.slot_keys or group_of.get(people[0]) == people:
            continue
        group_of.update(dict.fromkeys(people, people))
        writing.accounts.update({pk: user for pk in people if (user := stored.teachers[pk].user_id) is not None})
        held = {stored.slot_of[pk] for pk in people if pk in stored.slot_of}
        if len(held) > 1:
            message = "这几位老师本学年已各自担任导师，不能合成一个名额。请先调整原来的安排。"
            log.error("slot_conflict", message, **place)
        elif held:
            _plan_holders(stored.mentors[held.pop()], people, stored, writing, log, slot)
        else:
            writing.new_slots.append(people)


def _plan_holders(
    mentor: Mentor, people: People, stored: StoredTeams, writing: _Writing, log: ImportLog, slot: Slot
) -> None:
    writing.slot_keys[people] = mentor.pk
    if {member.teacher_id for member in stored.members[mentor.pk]} == set(people):
        return
    capacity = max(writing.rules.places(len(people)), stored.exceptions.get(mentor.pk, 0))
    if mentor.load > capacity:
        message = (
            f"这个名额现有 {mentor.load} 名学生，改由 {len(people)} 位老师担任后上限是 {capacity} 名。请先调整学生。"
        )
        log.error("load_above_cap", message, sheet=slot.sheet, row=slot.row, column=slot.column)
    mentor.capacity = capacity
    writing.changed_slots.append((mentor, people))


def _plan_member(seat: Seat, stored: StoredTeams, writing: _Writing, plan: ImportPlan) -> None:
    """Compare one seat with the stored team of its class."""
    slot, people = seat.slot, seat.people
    names = "/".join(stored.teachers[pk].name for pk in people)
    subject = f"{slot.school_class.label} {names}"
    mentor_id = writing.slot_keys.get(people)
    team = stored.team[slot.school_class]
    member = team.get(mentor_id) if mentor_id is not None else None
    fields: list[FieldChange] = []
    if member is None:
        role = "导师团长" if slot.is_leader else "导师"
        position = len(team) + sum(key == slot.school_class for key, *_ in writing.new_members) + 1
        change = PlannedChange(ChangeKind.NEW, subject, (FieldChange("导师团", "", role),), slot.sheet, slot.row)
        writing.new_members.append((slot.school_class, people, slot.is_leader, position, seat.key, change))
        if not seat.key:
            plan.changes.append(change)
    elif member.is_leader != slot.is_leader:
        old, new = ("导师", "导师团长") if slot.is_leader else ("导师团长", "导师")
        fields.append(FieldChange("导师团", old, new))
        writing.leads[member.pk] = slot.is_leader
    if slot.is_leader:
        for other in team.values():
            if other is not member and other.is_leader:
                writing.leads[other.pk] = False
    if member is None:
        return
    before = "/".join(m.teacher.name for m in stored.members[member.mentor_id])
    if any(mentor.pk == mentor_id for mentor, _ in writing.changed_slots):
        fields.append(FieldChange("担任人", before, names))
    if fields:
        plan.changes.append(PlannedChange(ChangeKind.CHANGED, subject, tuple(fields), slot.sheet, slot.row))
    else:
        plan.unchanged += 1


def _check_count(seat: Seat, stored: StoredTeams, writing: _Writing, log: ImportLog) -> None:
    """The head count behind a mentor's name against the pupils whom the mentor has: this table assigns none."""
    count = seat.slot.count
    if count is None:
        return
    mentor = stored.mentors.get(writing.slot_keys.get(seat.people, 0))
    load = mentor.load if mentor is not None else 0
    message = f"姓名后面写着 {count} 人，系统里现有 {load} 名学生。这张表只导入导师，学生请用师生结对名单导入。"
    log.add(Level.WARNING if load and load != count else Level.INFO, "headcount_aside", message, **place_of(seat.slot))


def _check_headcounts(matrix: Matrix, stored: StoredTeams, log: ImportLog) -> None:
    for key, stated in matrix.headcounts.items():
        enrolled = stored.headcounts.get(key, 0)
        if enrolled and stated != enrolled:
            message = f"表中写{key.label} {stated} 人，名册里是 {enrolled} 人。请核对。"
            log.warning("headcount_differs", message, column=key.label, value=str(stated))


def _check_cap(seats: list[Seat], matrix: Matrix, stored: StoredTeams, rules: PlanRules, log: ImportLog) -> None:
    """Say for each grade whether its classes fit their own teams (one cap, from the plan in force)."""
    teams: dict[ClassKey, list[int]] = defaultdict(list)
    for seat in seats:
        teams[seat.slot.school_class].append(1 if rules.plan.shared_counts_once else len(seat.people))
    for number in sorted({key.grade for key in teams}):
        grade = stored.grades[number]
        if not rules.covers(grade.pk):
            message = f"方案没有把{grade.name}列入全员导师制。如果要开展，请先修改方案。"
            log.warning("grade_not_covered", message, column=grade.name)
        loads = [
            ClassLoad(key.label, stored.headcounts.get(key) or matrix.headcounts.get(key, 0), tuple(sizes))
            for key, sizes in sorted(teams.items())
            if key.grade == number
        ]
        advice = cap_advice(grade.name, loads, cap=rules.plan.cap)
        if advice is not None:
            log.warning("cap_by_class", advice, sheet=seats[0].slot.sheet, column=grade.name)
