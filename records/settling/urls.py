"""期末材料, under /settling/."""

from django.urls import path

from records.settling.views import report, teachers

app_name = "settling"

urlpatterns = [
    path("", report.index, name="index"),
    path("make/", report.make, name="make"),
    path("report.pdf", report.report_pdf, name="report_pdf"),
    path("report.docx", report.report_docx, name="report_docx"),
    path("words/<int:number>/", report.comment, name="comment"),
    path("certificates/", teachers.certificate_list, name="certificates"),
    path("certificates/mine.pdf", teachers.my_certificate, name="my_certificate"),
    path("certificates/<int:pk>.pdf", teachers.certificate, name="certificate"),
    path("staff/", teachers.staff, name="staff"),
    path("staff/export/", teachers.export_staff, name="export_staff"),
]
