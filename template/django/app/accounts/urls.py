from django.urls import path

from app.accounts import views

urlpatterns = [
    path("register", views.register, name="register"),
    path("check-email", views.check_email, name="check-email"),
    path("confirm", views.confirm, name="confirm"),
    path("sign-in", views.SignIn.as_view(), name="sign-in"),
    path("sign-out", views.SignOut.as_view(), name="sign-out"),
    path("reset", views.request_reset, name="reset"),
    path("reset/confirm", views.reset, name="reset-confirm"),
    path("profile", views.profile, name="profile"),
    path("password", views.change_password, name="change-password"),
    path(
        "sessions/sign-out-others",
        views.sign_out_other_devices,
        name="sign-out-others",
    ),
    path("delete", views.delete, name="delete-account"),
]
