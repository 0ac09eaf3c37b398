from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from app.users.models import User


@pytest.mark.django_db
def test_the_demonstration_user_has_a_network(settings: Any) -> None:
    settings.DEBUG = True
    for word in ("Created 4 profiles", "profiles already"):
        output = StringIO()
        call_command("seed_network", stdout=output)
        assert word in output.getvalue()
    client = Client()
    client.force_login(User.objects.get(email="demo@example.com"))
    for path, text in (
        ("feed", "Sourdough"),
        ("messages/", "on Saturday"),
        ("notifications/", "follows you"),
        ("@ada", "1 follower<"),
    ):
        assert text in client.get(f"/social/{path}").text


@pytest.mark.django_db
def test_production_gets_no_sample_profiles(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="for development"):
        call_command("seed_network")
