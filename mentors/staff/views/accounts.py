"""What is done to the accounts of many at once: account slips 账号条 printed, accounts closed and opened again."""

import uuid
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from accounts.enums import AccountState, Role
from accounts.http import ActorRequest, form_for
from accounts.services import set_accounts_active
from core.errors import DomainError
from core.saving import attempt
from core.text import small_number
from core.unprintable import said_first, unprintable_names
from mentors.staff.printing import make_account_slips
from mentors.staff.queries.accounts import NEW, Chosen, chosen_people, plan_slips, teachers_for_slips

#: Who prints slips: 德育室 for whoever forgot the password, while 管理员 is away.
PRINTERS = (Role.SCHOOL_ADMIN, Role.MORAL_OFFICE)
#: So many slips are set in one answer.
MOST = 300
_STATES = (NEW, *AccountState.values)


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
    """Closes the ticked accounts, or opens them (`?do=open`), after asking."""
    chosen, opens = chosen_of(request), _asked(request, "do") == "open"
    problem: DomainError | None = None
    if request.method == "POST":
        done = attempt(lambda: set_accounts_active(actor=request.actor, users=chosen.users, active=opens))
        if not isinstance(done, DomainError):
            messages.success(request, f"已{'启用' if opens else '停用'} {done} 个账号。")
            return redirect("manage:people")
        problem = done
    context = {"chosen": chosen, "opens": opens, "problem": problem}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "staff/manage/activity.html", context, status=status)


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
