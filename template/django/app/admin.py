"""The admin site for staff. Each app registers its models in its admin.py."""

import re
from typing import Any, override

import structlog
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest
from django.shortcuts import redirect

from app.accounts import service
from app.accounts.rate_limits import RateLimits
from app.accounts.requests import AuthenticatedRequest
from app.accounts.sessions.views import SignInView
from app.users.models import User

log = structlog.get_logger(__name__)


class StaffSignInForm(AdminAuthenticationForm):
    """Gives the same answer for a wrong password and for users who are not staff."""

    def clean(self) -> dict[str, Any]:
        user = service.verify_credentials(
            self.request,
            service.parse_email(self.cleaned_data.get("username", "")),
            self.cleaned_data.get("password", ""),
        )
        if user is None:
            raise self.get_invalid_login_error()
        if not user.is_staff:
            log.warning("refused", reason="not staff", user=str(user.pk))
            raise self.get_invalid_login_error()
        self.user_cache = user
        return self.cleaned_data


class StaffSignIn(SignInView):
    template_name = "admin/login.html"
    authentication_form = StaffSignInForm
    next_page = "admin:index"
    email_field = "username"


class StaffPasswordForm(AdminPasswordChangeForm):
    """Ends the user's sessions and tokens. The view begins a new session."""

    user: User

    @override
    def save(self, commit: bool = True) -> User:
        password_hash = make_password(self.cleaned_data["new_password1"])
        self.user = service.change_password(self.user, password_hash)
        return self.user


class AdminSite(admin.AdminSite):
    site_header = site_title = settings.PROJECT_NAME
    password_change_form = StaffPasswordForm

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        context = {
            **self.each_context(request),
            "title": "Sign in",
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
        }
        return StaffSignIn.as_view(extra_context=context)(request)

    def password_change(
        self,
        request: AuthenticatedRequest,  # type: ignore[override]  # of staff
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        if request.method == "POST":
            RateLimits(request).check_sign_in(request.user.email)
        return super().password_change(request, extra_context)


class ModelAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not at run time
    """Locks what it changes, and logs changes as security events are logged."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Lock the row in a transaction, so that no change at the same time is lost."""
        obj = super().get_object(request, object_id, from_field)
        if obj is not None and connection.in_atomic_block:
            rows = self.get_queryset(request).select_for_update()
            obj = rows.filter(pk=obj.pk).first()
        return obj

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Refuse years that no date has: Django fails on them."""
        by_year = {"year", "iso_year"} & {*lookup.split("__")}
        if by_year and not re.fullmatch("[1-9][0-9]{3}", value):
            return False
        return super().lookup_allowed(lookup, value, request)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        log_change("create", request, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        log_change("update", request, obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            log_change("delete", request, obj)
        return super().log_deletions(request, queryset)


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows that only the service creates and changes. They can be deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def log_change(action: str, request: HttpRequest, obj: Model) -> None:
    log.info(
        "admin_change",
        action=action,
        model=obj._meta.model_name,  # noqa: SLF001 - documented as public
        row=str(obj.pk),
        user=str(request.user.pk),
    )
