import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs

from app.accounts import tokens
from app.accounts.models import Token, User
from app.admin.views import VIEWS
from app.database import Base
from app.items.models import Item
from tests.accounts.people import PASSWORD, add_user

CREATE = "/admin/item/create"
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
    user = await add_user(session)
    answers = [
        await sign_in(stranger, user.email, PASSWORD),
        await sign_in(stranger, user.email, "wrong"),
        await sign_in(stranger, "nobody@example.org", PASSWORD),
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.text for answer in answers}) == 1
    assert not stranger.cookies
    for _ in range(9):  # of all tries with one address ten are taken
        response = await sign_in(stranger, user.email, "wrong")
    assert response.status_code == 429
    for path in ("", "item/list", "user/list", "item/create"):
        response = await stranger.get(f"/admin/{path}")
        assert (response.status_code, response.headers["Location"]) == (302, LOGIN)
    assert (await stranger.get("/admin")).headers["Location"] == "/admin/"


async def test_signing_out_is_a_post(panel: AsyncClient) -> None:
    stolen = dict(panel.cookies)
    assert (await panel.get("/admin/logout")).status_code == 405
    elsewhere = {"Origin": "https://evil.example"}
    for path in ("/admin/login", "/admin/logout", CREATE):
        assert (await panel.post(path, headers=elsewhere)).status_code == 403
    response = await panel.post("/admin/logout")
    assert (response.status_code, response.headers["Location"]) == (303, LOGIN)
    panel.cookies.update(stolen)
    assert (await panel.get("/admin/")).status_code == 302


async def test_every_model_is_there(app: FastAPI) -> None:
    models = {mapper.class_ for mapper in Base.registry.mappers}
    assert {view.model for view in VIEWS} == models
    assert all(view.column_searchable_list for view in VIEWS)
    # Only in these are changes noticed, and their tasks sent.
    assert {view.session_maker for view in VIEWS} == {app.state.database.session}


async def test_an_item_is_made_found_changed_and_deleted(
    panel: AsyncClient, session: AsyncSession, boss: User
) -> None:
    with capture_logs() as lines:
        assert (await panel.post(CREATE, data=ITEM)).status_code == 302
    (change,) = [line for line in lines if line["event"] == "changed"]
    assert (change["action"], change["user"]) == ("create", str(boss.id))
    item = (await session.scalars(select(Item))).one()
    assert (item.name, item.owner_id) == ("Pen", boss.id)
    for search, found in (("en", True), ("ink", False)):
        page = await panel.get("/admin/item/list", params={"search": search})
        assert (str(item.id) in page.text) == found
        assert 'aria-label="Clear the search"' in page.text
    assert "Pen" in (await panel.get(f"/admin/item/details/{item.id}")).text
    edit = f"/admin/item/edit/{item.id}"
    for path, wrong, said in (
        (edit, {"price": "9.001"}, "A price is 0 to 1,000,000"),
        (edit, {"name": "\x07"}, "A name has no control characters"),
        (CREATE, {}, "The database does not take this."),
    ):
        response = await panel.post(path, data=ITEM | wrong)
        assert response.status_code == 400
        assert f'role="alert">{said}' in response.text
        assert "INSERT" not in response.text
    assert (await panel.post(edit, data=ITEM | {"name": "Ink"})).status_code == 302
    await panel.delete(f"/admin/item/delete?pks={item.id}")
    for unknown in (item.id, "nonsense"):
        assert (await panel.get(f"/admin/item/details/{unknown}")).status_code == 404


async def test_disabling_somebody_ends_their_sessions(
    panel: AsyncClient, session: AsyncSession, boss: User
) -> None:
    other = await add_user(session, "other@example.org")
    await tokens.issue(session, other.id, "session")
    await session.commit()
    assert "argon2" not in (await panel.get(f"/admin/user/details/{other.id}")).text
    await panel.post(f"/admin/user/edit/{other.id}", data={"save": "Save"})
    await session.refresh(other)
    assert not other.is_active
    (kept,) = await session.scalars(select(Token))
    assert kept.user_id == boss.id
