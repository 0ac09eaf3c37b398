import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.accounts.models import Token, User
from app.admin.views import VIEWS
from app.database import Base
from app.items.models import Item
from tests.accounts.people import PASSWORD, add_user

ITEM = {"name": " Pen ", "description": "", "price": "9", "save": "Save"}
LOGIN = "http://localhost/admin/login"


async def sign_in(client: AsyncClient, email: str, password: str) -> Response:
    form = {"username": email, "password": password}
    return await client.post("/admin/login", data=form)


@pytest.fixture
async def boss(session: AsyncSession) -> User:
    return await add_user(session, "boss@example.org", is_staff=True)


@pytest.fixture
async def panel(stranger: AsyncClient, boss: User) -> AsyncClient:
    response = await sign_in(stranger, boss.email, PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (303, LOGIN[:-5])
    return stranger


async def test_only_staff_get_in(stranger: AsyncClient, session: AsyncSession) -> None:
    await add_user(session)
    answers = []
    for email, password in (
        ("ada@example.org", PASSWORD),
        ("ada@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
    ):
        response = await sign_in(stranger, email, password)
        answers.append((response.status_code, response.text, response.cookies))
    assert answers[0][0] == 400
    assert answers == answers[:1] * 3
    for path in ("", "item/list", "user/list", "item/create"):
        response = await stranger.get(f"/admin/{path}")
        assert (response.status_code, response.headers["Location"]) == (302, LOGIN)
    assert (await stranger.get("/admin")).headers["Location"] == "/admin/"


async def test_too_many_tries_have_to_wait(stranger: AsyncClient) -> None:
    for _ in range(10):
        await sign_in(stranger, "boss@example.org", "wrong")
    response = await sign_in(stranger, "boss@example.org", PASSWORD)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0


async def test_signing_out_is_a_post(panel: AsyncClient) -> None:
    stolen = dict(panel.cookies)
    assert (await panel.get("/admin/logout")).status_code == 405
    elsewhere = {"Origin": "https://evil.example"}
    for path in ("/admin/login", "/admin/logout", "/admin/item/create"):
        assert (await panel.post(path, headers=elsewhere)).status_code == 403
    response = await panel.post("/admin/logout")
    assert (response.status_code, response.headers["Location"]) == (303, LOGIN)
    panel.cookies.update(stolen)
    assert (await panel.get("/admin/")).status_code == 302


def test_every_model_is_there() -> None:
    models = {mapper.class_ for mapper in Base.registry.mappers}
    assert {view.model for view in VIEWS} == models
    assert all(view.column_searchable_list for view in VIEWS)


async def test_an_item_is_made_found_changed_and_deleted(
    panel: AsyncClient, session: AsyncSession, boss: User
) -> None:
    with capture_logs() as lines:
        made = await panel.post("/admin/item/create", data=ITEM)
        assert (made.status_code, made.headers["Location"]) == (
            302,
            "http://localhost/admin/item/list",
        )
    changes = [line for line in lines if line["event"] == "changed"]
    assert [(line["action"], line["user"]) for line in changes] == [
        ("create", str(boss.id))
    ]
    item = (await session.scalars(select(Item))).one()
    assert (item.name, item.owner_id) == ("Pen", boss.id)
    for search, found in (("en", True), ("ink", False)):
        page = await panel.get("/admin/item/list", params={"search": search})
        assert (str(item.id) in page.text) == found
    assert "Pen" in (await panel.get(f"/admin/item/details/{item.id}")).text
    edit = f"/admin/item/edit/{item.id}"
    for field, value, said in (
        ("price", "9.001", "A price is 0 to 1,000,000"),
        ("name", "\x07", "A name has no control characters"),
    ):
        response = await panel.post(edit, data=ITEM | {field: value})
        assert response.status_code == 400
        assert said in response.text
    again = await panel.post("/admin/item/create", data=ITEM)
    assert again.status_code == 400
    assert "The database does not take this." in again.text
    assert "INSERT" not in again.text
    assert (await panel.post(edit, data=ITEM | {"name": "Ink"})).status_code == 302
    await panel.delete(f"/admin/item/delete?pks={item.id}")
    for unknown in (item.id, "nonsense"):
        response = await panel.get(f"/admin/item/details/{unknown}")
        assert response.status_code == 404


async def test_disabling_somebody_ends_their_sessions(
    panel: AsyncClient, session: AsyncSession, boss: User
) -> None:
    panel_token = (await session.scalars(select(Token))).one()
    other = await add_user(session, "other@example.org", is_staff=True)
    edit = f"/admin/user/edit/{other.id}"
    assert "argon2" not in (await panel.get(f"/admin/user/details/{other.id}")).text
    await panel.post(edit, data={"is_staff": "y", "save": "Save"})
    await session.refresh(other)
    assert not other.is_active
    kept = (await session.scalars(select(Token))).all()
    assert kept == [panel_token]
    await panel.post(edit.replace(str(other.id), str(boss.id)), data={"save": "Save"})
    assert (await panel.get("/admin/")).status_code == 302
