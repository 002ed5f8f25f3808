"""What a slip opens about the mentor, mounted at `f/`."""

from django.urls import path

from mentors.rounds.views import choose
from schools.enums import Module
from schools.modules import part_of

app_name = "choose"
urlpatterns = [
    *part_of(Module.ROUNDS, [path("<slug:key>/mentor/", choose.mentors, name="mentors")]),
    path("<slug:key>/mentor/mine/", choose.mine, name="mine"),
    *part_of(Module.WISHES, [path("<slug:key>/mentor/wish/", choose.wish, name="wish")]),
    path("<slug:key>/mentor/photos/<int:pk>/", choose.photo, name="photo"),
]
