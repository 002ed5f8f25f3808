"""Referrals and the counsellor's pages, under /counsel/."""

from django.urls import path, re_path

from records.care.views import counsel

app_name = "counsel"

urlpatterns = [
    path("", counsel.home, name="home"),
    path("pupils/<int:pk>/refer/", counsel.new, name="refer"),
    path("sent/<int:pk>/", counsel.sent, name="sent"),
    path("referrals/<int:pk>/", counsel.referral, name="referral"),
    path("referrals/<int:pk>/acknowledge/", counsel.take, name="acknowledge"),
    path("referrals/<int:pk>/answer/", counsel.say, name="answer"),
    path("referrals/<int:pk>/notes/", counsel.note, name="write"),
    path("referrals/<int:pk>/close/", counsel.finish, name="close"),
    path("referrals/<int:pk>/history/", counsel.history, name="history"),
    path("referrals/<int:pk>/reopen/", counsel.take_up, name="reopen"),
    path("notes/", counsel.notes, name="notes"),
    re_path(r"^notes/(?P<kind>visit|talk)/(?P<pk>[0-9]{1,15})/$", counsel.shared, name="shared"),
]
