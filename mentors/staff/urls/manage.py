"""Addresses of the admin's pages, mounted at `manage/`."""

from django.urls import path

from mentors.staff.views import (
    accounts,
    classes,
    grades,
    leaving,
    lists,
    people,
    pupils,
    roles,
)

app_name = "manage"
urlpatterns = [
    path("people/", people.people, name="people"),
    path("people/export/", lists.people, name="export_people"),
    path("people/slips/", accounts.slips, name="slips"),
    path("people/roles/", roles.give_many, name="give_roles"),
    path("roles/", roles.roles, name="roles"),
    path("roles/<int:pk>/acting/", roles.acting, name="acting"),
    path("people/activity/", accounts.activity, name="activity"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/account/", people.open_teacher_account, name="open_account"),
    path("people/<int:pk>/leave/", leaving.leave, name="leave"),
    path("people/<int:pk>/ask-notes/", leaving.ask_notes, name="ask_notes"),
    path("people/<int:pk>/come-back/", leaving.come_back, name="come_back"),
    path("accounts/<int:pk>/", people.account, name="account"),
    path("accounts/<int:pk>/password/", people.password, name="password"),
    path("accounts/<int:pk>/roles/", people.give_role, name="give_role"),
    path("accounts/<int:pk>/roles/<int:grant>/end/", people.take_role, name="take_role"),
    path("pupils/", pupils.pupils, name="pupils"),
    path("pupils/new/", pupils.new_pupil, name="new_pupil"),
    path("pupils/<int:pk>/", pupils.pupil, name="pupil"),
    path("pupils/<int:pk>/move/", pupils.move_pupil, name="move"),
    path("pupils/<int:pk>/withdraw/", pupils.withdraw, name="withdraw"),
    path("pupils/<int:pk>/reinstate/", pupils.reinstate, name="reinstate"),
    path("classes/", classes.classes, name="classes"),
    path("classes/grades/", grades.grades, name="grades"),
    path("classes/grades/new/", grades.new_grade, name="new_grade"),
    path("classes/grades/<int:pk>/remove/", grades.remove, name="remove_grade"),
]
