"""德育室's pages and the leaders' dashboard, under /office/."""

from django.urls import path

from records.views import letters, office

app_name = "office"

urlpatterns = [
    path("", office.dashboard, name="dashboard"),
    path("grades/<int:pk>/", office.grade, name="grade"),
    path("classes/<int:pk>/", office.class_page, name="class"),
    path("mentors/<int:pk>/", office.mentor, name="mentor"),
    path("pupils/", office.pupils, name="pupils"),
    path("letters/", letters.letters, name="letters"),
    path("letters/release/", letters.release, name="release"),
    path("letters/<int:pk>/", letters.letter, name="letter"),
    path("letters/<int:pk>/return/", letters.return_to_mentor, name="return_letter"),
]
