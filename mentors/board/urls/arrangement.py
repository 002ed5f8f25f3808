"""Addresses of a pupil's mentors, mounted at `classes/`."""

from django.urls import path

from mentors.board.views import arrangement

app_name = "arrangement"
urlpatterns = [
    path("<int:pk>/pupils/<int:pupil>/mentor/", arrangement.pupil, name="pupil"),
    path("<int:pk>/pupils/<int:pupil>/mentor/supporting/", arrangement.add, name="add"),
    path("<int:pk>/pupils/<int:pupil>/mentor/supporting/<int:assignment>/end/", arrangement.end, name="end"),
]
