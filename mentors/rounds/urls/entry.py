"""Addresses of the paper forms and the grid they are typed into, mounted at `rounds/`."""

from django.urls import path

from mentors.rounds.views import entry
from schools.enums import Module
from schools.modules import part_of

app_name = "entry"
urlpatterns = part_of(
    Module.ROUNDS,
    [
        path("<int:pk>/classes/<int:school_class>/entry/", entry.grid, name="grid"),
        path("<int:pk>/classes/<int:school_class>/entry/<int:pupil>/", entry.row, name="row"),
        path("<int:pk>/classes/<int:school_class>/ballots/", entry.ballots, name="ballots"),
    ],
)
