"""Addresses of the pages on which a school is set up, mounted at `school/`."""

from django.urls import path

from records.setup.views import calendar, first_weeks, school

app_name = "setup"
urlpatterns = [
    path("", school.school_page, name="school"),
    path("first-weeks/", first_weeks.first_weeks_page, name="first_weeks"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/edit/", calendar.edit_calendar, name="edit_calendar"),
    path("calendar/file/", calendar.calendar_file, name="calendar_file"),
    path("modules/", school.modules, name="modules"),
]
