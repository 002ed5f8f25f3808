"""The only writers of accounts, roles, the audit, and what is counted at doors."""

from accounts.services.accounts import (
    change_own_password,
    create_user,
    create_users,
    issue_password,
    new_password,
    note_refused,
    rename_account,
    rename_users,
    set_account_active,
    set_accounts_active,
    unlock_accounts,
)
from accounts.services.audit import audit, audit_many, prune_audit
from accounts.services.mail import set_emails, set_own_email, verify_email
from accounts.services.opening import FirstPerson, is_opening_code, new_opening_code, open_house
from accounts.services.roles import (
    NewGrant,
    act_for,
    create_first_admins,
    end_homeroom_roles,
    end_role,
    grant_role,
    grant_roles,
    reopen_homeroom_roles,
)
from accounts.services.slips import issue_account_slips, use_account_slip
from accounts.services.visits import close_first_visit

__all__ = [
    "FirstPerson",
    "NewGrant",
    "act_for",
    "audit",
    "audit_many",
    "change_own_password",
    "close_first_visit",
    "create_first_admins",
    "create_user",
    "create_users",
    "end_homeroom_roles",
    "end_role",
    "grant_role",
    "grant_roles",
    "is_opening_code",
    "issue_account_slips",
    "issue_password",
    "new_opening_code",
    "new_password",
    "note_refused",
    "open_house",
    "prune_audit",
    "rename_account",
    "rename_users",
    "reopen_homeroom_roles",
    "set_account_active",
    "set_accounts_active",
    "set_emails",
    "set_own_email",
    "unlock_accounts",
    "use_account_slip",
    "verify_email",
]
