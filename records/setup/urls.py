"""Addresses of the pages on which a school is set up, mounted at `school/`."""

from django.urls import path

from records.setup.views import first_weeks, school

app_name = "setup"
urlpatterns = [
    path("", school.school_page, name="school"),
    path("first-weeks/", first_weeks.first_weeks_page, name="first_weeks"),
    path("modules/", school.modules, name="modules"),
]
