"""Forms of sign-in and of one's own account."""

from typing import Any, ClassVar, Final

from django import forms
from django.contrib.auth import authenticate
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest

from accounts.devices import visitor
from accounts.models import AccountSlip, User
from accounts.rules import is_code_of, slip_problem, slip_with_code
from accounts.services import FirstPerson, is_opening_code
from accounts.services.door import ACCOUNT_SLIP, OPENING, SIGN_IN, Answer, knock, subject_of
from core.clock import now
from core.text import typed_key
from schools.enums import GradeNaming, Preset, SchoolSystem
from schools.grades import HOW_TO_WRITE_GRADES, grades_written
from schools.models import School
from schools.services import NewSchool

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
    """One's own e-mail address, empty for none, and whether reminders go there."""

    email = forms.EmailField(
        label="邮箱",
        required=False,
        max_length=254,
        help_text="提醒会发到这里，信里没有任何人的姓名。确认以后，也能用它找回密码。",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    mails_on = forms.BooleanField(
        label="把提醒也发到邮箱",
        required=False,
        help_text="不勾选，就只在站内信里看。找回密码的邮件照常发。",
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


class OpeningForm(OwnPasswordForm):
    """Opening the software 开通: the code of the console, and who begins with it. Valid, it has their `person`.

    The code is looked at first, at the door: without it nothing is said of the other fields.
    """

    # The password is held against all that is said before it.
    field_order = ("code", "name", "username", "email", "school", "school_code", "bureau", "new", "again")
    field_of: ClassVar = {"username_taken": "username"}

    code = forms.CharField(
        label="开通码",
        max_length=40,
        help_text="启动时打印在服务器的窗口里，大小写、横线都可以不管。",
        widget=forms.TextInput(attrs=_TYPED | {"autocomplete": "off", "inputmode": "latin"}),
        error_messages={"required": "请填写启动时打印出来的开通码。"},
    )
    name = forms.CharField(label="您的姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    username = forms.CharField(
        label="登录账号",
        max_length=60,
        help_text="以后用它登录，如 zhangsan。",
        widget=forms.TextInput(attrs=_TYPED | {"autocomplete": "username"}),
    )
    email = forms.EmailField(
        label="邮箱（可以不填）",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(User(), *args, **kwargs)
        self.request = request
        self.fields["new"].label, self.fields["again"].label = "密码", "再输一次密码"

    def full_clean(self) -> None:
        """A wrong code stands alone: whoever does not have it learns nothing, and each try counts."""
        super().full_clean()
        if not self.is_bound or "code" in self.errors:
            return
        answer = knock(
            OPENING,
            subject="-",
            visitor=visitor(self.request, OPENING, "-"),
            is_right=lambda: is_opening_code(self.cleaned_data["code"]),
        )
        if answer is Answer.RIGHT:
            return
        self.errors.clear()
        if answer is Answer.SHUT:
            self.add_error(None, forms.ValidationError("输错的次数较多，请稍后再试。", code="shut"))
        else:
            sentence = "开通码不对，请对照启动时打印出来的再输一次。只有最后一次打印的有效。"
            self.add_error("code", forms.ValidationError(sentence, code="code_wrong"))

    def clean_username(self) -> str:
        """As it is looked up; the password is held against name and account."""
        username = typed_key(self.cleaned_data["username"])
        self.user.username, self.user.name = username, self.cleaned_data.get("name", "")
        return username

    @property
    def person(self) -> FirstPerson:
        """Who opens the software."""
        data = self.cleaned_data
        return FirstPerson(
            data["name"], data["username"], data["new"], data["email"], does_office=bool(data.get("does_office"))
        )


class OpeningBureauForm(OpeningForm):
    """With the name of a bureau."""

    field_of: ClassVar = OpeningForm.field_of | {"bureau_missing": "bureau"}

    bureau = forms.CharField(label="教育局名称", max_length=60)

    @property
    def opens(self) -> str:
        """What is opened."""
        return str(self.cleaned_data["bureau"])


class OpeningSchoolForm(OpeningForm):
    """With what a school is: the preset suggests all but the name."""

    field_of: ClassVar = OpeningForm.field_of | {
        "code_unfit": "school_code",
        "code_taken": "school_code",
        "code_missing": "school_code",
        "name_missing": "school",
        "year_unfit": "start_year",
        "grades_missing": "grades",
        "grades_unfit": "grades",
    }

    school = forms.CharField(label="校名", max_length=60)
    preset = forms.ChoiceField(
        label="从哪一版方案开始",
        choices=Preset,
        widget=forms.RadioSelect,
        help_text="以后每一条都能改。",
        error_messages={"required": "请选择一版方案，以后每一条都能改。"},
    )
    does_office = forms.BooleanField(
        label="我同时做德育室的工作（匹配导师、发布寄语、打印）",
        required=False,
        help_text="不勾选的，由您在“教师”里指定德育室的老师。",
    )
    school_code = forms.CharField(
        label="学校代码",
        required=False,
        max_length=30,
        help_text="不填就用校名的拼音，如 qingzhu；老师的账号以它开头。",
        widget=forms.TextInput(attrs=_TYPED),
    )
    grades = forms.CharField(
        label="年级",
        required=False,
        max_length=40,
        help_text="不填就是方案里的年级。从小学一年级起数，如 1-9、1-5,7-9；高一写 10。",
    )
    system = forms.ChoiceField(label="学制", choices=SchoolSystem, initial=SchoolSystem.SIX_THREE)
    naming = forms.ChoiceField(
        label="年级的叫法", choices=[("", "按方案（初一、高一、职一）"), *GradeNaming.choices], required=False
    )
    start_year = forms.IntegerField(label="哪一学年", help_text="九月开学的那一年，如 2026。")
    bureau = forms.CharField(label="所属教育局（可以不填）", max_length=60, required=False)

    def clean_school_code(self) -> str:
        """As typed; the password is held against it and the name."""
        code: str = self.cleaned_data["school_code"]
        self.user.school = School(code=code, name=self.cleaned_data.get("school", ""))
        return code

    def clean_grades(self) -> tuple[int, ...] | None:
        """The numbers of what is typed; None for those of the preset."""
        typed = self.cleaned_data["grades"].strip()
        grades = grades_written(typed) if typed else None
        if typed and grades is None:
            raise forms.ValidationError(f"看不懂“{typed}”，{HOW_TO_WRITE_GRADES}", code="grades_unfit")
        return grades

    @property
    def opens(self) -> NewSchool:
        """What is opened."""
        data = self.cleaned_data
        return NewSchool(
            name=data["school"],
            preset=Preset(data["preset"]),
            start_year=data["start_year"],
            code=data["school_code"],
            grades=data["grades"],
            system=SchoolSystem(data["system"]),
            naming=GradeNaming(data["naming"]) if data["naming"] else None,
            bureau_name=data["bureau"],
        )
