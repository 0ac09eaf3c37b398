from django.contrib import admin

from app.accounts.models import PasswordReset, Registration
from app.admin import ReadOnlyAdmin


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    fields = list_display = ("email", "expires_at")
    list_filter = ("expires_at",)
    search_fields = ("email",)
    ordering = ("-expires_at",)


@admin.register(PasswordReset)
class PasswordResetAdmin(ReadOnlyAdmin):
    fields = list_display = ("user", "expires_at")
    list_filter = ("expires_at",)
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-expires_at",)
