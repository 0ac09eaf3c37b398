"""The pages of accounts, below /accounts/."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import make_password
from django.contrib.auth.views import LogoutView
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from app.accounts import service
from app.accounts.forms import (
    DeletionForm,
    PasswordForm,
    RegistrationForm,
    ResetForm,
    ResetRequestForm,
    SignInForm,
)
from app.accounts.rate_limits import RateLimits
from app.accounts.requests import AuthenticatedRequest
from app.accounts.sessions.service import (
    get_current_session,
    list_sessions,
    start_session,
)
from app.accounts.sessions.views import SignInView
from app.users.models import User

READ_AND_POST = ["GET", "HEAD", "POST"]


@require_http_methods(READ_AND_POST)
def register(request: HttpRequest) -> HttpResponse:
    form = RegistrationForm(request.POST or None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        RateLimits(request).check_email(email)
        service.register(email, make_password(form.cleaned_data["password"]))
        return redirect("check-email")
    return render(request, "accounts/register.html", {"form": form})


@require_safe
def check_email(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/check_email.html")


@require_http_methods(READ_AND_POST)
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask before confirming, since programs that scan emails open links."""
    if request.method == "POST":
        service.confirm_registration(request.POST.get("token", ""))
        messages.success(request, "Your address is confirmed. You can sign in now.")
        return redirect("sign-in")
    token = request.GET.get("token", "")
    return render(request, "accounts/confirm.html", {"token": token})


class SignIn(SignInView):
    template_name = "accounts/sign_in.html"
    form_class = SignInForm  # type: ignore[assignment]  # with an email address


class SignOut(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        messages.success(request, "You are signed out.")
        return super().post(request, *args, **kwargs)


@require_http_methods(READ_AND_POST)
def request_reset(request: HttpRequest) -> HttpResponse:
    form = ResetRequestForm(request.POST or None)
    if form.is_valid():
        RateLimits(request).check_email(form.cleaned_data["email"])
        service.request_password_reset(form.cleaned_data["email"])
        return redirect("check-email")
    return render(request, "accounts/reset_request.html", {"form": form})


@require_http_methods(READ_AND_POST)
def reset(request: HttpRequest) -> HttpResponse:
    token = request.GET.get("token", "")
    form = ResetForm(request.POST or None, initial={"token": token})
    if form.is_valid():
        reset_id = service.find_password_reset(form.cleaned_data["token"])
        password_hash = make_password(form.cleaned_data["password"])
        service.reset_password(reset_id, password_hash)
        messages.success(request, "Your password is changed. You can sign in now.")
        return redirect("sign-in")
    return render(request, "accounts/reset.html", {"form": form})


@login_required
@require_safe
def profile(request: AuthenticatedRequest) -> HttpResponse:
    context = {
        "current_session": get_current_session(request),
        "sessions": list_sessions(request.user),
    }
    return render(request, "accounts/profile.html", context)


@login_required
@require_http_methods(READ_AND_POST)
def change_password(request: AuthenticatedRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if form.is_valid() and (verified := _verify_current_password(request, form)):
        password_hash = make_password(form.cleaned_data["new_password"])
        with transaction.atomic():
            user = service.change_password(verified, password_hash)
            start_session(request, user)
        message = "Your password is changed. All other devices are signed out."
        messages.success(request, message)
        return redirect("profile")
    return render(request, "accounts/change_password.html", {"form": form})


@login_required(redirect_field_name=None)  # This URL has no page to return to.
@require_POST
def sign_out_other_devices(request: AuthenticatedRequest) -> HttpResponse:
    service.sign_out_other_devices(request.user, get_current_session(request))
    messages.success(request, "All other devices are signed out.")
    return redirect("profile")


@login_required
@require_http_methods(READ_AND_POST)
def delete(request: AuthenticatedRequest) -> HttpResponse:
    form = DeletionForm(request.POST or None)
    status = HTTPStatus.OK
    if form.is_valid() and (verified := _verify_current_password(request, form)):
        try:
            service.delete_account(verified)
        except service.LastStaffAccount as error:
            form.add_error(None, error.detail)
            status = HTTPStatus(error.status)
        else:
            logout(request)
            messages.success(request, "Your account is deleted.")
            return redirect("home")
    context = {"form": form}
    return render(request, "accounts/delete_account.html", context, status=status)


def _verify_current_password(request: AuthenticatedRequest, form: Form) -> User | None:
    """Return the user if the current password is right, or add an error to the form."""
    email = request.user.email
    rate_limits = RateLimits(request)
    rate_limits.check_sign_in(email)
    password = form.cleaned_data["current_password"]
    verified = service.verify_credentials(request, email, password)
    if verified is None:
        form.add_error("current_password", service.WrongPassword.detail)
        return None
    rate_limits.clear_sign_in(email)
    return verified
