"""Addresses for merging entries that stand twice, mounted at `manage/merge/`."""

from django.urls import path

from records.merging import views as merge

app_name = "merge"
urlpatterns = [
    path("pupils/<int:pk>/", merge.pupils, name="pupils"),
    path("people/<int:pk>/", merge.teachers, name="teachers"),
]
