from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from tests.factories import create_user

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def directory(tmp_path: Path, settings: Any) -> Path:
    """Store the files of each test in an empty directory."""
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": tmp_path}
    default = settings.STORAGES["default"] | {"OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": default}
    return tmp_path


@pytest.fixture
def visitor(db: None) -> Client:
    """Send requests of an anonymous user."""
    return Client()


@pytest.fixture
def sign_in(db: None) -> SignIn:
    """Return a client of a new user in a group, such as Wagtail's Editors."""

    def sign_in(group: str) -> Client:
        user = create_user(f"{group.lower()}@example.org")
        user.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(user)
        return client

    return sign_in
