"""Addresses of the figures, mounted at `figures/` and `leader/`."""

from django.urls import path

from records.figures import views

urlpatterns = [
    path("", views.trends, name="trends"),
    path("export/", views.export_trends, name="export_trends"),
]
leader_urlpatterns = [
    path("", views.leader, name="page"),
    path("paper.pdf", views.leader_paper, name="paper"),
]
