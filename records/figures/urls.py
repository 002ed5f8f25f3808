"""Addresses of the figures, mounted at `figures/`."""

from django.urls import path

from records.figures import views

app_name = "figures"
urlpatterns = [
    path("", views.trends, name="trends"),
    path("export/", views.export_trends, name="export_trends"),
]
