from django.contrib import admin
from django.http import HttpRequest

from app.accounts.sessions.models import Session
from app.admin import ReadOnlyAdmin


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """A list without links and checkboxes, since those contain the hash of the key.

    The action "Sign out everywhere" of users ends sessions.
    """

    fields = list_display = (
        "user",
        "user_agent",
        "created_at",
        "last_used_at",
        "expire_date",
    )
    list_display_links = None
    list_filter = ("created_at", "last_used_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "user_agent")
    ordering = ("-last_used_at",)
    actions = None

    def has_delete_permission(
        self, request: HttpRequest, obj: Session | None = None
    ) -> bool:
        return False
