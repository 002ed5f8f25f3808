"""The family's pages, under /f/; short, because they are typed off a slip."""

from django.urls import path

from records.views import family

app_name = "family"

urlpatterns = [
    path("<slug:key>/", family.slip, name="slip"),
    path("<slug:key>/home/", family.home, name="home"),
    path("<slug:key>/letters/", family.letters, name="letters"),
    path("<slug:key>/letters/<int:pk>/", family.letter, name="letter"),
    path("<slug:key>/letters/<int:pk>/pdf/", family.letter_pdf, name="letter_pdf"),
]
