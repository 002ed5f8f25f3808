"""The family's pages, under /f/; short, because they are typed off a slip."""

from django.urls import path

from records.family.views import cards as family_cards, letters as family, reply as family_reply, visit as family_visit

app_name = "family"

urlpatterns = [
    path("<slug:key>/", family.slip, name="slip"),
    path("<slug:key>/home/", family.home, name="home"),
    path("<slug:key>/letters/", family.letters, name="letters"),
    path("<slug:key>/letters/<int:pk>/", family.letter, name="letter"),
    path("<slug:key>/letters/<int:pk>/pdf/", family.letter_pdf, name="letter_pdf"),
    path("<slug:key>/letters/<int:pk>/reply/", family_reply.reply, name="reply"),
    path("<slug:key>/visit/", family_visit.visit, name="visit"),
    path("<slug:key>/card/", family_cards.new, name="card_new"),
    path("<slug:key>/cards/", family_cards.cards, name="cards"),
    path("<slug:key>/cards/leave/", family_cards.leave, name="cards_leave"),
    path("<slug:key>/cards/<int:pk>/", family_cards.card, name="card"),
]
