import pytest
from httpx2 import AsyncClient

from app.accounts.models import User
from app.database import UnitOfWork
from tests.admin.helpers import sign_in
from tests.factories import PASSWORD, create_user


@pytest.fixture
async def staff(unit_of_work: UnitOfWork) -> User:
    return await create_user(unit_of_work, "staff@example.org", is_staff=True)


@pytest.fixture
async def admin(anonymous_client: AsyncClient, staff: User) -> AsyncClient:
    """Send requests of a member of the staff who is signed in to the admin."""
    response = await sign_in(anonymous_client, staff.email, PASSWORD)
    assert response.headers["Location"] == "http://localhost/admin/"
    return anonymous_client
