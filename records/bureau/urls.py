"""The bureau's pages, under /bureau/."""

from django.urls import path

from records.bureau.views import schools

app_name = "bureau"

urlpatterns = [
    path("", schools.home, name="home"),
]
