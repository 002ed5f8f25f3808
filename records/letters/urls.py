"""Letters: the mentor's under /my/, in the desk's namespace, and 德育室's under /office/, in that of the office."""

from django.urls import path

from records.letters.views import desk as letter_desk, office as letters, proof as letter_proof, tools as letter_tools

desk_urlpatterns = [
    path("letters/", letter_desk.letters, name="letters"),
    path("letters/lined.pdf", letter_tools.lined_all, name="lined_letters"),
    path("letters/<int:pk>/", letter_desk.letter_desk, name="letter_desk"),
    path("letters/<int:pk>/check/", letter_tools.check, name="letter_check"),
    path("letters/<int:pk>/preview/", letter_tools.preview, name="letter_preview"),
    path("letters/<int:pk>/preview.pdf", letter_tools.preview_pdf, name="letter_pdf"),
    path("letters/<int:pk>/lined.pdf", letter_tools.lined, name="letter_lined"),
]
office_urlpatterns = [
    path("letters/", letters.letters, name="letters"),
    path("letters/release/", letters.release, name="release"),
    path("letters/schedule/", letters.schedule, name="schedule"),
    path("letters/unschedule/", letters.unschedule, name="unschedule"),
    path("letters/<int:pk>/", letter_proof.letter, name="letter"),
    path("letters/<int:pk>/accept/", letter_proof.accept, name="accept_letter"),
    path("letters/<int:pk>/edit/", letter_proof.edit, name="edit_letter"),
    path("letters/<int:pk>/return/", letter_proof.return_to_mentor, name="return_letter"),
]
