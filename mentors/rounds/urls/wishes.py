"""Addresses of the quiet wishes, mounted at `rounds/wishes/`."""

from django.urls import path

from mentors.rounds.views import wishes
from schools.enums import Module
from schools.modules import part_of

app_name = "wishes"
urlpatterns = part_of(
    Module.WISHES,
    [
        path("", wishes.wish_list, name="list"),
        path("<int:pk>/", wishes.answer, name="answer"),
    ],
)
