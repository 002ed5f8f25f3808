"""The bureau's pages, under /bureau/."""

from django.urls import path

from records.bureau.views import report, schools, visits

app_name = "bureau"

urlpatterns = [
    path("", schools.home, name="home"),
    path("take-out/", schools.take_out_schools, name="take_out_schools"),
    path("visits/", visits.visits, name="visits"),
    path("visits/take-out/", visits.take_out_visits, name="take_out_visits"),
    path("report/", report.report, name="report"),
    path("report/take-out/", report.take_out_report, name="take_out_report"),
    path("<int:pk>/", schools.school, name="school"),
    path("<int:pk>/take-out/", schools.take_out_grades, name="take_out_grades"),
]
