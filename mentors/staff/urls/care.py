"""Addresses of readiness, training, case meetings, hand-over notes, badges and certificates: one list per namespace."""

from django.urls import path

from mentors.staff.views import badges, lists, readiness, training, training_files, training_hours
from schools.enums import Module
from schools.modules import part_of

readiness_urls = (
    [
        path("", readiness.teachers, name="list"),
        path("export/", lists.mentorship, name="export"),
        *part_of(
            Module.READINESS,
            [
                path("teachers/<int:pk>/", readiness.new_case, name="new"),
                path("<int:pk>/", readiness.case, name="case"),
            ],
        ),
    ],
    "readiness",
)
training_urls = (
    [
        path("", training.sessions, name="list"),
        path("new/", training.new, name="new"),
        path("people/", training_hours.people, name="people"),
        path("people/export/", lists.training, name="export"),
        path("certificates.pdf", training_hours.certificates, name="certificates"),
        path("mine/", training_hours.mine, name="mine"),
        path("mine/certificate.pdf", training_hours.own_certificate, name="own_certificate"),
        path("<int:pk>/", training.edit, name="edit"),
        path("<int:pk>/attendance/", training.attendance, name="attendance"),
        path("<int:pk>/delete/", training.delete, name="delete"),
        path("<int:pk>/files/", training_files.files, name="files"),
        path("<int:pk>/files/add/", training_files.add, name="add_files"),
        path("files/<int:pk>/", training_files.file, name="file"),
        path("files/<int:pk>/remove/", training_files.remove, name="file_remove"),
        path("files/<int:pk>/restore/", training_files.restore, name="file_restore"),
    ],
    "training",
)
badges_urls = (
    [
        path("", badges.index, name="index"),
        path("print/", badges.print_badges, name="print"),
        path("all/", badges.print_all, name="all"),
        path("appointments/", badges.appointments, name="appointments"),
        path("appointments/print/", badges.print_appointments, name="appointments_print"),
        path("appointments/all/", badges.all_appointments, name="appointments_all"),
    ],
    "badges",
)
