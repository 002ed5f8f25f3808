"""使用记录, under /audit/."""

from django.urls import path

from records.audit.views import keeping, lines, seen

app_name = "audit"

urlpatterns = [
    path("", lines.lines, name="lines"),
    path("export/", lines.export, name="export"),
    path("mine/", seen.seen, name="seen"),
    path("keeping/", keeping.keeping, name="keeping"),
]
