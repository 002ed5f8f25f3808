"""Addresses of the mentors' marks in two-sided rounds, mounted at `marks/`."""

from django.urls import path

from mentors.rounds.views import marks

app_name = "marks"
urlpatterns = [
    path("", marks.tasks, name="list"),
    path("<int:pk>/", marks.sheet, name="sheet"),
    path("<int:pk>/pupils/<int:pupil>/", marks.mark, name="mark"),
    path("<int:pk>/pupils/<int:pupil>/order/", marks.order, name="order"),
]
