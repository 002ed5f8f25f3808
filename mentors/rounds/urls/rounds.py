"""Addresses of the matching rounds, mounted at `rounds/`."""

from django.urls import path

from mentors.rounds.views import (
    candidates as rounds_candidates,
    draft as rounds_draft,
    phases as rounds_run,
    printing as rounds_print,
    running as rounds,
    shortage as rounds_shortage,
)

app_name = "rounds"
urlpatterns = [
    path("", rounds.round_list, name="list"),
    path("new/", rounds.new, name="new"),
    path("matrix/<int:pk>.pdf", rounds_print.grade_matrix, name="grade_matrix"),
    path("<int:pk>/", rounds.detail, name="detail"),
    path("<int:pk>/edit/", rounds.edit, name="edit"),
    path("<int:pk>/candidates/", rounds_candidates.candidates, name="candidates"),
    path("<int:pk>/open/", rounds_run.open_now, name="open"),
    path("<int:pk>/close/", rounds_run.close_now, name="close"),
    path("<int:pk>/prolong/", rounds_run.prolong, name="prolong"),
    path("<int:pk>/cancel/", rounds_run.cancel, name="cancel"),
    path("<int:pk>/progress/", rounds_run.progress_page, name="progress"),
    path("<int:pk>/remind/", rounds_run.remind, name="remind"),
    path("<int:pk>/draft/", rounds_draft.draft, name="draft"),
    path("<int:pk>/draft/new/", rounds_draft.make_draft, name="make_draft"),
    path("<int:pk>/draft/check/", rounds_draft.recheck, name="recheck"),
    path("<int:pk>/draft/pupils/<int:pupil>/", rounds_draft.place, name="place"),
    path("<int:pk>/draft.xlsx", rounds_draft.download, name="download"),
    path("<int:pk>/shortage/mentors/", rounds_shortage.add_mentors, name="add_mentors"),
    path("<int:pk>/shortage/exceptions/", rounds_shortage.exceptions, name="exceptions"),
    path("<int:pk>/shortage/open/", rounds_shortage.open_up, name="open_up"),
    path("<int:pk>/publish/", rounds_run.publish, name="publish"),
    path("<int:pk>/matrix.pdf", rounds_print.round_matrix, name="matrix"),
]
