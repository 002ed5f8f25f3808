"""What is done to the accounts of many at once: account slips 账号条 printed, accounts closed and opened again."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from accounts.actors import Actor
from accounts.enums import AccountState, Role
from accounts.http import ActorRequest, form_for
from accounts.services import set_accounts_active, unlock_accounts
from accounts.services.door import SIGN_IN, shut_subjects, subject_of
from core.errors import DomainError
from core.saving import attempt
from core.text import small_number
from core.unprintable import said_first, unprintable_names
from mentors.staff.printing import make_account_slips
from mentors.staff.queries.accounts import NEW, Chosen, chosen_people, plan_slips, teachers_for_slips, usernames

#: Who prints slips: 德育室 for whoever forgot the password, while 管理员 is away.
PRINTERS = (Role.SCHOOL_ADMIN, Role.MORAL_OFFICE)
#: So many slips are set in one answer.
MOST = 300
_STATES = (NEW, *AccountState.values)
#: What can be done to many accounts at once.
_DO = {"close": "停用", "open": "启用", "unlock": "解锁"}


@form_for(*PRINTERS)
def slips(request: ActorRequest) -> HttpResponse:
    """Asks what printing would do, then answers with the PDF. `?state=`: all in it; `?who=`, `?account=`: the ticked.

    A GET writes nothing: former slips die with the post.
    """
    plan = plan_slips(request.actor, chosen_of(request))
    if len(plan.rows) > MOST:
        raise DomainError("too_many", f"一次最多打印 {MOST} 张账号条，现在选了 {len(plan.rows)} 位。请分几次勾选。")
    problem: DomainError | None = None
    if request.method == "POST":
        if stop := said_first(request, unprintable_names(plan.chosen.names)):
            return stop
        done = attempt(
            lambda: make_account_slips(
                actor=request.actor,
                teachers=plan.chosen.teachers,
                users=plan.chosen.others,
                seed=request.POST.get("seed", ""),
            )
        )
        if not isinstance(done, DomainError):
            response = HttpResponse(done, content_type="application/pdf")
            response["Content-Disposition"] = content_disposition_header(False, "账号条.pdf") or "inline"
            return response
        problem = done
    context = {"plan": plan, "seed": uuid.uuid4().hex, "problem": problem, "most": MOST}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "staff/manage/slips.html", context, status=status)


@form_for(Role.SCHOOL_ADMIN)
def activity(request: ActorRequest) -> HttpResponse:
    """Closes the ticked accounts, opens them (`?do=open`) or unlocks them (`?do=unlock`), after asking."""
    chosen, asked = chosen_of(request), _asked(request, "do")
    do = asked if asked in _DO else "close"
    problem: DomainError | None = None
    if request.method == "POST":
        done = attempt(lambda: _do(request.actor, chosen, do))
        if not isinstance(done, DomainError):
            messages.success(request, f"已{_DO[do]} {done} 个账号。")
            return redirect("manage:people")
        problem = done
    context = {"chosen": chosen, "do": do, "word": _DO[do], "problem": problem}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "staff/manage/activity.html", context, status=status)


def _do(actor: Actor, chosen: Chosen, do: str) -> int:
    if do == "unlock":
        return unlock_accounts(actor=actor, users=chosen.users)
    return set_accounts_active(actor=actor, users=chosen.users, active=do == "open")


def locked_accounts(actor: Actor) -> set[int]:
    """Whose sign-in is shut to somebody because of wrong tries, by the account's key. Two queries, three if any is."""
    shut = shut_subjects(SIGN_IN)
    return {pk for pk, name in usernames(actor) if subject_of(name) in shut} if shut else set()


def _asked(request: ActorRequest, name: str) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(name, "")


def chosen_of(request: ActorRequest) -> Chosen:
    """Whom the page or the form names: all in a state, or those who were ticked."""
    asked = request.POST if request.method == "POST" else request.GET
    state = asked.get("state", "")
    if state in _STATES:
        return Chosen(teachers_for_slips(request.actor, state=state), [])
    teachers, others = (
        [key for text in asked.getlist(name) if (key := small_number(text)) is not None] for name in ("who", "account")
    )
    return chosen_people(request.actor, teachers=teachers, others=others)
