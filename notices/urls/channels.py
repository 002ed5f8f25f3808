"""URLs of robots and hours, mounted at `school/channels/`."""

from django.urls import path

from notices.views import channels as views

app_name = "channels"

urlpatterns = [
    path("", views.robots, name="list"),
    path("hours/", views.hours, name="hours"),
    path("<int:pk>/try/", views.try_out, name="try"),
    path("<int:pk>/switch/", views.switch, name="switch"),
    path("<int:pk>/remove/", views.remove, name="remove"),
]
