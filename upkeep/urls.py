"""URLs of what runs the product, mounted at `upkeep/`."""

from django.urls import path

from upkeep.views import status as views

app_name = "upkeep"

urlpatterns = [
    path("status/", views.status_page, name="status"),
]
