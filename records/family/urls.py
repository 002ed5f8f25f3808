"""The family's pages, under /f/; short, because they are typed off a slip."""

from django.urls import path

from records.family.views import announcements, letters, reply, tree_hole, visit
from schools.enums import Module
from schools.modules import part_of

app_name = "family"

urlpatterns = [
    path("", announcements.door, name="door"),
    path("<slug:key>/", letters.slip, name="slip"),
    path("<slug:key>/end/", letters.end, name="end"),
    path("<slug:key>/resume/", letters.resume, name="resume"),
    path("<slug:key>/home/", letters.home, name="home"),
    path("<slug:key>/letters/", letters.letters, name="letters"),
    path("<slug:key>/letters/<int:pk>/", letters.letter, name="letter"),
    path("<slug:key>/letters/<int:pk>/pdf/", letters.letter_pdf, name="letter_pdf"),
    path("<slug:key>/letters/<int:pk>/reply/", reply.reply, name="reply"),
    path("<slug:key>/announcements/", announcements.announcements, name="announcements"),
    path("<slug:key>/announcements/<int:pk>/", announcements.announcement, name="announcement"),
    path("<slug:key>/announcements/<int:pk>/confirm/", announcements.confirm, name="announcement_confirm"),
    path("<slug:key>/announcements/files/<int:pk>/", announcements.file, name="announcement_file"),
    path("<slug:key>/visit/", visit.visit, name="visit"),
    *part_of(
        Module.TREE_HOLE,
        [
            path("<slug:key>/card/", tree_hole.new, name="tree_hole_new"),
            path("<slug:key>/card/handed-in/", tree_hole.handed_in, name="tree_hole_handed_in"),
            path("<slug:key>/cards/", tree_hole.tree_hole, name="tree_hole"),
            path("<slug:key>/cards/leave/", tree_hole.leave, name="tree_hole_leave"),
            path("<slug:key>/cards/<int:pk>/", tree_hole.card, name="tree_hole_card"),
        ],
    ),
]
