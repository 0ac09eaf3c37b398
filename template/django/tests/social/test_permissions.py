"""Every page of the social network as another user, a blocked one, and no user."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from app.social.moderation.service import create_report
from app.social.posts import service as posts
from app.social.profiles import service as profiles
from app.social.profiles.models import Profile
from app.uploads.models import Upload
from app.users.models import User
from tests.social.factories import (
    block,
    client_of,
    create_profile,
    follow,
    write_message,
    write_post,
)

pytestmark = pytest.mark.django_db
SECRET = "a text that only one profile has"


def routes(resolver: URLResolver | None = None, prefix: str = "/") -> list[str]:
    """Return the routes below /social/, with parameters as in Django's patterns."""
    found = []
    for each in (resolver or get_resolver()).url_patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            found += routes(each, route) if "/social/".startswith(route[:8]) else []
        elif isinstance(each, URLPattern) and route.startswith("/social/"):
            found.append(route)
    return found


ROUTES = routes()


def create_content(author: Profile, viewer: Profile) -> dict[str, str]:
    """Let an author do everything that a viewer can see; return ids of it."""
    author.about = SECRET
    author.picture = Upload.objects.create(
        owner=author.user, name=SECRET, type="image/jpeg", size=1
    )
    author.save()
    profiles.follow(author, viewer.handle)
    post = write_post(author, SECRET)
    posts.like(author, write_post(viewer).pk)
    message = write_message(author, viewer, SECRET)
    return {
        "slug:handle": author.handle,
        "uuid:post_id": str(post.pk),
        "uuid:message_id": str(message.pk),
    }


def fill(route: str, values: dict[str, str]) -> str:
    return re.sub("<([^>]+)>", lambda match: values[match[1]], route)


def test_the_routes_are_found() -> None:
    assert {"/social/feed", "/social/@<slug:handle>"} <= {*ROUTES}


def test_anonymous_users_see_nothing(viewer: Profile, bob: Profile) -> None:
    values = create_content(bob, viewer)
    for route in ROUTES:
        url = fill(route, values)
        page = Client().get(url)
        for answer in (page, Client().post(url)):
            assert answer.status_code in {302, 405}, route
            if answer.status_code == 302:
                location = answer.headers["Location"]
                assert location.startswith("/accounts/sign-in")
                # Signing in leads back to pages only.
                assert ("?next=" in location) == (page.status_code == 302), route


@pytest.mark.parametrize("is_blocker", [True, False])
def test_blocked_users_and_those_who_block_see_nothing_of_each_other(
    client: Client, viewer: Profile, bob: Profile, *, is_blocker: bool
) -> None:
    values = create_content(bob, viewer)
    if is_blocker:
        profiles.block(viewer, bob.handle)
    else:
        profiles.block(bob, viewer.handle)
    for route in ROUTES:
        path = fill(route, values)
        page = client.get(path)
        assert SECRET not in page.text, route
        if path != "/social/blocked":  # to unblock
            assert "Bob" not in page.text, route
        if path != route:
            assert page.status_code in {404, 405}, route
            if not path.endswith("/unblock"):
                fields = {"text": "Hi", "reason": "spam"}
                assert client.post(path, fields).status_code in {404, 405}, route


def test_lists_without_rows_can_be_read(client: Client, viewer: Profile) -> None:
    assert viewer.handle
    for route in ROUTES:
        if "<" not in route:
            assert client.get(route).status_code in {200, 405}, route


def test_the_number_of_queries_does_not_grow(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    values = create_content(bob, viewer)
    paths = [fill(route, values) for route in ROUTES]
    paths.append("/social/people?query=user")
    counts = []
    for number in range(3):
        other = create_profile(f"user{number}")
        create_content(other, viewer)
        follow(viewer, other)
        follow(other, bob)
        follow(bob, other)
        block(viewer, create_profile(f"blocked{number}"))
        write_post(bob)
        write_message(viewer, bob)
        write_message(bob, viewer)
        counts.append({path: count_queries(client, path) for path in paths})
    assert counts == counts[:1] * 3


def count_queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code in {200, 404, 405}
    return len(queries)


def test_a_deleted_account_takes_everything_along(
    client: Client, viewer: Profile, bob: Profile
) -> None:
    create_content(bob, viewer)
    follow(viewer, bob)
    report = create_report(bob, viewer, reason="spam", text="the report stays")
    create_report(viewer, bob, reason="spam")
    User.objects.get(pk=bob.user.pk).delete()
    for path in ("feed", "people", "@ada", "messages/", "notifications/"):
        page = client.get(f"/social/{path}")
        assert page.status_code == 200
        assert "Bob" not in page.text
    assert client.get("/social/@bob").status_code == 404
    report.refresh_from_db()
    assert report.reporter is None


def test_forms_of_another_site_are_refused(viewer: Profile, bob: Profile) -> None:
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(viewer.user)
    for path in (f"@{bob.handle}/follow", "messages/@bob", "feed"):
        answer: Any = forged.post(f"/social/{path}", {"text": "Hi"})
        assert answer.status_code == 403
    assert client_of(bob).get("/social/feed").status_code == 200
