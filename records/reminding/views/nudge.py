"""提醒这几位导师: from any list of what is open to who is told what, and then off."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.enums import Role
from accounts.http import ActorRequest, action_for
from core.errors import DomainError
from core.gates import repeatable
from core.ownpaths import own_path
from core.saving import form_saved
from jobs.lists import PICKED
from records.office.queries.dashboard import covered_classes
from records.office.views.dashboard import calendar_or_stop
from records.reminding.forms import NudgeForm
from records.reminding.queries.nudge import Nudge, find_nudge
from records.reminding.services.nudging import send_nudges
from schools.calendar import YearCalendar


def _form(request: ActorRequest, calendar: YearCalendar) -> NudgeForm:
    """The list as its page filtered it. Raises DomainError `list_unclear`: nobody is told by a list misunderstood."""
    data = request.POST.copy()
    data.setdefault("term", calendar.key)
    form = NudgeForm(data, calendar=calendar, classes=covered_classes(request.actor, calendar))
    if not form.is_valid() and set(form.errors) - {"message"}:
        raise DomainError("list_unclear", "这份名单已经变了，请回到名单，重新筛选后再提醒。")
    return form


def _back(request: ActorRequest, calendar: YearCalendar) -> str:
    """The list that one came from."""
    if back := own_path(request.POST.get("back", "")):
        return back
    kept = {name: request.POST[name] for name in ("show", "place") if request.POST.get(name)}
    return f"{reverse('office:pupils')}?{urlencode(kept | {'term': calendar.key})}"


@action_for(Role.MORAL_OFFICE)
@repeatable
def write(request: ActorRequest) -> HttpResponse:
    """Who would be told what, and who was told today already; an own sentence may be added. It sends nothing."""
    calendar = calendar_or_stop(request)
    form = _form(request, calendar)
    return _page(request, calendar, form, find_nudge(request.actor, calendar, form.wanted))


@action_for(Role.MORAL_OFFICE)
def send(request: ActorRequest) -> HttpResponse:
    """Tell them, once a day and person."""
    calendar = calendar_or_stop(request)
    form = _form(request, calendar)
    done = form_saved(
        form,
        lambda: send_nudges(
            actor=request.actor, calendar=calendar, wanted=form.wanted, words=form.cleaned_data["message"]
        ),
    )
    if done is None:
        return _page(request, calendar, form, find_nudge(request.actor, calendar, form.wanted), status=422)
    messages.success(request, _done(done.value))
    return redirect(_back(request, calendar))


def _done(nudge: Nudge) -> str:
    told = f"已提醒 {len(nudge.people)} 位导师。" if nudge.people else "没有再提醒。"
    left = "".join(f"{person.user.name}{person.why_not}。" for person in nudge.left_out[:3])
    more = f"另有 {len(nudge.left_out) - 3} 位没有再提醒。" if len(nudge.left_out) > 3 else ""
    return told + left + more


def _page(
    request: ActorRequest, calendar: YearCalendar, form: NudgeForm, nudge: Nudge, *, status: int = 200
) -> HttpResponse:
    kept = [(name, value) for name in ("show", "place", "mentor", "term") if (value := request.POST.get(name))]
    kept += [(PICKED, str(key)) for key in form.wanted.pupil_ids or ()]
    back = _back(request, calendar)
    context = {"form": form, "nudge": nudge, "kept": [*kept, ("back", back)], "back": back, "calendar": calendar}
    return render(request, "reminding/nudge.html", context, status=status)
