from datetime import timedelta

import pytest
from httpx2 import AsyncClient, Response
from sqlalchemy import update
from structlog.testing import capture_logs

from app.accounts import tokens
from app.accounts.models import RefreshToken
from app.database import now
from app.state import State
from app.unit_of_work import UnitOfWork
from tests.accounts.helpers import NEW_PASSWORD, read_emails, read_token, send_token
from tests.factories import PASSWORD, create_user

AUTH = "/api/v1/auth"
ME = "/api/v1/me"
ADA = "ada@example.org"


async def call(client: AsyncClient, path: str, **body: str) -> Response:
    return await client.post(f"{AUTH}/{path}", json=body)


async def test_anonymous_requests_get_401(anonymous_client: AsyncClient) -> None:
    response = await anonymous_client.get(ME)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_user_registers_confirms_and_signs_in(
    state: State, client: AsyncClient
) -> None:
    email = "new@example.org"
    registered = await call(client, "register", email=email, password=NEW_PASSWORD)
    assert (registered.status_code, registered.text) == (202, "")
    token = await read_token(state, email)
    for status in (204, 400):
        assert (await call(client, "confirm", token=token)).status_code == status
    await send_token(client, email, NEW_PASSWORD)
    me = (await client.get(ME)).json()
    assert (me["email"], me["is_staff"]) == (email, False)


async def test_registering_a_known_address_changes_nothing(
    state: State, client: AsyncClient
) -> None:
    registered = await call(client, "register", email=ADA, password=NEW_PASSWORD)
    assert (registered.status_code, registered.text) == (202, "")
    (message,) = await read_emails(state, ADA)
    assert message["Subject"] == "You already have an account"
    assert await send_token(client, ADA, PASSWORD)


async def test_a_failed_sign_in_does_not_tell_why(
    client: AsyncClient, unit_of_work: UnitOfWork
) -> None:
    disabled = await create_user(unit_of_work, "bob@example.org")
    await send_token(client, disabled.email)
    disabled.is_active = False
    await unit_of_work.commit()
    assert (await client.get(ME)).status_code == 401
    answers = set()
    with capture_logs() as logs:
        for email in (ADA, "unknown@example.org", "b\0", disabled.email):
            password = PASSWORD if email == disabled.email else NEW_PASSWORD
            form = {"username": email, "password": password}
            response = await client.post(f"{AUTH}/token", data=form)
            answers.add((response.status_code, response.text))
    assert [status for status, _ in answers] == [401]
    assert [entry["event"] for entry in logs].count("sign_in_failed") == 4


async def test_a_refresh_token_rotates(client: AsyncClient) -> None:
    first = await send_token(client, ADA)
    # The second request may be simultaneous, so it gets tokens as well.
    for _ in range(2):
        response = await call(client, "refresh", refresh_token=first)
        assert response.status_code == 200
        access_token = response.json()["access_token"]
        client.headers["Authorization"] = f"Bearer {access_token}"
        assert (await client.get(ME)).status_code == 200


async def test_a_refresh_token_that_returns_later_revokes_its_family(
    client: AsyncClient, unit_of_work: UnitOfWork
) -> None:
    first = await send_token(client, ADA)
    second = (await call(client, "refresh", refresh_token=first)).json()
    used_at = now() - timedelta(seconds=11)
    is_used = RefreshToken.used_at.is_not(None)
    change = update(RefreshToken).where(is_used).values(used_at=used_at)
    await unit_of_work.session.execute(change)
    await unit_of_work.commit()
    for token in (first, second["refresh_token"]):
        response = await call(client, "refresh", refresh_token=token)
        assert response.status_code == 401
    assert (await client.get(ME)).status_code == 401


async def test_a_token_that_was_never_issued_has_no_effect(
    state: State, client: AsyncClient
) -> None:
    await send_token(client, ADA)
    access_token = client.headers["Authorization"].removeprefix("Bearer ")
    family_id = tokens.parse_access_token(state["settings"], access_token)
    assert family_id is not None
    for token in (f"{family_id.hex}.x", str(family_id)):
        response = await call(client, "refresh", refresh_token=token)
        assert response.status_code == 401
    assert (await client.get(ME)).status_code == 200


async def test_signing_out_revokes_the_tokens(client: AsyncClient) -> None:
    token = await send_token(client, ADA)
    assert (await call(client, "revoke", refresh_token=token)).status_code == 204
    assert (await client.get(ME)).status_code == 401


async def test_a_new_password_signs_out_everywhere(client: AsyncClient) -> None:
    token = await send_token(client, ADA)
    for current, status in ((NEW_PASSWORD, 403), (PASSWORD, 204)):
        change = {"current_password": current, "new_password": NEW_PASSWORD}
        assert (await call(client, "password", **change)).status_code == status
    assert (await client.get(ME)).status_code == 401
    assert (await call(client, "refresh", refresh_token=token)).status_code == 401
    assert await send_token(client, ADA, NEW_PASSWORD)


async def test_a_forgotten_password_is_replaced(
    state: State, client: AsyncClient
) -> None:
    for email in (ADA, "unknown@example.org"):
        response = await call(client, "reset", email=email)
        assert (response.status_code, response.text) == (202, "")
    assert not await read_emails(state, "unknown@example.org")
    reset = {"token": await read_token(state, ADA), "password": NEW_PASSWORD}
    for status in (204, 400):
        assert (await call(client, "reset/confirm", **reset)).status_code == status
    assert (await client.get(ME)).status_code == 401
    assert await send_token(client, ADA, NEW_PASSWORD)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ACCESS_TOKEN_LIFETIME", timedelta(minutes=-1)),
        ("ACCESS_TOKEN_TYPE", "JWT"),
        ("_signing_key", lambda _: b"another" * 5),
        ("_audience", lambda _: "https://other.example/api"),
    ],
)
async def test_other_tokens_are_refused(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch, name: str, value: object
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tokens, name, value)
        await send_token(client, ADA)
    response = await client.get(ME)
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]


async def test_clocks_of_hosts_may_differ_a_little(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(tokens, "now", lambda: now() + timedelta(seconds=10))
        await send_token(client, ADA)
    assert (await client.get(ME)).status_code == 200
