"""Tickets in the admin."""

from sqlalchemy.orm import Query

from app.accounts.admin import LABELS
from app.accounts.models import TokenFamily, User
from app.admin.views import AdminView
from app.realtime.models import RealtimeTicket


class RealtimeTicketAdmin(AdminView):
    column_list = ("family_id", "expires_at")
    column_details_list = ("id", *column_list)
    column_labels = LABELS
    column_searchable_list = (User.email,)
    column_sortable_list = ("expires_at",)
    column_default_sort = ("expires_at", True)
    column_filters = ("family_id", "expires_at")

    # The email address, which is searched, belongs to the user of the API client.
    def get_query(self) -> Query[RealtimeTicket]:
        query: Query[RealtimeTicket] = super().get_query()
        return query.join(TokenFamily)

    def get_count_query(self) -> Query[int]:
        query: Query[int] = super().get_count_query()
        return query.join(TokenFamily)


def create_views() -> list[AdminView]:
    return [RealtimeTicketAdmin(RealtimeTicket, "Stream tickets", icon="key")]
