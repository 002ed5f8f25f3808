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

# Of grades, the school and the working group; mounted at `meetings/`.
circles_urls = (
    part_of(
        Module.MEETINGS,
        [
            path("", meetings.places, name="index"),
            path("<slug:key>/", meetings.wider_meetings, name="list"),
            path("<slug:key>/new/", meetings.wider_new, name="new"),
            path("<slug:key>/<int:meeting>/", meetings.wider_detail, name="detail"),
            path("<slug:key>/<int:meeting>/edit/", meetings.wider_edit, name="edit"),
            path("<slug:key>/<int:meeting>/delete/", meetings.wider_delete, name="delete"),
            path("<slug:key>/<int:meeting>/restore/", meetings.wider_restore, name="restore"),
        ],
    ),
    "circles",
)

handover_urls = ([path("<int:pk>/", handover.write, name="write")], "handover")
