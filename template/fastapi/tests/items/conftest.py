import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.owners import work_for
from tests.accounts.people import add_user


@pytest.fixture
async def session(session: AsyncSession) -> AsyncSession:
    """Work for one of the staff: names are unique for each owner."""
    work_for(session, await add_user(session, is_staff=True))
    return session
