"""What a slip opens about the mentor, mounted at `f/`."""

from django.urls import path

from mentors.rounds.views import choose

app_name = "choose"
urlpatterns = [
    path("<slug:key>/mentor/", choose.mentors, name="mentors"),
    path("<slug:key>/mentor/mine/", choose.mine, name="mine"),
    path("<slug:key>/mentor/wish/", choose.wish, name="wish"),
    path("<slug:key>/mentor/photos/<int:pk>/", choose.photo, name="photo"),
]
