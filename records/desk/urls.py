"""The mentor's desk, under /my/; `mentorship.urls` puts the letters beside it, in one namespace."""

from django.urls import path

from records.desk.views import (
    drafts,
    files,
    history,
    notes,
    roster,
    visits,
)

urlpatterns = [
    path("", roster.home, name="home"),
    path("pupils/<int:pk>/", roster.pupil, name="pupil"),
    path("pupils/<int:pk>/brief/", roster.brief, name="brief"),
    path("pupils/<int:pk>/visit/", notes.visit_new, name="visit"),
    path("pupils/<int:pk>/talk/", notes.talk_new, name="talk"),
    path("visits/", visits.visits, name="visits"),
    path("visits/plan/", visits.plan, name="visit_plan"),
    path("pupils/<int:pk>/plan/", visits.plan_one, name="visit_plan_one"),
    path("visits/plan/<int:pk>/", visits.plan_edit, name="visit_plan_edit"),
    path("visits/plan/<int:pk>/cancel/", visits.plan_cancel, name="visit_plan_cancel"),
    path("visits/plan/<int:pk>/restore/", visits.plan_restore, name="visit_plan_restore"),
    path("visits/<int:pk>/", notes.visit_edit, name="visit_edit"),
    path("talks/<int:pk>/", notes.talk_edit, name="talk_edit"),
    path("drafts/", drafts.save, name="draft_save"),
    path("drafts/<int:pk>/drop/", drafts.drop, name="draft_drop"),
    path("drafts/<int:pk>/undo/", drafts.undo, name="draft_undo"),
    path("records/<str:kind>/<int:pk>/history/", history.history, name="history"),
    path("records/<str:kind>/<int:pk>/delete/", history.delete, name="delete"),
    path("records/<str:kind>/<int:pk>/restore/", history.restore, name="restore"),
    path("records/<str:kind>/<int:pk>/files/", files.files, name="files"),
    path("files/<int:pk>/", files.file, name="file"),
    path("files/<int:pk>/remove/", files.remove, name="file_remove"),
    path("files/<int:pk>/restore/", files.restore, name="file_restore"),
    path("deleted/", history.deleted, name="deleted"),
]
