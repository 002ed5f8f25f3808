"""Addresses of the matching rounds, mounted at `rounds/`."""

from django.urls import path

from mentors.rounds.views import (
    candidates,
    draft,
    phases,
    running,
    shortage,
)
from mentors.rounds.views import (
    printing as rounds_print,
)
from schools.enums import Module
from schools.modules import part_of

app_name = "rounds"
urlpatterns = [
    # The matrix prints however the grade was matched.
    path("matrix/<int:pk>.pdf", rounds_print.grade_matrix, name="grade_matrix"),
    *part_of(
        Module.ROUNDS,
        [
            path("", running.round_list, name="list"),
            path("new/", running.new, name="new"),
            path("<int:pk>/", running.detail, name="detail"),
            path("<int:pk>/edit/", running.edit, name="edit"),
            path("<int:pk>/candidates/", candidates.candidates, name="candidates"),
            path("<int:pk>/open/", phases.open_now, name="open"),
            path("<int:pk>/close/", phases.close_now, name="close"),
            path("<int:pk>/prolong/", phases.prolong, name="prolong"),
            path("<int:pk>/cancel/", phases.cancel, name="cancel"),
            path("<int:pk>/progress/", phases.progress_page, name="progress"),
            path("<int:pk>/remind/", phases.remind, name="remind"),
            path("<int:pk>/draft/", draft.draft, name="draft"),
            path("<int:pk>/draft/new/", draft.make_draft, name="make_draft"),
            path("<int:pk>/draft/check/", draft.recheck, name="recheck"),
            path("<int:pk>/draft/pupils/<int:pupil>/", draft.place, name="place"),
            path("<int:pk>/draft.xlsx", draft.download, name="download"),
            path("<int:pk>/shortage/mentors/", shortage.add_mentors, name="add_mentors"),
            path("<int:pk>/shortage/exceptions/", shortage.exceptions, name="exceptions"),
            path("<int:pk>/shortage/open/", shortage.open_up, name="open_up"),
            path("<int:pk>/publish/", phases.publish, name="publish"),
            path("<int:pk>/matrix.pdf", rounds_print.round_matrix, name="matrix"),
        ],
    ),
]
