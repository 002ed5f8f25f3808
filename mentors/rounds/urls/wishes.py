"""Addresses of the quiet wishes, mounted at `rounds/wishes/`."""

from django.urls import path

from mentors.rounds.views import wishes

app_name = "wishes"
urlpatterns = [
    path("", wishes.wish_list, name="list"),
    path("<int:pk>/", wishes.answer, name="answer"),
]
