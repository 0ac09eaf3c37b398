"""The base of views that sign a browser in."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.views import LoginView
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from app.accounts import service
from app.accounts.rate_limits import RateLimits
from app.accounts.sessions.service import start_session


class SignInView(LoginView):
    """Limits attempts, and begins a new session."""

    email_field = "email"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        email = service.parse_email(request.POST.get(self.email_field, ""))
        RateLimits(request).check_sign_in(email)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponseRedirect:
        with transaction.atomic():
            user = service.sign_in(form.get_user())
            start_session(self.request, user)
        RateLimits(self.request).clear_sign_in(user.email)
        return HttpResponseRedirect(self.get_success_url())

    def form_invalid(self, form: Any) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = HTTPStatus.UNAUTHORIZED
        return response
