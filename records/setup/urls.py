"""Addresses of the pages on which a school is set up, mounted at `school/`."""

from django.urls import path

from records.setup.views import school

app_name = "setup"
urlpatterns = [
    path("", school.school_page, name="school"),
    path("modules/", school.modules, name="modules"),
]
