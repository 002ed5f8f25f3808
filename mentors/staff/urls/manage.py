"""Addresses of the admin's pages, mounted at `manage/`."""

from django.urls import path

from mentors.staff.views import (
    classes as manage_classes,
    leaving as manage_leaving,
    people as manage_people,
    pupils as manage_pupils,
)

app_name = "manage"
urlpatterns = [
    path("people/", manage_people.people, name="people"),
    path("people/<int:pk>/", manage_people.person, name="person"),
    path("people/<int:pk>/account/", manage_people.open_teacher_account, name="open_account"),
    path("people/<int:pk>/leave/", manage_leaving.leave, name="leave"),
    path("people/<int:pk>/ask-notes/", manage_leaving.ask_notes, name="ask_notes"),
    path("people/<int:pk>/come-back/", manage_leaving.come_back, name="come_back"),
    path("accounts/<int:pk>/", manage_people.account, name="account"),
    path("accounts/<int:pk>/password/", manage_people.password, name="password"),
    path("accounts/<int:pk>/roles/", manage_people.give_role, name="give_role"),
    path("accounts/<int:pk>/roles/<int:grant>/end/", manage_people.take_role, name="take_role"),
    path("pupils/", manage_pupils.pupils, name="pupils"),
    path("pupils/new/", manage_pupils.new_pupil, name="new_pupil"),
    path("pupils/<int:pk>/", manage_pupils.pupil, name="pupil"),
    path("pupils/<int:pk>/move/", manage_pupils.move_pupil, name="move"),
    path("pupils/<int:pk>/withdraw/", manage_pupils.withdraw, name="withdraw"),
    path("pupils/<int:pk>/reinstate/", manage_pupils.reinstate, name="reinstate"),
    path("classes/", manage_classes.classes, name="classes"),
]
