import pytest
from django.contrib.auth.models import Group
from django.test import Client

from app.users.models import User


@pytest.fixture
def analyst(client: Client, user: User) -> Client:
    """Send requests of a user who is an analyst."""
    user.groups.add(Group.objects.get(name="Analysts"))
    return client
