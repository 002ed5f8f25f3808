"""Addresses of the texts: for people with an account at `help/`, for families at `f/`."""

from django.urls import path

from records.guides import views

help_urls = (
    [
        path("", views.index, name="index"),
        path("to-parents/all/", views.all_letters, name="all_letters"),
        path("to-parents/classes/<int:pk>.pdf", views.class_pile, name="class_letters"),
        path("<slug:key>.pdf", views.paper, name="paper"),
        path("<slug:key>/", views.text, name="text"),
    ],
    "help",
)
family_urls = (
    [
        path("<slug:key>/help/", views.family_page, name="page"),
        path("<slug:key>/help/letter.pdf", views.family_letter, name="letter"),
    ],
    "family_help",
)
