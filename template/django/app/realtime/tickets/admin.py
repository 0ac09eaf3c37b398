from django.contrib import admin

from app.admin import ReadOnlyAdmin
from app.realtime.tickets.models import Ticket


@admin.register(Ticket)
class TicketAdmin(ReadOnlyAdmin):
    fields = ("family", "expires_at")
    list_display = ("family__user", "expires_at")
    list_filter = ("expires_at",)
    list_select_related = ("family__user",)
    search_fields = ("family__user__email",)
    ordering = ("-expires_at",)
