"""心灵树洞卡 for teachers, under /my/cards/, and their counts, under /office/ in that namespace."""

from django.urls import path

from records.care.views import tree_hole
from schools.enums import Module
from schools.modules import part_of

app_name = "tree_hole"

urlpatterns = part_of(
    Module.TREE_HOLE,
    [
        path("", tree_hole.inbox_page, name="inbox"),
        path("new/", tree_hole.find_pupil, name="new"),
        path("new/<int:pk>/", tree_hole.from_paper, name="paper"),
        path("<int:pk>/", tree_hole.card, name="card"),
        path("<int:pk>/answer/", tree_hole.answer, name="answer"),
        path("<int:pk>/meet/", tree_hole.meet, name="meet"),
        path("<int:pk>/home/", tree_hole.tell_home, name="home"),
        path("<int:pk>/close/", tree_hole.close, name="close"),
        path("<int:pk>/history/", tree_hole.history, name="history"),
        path("<int:pk>/reopen/", tree_hole.reopen, name="reopen"),
    ],
)
office_urlpatterns = part_of(
    Module.TREE_HOLE,
    [
        path("cards/", tree_hole.counts, name="tree_hole"),
        path("cards/export/", tree_hole.export_counts, name="export_cards"),
    ],
)
