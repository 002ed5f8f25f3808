"""URLs of sign-in and of one's own account."""

from django.urls import path

from accounts.views import sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("password/", sign_in.change_password, name="change_password"),
    path("scope/", sign_in.choose_scope, name="choose_scope"),
]
