"""The bureau's pages on which schools are opened, put together with its others in `mentorship/urls.py`."""

from django.urls import path

from mentors.staff.views import new_schools

urlpatterns = [
    path("schools/new/", new_schools.new_schools, name="new_schools"),
    path("schools/new/check/", new_schools.check_schools, name="check_schools"),
    path("schools/new/list.xlsx", new_schools.school_list, name="school_list"),
    path("schools/slips/", new_schools.first_slips, name="first_slips"),
]
