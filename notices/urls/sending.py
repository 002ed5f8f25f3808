"""URLs of what goes out, mounted at `notices/sending/`."""

from django.urls import path

from notices.views import sending as views

app_name = "sending"

urlpatterns = [
    path("", views.overview, name="overview"),
    path("messages/", views.messages_page, name="messages"),
    path("again/", views.again, name="again"),
    path("without-address/", views.no_address, name="without_address"),
]
