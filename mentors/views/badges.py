"""Printing the badges 导师证 and the certificates 聘书: all, one class, or one teacher."""

import uuid

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, get_visible_or_404, roles_required
from accounts.services import audit
from core.errors import DomainError
from mentors.printing import MAKERS, ON_THE_SPOT, TITLES, order_badges
from mentors.queries import classes_visible_to
from mentors.queries.badges import BadgeHolder, badge_holders, classes_with_teams
from mentors.queries.care import present_teachers
from schools.models import SchoolYear
from schools.queries import current_year


@roles_required(Role.MORAL_OFFICE)
@require_GET
@never_cache
def index(request: ActorRequest) -> HttpResponse:
    """What can be printed: everybody, a class, or a single teacher."""
    year = current_year(request.actor.school_id) if request.actor.school_id is not None else None
    holders = badge_holders(request.actor, year) if year is not None else []
    by_class: dict[int, list[BadgeHolder]] = {}
    for holder in holders:
        for school_class in holder.classes:
            by_class.setdefault(school_class.pk, []).append(holder)
    classes = list(classes_with_teams(request.actor, year)) if year is not None else []
    return render(
        request,
        "badges/index.html",
        {
            "year": year,
            "total": len(holders),
            "with_photo": sum(bool(h.card and h.card.photo) for h in holders),
            "with_code": sum(bool(h.card and h.card.is_shared) for h in holders),
            "classes": [(c, by_class.get(c.pk, [])) for c in classes],
            "others": [h for h in holders if not h.classes],
            "as_job": len(holders) > ON_THE_SPOT,
            "job": uuid.uuid4(),
        },
    )


@roles_required(Role.MORAL_OFFICE)
@require_GET
@never_cache
def print_badges(request: ActorRequest) -> HttpResponse:
    """A PDF on the spot: `?class=` or `?teacher=` names whose, without either it is everybody's.

    `?paper=appointment` prints certificates instead of badges.
    """
    paper = _paper(request.GET.get("paper", ""))
    year = _year(request)
    class_id, teacher_id = _key(request, "class"), _key(request, "teacher")
    name = TITLES[paper]
    if class_id is not None:
        school_class = get_visible_or_404(classes_visible_to(request.actor), request.actor, pk=class_id)
        name = f"{school_class.code}-{name}"
    elif teacher_id is not None:
        teacher = get_visible_or_404(present_teachers(request.actor), request.actor, pk=teacher_id)
        name = f"{teacher.name}-{name}"
    holders = badge_holders(request.actor, year, class_id=class_id, teacher_id=teacher_id)
    if len(holders) > ON_THE_SPOT:
        raise DomainError("too_many", f"{TITLES[paper]}超过 {ON_THE_SPOT} 张，请在“导师证”页上点“生成全部”。")
    pdf = MAKERS[paper](year, holders)
    audit(actor=request.actor, verb=f"print_{paper}s", kind=AuditKind.READ, detail={f"{paper}s": len(holders)})
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf") or "inline"
    return response


@roles_required(Role.MORAL_OFFICE)
@require_POST
def print_all(request: ActorRequest) -> HttpResponse:
    """Everybody's badges, or certificates, as a background job."""
    try:
        key = uuid.UUID(request.POST.get("job", ""))
    except ValueError as error:
        raise DomainError("form_stale", "这个页面已经过期，请刷新后再提交。") from error
    paper = _paper(request.POST.get("paper", ""))
    job = order_badges(actor=request.actor, year=_year(request), paper=paper, job_id=key)
    return redirect("jobs:detail", pk=job.pk)


def _paper(asked: str) -> str:
    return asked if asked in MAKERS else "badge"


def _year(request: ActorRequest) -> SchoolYear:
    year = current_year(request.actor.school_id) if request.actor.school_id is not None else None
    if year is None:
        raise DomainError("no_year", "本校还没有当前学年，请管理员先设置。")
    return year


def _key(request: ActorRequest, name: str) -> int | None:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else None
