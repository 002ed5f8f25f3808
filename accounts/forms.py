"""Forms of sign-in and of one's own account."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password

from accounts.devices import hash_of, visitor
from accounts.models import User
from accounts.services.door import SIGN_IN, Answer, knock
from core.clock import now
from core.text import typed_key


class SignInForm(AuthenticationForm):
    """Account and password; a wrong pair says so without telling which of the two was wrong."""

    error_messages = {  # noqa: RUF012  # the base class declares it as a plain dict
        "invalid_login": "账号或密码不对，请再试一次。忘记密码请找学校管理员重设。",
        "inactive": "这个账号已停用，请联系学校管理员。",
        "first_password_over": "这个初始密码已经过期，请找学校管理员重新发一个。",
        "shut": "输错的次数较多，请稍后再试。",
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["username"].widget.attrs.update(autocapitalize="none", autocorrect="off", spellcheck="false")
        self.fields["password"].label = "密码"

    def clean(self) -> dict[str, Any]:
        """Name and password must be a pair, and whoever types them must not have tried too often."""
        name, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not name or not password or self.request is None:
            return self.cleaned_data
        answer = knock(
            SIGN_IN,
            subject=subject_of(name),
            visitor=visitor(self.request, SIGN_IN, subject_of(name)),
            is_right=lambda: self._is_right(name, password),
        )
        if answer is Answer.SHUT:
            raise forms.ValidationError(self.error_messages["shut"], code="shut")
        if answer is Answer.WRONG or self.user_cache is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(self.user_cache)
        until = self.user_cache.first_password_until
        if self.user_cache.must_change_password and until is not None and until < now():
            raise forms.ValidationError(self.error_messages["first_password_over"], code="first_password_over")
        return self.cleaned_data

    def _is_right(self, name: str, password: str) -> bool:
        self.user_cache = authenticate(self.request, username=name, password=password)
        return self.user_cache is not None


def subject_of(username: str) -> str:
    """What sign-in counts by: the name as `UserManager.get_by_natural_key` looks it up; no other spelling counts anew.

    Hashed, because people type their password into the wrong field.
    """
    return hash_of(typed_key(username))


class ChangePasswordForm(forms.Form):
    """The present password and a new one, typed twice."""

    old = forms.CharField(
        label="现在的密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        help_text="至少 8 位，不要只用数字，也不要用姓名或账号。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次新密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        """The present password must be right."""
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError("现在的密码不对，请再输一次。")
        return old

    def clean_new(self) -> str:
        """The new one must be strong enough."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        return new

    def clean(self) -> dict[str, Any]:
        """Both new ones must agree, and differ from the old one."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的新密码不一样。")
        if data.get("new") and data.get("new") == data.get("old"):
            self.add_error("new", "新密码不能和现在的密码一样。")
        return data
