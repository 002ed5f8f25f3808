"""Addresses of the pages on which a school is set up, mounted at `school/`; of the plan as a document, at `plan/`."""

from django.urls import path

from records.setup.views import calendar, first_weeks, plan_document, school

app_name = "setup"
urlpatterns = [
    path("", school.school_page, name="school"),
    path("first-weeks/", first_weeks.first_weeks_page, name="first_weeks"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/edit/", calendar.edit_calendar, name="edit_calendar"),
    path("calendar/file/", calendar.calendar_file, name="calendar_file"),
    path("modules/", school.modules, name="modules"),
]

# Within the addresses of the plan (`mentorship.urls`).
plan_urlpatterns = [
    path("document/", plan_document.document, name="document"),
    path("document/edit/", plan_document.edit, name="document_edit"),
    path("document/files/", plan_document.files, name="document_files"),
    path("document/files/<int:pk>/", plan_document.file, name="document_file"),
    path("document/files/<int:pk>/remove/", plan_document.remove_file, name="document_file_remove"),
    path("document/files/<int:pk>/restore/", plan_document.restore_file, name="document_file_restore"),
    path("schools/", plan_document.schools, name="schools"),
    path("schools/<int:pk>/document/", plan_document.school_document, name="school_document"),
    path("schools/<int:pk>/document/pdf/", plan_document.school_document_pdf, name="school_document_pdf"),
]
