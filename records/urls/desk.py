"""The mentor's desk, under /my/."""

from django.urls import path

from records.views import desk, desk_letters, desk_notes

app_name = "desk"

urlpatterns = [
    path("", desk.home, name="home"),
    path("pupils/<int:pk>/", desk.pupil, name="pupil"),
    path("pupils/<int:pk>/brief/", desk.brief, name="brief"),
    path("pupils/<int:pk>/visit/", desk_notes.visit_new, name="visit"),
    path("pupils/<int:pk>/talk/", desk_notes.talk_new, name="talk"),
    path("pupils/<int:pk>/letter/", desk_letters.letter, name="letter"),
    path("visits/<int:pk>/", desk_notes.visit_edit, name="visit_edit"),
    path("talks/<int:pk>/", desk_notes.talk_edit, name="talk_edit"),
]
