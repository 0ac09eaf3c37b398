import pytest
from django.test import Client

from app.social.notifications.unread import count_unread
from app.social.posts import service as posts
from app.social.profiles import service as profiles
from app.social.profiles.models import Profile
from app.users.models import User
from tests.social.factories import client_of, write_message, write_post

pytestmark = pytest.mark.django_db


def test_followers_likes_and_messages_are_notifications(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    profiles.follow(bob, viewer.handle)
    posts.like(bob, write_post(viewer, "my post").pk)
    write_message(bob, viewer)
    page = client.get("/social/notifications/").text
    for text in ("follows you", "my post", "sent you"):
        assert text in page
    assert page.count("entry-unread") == 3
    assert '<span data-unread="notifications">3<' in page
    page = client.post("/social/notifications/read", follow=True).text
    assert "entry-unread" not in page
    assert '<span data-unread="notifications"><' in page
    assert "No notifications yet" in client_of(bob).get("/social/notifications/").text


def test_for_several_messages_of_a_sender_there_is_one_notification(
    viewer: Profile, bob: Profile
) -> None:
    for _ in range(2):
        write_message(bob, viewer)
    assert count_unread(viewer.user) == {"messages": "2", "notifications": "1"}


def test_large_numbers_are_not_counted(viewer: Profile, bob: Profile) -> None:
    for _ in range(100):
        write_message(bob, viewer)
    assert count_unread(viewer.user)["messages"] == "99+"


def test_users_without_a_profile_have_no_notifications(user: User) -> None:
    assert count_unread(user) == {"messages": "", "notifications": ""}


def test_notifications_of_others_are_not_marked_as_read(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    write_message(viewer, bob)
    client.post("/social/notifications/read")
    client.get("/social/messages/@bob")
    assert count_unread(bob.user) == {"messages": "1", "notifications": "1"}


def test_the_navigation_of_anonymous_users_has_no_numbers() -> None:
    page = Client().get("/").text
    assert "data-unread" not in page
