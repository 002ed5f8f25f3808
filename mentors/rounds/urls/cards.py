"""Addresses of the mentor cards, mounted at `cards/`; the last two are printed on badges."""

from django.urls import path

from mentors.rounds.views import cards

app_name = "mentor_cards"
urlpatterns = [
    path("mine/", cards.mine, name="mine"),
    path("photos/<int:pk>/", cards.photo, name="photo"),
    path("<slug:key>/", cards.shared, name="shared"),
    path("<slug:key>/photo/", cards.shared_photo, name="shared_photo"),
]
