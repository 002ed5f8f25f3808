"""Addresses of case meetings and hand-over notes: one list per namespace."""

from django.urls import path

from mentors.team.views import handover, meetings
from schools.enums import Module
from schools.modules import part_of

# Mounted at `classes/<pk>/meetings/`.
meetings_urls = (
    part_of(
        Module.MEETINGS,
        [
            path("", meetings.meetings, name="list"),
            path("new/", meetings.new, name="new"),
            path("<int:meeting>/", meetings.detail, name="detail"),
            path("<int:meeting>/edit/", meetings.edit, name="edit"),
            path("<int:meeting>/delete/", meetings.delete, name="delete"),
            path("<int:meeting>/restore/", meetings.restore, name="restore"),
        ],
    ),
    "meetings",
)


handover_urls = ([path("<int:pk>/", handover.write, name="write")], "handover")
