"""The forms of an announcement: what it says to whom, why it is taken back, which of a list is shown."""

import datetime
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from crispy_forms.layout import Field, Layout
from django import forms

from accounts.enums import SCHOOL_ROLES
from core.fields import EXPIRED, DayField, ProseField, TaglessForm
from core.handouts import ManyFilesField
from core.saving import ELSE
from records.announcing.enums import Audience
from records.announcing.models import Announcement
from records.announcing.queries.announcements import Places
from records.announcing.queries.told import UNOPENED, UNREAD
from records.announcing.services.announcements import REASON_LENGTH, TEXT_LENGTH, TITLE_LENGTH, AnnouncementData
from records.desk.forms.records import PICKS
from records.enums import Bundle
from records.office.forms.office import PlaceForm
from schools.calendar import YearCalendar
from schools.days import notice_days
from schools.models import SchoolClass
from students.querysets import EnrolmentQuerySet

#: How long an announcement stands unless something else is typed.
USUALLY: Final = datetime.timedelta(days=14)


class AnnouncementForm(TaglessForm):
    """An announcement; of one that is out title, text and last day alone."""

    field_of: ClassVar = {
        "date_out_of_range": "ends_on",
        "ends_first": "ends_on",
        "no_audience": "to",
        "not_allowed": "to",
        "other_school": "to",
    }

    version = forms.IntegerField(
        widget=forms.HiddenInput, min_value=0, error_messages={"required": EXPIRED, "invalid": EXPIRED}
    )
    to = forms.ChoiceField(
        label="发给", error_messages={"required": "请选择发给谁。", "invalid_choice": "请重新选择发给谁。"}
    )
    roles = forms.MultipleChoiceField(
        label="只发给这些老师（不选就是全体）",
        choices=[(role.value, role.label) for role in SCHOOL_ROLES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    schools = forms.MultipleChoiceField(
        label="只发给这些学校（不选就是全部）", required=False, widget=forms.CheckboxSelectMultiple
    )
    title = forms.CharField(
        label="标题",
        max_length=TITLE_LENGTH,
        error_messages={
            "required": "请写标题。",
            "max_length": "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。",
        },
    )
    text = ProseField(label="正文", max_length=TEXT_LENGTH, rows=8, required=True)
    starts_on = DayField(label="从哪天开始", within=lambda form: form.days)
    ends_on = DayField(label="到哪天为止", within=lambda form: notice_days(form.first))
    needs_receipt = forms.BooleanField(
        label="需要确认", required=False, help_text="看的人要点一次“我已知晓”，您能看到谁还没有确认。"
    )
    uploads = ManyFilesField(
        label="附件（可不选，最多 3 个）",
        max_length=200,
        required=False,
        help_text="照片或 PDF；Word 文件请先另存为 PDF。请不要放学生名单。",
        error_messages={"empty": "有一个文件是空的，请换一个。", "max_length": "文件名太长了，请改短再上传。"},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        audiences: list[Audience],
        places: Places,
        today: datetime.date,
        stored: Announcement | None = None,
    ) -> None:
        self.places, self.stored = places, stored
        is_out = stored is not None and not stored.is_draft
        # What began in the past keeps its day.
        self.first = min(today, stored.starts_on) if stored is not None else today
        self.days = notice_days(self.first)
        initial = {"version": 0, "starts_on": today, "ends_on": today + USUALLY}
        super().__init__(data, files, initial=initial | (self.initial_of(stored) if stored is not None else {}))
        choices = self._choices(audiences)
        self.fields["to"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField has choices
        own = [(str(school.pk), school.name) for school in places.schools]
        self.fields["schools"].choices = own  # type: ignore[attr-defined]  # as above
        if is_out:
            for name in ("to", "roles", "schools", "starts_on", "needs_receipt", "uploads"):
                del self.fields[name]
        else:
            for name, audience in (("roles", Audience.ROLES), ("schools", Audience.SCHOOLS)):
                if audience not in audiences:
                    del self.fields[name]
        self.fields["text"].help_text = "每一行是一段，网址照原样显示。" + (
            "家长都看得到，请不要写学生姓名。" if any(audience.is_families for audience in audiences) else ""
        )
        names = ["to", "roles", "schools", "title", "text", "starts_on", "ends_on", "needs_receipt", "uploads"]
        shown = [name for name in names if name in self.fields]
        picks = ("roles", "schools")
        self.helper.layout = Layout(*(Field(name, template=PICKS) if name in picks else name for name in shown))

    def _choices(self, audiences: list[Audience]) -> list[tuple[str, Any]]:
        choices: list[tuple[str, Any]] = [
            (audience.value, audience.label)
            for audience in (Audience.TEACHERS, Audience.SCHOOLS, Audience.FAMILIES)
            if audience in audiences
        ]
        choices += [(f"class-{one.pk}", f"{one.label}家长") for one in self.places.classes]
        return choices + [(f"grade-{grade.pk}", f"{grade.name}家长") for grade in self.places.grades]

    @staticmethod
    def initial_of(stored: Announcement) -> dict[str, Any]:
        """A stored announcement as the form shows it."""
        to = stored.audience if stored.audience != Audience.ROLES else Audience.TEACHERS.value
        if stored.grade_id is not None:
            to = f"grade-{stored.grade_id}"
        if stored.school_class_id is not None:
            to = f"class-{stored.school_class_id}"
        return {
            "version": stored.version,
            "to": to,
            "roles": [role.value for role in stored.role_list],
            "schools": [str(key) for key in stored.school_ids],
            "title": stored.title,
            "text": stored.text,
            "starts_on": stored.starts_on,
            "ends_on": stored.ends_on,
            "needs_receipt": stored.needs_receipt,
        }

    def announcement_data(self) -> AnnouncementData:
        """What a valid form says; of one that is out the rest as it is stored."""
        typed = (self.initial_of(self.stored) if self.stored is not None else {}) | self.cleaned_data
        kind, _, key = str(typed["to"]).partition("-")
        audience = Audience(kind)
        roles = [role for role in SCHOOL_ROLES if role.value in typed.get("roles", ())]
        if audience == Audience.TEACHERS and roles:
            audience = Audience.ROLES
        return AnnouncementData(
            audience=audience,
            title=typed["title"],
            text=typed["text"],
            starts_on=typed["starts_on"],
            ends_on=typed["ends_on"],
            needs_receipt=typed["needs_receipt"],
            roles=tuple(roles) if audience == Audience.ROLES else (),
            grade=next((one for one in self.places.grades if str(one.pk) == key), None),
            school_class=next((one for one in self.places.classes if str(one.pk) == key), None),
            schools=tuple(one for one in self.places.schools if str(one.pk) in typed.get("schools", ())),
        )


class ToldForm(PlaceForm):
    """Which families of a term to list: those whom a release has not reached."""

    #: Many slips come as one file: they are cut and handed out together.
    bundle = Bundle.MERGED

    def __init__(self, *args: Any, calendar: YearCalendar, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, calendar=calendar, classes=classes, **kwargs)
        choices = [("", "没打开过凭条或没读寄语"), (UNOPENED, "没打开过凭条"), (UNREAD, "没读寄语")]
        self.fields["show"] = forms.ChoiceField(label="显示", choices=choices, required=False)
        self.shows = dict(choices)

    @property
    def show(self) -> str:
        """The chosen filter, empty for both."""
        return str(self.cleaned_data["show"]) if self.is_valid() else ""

    @property
    def in_words(self) -> str:
        """Term and filters, as a paper says them beneath its heading."""
        return f"{self.calendar.term}　{self.place_label}　{self.shows[self.show]}"

    def within(self, rows: EnrolmentQuerySet) -> EnrolmentQuerySet:
        """Those of the chosen place."""
        if self.class_id is not None:
            return rows.filter(school_class=self.class_id)
        return rows.filter(school_class__grade=self.grade_id) if self.grade_id is not None else rows


class WithdrawForm(TaglessForm):
    """Why an announcement is taken back."""

    field_of: ClassVar = {ELSE: "reason"}

    reason = forms.CharField(
        label="撤回原因",
        max_length=REASON_LENGTH,
        help_text="看过的人再打开时会看到。",
        error_messages={
            "required": "请写明撤回的原因，看过的人会看到。",
            "max_length": "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。",
        },
    )
