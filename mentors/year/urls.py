"""Addresses of the school year, mounted at `year/`."""

from django.urls import path

from mentors.year import views

app_name = "year"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("roll-over/", views.roll, name="roll"),
    path("roll-over/<int:pk>/undo/", views.undo, name="undo"),
]
