"""德育室's pages and the leaders' dashboard, under /office/; `mentorship.urls` puts cards and letters beside them."""

from django.urls import path

from records.office.views import dashboard as office

urlpatterns = [
    path("", office.dashboard, name="dashboard"),
    path("grades/<int:pk>/", office.grade, name="grade"),
    path("classes/<int:pk>/", office.class_page, name="class"),
    path("mentors/<int:pk>/", office.mentor, name="mentor"),
    path("pupils/", office.pupils, name="pupils"),
]
