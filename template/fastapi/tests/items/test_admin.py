import re
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from app.accounts.models import User
from app.items.models import Item
from app.unit_of_work import UnitOfWork
from tests.factories import create_item

FORM = {"name": " Pen ", "description": "", "price": "9", "save": "Save"}


async def test_an_item_is_created_changed_and_deleted(
    admin: AsyncClient, unit_of_work: UnitOfWork, staff: User
) -> None:
    async def items() -> list[tuple[str, UUID | None]]:
        rows = (await unit_of_work.session.scalars(select(Item))).all()
        await unit_of_work.commit()
        return [(item.name, item.owner_id) for item in rows]

    response = await admin.post("/admin/item/create", data=FORM)
    assert response.status_code == 302
    assert await items() == [("Pen", staff.id)]
    page = (await admin.get("/admin/item/list", params={"search": "pe"})).text
    (item_id,) = set(re.findall("item/edit/([0-9a-f-]{36})", page))
    assert "Pen" in (await admin.get(f"/admin/item/details/{item_id}")).text
    await admin.post(f"/admin/item/edit/{item_id}", data=FORM | {"name": "Ink"})
    assert await items() == [("Ink", staff.id)]
    await admin.delete(f"/admin/item/delete?pks={item_id}")
    assert await items() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"price": "9.001"}, "A price is 0 to 1,000,000"),
        ({"name": "\x07"}, "Control characters"),
        ({"name": "Ink"}, "Another item has this name."),
    ],
)
async def test_the_rules_are_those_of_the_service(
    admin: AsyncClient,
    unit_of_work: UnitOfWork,
    staff: User,
    fields: dict[str, str],
    message: str,
) -> None:
    await create_item(unit_of_work, staff, name="Ink")
    response = await admin.post("/admin/item/create", data=FORM | fields)
    assert response.status_code == 400
    assert message in response.text
    assert "INSERT" not in response.text
