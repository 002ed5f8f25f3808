"""The papers, under /papers/."""

from django.urls import path

from records.papers.views import book_handling, look, orders, settings, slips, summaries
from schools.enums import Module
from schools.modules import part_of

app_name = "papers"

urlpatterns = [
    path("", orders.index, name="index"),
    path("settings/", settings.settings_page, name="settings"),
    path("settings/preview/", settings.settings_preview, name="settings_preview"),
    path("look/<slug:mark>/<str:name>", look.look, name="look"),
    path("logo/<slug:mark>", look.logo, name="logo"),
    path("books/", orders.all_books, name="all_books"),
    path("letters/", orders.all_letters, name="all_letters"),
    path("slips/", orders.all_slips, name="all_slips"),
    *part_of(Module.TREE_HOLE, [path("tree-hole-cards.pdf", orders.tree_hole_cards, name="tree_hole_cards")]),
    path("blank-book.pdf", orders.blank_book, name="blank_book"),
    path("my-book.pdf", orders.my_book, name="my_book"),
    path("my-letters.pdf", orders.my_letters, name="my_letters"),
    path("mentors/<int:pk>/book.pdf", orders.book, name="book"),
    path("classes/<int:pk>/letters.pdf", orders.class_letters, name="class_letters"),
    path("classes/<int:pk>/slips/", slips.class_slips, name="class_slips"),
    path("classes/<int:pk>/slips.pdf", slips.print_class, name="class_slips_print"),
    path("slips/<int:pk>/", slips.slip, name="slip"),
    path("slips/<int:pk>/slip.pdf", slips.print_slip, name="slip_print"),
    path("slips/<int:pk>/renew/", slips.renew, name="slip_renew"),
    path("slips/<int:pk>/revoke/", slips.revoke, name="slip_revoke"),
    path("classes/<int:pk>/summary.pdf", summaries.summary, name="class_summary"),
    *part_of(
        Module.BOOK_HANDLING,
        [
            path("shelf/", book_handling.books, name="handling"),
            path("shelf/list.pdf", book_handling.listing, name="handling_list"),
            path("shelf/mark/", book_handling.mark, name="handling_mark"),
            path("shelf/undo/", book_handling.undo, name="handling_undo"),
            path("shelf/items/", book_handling.items, name="handling_items"),
            path("shelf/scan/", book_handling.scan, name="handling_scan"),
            path("shelf/c/<str:code>/", book_handling.coded, name="handling_code"),
            path("shelf/<int:pk>/", book_handling.book, name="handling_book"),
            path("shelf/<int:pk>/return/", book_handling.give_back, name="handling_return"),
        ],
    ),
]
