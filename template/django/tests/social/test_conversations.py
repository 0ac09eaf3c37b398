from typing import Any

import pytest
from django.test import Client
from limits import parse

from app.social import rate_limits
from app.social.conversations import service
from app.social.conversations.models import Conversation, Message
from app.social.profiles.models import Profile
from tests.social.factories import client_of, create_profile, write_message

pytestmark = pytest.mark.django_db


def test_a_message_is_sent_and_read(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    page = client.post("/social/messages/@bob", {"text": "<i>Hi"}, follow=True).text
    assert "Your message was sent." in page
    assert "You: &lt;i&gt;Hi" in client.get("/social/messages/").text
    bobs = client_of(bob)
    inbox = bobs.get("/social/messages/").text
    assert "&lt;i&gt;Hi" in inbox
    assert '<span data-unread="messages">1<' in inbox
    assert '<span data-unread="notifications">1<' in inbox
    assert "&lt;i&gt;Hi" in bobs.get("/social/messages/@ada").text
    inbox = bobs.get("/social/messages/").text
    assert '<span data-unread="messages"><' in inbox
    assert '<span data-unread="notifications"><' in inbox
    assert Message.objects.get().read_at
    assert Message.objects.get().sender == viewer


def test_both_write_to_one_conversation(viewer: Profile, bob: Profile) -> None:
    write_message(viewer, bob, "first")
    last = write_message(bob, viewer, "second")
    assert Conversation.objects.get().last_message == last
    for profile in (viewer, bob):
        assert list(service.list_conversations(profile)) == [last]


def test_a_message_is_private(client: Client, viewer: Profile, bob: Profile) -> None:
    message = write_message(bob, create_profile("eve"), "only for Eve")
    for path in ("/social/messages/", "/social/messages/@bob", "/social/messages/@eve"):
        assert "only for Eve" not in client.get(path).text
    report = client.get(f"/social/report/messages/{message.pk}")
    assert report.status_code == 404
    assert "only for Eve" not in client.get("/social/notifications/").text
    assert viewer.handle


def test_conversations_and_messages_have_pages(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    for number in range(21):
        write_message(bob, viewer, f"message {number}.")
    page: Any = client.get("/social/messages/@bob")
    assert "message 0." not in page.text
    assert page.text.count("entry-unread") == 20
    rest = client.get(f"/social/messages/@bob?cursor={page.context['next_cursor']}")
    assert "message 0." in rest.text
    for number in range(20):
        write_message(viewer, create_profile(f"user{number}"))
    assert "@bob" not in client.get("/social/messages/").text


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "This field is required."), ("x" * 1001, "at most 1000 characters")],
)
def test_a_message_has_text(
    client: Client, viewer: Profile, bob: Profile, text: str, message: str
) -> None:
    page = client.post(f"/social/messages/@{bob.handle}", {"text": text})
    assert message in page.text
    assert not viewer.sent_messages.exists()


def test_users_cannot_write_to_their_own_profile(
    client: Client, viewer: Profile
) -> None:
    answer = client.post(f"/social/messages/@{viewer.handle}", {"text": "Hi"})
    assert answer.status_code == 409


def test_messages_are_limited(
    client: Client, viewer: Profile, bob: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "MESSAGES", parse("1/hour"))
    path = f"/social/messages/@{bob.handle}"
    statuses = [client.post(path, {"text": "a"}).status_code for _ in range(2)]
    assert statuses == [302, 429]
    assert viewer.sent_messages.count() == 1
