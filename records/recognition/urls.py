"""Honours and experience notes, under /recognition/."""

from django.urls import path

from records.recognition.views import awards, notes

app_name = "recognition"

urlpatterns = [
    path("", awards.rounds, name="list"),
    path("new/", awards.new, name="new"),
    path("<int:pk>/", awards.round, name="round"),
    path("<int:pk>/edit/", awards.edit, name="edit"),
    path("<int:pk>/nominate/", awards.nomination, name="nominate"),
    path("nominations/<int:pk>/take-back/", awards.take_back, name="take_back"),
    path("<int:pk>/people/", awards.people, name="people"),
    path("<int:pk>/people/<int:teacher>/", awards.person, name="person"),
    path("<int:pk>/people/<int:teacher>/rubric/", awards.rubric, name="rubric"),
    path("<int:pk>/people/<int:teacher>/drop/", awards.drop, name="drop"),
    path("<int:pk>/publish/", awards.publish, name="publish"),
    path("<int:pk>/unpublish/", awards.unpublish, name="unpublish"),
    path("<int:pk>/withdraw/", awards.withdraw, name="withdraw"),
    path("<int:pk>/certificates.pdf", awards.certificates, name="certificates"),
    path("notes/", notes.notes, name="notes"),
    path("notes/new/", notes.new, name="note_new"),
    path("notes/<int:pk>/", notes.note, name="note"),
    path("notes/<int:pk>/edit/", notes.edit, name="note_edit"),
    path("notes/<int:pk>/hand-in/", notes.hand_in, name="note_hand_in"),
    path("notes/<int:pk>/withdraw/", notes.withdraw, name="note_withdraw"),
    path("notes/<int:pk>/return/", notes.send_back, name="note_return"),
    path("notes/<int:pk>/publish/", notes.publish, name="note_publish"),
    path("notes/<int:pk>/pass-on/", notes.pass_on, name="note_pass_on"),
]
