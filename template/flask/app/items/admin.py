"""Items in the admin."""

from typing import Any
from uuid import UUID

from app.accounts.admin import link_to_user
from app.accounts.models import User
from app.admin.views import AdminView, Change
from app.items import service
from app.items.forms import ItemForm
from app.items.models import Item
from app.items.schemas import ItemCreate, ItemUpdate

LABELS = {"owner_id": "Owner", "email": "Owner's email address"}
LINKS = {"owner_id": link_to_user}


class ItemAdmin(AdminView):
    can_create = can_edit = can_delete = True
    column_list = ("name", "price", "owner_id", "updated_at")
    column_details_list = (
        "id",
        "name",
        "description",
        "price",
        "owner_id",
        "created_at",
        "updated_at",
    )
    column_labels = LABELS
    column_formatters = LINKS
    column_searchable_list = ("name", "description", User.email)
    column_sortable_list = ("name", "price", "updated_at")
    column_default_sort = ("created_at", True)
    column_filters = ("owner_id", "created_at", "updated_at")
    form = ItemForm

    def create_row(self, change: Change, values: dict[str, Any]) -> None:
        service.create_item(change.user, ItemCreate.model_validate(values))

    def update_row(self, change: Change, row_id: UUID, values: dict[str, Any]) -> None:
        new = ItemCreate.model_validate(values)
        service.update_item(change.user, row_id, ItemUpdate(**new.model_dump()))

    def delete_row(self, change: Change, row_id: UUID) -> None:
        service.delete_item(change.user, row_id)


def create_views() -> list[AdminView]:
    return [ItemAdmin(Item, "Items", icon="box")]
