"""The bureau's pages, under /bureau/."""

from django.urls import path

from records.bureau.views import schools

app_name = "bureau"

urlpatterns = [
    path("", schools.home, name="home"),
    path("take-out/", schools.take_out_schools, name="take_out_schools"),
    path("<int:pk>/", schools.school, name="school"),
    path("<int:pk>/take-out/", schools.take_out_grades, name="take_out_grades"),
]
