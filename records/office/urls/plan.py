"""Addresses of the plan, mounted at `plan/`."""

from django.urls import path

from records.office.views import plan

app_name = "plan"
urlpatterns = [
    path("", plan.detail, name="detail"),
    path("edit/", plan.edit, name="edit"),
    path("<int:pk>/withdraw/", plan.withdraw, name="withdraw"),
    path("schools/<int:pk>/", plan.of_school, name="school"),
]
