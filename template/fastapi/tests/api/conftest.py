import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from tests.accounts.people import PASSWORD, add_user


async def sign_in(client: AsyncClient, email: str, password: str = PASSWORD) -> str:
    form = {"username": email, "password": password}
    response = await client.post("/api/v1/auth/token", data=form)
    client.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
    refresh_token: str = response.json()["refresh_token"]
    return refresh_token


@pytest.fixture
async def client(client: AsyncClient, session: AsyncSession) -> AsyncClient:
    """Send an access token with every request."""
    user = await add_user(session)
    await sign_in(client, user.email)
    return client
