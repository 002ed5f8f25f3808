"""德育室's pages and the leaders' dashboard, under /office/; `mentorship.urls` puts cards and letters beside them."""

from django.urls import path

from records.office.views import dashboard, mentors

urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("grades/<int:pk>/", dashboard.grade, name="grade"),
    path("classes/<int:pk>/", dashboard.class_page, name="class"),
    path("mentors/<int:pk>/", dashboard.mentor, name="mentor"),
    path("mentors/", mentors.mentors, name="mentors"),
    path("mentors/export/", mentors.export_mentors, name="export_mentors"),
    path("pupils/", dashboard.pupils, name="pupils"),
    path("pupils/export/", dashboard.export_pupils, name="export_pupils"),
]
