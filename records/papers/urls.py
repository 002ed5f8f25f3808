"""The papers, under /papers/."""

from django.urls import path

from records.papers.views import (
    look as paper_look,
    orders as papers,
    settings as paper_settings,
    shelf,
    summaries as class_papers,
)

app_name = "papers"

urlpatterns = [
    path("", papers.index, name="index"),
    path("settings/", paper_settings.settings_page, name="settings"),
    path("settings/preview/", paper_settings.settings_preview, name="settings_preview"),
    path("look/<slug:mark>/<str:name>", paper_look.look, name="look"),
    path("logo/<slug:mark>", paper_look.logo, name="logo"),
    path("books/", papers.all_books, name="all_books"),
    path("letters/", papers.all_letters, name="all_letters"),
    path("slips/", papers.all_slips, name="all_slips"),
    path("tree-hole-cards.pdf", papers.tree_hole_cards, name="tree_hole_cards"),
    path("blank-book.pdf", papers.blank_book, name="blank_book"),
    path("my-book.pdf", papers.my_book, name="my_book"),
    path("my-letters.pdf", papers.my_letters, name="my_letters"),
    path("mentors/<int:pk>/book.pdf", papers.book, name="book"),
    path("classes/<int:pk>/letters.pdf", papers.class_letters, name="class_letters"),
    path("classes/<int:pk>/slips.pdf", papers.class_slips, name="class_slips"),
    path("classes/<int:pk>/summary.pdf", class_papers.summary, name="class_summary"),
    path("shelf/", shelf.shelf, name="shelf"),
    path("shelf/list.pdf", shelf.listing, name="shelf_list"),
    path("shelf/mark/", shelf.mark, name="shelf_mark"),
    path("shelf/undo/", shelf.undo, name="shelf_undo"),
    path("shelf/<int:pk>/", shelf.book, name="shelf_book"),
]
