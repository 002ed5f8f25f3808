"""心灵树洞卡 for teachers, under /my/cards/, and their counts, under /office/ in that namespace."""

from django.urls import path

from records.care.views import cards

app_name = "cards"

urlpatterns = [
    path("", cards.inbox_page, name="inbox"),
    path("new/", cards.find_pupil, name="new"),
    path("new/<int:pk>/", cards.from_paper, name="paper"),
    path("<int:pk>/", cards.card, name="card"),
    path("<int:pk>/answer/", cards.answer, name="answer"),
    path("<int:pk>/meet/", cards.meet, name="meet"),
    path("<int:pk>/home/", cards.tell_home, name="home"),
    path("<int:pk>/close/", cards.close, name="close"),
    path("<int:pk>/history/", cards.history, name="history"),
    path("<int:pk>/reopen/", cards.reopen, name="reopen"),
]
office_urlpatterns = [
    path("cards/", cards.counts, name="cards"),
]
