import pytest
from httpx2 import AsyncClient
from sqlalchemy import select

from app.accounts.models import User
from app.database import UnitOfWork
from app.items.models import Item
from tests.factories import create_item

FORM = {"name": " Pen ", "description": "", "price": "9", "save": "Save"}


async def test_an_item_is_created_changed_and_deleted(
    admin: AsyncClient, unit_of_work: UnitOfWork, staff: User
) -> None:
    session = unit_of_work.session
    response = await admin.post("/admin/item/create", data=FORM)
    assert response.status_code == 302
    item = (await session.scalars(select(Item))).one()
    assert (item.name, item.owner_id) == ("Pen", staff.id)
    assert "Pen" in (await admin.get(f"/admin/item/details/{item.id}")).text
    await admin.post(f"/admin/item/edit/{item.id}", data=FORM | {"name": "Ink"})
    await session.commit()
    await session.refresh(item)
    assert item.name == "Ink"
    await admin.delete(f"/admin/item/delete?pks={item.id}")
    await session.commit()
    assert (await session.scalars(select(Item))).all() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"price": "9.001"}, "A price is 0 to 1,000,000"),
        ({"name": "\x07"}, "control characters"),
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
