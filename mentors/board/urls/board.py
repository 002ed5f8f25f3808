"""Addresses of the class board, mounted at `classes/`."""

from django.urls import path

from mentors.board.views import exceptions, table, team, tiles

app_name = "board"
urlpatterns = [
    path("", table.class_list, name="list"),
    path("exceptions/", exceptions.exceptions, name="exceptions"),
    path("exceptions/new/", exceptions.grant, name="grant"),
    path("exceptions/<int:pk>/revoke/", exceptions.revoke, name="revoke"),
    path("<int:pk>/", tiles.detail, name="detail"),
    path("<int:pk>/table/", table.table, name="table"),
    path("<int:pk>/pupils/<int:pupil>/", table.assign, name="assign"),
    path("<int:pk>/team/", team.team, name="team"),
]
