"""The family answers a letter with a few words; no account, the slip that opened the letter is enough."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from core.saving import form_saved
from records.family.forms import ReplyForm
from records.family.queries import letters_for_family
from records.family.views.letters import show_letter
from records.letters.services.replies import reply_to_letter
from students.family import private, with_slip
from students.models import FamilySlip


@private
@sensitive_post_parameters()
@require_POST
@with_slip
def reply(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """Send or change the reply to one letter."""
    found = get_object_or_404(letters_for_family(opened), pk=pk)
    if request.user.is_authenticated:
        # A teacher who helps with the slip on the own device must not answer in the family's place.
        messages.warning(request, "您现在以教师账号登录，不能替家长写回音。请用家长的手机打开。")
        return redirect("family:letter", key=opened.key, pk=pk)
    form = ReplyForm(request.POST)
    if form_saved(form, lambda: reply_to_letter(letter=found, text=form.cleaned_data["text"])):
        messages.success(request, "回音已送到老师那里。老师读到以前，您还可以修改。")
        return redirect("family:letter", key=opened.key, pk=pk)
    return show_letter(request, opened, found, form=form, status=422)
