import pytest

from app.social.profiles.models import Profile
from app.users.models import User
from tests.social.factories import create_profile
from tests.uploads.conftest import directory

__all__ = ["directory"]  # a fixture


@pytest.fixture
def viewer(user: User) -> Profile:
    """Return the profile of the user who sends requests with `client`."""
    return create_profile("ada", user)


@pytest.fixture
def bob(db: None) -> Profile:
    return create_profile("bob")
