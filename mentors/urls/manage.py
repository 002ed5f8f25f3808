"""Addresses of the admin's pages, mounted at `manage/`."""

from django.urls import path

from mentors.views import manage_classes, manage_people

app_name = "manage"
urlpatterns = [
    path("people/", manage_people.people, name="people"),
    path("people/<int:pk>/", manage_people.person, name="person"),
    path("people/<int:pk>/account/", manage_people.open_teacher_account, name="open_account"),
    path("accounts/<int:pk>/", manage_people.account, name="account"),
    path("accounts/<int:pk>/password/", manage_people.password, name="password"),
    path("accounts/<int:pk>/roles/", manage_people.give_role, name="give_role"),
    path("accounts/<int:pk>/roles/<int:grant>/end/", manage_people.take_role, name="take_role"),
    path("classes/", manage_classes.classes, name="classes"),
]
