import re
from datetime import timedelta

from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.models import Token, User
from app.database import now
from tests.accounts.people import PASSWORD, mailed

NEW = "biscuits at five"
ADA = "ada@example.org"


async def send(client: AsyncClient, page: str, **fields: str) -> Response:
    return await client.post(f"/accounts/{page}", data=fields)


def leads_to(response: Response, path: str) -> bool:
    return (response.status_code, response.headers["Location"]) == (303, path)


async def test_strangers_are_asked_to_sign_in(stranger: AsyncClient) -> None:
    response = await stranger.get("/items/new?a=b")
    assert leads_to(response, "/accounts/sign-in?next=%2Fitems%2Fnew%3Fa%3Db")
    assert "Register" in (await stranger.get("/")).text


async def test_an_account_is_made_and_confirmed(
    app: FastAPI, stranger: AsyncClient
) -> None:
    new = "new@example.org"
    filled = {"email": new, "password": PASSWORD}
    assert leads_to(await send(stranger, "register", **filled), "/accounts/sent")
    assert "mailbox" in (await stranger.get("/accounts/sent")).text
    assert (await send(stranger, "sign-in", **filled)).status_code == 401
    token = mailed(app, new)
    link = f"http://localhost/accounts/confirm?token={token}"
    assert link in app.state.mailer.transport.sent[0].get_content()
    assert token in (await stranger.get(link)).text
    confirmed = await send(stranger, "confirm", token=token)
    assert leads_to(confirmed, "/accounts/sign-in")
    assert leads_to(await send(stranger, "sign-in", **filled), "/items/")
    assert new in (await stranger.get("/")).text


async def test_errors_stand_at_their_field(client: AsyncClient) -> None:
    new = await send(client, "register", email="ada", password="short")
    changed = await send(client, "password", current_password=NEW, new_password=NEW)
    for page, wrong in ((new, ["email", "password"]), (changed, ["current_password"])):
        assert page.status_code == 422
        assert re.findall(r'id="(\w+)-error"', page.text) == wrong
        assert NEW not in page.text


async def test_a_session_ends_where_its_user_says(client: AsyncClient) -> None:
    stolen = dict(client.cookies)
    assert (await client.get("/accounts/sign-out")).status_code == 405
    assert leads_to(await send(client, "sign-out"), "/")
    assert not client.cookies
    client.cookies.update(stolen)
    assert (await client.get("/items/")).status_code == 303


async def test_a_new_password_ends_all_sessions_but_this(client: AsyncClient) -> None:
    stolen = client.cookies["session"]
    fields = {"current_password": PASSWORD, "new_password": NEW}
    assert leads_to(await send(client, "password", **fields), "/")
    assert (await client.get("/accounts/password")).status_code == 200
    client.cookies.clear()
    client.cookies["session"] = stolen
    assert (await client.get("/items/")).status_code == 303


async def test_a_forgotten_password_is_replaced(
    app: FastAPI, client: AsyncClient
) -> None:
    assert leads_to(await send(client, "reset", email=ADA), "/accounts/sent")
    token = mailed(app)
    page = await client.get(f"/accounts/reset/confirm?token={token}")
    assert token in page.text
    fields = {"token": token, "password": NEW}
    done = await send(client, "reset/confirm", **fields)
    assert leads_to(done, "/accounts/sign-in")
    assert (await client.get("/items/")).status_code == 303
    assert (await send(client, "reset/confirm", **fields)).status_code == 400
    assert leads_to(await send(client, "sign-in", email=ADA, password=NEW), "/items/")


async def test_a_session_lives_on_while_it_is_used(
    client: AsyncClient, session: AsyncSession
) -> None:
    only = select(Token).where(Token.kind == "session")
    token = (await session.scalars(only)).one()
    token.expires_at = soon = now() + timedelta(hours=1)
    await session.commit()
    assert (await client.get("/items/")).status_code == 200
    await session.refresh(token)
    assert token.expires_at > soon
    await session.execute(update(User).values(is_active=False))
    await session.commit()
    assert (await client.get("/items/")).status_code == 303
