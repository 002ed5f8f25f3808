"""Forms of sign-in and of one's own account."""

from typing import Any, Final

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from accounts.devices import hash_of, visitor
from accounts.models import AccountSlip, User
from accounts.rules import is_code_of, slip_problem, slip_with_code
from accounts.services.door import ACCOUNT_SLIP, SIGN_IN, Answer, knock
from core.clock import now
from core.text import typed_key

#: What is copied from paper: a phone is not to correct it.
_TYPED: Final = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}


class SignInForm(AuthenticationForm):
    """Account and password; a wrong pair says so without telling which of the two was wrong."""

    error_messages = {  # noqa: RUF012  # the base class declares it as a plain dict
        "invalid_login": "账号或密码不对，请再试一次。忘记密码请找学校管理员或德育室。",
        "inactive": "这个账号已停用，请联系学校管理员。",
        "first_password_over": "这个初始密码已经过期，请找学校管理员重新发一个。",
        "shut": "输错的次数较多，请稍后再试。",
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "账号"
        self.fields["username"].widget.attrs.update(_TYPED)
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


class FirstSignInForm(forms.Form):
    """The code of an account slip, and the account where the address does not name the slip already.

    Valid, it has the living `slip`. A wrong code counts at the door against whoever types it.
    """

    username = forms.CharField(
        label="账号",
        max_length=60,
        widget=forms.TextInput(attrs=_TYPED | {"autocomplete": "username"}),
        error_messages={"required": "请填写账号条上的账号。"},
    )
    code = forms.CharField(
        label="登录码",
        max_length=40,
        help_text="账号条上印的 8 位码，大小写都可以。",
        widget=forms.TextInput(attrs=_TYPED | {"autocomplete": "one-time-code", "inputmode": "latin"}),
        error_messages={"required": "请填写账号条上的登录码。"},
    )

    def __init__(self, request: HttpRequest, named: AccountSlip | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.named, self.slip = request, named, named
        if named is not None:
            del self.fields["username"]

    def clean(self) -> dict[str, Any]:
        """The code must be that of the slip, and the slip must still open."""
        data = super().clean() or {}
        username = self.named.user.username if self.named is not None else data.get("username")
        if not username or not data.get("code"):
            return data
        subject = subject_of(username)
        self.slip = self.named or slip_with_code(username, data["code"])
        answer = knock(
            ACCOUNT_SLIP,
            subject=subject,
            visitor=visitor(self.request, SIGN_IN, subject),
            is_right=lambda: self.slip is not None and is_code_of(self.slip, data["code"]),
        )
        if answer is Answer.SHUT:
            raise forms.ValidationError("输错的次数较多，请稍后再试。", code="shut")
        if answer is Answer.WRONG or self.slip is None:
            raise forms.ValidationError("登录码不对，请对照账号条再输入一次。", code="slip_wrong")
        if problem := slip_problem(self.slip):
            raise forms.ValidationError(problem.message, code=problem.code)
        return data


class OwnPasswordForm(forms.Form):
    """A password of one's own, typed twice. `user` is whose it will be."""

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

    def clean_new(self) -> str:
        """The new one must be strong enough."""
        new: str = self.cleaned_data["new"]
        validate_password(new, self.user)
        return new

    def clean(self) -> dict[str, Any]:
        """Both must agree."""
        data = super().clean() or {}
        if data.get("new") and data.get("again") and data["new"] != data["again"]:
            self.add_error("again", "两次输入的新密码不一样。")
        return data


class FirstPasswordForm(OwnPasswordForm):
    """The password chosen at the first sign-in, and an e-mail address if one likes."""

    email = forms.EmailField(
        label="邮箱（可以不填）",
        required=False,
        max_length=254,
        help_text="用来收提醒、找回密码。会发一封确认信。",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class EmailForm(forms.Form):
    """One's own e-mail address; empty for none."""

    email = forms.EmailField(
        label="邮箱",
        required=False,
        max_length=254,
        help_text="提醒会发到这里，信里没有任何人的姓名。确认以后，也能用它找回密码。",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class ForgottenForm(forms.Form):
    """Account and proved address of who forgot the password. It tells nothing of either."""

    username = forms.CharField(label="账号", max_length=60, widget=forms.TextInput(attrs=_TYPED))
    email = forms.EmailField(
        label="确认过的邮箱", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class ChangePasswordForm(OwnPasswordForm):
    """The present password and a new one, typed twice."""

    field_order = ("old", "new", "again")

    old = forms.CharField(
        label="现在的密码",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_old(self) -> str:
        """The present password must be right."""
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise forms.ValidationError("现在的密码不对，请再输一次。")
        return old

    def clean(self) -> dict[str, Any]:
        """The new one must differ from the old one, too."""
        data = super().clean()
        if data.get("new") and data.get("new") == data.get("old"):
            self.add_error("new", "新密码不能和现在的密码一样。")
        return data
