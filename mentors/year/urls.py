"""Addresses of the school year, mounted at `year/`."""

from django.urls import path

from mentors.year import views as year

app_name = "year"
urlpatterns = [
    path("", year.overview, name="overview"),
    path("roll-over/", year.roll, name="roll"),
    path("roll-over/<int:pk>/undo/", year.undo, name="undo"),
]
