"""The announcements, under /announcements/."""

from django.urls import path

from records.announcing.views import announcements, told, writing

app_name = "announcements"

urlpatterns = [
    path("", announcements.announcements, name="list"),
    path("new/", writing.new, name="new"),
    path("families/", told.families, name="families"),
    path("families/export/", told.export_families, name="families_export"),
    path("families/slips/", told.families_slips, name="families_slips"),
    path("files/<int:pk>/", announcements.file, name="file"),
    path("files/<int:pk>/remove/", writing.remove_file, name="file_remove"),
    path("<int:pk>/", announcements.detail, name="detail"),
    path("<int:pk>/confirm/", announcements.confirm, name="confirm"),
    path("<int:pk>/edit/", writing.edit, name="edit"),
    path("<int:pk>/publish/", writing.publish, name="publish"),
    path("<int:pk>/withdraw/", writing.withdraw, name="withdraw"),
    path("<int:pk>/delete/", writing.delete, name="delete"),
    path("<int:pk>/left/", writing.left, name="left"),
    path("<int:pk>/left/export/", writing.export_left, name="left_export"),
    path("<int:pk>/remind/", writing.remind, name="remind"),
    path("<int:pk>/sheet.pdf", announcements.sheet, name="sheet"),
]
