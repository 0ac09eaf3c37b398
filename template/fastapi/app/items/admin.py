"""Items in the admin."""

from typing import Any
from uuid import UUID

from app.accounts.models import User
from app.admin.views import AdminView
from app.database import UnitOfWork
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

    async def create_row(
        self, unit_of_work: UnitOfWork, user: User, values: dict[str, Any]
    ) -> Item:
        new = ItemCreate.model_validate(values)
        return await service.create_item(unit_of_work, user, new)

    async def update_row(
        self, unit_of_work: UnitOfWork, user: User, row_id: UUID, values: dict[str, Any]
    ) -> Item:
        checked = ItemCreate.model_validate(values)
        changes = ItemUpdate(
            name=checked.name, description=checked.description, price=checked.price
        )
        return await service.update_item(unit_of_work, user, row_id, changes)

    async def delete_row(
        self, unit_of_work: UnitOfWork, user: User, row_id: UUID
    ) -> None:
        await service.delete_item(unit_of_work, user, row_id)
