"""Tickets in the admin."""

from app.admin.views import AdminView
from app.realtime.models import RealtimeTicket


class RealtimeTicketAdmin(AdminView):
    column_list = ("family_id", "expires_at")
    column_details_list = ("id", *column_list)
    column_searchable_list = ("family_id",)
    column_sortable_list = ("expires_at",)
    column_default_sort = ("expires_at", True)
    column_filters = ("family_id", "expires_at")


def create_views() -> list[AdminView]:
    return [RealtimeTicketAdmin(RealtimeTicket, "Stream tickets", icon="key")]
