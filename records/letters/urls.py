"""Letters: the mentor's under /my/, in the desk's namespace, and 德育室's under /office/, in that of the office."""

from django.urls import path

from records.letters.views import desk, office, proof, tools

desk_urlpatterns = [
    path("letters/", desk.letters, name="letters"),
    path("letters/lined.pdf", tools.lined_all, name="lined_letters"),
    path("letters/<int:pk>/", desk.letter_desk, name="letter_desk"),
    path("letters/<int:pk>/check/", tools.check, name="letter_check"),
    path("letters/<int:pk>/know/", tools.know, name="letter_know"),
    path("letters/<int:pk>/preview/", tools.preview, name="letter_preview"),
    path("letters/<int:pk>/preview.pdf", tools.preview_pdf, name="letter_pdf"),
    path("letters/<int:pk>/lined.pdf", tools.lined, name="letter_lined"),
]
office_urlpatterns = [
    path("letters/", office.letters, name="letters"),
    path("letters/export/", office.export, name="export_letters"),
    path("letters/release/", office.release, name="release"),
    path("letters/schedule/", office.schedule, name="schedule"),
    path("letters/unschedule/", office.unschedule, name="unschedule"),
    path("letters/withdraw/", office.withdraw, name="withdraw"),
    path("letters/<int:pk>/", proof.letter, name="letter"),
    path("letters/<int:pk>/accept/", proof.accept, name="accept_letter"),
    path("letters/<int:pk>/edit/", proof.edit, name="edit_letter"),
    path("letters/<int:pk>/return/", proof.return_to_mentor, name="return_letter"),
    path("letters/<int:pk>/withdraw/", proof.withdraw, name="withdraw_letter"),
    path("letters/<int:pk>/correct/", proof.correct, name="correct_letter"),
]
