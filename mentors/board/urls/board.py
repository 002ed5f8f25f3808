"""Addresses of the class board, mounted at `classes/`."""

from django.urls import path

from mentors.board.views import board, class_board, exceptions, team

app_name = "board"
urlpatterns = [
    path("", board.class_list, name="list"),
    path("exceptions/", exceptions.exceptions, name="exceptions"),
    path("exceptions/new/", exceptions.grant, name="grant"),
    path("exceptions/<int:pk>/revoke/", exceptions.revoke, name="revoke"),
    path("<int:pk>/", class_board.detail, name="detail"),
    path("<int:pk>/table/", board.table, name="table"),
    path("<int:pk>/pupils/<int:pupil>/", board.assign, name="assign"),
    path("<int:pk>/team/", team.team, name="team"),
]
