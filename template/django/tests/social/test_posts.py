from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from limits import parse

from app.social import rate_limits
from app.social.posts import service
from app.social.posts.models import Like, Post
from app.social.profiles.models import Profile
from tests.social.factories import (
    client_of,
    create_profile,
    follow,
    write_post,
)

pytestmark = pytest.mark.django_db


def test_a_post_is_written_and_deleted(client: Client, viewer: Profile) -> None:
    text = "<b>Hello</b>\r\nworld"
    page = client.post("/social/feed", {"text": text}, follow=True).text
    assert "Your post was published." in page
    assert "&lt;b&gt;Hello&lt;/b&gt;<br>world" in page
    post = Post.objects.get(author=viewer)
    assert "Hello" in client.get(f"/social/posts/{post.pk}").text
    assert "Delete this post?" in client.get(f"/social/posts/{post.pk}/delete").text
    client.post(f"/social/posts/{post.pk}/delete")
    assert "No posts yet" in client.get("/social/feed").text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "This field is required."),
        ("\u2800", "at least one visible character"),
        ("x" * 501, "at most 500 characters"),
        ("a\0", "Null characters are not allowed."),
    ],
)
def test_a_post_has_text(
    client: Client, viewer: Profile, text: str, message: str
) -> None:
    assert message in client.post("/social/feed", {"text": text}).text
    assert not Post.objects.filter(author=viewer).exists()


def test_a_line_break_is_one_character(client: Client, viewer: Profile) -> None:
    client.post("/social/feed", {"text": "a" + "\r\n" * 498 + "b"})
    assert Post.objects.filter(author=viewer).exists()


def test_the_feed_has_own_posts_and_those_of_followed_people(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    write_post(viewer, "by Ada")
    write_post(bob, "by Bob")
    write_post(create_profile("eve"), "by Eve")
    follow(viewer, bob)
    page = client.get("/social/feed").text
    assert "by Ada" in page
    assert "by Bob" in page
    assert page.index("by Bob") < page.index("by Ada")
    assert "by Eve" not in page
    assert "by Eve" in client.get("/social/@eve").text


def test_a_page_of_the_feed_is_stable_while_posts_are_added(
    client: Client, viewer: Profile
) -> None:
    for number in range(21):
        write_post(viewer, f"post {number}.")
    page: Any = client.get("/social/feed")
    assert "post 1." in page.text
    assert "post 0." not in page.text
    write_post(viewer, "a new one")
    rest = client.get(f"/social/feed?cursor={page.context['next_cursor']}").text
    assert "post 0." in rest
    assert "post 1." not in rest
    assert "First page" in rest
    for cursor in ("x", "A" * 33, "\0", "٣" * 32):
        assert "a new one" in client.get("/social/feed", {"cursor": cursor}).text


def test_a_post_is_liked_once(client: Client, viewer: Profile, bob: Profile) -> None:
    post = write_post(bob)
    back = f"/social/posts/{post.pk}"
    for _ in range(2):
        liked = client.post(f"{back}/like", {"next": back})
        assert liked.headers["Location"] == back
    assert "Liked · 1" in client.get(back).text
    assert bob.notifications.count() == Like.objects.count() == 1
    too_long = "/" + "x" * 9000
    for address in ("https://evil.example/", "//evil.example", too_long, "", "\0"):
        elsewhere = client.post(f"{back}/unlike", {"next": address})
        assert elsewhere.headers["Location"] == "/social/feed"
    assert client.post(f"{back}/like", {"next": "x"}).headers["Location"] == "x"
    client.post(f"{back}/unlike")
    assert not Like.objects.exists()
    assert not bob.notifications.exists()
    own = write_post(viewer)
    client.post(f"/social/posts/{own.pk}/like")
    assert not viewer.notifications.exists()


def test_other_conflicts_are_errors(
    viewer: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = write_post(viewer)
    service.like(viewer, post.pk)
    monkeypatch.setattr(service, "violates", lambda *_arguments: False)
    with pytest.raises(Exception, match=r"(?i)unique"):
        service.like(viewer, post.pk)


def test_only_the_author_deletes_a_post(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    post = write_post(bob)
    assert client.post(f"/social/posts/{post.pk}/delete").status_code == 404
    assert service.get_post(viewer, post.pk) == post


def test_a_hidden_post_disappears_everywhere(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    post = write_post(viewer, "rude words")
    service.like(bob, post.pk)
    assert "rude words" in client.get("/social/notifications/").text
    Post.objects.update(is_hidden=True)
    for path in ("/social/feed", "/social/@ada", "/social/notifications/"):
        for each in (client, client_of(bob)):
            assert "rude words" not in each.get(path).text
    for path in ("", "/delete"):
        assert client.get(f"/social/posts/{post.pk}{path}").status_code == 404
    assert client.post(f"/social/posts/{post.pk}/like").status_code == 404


def test_posts_are_limited(
    client: Client, viewer: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "POSTS", parse("2/hour"))
    statuses = [
        client.post("/social/feed", {"text": "a"}).status_code for _ in range(3)
    ]
    assert statuses == [302, 302, 429]
    assert Post.objects.filter(author=viewer).count() == 2
    # Others are not affected.
    other = client_of(create_profile("eve"))
    assert other.post("/social/feed", {"text": "a"}).status_code == 302


def test_unknown_posts_are_not_found(client: Client, viewer: Profile) -> None:
    assert viewer.handle
    assert client.get(f"/social/posts/{uuid4()}").status_code == 404
