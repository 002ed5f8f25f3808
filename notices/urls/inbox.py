"""URLs of the inbox, mounted at `notices/`."""

from django.urls import path

from notices.views import inbox as views

app_name = "notices"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read-all/", views.read_all, name="read_all"),
    path("<int:pk>/", views.open_notice, name="open"),
]
