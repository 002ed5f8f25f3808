"""Users, dated roles and the audit."""

import secrets
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import F, Q

from accounts.enums import AuditKind, DoorKind, Role
from accounts.querysets import AccountSlipQuerySet, AuditQuerySet, RoleGrantQuerySet, UserManager
from core.constraints import one_of
from schools.models import Bureau, School, SchoolClass


class User(AbstractBaseUser):
    """A person who signs in: a teacher or office worker of one school, or a member of a bureau (no school)."""

    username = models.CharField("账号", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    email = models.EmailField("邮箱", blank=True)
    # When its person opened the link that was sent there; None for an address that somebody else gave.
    email_verified_at = models.DateTimeField(null=True, blank=True)
    # Whether reminders go there, too; what opens an account does in any case.
    mails_on = models.BooleanField("收提醒邮件", default=True)
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="users")
    must_change_password = models.BooleanField("下次登录须改密码", default=False)
    # Until when a first password opens; None once a person has chosen their own.
    first_password_until = models.DateTimeField(null=True, blank=True)
    # The roles whose first words on the home page this person has closed; they never come back.
    first_visits = models.JSONField(default=list, blank=True)
    is_active = models.BooleanField("启用", default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar = ["name"]

    objects = UserManager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(username=""), name="user_name_given"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        """The person's name."""
        return self.name


class RoleGrant(models.Model):
    """A role of a person in a school (or bureau) for a span of days; HOMEROOM names its class.

    Roles end, they are never deleted. One that ended before it began was taken back in time and never held.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+")
    bureau = models.ForeignKey(Bureau, models.PROTECT, null=True, blank=True, related_name="+")
    school_class = models.ForeignKey(
        SchoolClass,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="homeroom_grants",
    )
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # 代理: held in the place of somebody on leave, who stays what they are. It has its last day from the start.
    acting_for = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            one_of("role", Role, name="grant_role_known"),
            models.CheckConstraint(
                condition=Q(role=Role.BUREAU, bureau__isnull=False, school__isnull=True)
                | (~Q(role=Role.BUREAU) & Q(bureau__isnull=True, school__isnull=False)),
                name="grant_scope_fits_role",
            ),
            models.CheckConstraint(
                condition=Q(role=Role.HOMEROOM, school_class__isnull=False)
                | (~Q(role=Role.HOMEROOM) & Q(school_class__isnull=True)),
                name="grant_class_for_homeroom_only",
            ),
            models.CheckConstraint(
                condition=Q(acting_for=None) | (Q(ends_on__isnull=False) & ~Q(acting_for=F("user"))),
                name="grant_acting_has_end",
            ),
            models.UniqueConstraint(
                fields=["user", "role", "school"],
                condition=Q(ends_on=None) & ~Q(role=Role.HOMEROOM),
                name="grant_open_once",
            ),
            models.UniqueConstraint(
                fields=["school_class"],
                condition=Q(ends_on=None, role=Role.HOMEROOM),
                name="grant_one_homeroom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class AuditEntry(models.Model):
    """Append-only log of changes and of reading pupils' files. It holds keys and counts, never names or note texts."""

    # Without indexes of their own: those below begin with them.
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=AuditKind)
    verb = models.CharField(max_length=40)
    target_type = models.CharField(max_length=40)
    target_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-pk"]
        indexes: ClassVar = [
            models.Index(fields=["school", "-at"], name="audit_school_at"),
            models.Index(fields=["school", "verb", "-at"], name="audit_school_verb_at"),
            models.Index(fields=["user", "-at"], name="audit_user_at"),
            models.Index(fields=["target_type", "target_id"], name="audit_target"),
        ]
        constraints: ClassVar = [one_of("kind", AuditKind, name="audit_kind_known")]

    def __str__(self) -> str:
        return f"{self.verb} {self.target_type} {self.target_id}"


def new_slip_key() -> str:
    """What stands in a slip's address: it says nothing of the person, and cannot be guessed."""
    return secrets.token_urlsafe(16)


class AccountSlip(models.Model):
    """A slip 账号条: its code opens an account once, so that its person chooses a password.

    The code stands on paper alone. One slip of a person lives, neither used nor ended by a later one; it opens until
    `valid_until`.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="slips")
    key = models.CharField(max_length=24, unique=True, default=new_slip_key)
    code_hash = models.CharField(max_length=64)
    valid_until = models.DateTimeField()
    issued_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    issued_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = AccountSlipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None, ended_at=None), name="account_slip_one_lives"
            ),
        ]

    def __str__(self) -> str:
        return f"account slip {self.pk}"


class DoorTry(models.Model):
    """One wrong try at a door. What was tried is in it as hashes and keys: no name, no address, no code."""

    door = models.CharField(max_length=12, choices=DoorKind)
    # What was knocked at: the hash of a user name, or the key of a row.
    subject = models.CharField(max_length=40)
    # Who knocked: the hash of an address, or of a device that was let in before.
    source = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["door", "source", "at"], name="door_try_source"),
            models.Index(fields=["door", "subject", "at"], name="door_try_subject"),
        ]
        constraints: ClassVar = [one_of("door", DoorKind, name="door_try_door_known")]

    def __str__(self) -> str:
        return f"try {self.pk} at {self.door}"


class Press(models.Model):
    """One press of a button, so that the same press sent again does nothing twice: what was sent, as a hash, and what
    was answered. Kept for a day; `accounts.services.presses` is its only writer.
    """

    #: Of the person, the address and the body.
    digest = models.CharField(max_length=64, unique=True)
    # Who pressed, and where: hashes too, for the address may hold a search.
    person = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    at = models.DateTimeField()
    # None while the first one is still being done.
    answer = models.JSONField(null=True)
    # Who does it (core.processes). By the database too: the version before, still serving in an upgrade, names nobody.
    process = models.CharField(max_length=100, default="", db_default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["person", "address"], name="press_person_address")]

    def __str__(self) -> str:
        return f"press {self.pk}"
