"""URLs of sign-in and of one's own account."""

from django.urls import path

from accounts.views import first, me, sign_in, visits

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    # Short, because it is printed: where account slips lead.
    path("first/", first.first, name="first"),
    path("first/password/", first.own_password, name="own_password"),
    path("first/<str:key>/", first.first, name="first_slip"),
    path("forgotten/", first.forgotten, name="forgotten"),
    path("forgotten/<int:pk>/<str:token>/", first.password_link, name="password_link"),
    path("me/", me.me, name="me"),
    path("email/<str:token>/", me.prove_email, name="verify_email"),
    path("first-visit/", visits.close, name="close_first_visit"),
    path("password/", sign_in.change_password, name="change_password"),
    path("scope/", sign_in.choose_scope, name="choose_scope"),
]
