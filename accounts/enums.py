"""Roles and the words of the audit."""

from typing import Final

from django.db import models


class Role(models.TextChoices):
    """What a person does in a school (or, BUREAU, above schools)."""

    MENTOR = "mentor", "导师"
    HOMEROOM = "homeroom", "班主任"
    MORAL_OFFICE = "moral_office", "德育室"
    COUNSELLOR = "counsellor", "心理老师"
    LEADER = "leader", "领导小组"
    SCHOOL_ADMIN = "school_admin", "管理员"
    DATA_OFFICER = "data_officer", "数据负责人"
    BUREAU = "bureau", "教育局"


#: Who reads the whole audit of a school 使用记录; everybody else what they did themselves.
AUDITORS: Final = (Role.SCHOOL_ADMIN, Role.DATA_OFFICER)
#: The roles of a person in one school; BUREAU stands above schools, and nobody in a school grants it.
SCHOOL_ROLES: Final = tuple(role for role in Role if role != Role.BUREAU)


class AuditKind(models.TextChoices):
    """Whether an entry tells of a change, of reading a file, or of an account."""

    CHANGE = "change", "修改"
    READ = "read", "查阅"
    ACCOUNT = "account", "账号"


class AccountState(models.TextChoices):
    """How far somebody has come with their account."""

    NONE = "none", "没有账号"
    WAITING = "waiting", "还没发账号条"
    PRINTED = "printed", "账号条已打印"
    SIGNED = "signed", "已登录过"
    CLOSED = "closed", "已停用"


class DoorKind(models.TextChoices):
    """What somebody can knock at without being known yet."""

    SIGN_IN = "sign_in", "登录"
    SLIP = "slip", "家长凭条"
    SLIP_PHONE = "slip_phone", "凭条的手机号"
    CARD = "card", "树洞暗号"
    ACCOUNT_SLIP = "account_slip", "账号条"
    FORGOTTEN = "forgotten", "忘记密码"
    OPENING = "opening", "开通码"
