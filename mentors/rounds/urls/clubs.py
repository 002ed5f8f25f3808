"""Addresses of the clubs 社团, mounted at `clubs/`."""

from django.urls import path

from mentors.rounds.views import clubs
from schools.enums import Module
from schools.modules import part_of

app_name = "clubs"
urlpatterns = part_of(
    Module.CLUBS,
    [
        path("", clubs.clubs, name="list"),
        path("new/", clubs.new, name="new"),
        path("<int:pk>/", clubs.detail, name="detail"),
        path("<int:pk>/edit/", clubs.edit, name="edit"),
        path("<int:pk>/members/", clubs.members, name="members"),
        path("<int:pk>/members/<int:pupil>/remove/", clubs.remove, name="remove"),
        path("<int:pk>/delete/", clubs.delete, name="delete"),
    ],
)
