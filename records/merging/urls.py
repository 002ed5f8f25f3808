"""Addresses for merging entries that stand twice, mounted at `manage/merge/`."""

from django.urls import path

from records.merging import views

app_name = "merge"
urlpatterns = [
    path("pupils/<int:pk>/", views.pupils, name="pupils"),
    path("people/<int:pk>/", views.teachers, name="teachers"),
]
