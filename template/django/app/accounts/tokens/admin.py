from django.contrib import admin
from django.http import HttpRequest

from app.accounts.tokens.models import RefreshToken, TokenFamily
from app.admin import ReadOnlyAdmin
from app.users.admin import may_change


@admin.register(TokenFamily)
class TokenFamilyAdmin(ReadOnlyAdmin):
    fields = list_display = ("user", "created_at", "expires_at")
    list_filter = ("created_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__email",)
    ordering = ("-created_at",)

    # Without its tokens a user is signed out, so superusers keep theirs.

    def has_delete_permission(
        self, request: HttpRequest, obj: TokenFamily | None = None
    ) -> bool:
        is_allowed = super().has_delete_permission(request, obj)
        return is_allowed and may_change(request, obj.user if obj else None)


@admin.register(RefreshToken)
class RefreshTokenAdmin(ReadOnlyAdmin):
    fields = ("family", "used_at", "expires_at")
    list_display = ("family__user", "used_at", "expires_at")
    list_filter = ("used_at", "expires_at")
    list_select_related = ("family__user",)
    search_fields = ("family__user__email",)
    ordering = ("-expires_at",)

    def has_delete_permission(
        self, request: HttpRequest, obj: RefreshToken | None = None
    ) -> bool:
        is_allowed = super().has_delete_permission(request, obj)
        return is_allowed and may_change(request, obj.family.user if obj else None)
