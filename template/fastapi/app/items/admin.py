"""Items in the admin."""

from typing import Any
from uuid import UUID

from app.admin.views import AdminView, Change
from app.items import service
from app.items.models import Item
from app.items.schemas import ItemCreate, ItemUpdate


class ItemAdmin(AdminView, model=Item):
    icon = "fa-solid fa-box"
    can_create = can_edit = can_delete = True
    column_list = ("name", "price", "owner_id", "updated_at")
    column_searchable_list = ("name", "description")
    column_sortable_list = ("name", "price", "updated_at")
    form_columns = ("name", "description", "price")

    async def create_row(self, change: Change, values: dict[str, Any]) -> Item:
        new = ItemCreate.model_validate(values)
        return await service.create_item(change.unit_of_work, change.user, new)

    async def update_row(
        self, change: Change, row_id: UUID, values: dict[str, Any]
    ) -> Item:
        new = ItemCreate.model_validate(values)
        changes = ItemUpdate(
            name=new.name, description=new.description, price=new.price
        )
        return await service.update_item(
            change.unit_of_work, change.user, row_id, changes
        )

    async def delete_row(self, change: Change, row_id: UUID) -> None:
        await service.delete_item(change.unit_of_work, change.user, row_id)
