"""URLs of roster imports, mounted at `imports/`."""

from django.urls import path

from jobs import export_views, mapping_views
from jobs import import_views as views

app_name = "imports"

urlpatterns = [
    path("", views.batch_list, name="list"),
    path("template/<slug:shape>/", export_views.template, name="template"),
    path("export/<slug:shape>/", export_views.export, name="export"),
    path("new/", views.upload, name="upload"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/recheck/", views.recheck, name="recheck"),
    path("<int:pk>/mapping/", mapping_views.answer, name="mapping"),
    path("<int:pk>/confirm/", views.confirm, name="confirm"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/marked/", views.marked, name="marked"),
    path("<int:pk>/set-aside/", views.set_aside, name="set_aside"),
    path("<int:pk>/undo/", views.undo, name="undo"),
]
