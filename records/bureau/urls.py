"""The bureau's pages, under /bureau/."""

from django.urls import path

from records.bureau.views import city_plan, commendations, report, schools, visits

app_name = "bureau"

urlpatterns = [
    path("", schools.home, name="home"),
    path("take-out/", schools.take_out_schools, name="take_out_schools"),
    path("visits/", visits.visits, name="visits"),
    path("visits/take-out/", visits.take_out_visits, name="take_out_visits"),
    path("report/", report.report, name="report"),
    path("report/take-out/", report.take_out_report, name="take_out_report"),
    path("plan/", city_plan.city_plan, name="city_plan"),
    path("plan/new/", city_plan.new_city_plan, name="new_city_plan"),
    path("plan/<int:pk>/withdraw/", city_plan.withdraw, name="withdraw_city_plan"),
    path("commendations/", commendations.commendations, name="commendations"),
    path("commendations/<int:pk>/take-back/", commendations.take_back, name="take_back_commendation"),
    path("experiences/", commendations.experiences, name="experiences"),
    path("<int:pk>/", schools.school, name="school"),
    path("<int:pk>/take-out/", schools.take_out_grades, name="take_out_grades"),
]

#: What people of a school find of their bureau, under /city/.
city_urls = (
    [
        path("", city_plan.for_school, name="plan"),
        path("rules/", city_plan.adopt_rules, name="adopt_rules"),
        path("texts/", city_plan.adopt_texts, name="adopt_texts"),
        path("commendations/<int:pk>.pdf", commendations.certificate, name="certificate"),
    ],
    "city",
)
