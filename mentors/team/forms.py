"""Forms of case meetings and hand-over notes."""

import datetime
import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from core.fields import EXPIRED, DayField, ProseField
from core.saving import AskedForm, VersionedForm
from core.text import clean_text
from mentors.models.slots import Teacher
from mentors.team.models import CaseMeeting, HandOverNote
from mentors.team.services.handover import TEXT_LENGTH
from mentors.team.services.meetings import MeetingData
from schools.days import FOLLOW_UP, follow_up_days, past_days
from schools.models import SchoolYear
from students.models import Enrolment, Pupil


class MeetingForm(VersionedForm):
    """A case meeting of a class: day, topic, whom it was about, who took part, the notes, the follow-up."""

    field_of: ClassVar = {"date_out_of_range": "date", "topic_missing": "topic", "other_class": "pupils"}
    sent_before = "这份表单刚才已经保存过一次。要改内容，请打开那次小教研，点“修改”。"

    date = DayField(label="日期", within=lambda form: past_days(form.year, form.today))
    topic = forms.CharField(
        label="主题",
        max_length=80,
        error_messages={"required": "请写一下讨论的主题。"},
        widget=forms.TextInput(attrs={"placeholder": "如：怎样帮助几位同学适应新学期"}),
    )
    pupils = forms.TypedMultipleChoiceField(
        label="讨论的同学", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    teachers = forms.TypedMultipleChoiceField(
        label="参加的老师", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    text = ProseField(label="讨论记录（可不填）", max_length=5000, rows=8, required=False)
    follow_up_on = DayField(
        label="后续跟进日期（可不填）",
        required=False,
        within=lambda form: past_days(form.year, form.today + FOLLOW_UP),
    )

    def __init__(
        self,
        *args: Any,
        pupils: Sequence[Enrolment],
        teachers: Sequence[Teacher],
        former: Sequence[Pupil] = (),
        year: SchoolYear,
        today: datetime.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.year, self.today = year, today
        names = [e.pupil.name for e in pupils]
        choices = [
            (
                e.pupil_id,
                f"{e.pupil.name}（{e.seat_number or '—'}号）" if names.count(e.pupil.name) > 1 else e.pupil.name,
            )
            for e in pupils
        ]
        # Pupils of an older meeting who have left the class stay in it.
        choices += [(p.pk, p.name) for p in former]
        self.fields["pupils"].choices = choices  # type: ignore[attr-defined]  # a choice field
        if not choices:
            # Where more than a class's team reads, nobody is named.
            self.fields["pupils"].widget = forms.MultipleHiddenInput()
        self.fields["teachers"].choices = [(t.pk, t.name) for t in teachers]  # type: ignore[attr-defined]  # as above

    @classmethod
    def initial_of(cls, meeting: CaseMeeting) -> dict[str, Any]:
        """What is stored."""
        return {
            "version": meeting.version,
            "date": meeting.date,
            "topic": meeting.topic,
            "text": meeting.text,
            "follow_up_on": meeting.follow_up_on,
            "pupils": [p.pk for p in meeting.pupils.all()],
            "teachers": [t.pk for t in meeting.teachers.all()],
        }

    def clean(self) -> dict[str, Any]:
        """A follow-up comes after what it follows."""
        cleaned = super().clean() or self.cleaned_data
        date, follow_up = cleaned.get("date"), cleaned.get("follow_up_on")
        if date and follow_up and (problem := follow_up_days(date).problem(follow_up)):
            self.add_error("follow_up_on", problem)
        return cleaned

    def meeting_data(self) -> MeetingData:
        """A valid form as the services take it."""
        data = self.cleaned_data
        return MeetingData(
            date=data["date"],
            topic=clean_text(data["topic"]),
            text=data["text"],
            follow_up_on=data["follow_up_on"],
            pupils=frozenset(data["pupils"]),
            teachers=frozenset(data["teachers"]),
        )

    def is_what(self, meeting: CaseMeeting) -> bool:
        """Whether `meeting` holds what was typed: then a second post of the form is done already."""
        data = self.meeting_data()
        stored = self.initial_of(meeting)
        return (
            (data.date, data.topic, data.text.strip(), data.follow_up_on)
            == (stored["date"], stored["topic"], stored["text"], stored["follow_up_on"])
            and data.pupils == set(stored["pupils"])
            and data.teachers == set(stored["teachers"])
        )


class HandOverForm(AskedForm):
    """A hand-over note."""

    sent_before = "这份表单刚才已经保存过一次。要补充内容，请刷新页面再写一份。"

    submission = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": EXPIRED, "invalid": EXPIRED})
    text = ProseField(label="交接说明", max_length=TEXT_LENGTH, rows=8, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission": uuid.uuid4()} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def is_what(self, note: HandOverNote) -> bool:
        """Whether `note` holds what was typed."""
        return note.text == str(self.cleaned_data["text"]).strip()
