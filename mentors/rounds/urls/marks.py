"""Addresses of the mentors' marks in two-sided rounds, mounted at `marks/`."""

from django.urls import path

from mentors.rounds.views import marks
from schools.enums import Module
from schools.modules import part_of

app_name = "marks"
urlpatterns = part_of(
    Module.TWO_SIDED,
    [
        path("", marks.tasks, name="list"),
        path("<int:pk>/", marks.sheet, name="sheet"),
        path("<int:pk>/pupils/<int:pupil>/", marks.mark, name="mark"),
        path("<int:pk>/pupils/<int:pupil>/order/", marks.order, name="order"),
    ],
)
