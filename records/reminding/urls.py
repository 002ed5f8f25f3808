"""Addresses of the reminders, mounted at `reminders/`."""

from django.urls import path

from records.reminding.views import nudge, reminders

app_name = "reminding"
urlpatterns = [
    path("", reminders.home, name="home"),
    path("days/<str:on>/", reminders.day, name="day"),
    path("sent/", reminders.sent, name="sent"),
    path("sent/<str:on>/", reminders.sent_day, name="sent_day"),
    path("rules/", reminders.rules, name="rules"),
    path("pauses/", reminders.pauses, name="pauses"),
    path("pauses/<int:pk>/end/", reminders.resume, name="end_pause"),
    path("mentors/", nudge.write, name="nudge"),
    path("mentors/send/", nudge.send, name="send_nudges"),
]
