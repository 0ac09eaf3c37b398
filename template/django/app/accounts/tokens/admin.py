from django.contrib import admin

from app.accounts.tokens.models import RefreshToken, TokenFamily
from app.admin import ReadOnlyAdmin


@admin.register(TokenFamily)
class TokenFamilyAdmin(ReadOnlyAdmin):
    fields = list_display = ("user", "created_at", "expires_at")
    list_filter = ("created_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-created_at",)


@admin.register(RefreshToken)
class RefreshTokenAdmin(ReadOnlyAdmin):
    fields = ("family", "used_at", "expires_at")
    list_display = ("family__user", "used_at", "expires_at")
    list_filter = ("used_at", "expires_at")
    list_select_related = ("family__user",)
    search_fields = ("family__user__email",)
    ordering = ("-expires_at",)
