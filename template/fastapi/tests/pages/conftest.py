import pytest
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from tests.accounts.people import PASSWORD, add_user


@pytest.fixture
async def client(client: AsyncClient, session: AsyncSession) -> AsyncClient:
    """Browse as somebody who is signed in."""
    user = await add_user(session)
    form = {"email": user.email, "password": PASSWORD}
    response = await client.post("/accounts/sign-in", data=form)
    assert response.status_code == 303
    return client


@pytest.fixture
def stranger(client: AsyncClient) -> AsyncClient:
    client.cookies.clear()
    return client
