"""Tickets in the admin."""

from app.admin.views import AdminView
from app.realtime.models import RealtimeTicket


class RealtimeTicketAdmin(AdminView, model=RealtimeTicket):
    icon = "fa-solid fa-ticket"
    column_list = ("family_id", "expires_at")
    column_details_exclude_list = ("token_hash",)
    column_searchable_list = ("family_id",)
    column_sortable_list = ("expires_at",)
