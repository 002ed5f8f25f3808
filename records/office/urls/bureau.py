"""The bureau's pages, under /bureau/."""

from django.urls import path

from records.office.views import bureau

app_name = "bureau"

urlpatterns = [
    path("", bureau.home, name="home"),
]
