"""期末材料, under /settling/."""

from django.urls import path

from records.settling.views import report

app_name = "settling"

urlpatterns = [
    path("", report.index, name="index"),
    path("report.pdf", report.report_pdf, name="report_pdf"),
    path("words/<slug:part>/", report.comment, name="comment"),
]
