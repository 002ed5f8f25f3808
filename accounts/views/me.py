"""One's own account: name, how one signs in, the e-mail address and its proof."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.forms import EmailForm
from accounts.http import ActorRequest, form_for
from accounts.rules import is_email_link_of
from accounts.services import set_own_email, verify_email
from core.saving import form_saved, show_form


@form_for()
def me(request: ActorRequest) -> HttpResponse:
    """Name, account, e-mail; the form saves the address, or sends the mail that proves it once more."""
    user = request.user
    form = EmailForm(request.POST or None, initial={"email": user.email, "mails_on": user.mails_on})
    if done := form_saved(form, lambda: set_own_email(actor=request.actor, user=user, **form.cleaned_data)):
        sent = "已保存。确认信已发出，请打开信里的链接，点“确认”。"
        messages.success(request, sent if done.value else "已保存。")
        return redirect("accounts:me")
    return show_form(request, "accounts/me.html", form)


@form_for()
def prove_email(request: ActorRequest, token: str) -> HttpResponse:
    """Where the link in a mail leads, once signed in; the button proves it, so that no scanner of mails does."""
    if not is_email_link_of(request.user, token):
        return render(request, "accounts/email_over.html", status=HTTPStatus.GONE)
    if request.method == "POST":
        verify_email(actor=request.actor, user=request.user)
        messages.success(request, "邮箱已确认。")
        return redirect("accounts:me")
    return render(request, "accounts/prove_email.html")
