"""德育室's pages and the leaders' dashboard, under /office/."""

from django.urls import path

from records.views import cards, letter_proof, letters, office

app_name = "office"

urlpatterns = [
    path("", office.dashboard, name="dashboard"),
    path("grades/<int:pk>/", office.grade, name="grade"),
    path("classes/<int:pk>/", office.class_page, name="class"),
    path("mentors/<int:pk>/", office.mentor, name="mentor"),
    path("pupils/", office.pupils, name="pupils"),
    path("cards/", cards.counts, name="cards"),
    path("letters/", letters.letters, name="letters"),
    path("letters/release/", letters.release, name="release"),
    path("letters/schedule/", letters.schedule, name="schedule"),
    path("letters/unschedule/", letters.unschedule, name="unschedule"),
    path("letters/<int:pk>/", letter_proof.letter, name="letter"),
    path("letters/<int:pk>/accept/", letter_proof.accept, name="accept_letter"),
    path("letters/<int:pk>/edit/", letter_proof.edit, name="edit_letter"),
    path("letters/<int:pk>/return/", letter_proof.return_to_mentor, name="return_letter"),
]
