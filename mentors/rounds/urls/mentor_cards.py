"""Addresses of the mentor cards, mounted at `cards/`; the last two are printed on badges."""

from django.urls import path

from mentors.rounds.views import mentor_cards

app_name = "mentor_cards"
urlpatterns = [
    path("mine/", mentor_cards.mine, name="mine"),
    path("photos/<int:pk>/", mentor_cards.photo, name="photo"),
    path("<slug:key>/", mentor_cards.shared, name="shared"),
    path("<slug:key>/photo/", mentor_cards.shared_photo, name="shared_photo"),
]
