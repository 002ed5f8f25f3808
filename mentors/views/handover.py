"""Writing a hand-over note 交接说明 about one pupil."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.errors import DomainError
from mentors.care_rules import can_write_handover
from mentors.forms.care import HandOverForm
from mentors.queries.care import handovers_of, school_pupils
from mentors.services.handover import write_note

SENT_BEFORE = "这份表单刚才已经保存过一次。要补充内容，请刷新页面再写一份。"


@form_for(Role.MENTOR, Role.HOMEROOM)
def write(request: ActorRequest, pk: int) -> HttpResponse:
    """Write a note for the pupil's next mentor; one's earlier notes stand beneath."""
    pupil = get_visible_or_404(school_pupils(request.actor), request.actor, pk=pk)
    if not can_write_handover(request.actor, pupil):
        raise PermissionDenied
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            note = write_note(
                actor=request.actor,
                pupil=pupil,
                text=form.cleaned_data["text"],
                submission=form.cleaned_data["submission"],
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            if note.text == form.cleaned_data["text"].strip():
                messages.success(request, f"已保存{pupil.name}的交接说明。")
                return redirect("desk:pupil", pk=pk)
            form.add_error(None, SENT_BEFORE)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound and form.errors else HTTPStatus.OK
    context = {"pupil": pupil, "form": form, "notes": handovers_of(request.actor, pupil)}
    return render(request, "handover/write.html", context, status=status)
