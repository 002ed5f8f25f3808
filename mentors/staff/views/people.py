"""The admin's pages about teachers: the list, and one person's account, roles and first password."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import SCHOOL_ROLES, AccountState, Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from accounts.models import RoleGrant, User
from accounts.services import end_role, grant_role, issue_password
from core.errors import DomainError
from core.lists import ordered
from core.saving import attempt, form_saved
from mentors.models.slots import Teacher
from mentors.queries.people import (
    TEACHER_ORDERS,
    accounts_visible_to,
    accounts_without_teacher,
    classes_visible_to,
    find_teachers,
    grants_of,
    open_homerooms,
)
from mentors.staff.forms.manage import AccountForm, RoleForm
from mentors.staff.queries.accounts import (
    LOCKED,
    NEW,
    count_of_accounts,
    counts_by_state,
    in_state,
    with_account_state,
)
from mentors.staff.queries.pages import people_of_page
from mentors.staff.services.people import account_name, open_account
from mentors.staff.views.accounts import PRINTERS, locked_accounts
from mentors.staff.views.roles import days_of

PAGE_SIZE = 50
#: In the session: a first password until it was shown.
FRESH_KEY = "first_password"


@page_for(*PRINTERS)
def people(request: ActorRequest) -> HttpResponse:
    """All teachers, paged; `?q=` searches, `?role=` and `?state=` filter. Accounts without a teacher stand beneath."""
    actor = request.actor
    text, role, state = request.GET.get("q", "").strip(), request.GET.get("role", ""), request.GET.get("state", "")
    if role not in SCHOOL_ROLES:
        role = ""
    counts = counts_by_state(actor)
    locked = locked_accounts(actor)
    if state not in (*counts, LOCKED):
        state = ""
    found = with_account_state(find_teachers(actor, year=actor.calendar.year, text=text, role=role))
    found = found.order_by(*ordered(request.GET.get("sort", ""), TEACHER_ORDERS))
    if state == LOCKED:
        found = found.filter(user__in=locked, left_on=None)
    elif state:
        found = in_state(found, state)
    page = people_of_page(actor, Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")))
    counts[LOCKED] = count_of_accounts(actor, locked)
    states = [(NEW, "还没登录过"), *AccountState.choices, (LOCKED, "已锁定")]
    return render(
        request,
        "staff/manage/people.html",
        {
            "page": page,
            "text": text,
            "role": role,
            "roles": SCHOOL_ROLES,
            "state": state,
            "tabs": [("", "全部", ""), *((key, label, counts[key]) for key, label in states)],
            "waiting": counts[NEW],
            "locked": locked,
            "others": [] if text or role or state else accounts_without_teacher(actor),
            "keeps": actor.has(Role.SCHOOL_ADMIN),
        },
    )


@page_for(Role.SCHOOL_ADMIN)
def person(request: ActorRequest, pk: int) -> HttpResponse:
    """One teacher: master data, account, roles with their dates."""
    teacher = _teacher(request, pk)
    return _page(request, teacher, teacher.user)


@page_for(Role.SCHOOL_ADMIN)
def account(request: ActorRequest, pk: int) -> HttpResponse:
    """The same page for an account; one that belongs to a teacher leads to the teacher."""
    user = _user(request, pk)
    teacher = _teacher_of(request, user)
    if teacher is not None:
        return redirect("manage:person", pk=teacher.pk)
    return _page(request, None, user)


def _page(request: ActorRequest, teacher: Teacher | None, user: User | None) -> HttpResponse:
    context = _context(request, teacher=teacher, user=user) | {"first_password": _fresh_password(request, user)}
    return render(request, "staff/manage/person.html", context)


@action_for(Role.SCHOOL_ADMIN)
def open_teacher_account(request: ActorRequest, pk: int) -> HttpResponse:
    """An account for a teacher without one; its first password is shown once, as below."""
    teacher = _teacher(request, pk)
    form = AccountForm(request.POST)
    if done := form_saved(
        form, lambda: open_account(actor=request.actor, teacher=teacher, username=form.cleaned_data["username"])
    ):
        user, first_password = done.value
        return _shown_once(request, user, first_password)
    context = _context(request, teacher=teacher, user=teacher.user) | {"account_form": form}
    return render(request, "staff/manage/person.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@action_for(Role.SCHOOL_ADMIN)
def password(request: ActorRequest, pk: int) -> HttpResponse:
    """A new first password, shown once on the page that follows: to load that page again neither makes another one
    nor shows this one, and a second click before it was seen keeps it.
    """
    user = _user(request, pk)
    if str(user.pk) in request.session.get(FRESH_KEY, {}):
        return redirect(_address(request, user))
    return _shown_once(request, user, issue_password(actor=request.actor, user=user))


def _shown_once(request: ActorRequest, user: User, first_password: str) -> HttpResponse:
    """To the person's page, which takes the password out of the session as it shows it."""
    request.session[FRESH_KEY] = {str(user.pk): first_password}
    return redirect(_address(request, user))


def _fresh_password(request: ActorRequest, user: User | None) -> str:
    kept: dict[str, str] = request.session.get(FRESH_KEY, {})
    if user is None or str(user.pk) not in kept:
        return ""
    del request.session[FRESH_KEY]
    return kept[str(user.pk)]


@action_for(Role.SCHOOL_ADMIN)
def give_role(request: ActorRequest, pk: int) -> HttpResponse:
    """Grant a role from a day on; errors stand at the form."""
    user = _user(request, pk)
    form = _role_form(request, request.POST)
    if form_saved(
        form,
        lambda: grant_role(
            actor=request.actor,
            user=user,
            role=Role(form.cleaned_data["role"]),
            school=user.school,
            school_class=form.chosen_class(),
            starts_on=form.cleaned_data["starts_on"],
        ),
    ):
        messages.success(request, f"{user.name}已有“{Role(form.cleaned_data['role']).label}”角色。")
        return redirect(_address(request, user))
    context = _context(request, teacher=_teacher_of(request, user), user=user) | {"role_form": form}
    return render(request, "staff/manage/person.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)


@action_for(Role.SCHOOL_ADMIN)
def take_role(request: ActorRequest, pk: int, grant: int) -> HttpResponse:
    """End a role today; the last admin stays."""
    user = _user(request, pk)
    row: RoleGrant = get_visible_or_404(grants_of(user), request.actor, pk=grant)
    done = attempt(lambda: end_role(actor=request.actor, grant=row))
    if isinstance(done, DomainError):
        context = _context(request, teacher=_teacher_of(request, user), user=user) | {"problem": done}
        return render(request, "staff/manage/person.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    messages.success(request, f"{user.name}不再担任“{row.get_role_display()}”。")
    return redirect(_address(request, user))


def _role_form(request: ActorRequest, data: QueryDict | None = None) -> RoleForm:
    actor = request.actor
    year = actor.calendar.year
    classes = list(classes_visible_to(actor).filter(year=year)) if year is not None else []
    return RoleForm(classes, open_homerooms(c.pk for c in classes), days_of(request), actor.today, data)


def _teacher(request: ActorRequest, pk: int) -> Teacher:
    found = find_teachers(request.actor, year=request.actor.calendar.year)
    return get_visible_or_404(with_account_state(found), request.actor, pk=pk)


def _user(request: ActorRequest, pk: int) -> User:
    return get_visible_or_404(accounts_visible_to, request.actor, pk=pk)


def _teacher_of(request: ActorRequest, user: User) -> Teacher | None:
    return find_teachers(request.actor, year=request.actor.calendar.year).filter(user=user).first()


def _address(request: ActorRequest, user: User) -> str:
    teacher = _teacher_of(request, user)
    if teacher is not None:
        return reverse("manage:person", args=[teacher.pk])
    return reverse("manage:account", args=[user.pk])


def _context(request: ActorRequest, *, teacher: Teacher | None, user: User | None) -> dict[str, Any]:
    grants = list(grants_of(user)) if user is not None else []
    today = request.actor.today
    return {
        "teacher": teacher,
        "person_user": user,
        "name": teacher.name if teacher is not None else user.name if user is not None else "",
        "present": [g for g in grants if g.ends_on is None or g.ends_on >= today],
        "past": [g for g in grants if g.ends_on is not None and g.ends_on < today],
        "today": today,
        "role_form": _role_form(request) if user is not None else None,
        # The same pattern as the roster import uses.
        "account_form": AccountForm(initial={"username": account_name(teacher)})
        if teacher is not None and user is None
        else None,
    }
