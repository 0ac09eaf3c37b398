from typing import Any
from unittest.mock import Mock

import pytest
from django.test import Client

from app.realtime.publisher import hub
from app.social.profiles.models import Profile
from tests.social.factories import write_message

pytestmark = pytest.mark.django_db


def test_a_notification_is_an_event_without_content(
    viewer: Profile,
    bob: Profile,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    publish = Mock()
    monkeypatch.setattr(hub, "publish", publish)
    with django_capture_on_commit_callbacks(execute=True):
        write_message(viewer, bob)
        publish.assert_not_called()
    [call] = publish.mock_calls
    assert call.args[0].model_dump() == {"type": "notification.created"}
    assert call.kwargs == {"topics": {str(bob.user.pk)}}


def test_open_pages_read_the_numbers(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    write_message(bob, viewer)
    numbers = client.get("/social/notifications/unread").json()
    assert numbers == {"messages": "1", "notifications": "1"}
    page = client.get("/social/feed").text
    assert 'data-unread-counts="/social/notifications/unread"' in page
    assert Client().get("/social/notifications/unread").status_code == 302
