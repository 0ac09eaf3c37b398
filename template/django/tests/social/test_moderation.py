import pytest
from django.test import Client
from django.urls import reverse
from limits import parse

from app.social import rate_limits
from app.social.moderation.models import Report
from app.social.moderation.service import create_report
from app.social.posts.models import Post
from app.social.profiles.models import Profile
from app.users.models import User
from tests.social.factories import client_of, write_message, write_post

pytestmark = pytest.mark.django_db
REPORTS = reverse("admin:moderation_report_changelist")
POSTS = reverse("admin:posts_post_changelist")
MESSAGES = reverse("admin:conversations_message_changelist")


def test_profiles_posts_and_messages_are_reported(
    client: Client, viewer: Profile, bob: Profile, admin_client: Client
) -> None:
    post = write_post(bob, "a rude post")
    message = write_message(bob, viewer, "a rude message")
    for path, text in (
        ("profiles/@bob", "Report Bob"),
        (f"posts/{post.pk}", "a rude post"),
        (f"messages/{message.pk}", "a rude message"),
    ):
        assert text in client.get(f"/social/report/{path}").text
        fields = {"reason": "harassment", "text": "Please look."}
        page = client.post(f"/social/report/{path}", fields, follow=True)
        assert "A moderator will look at your report." in page.text
    assert Report.objects.filter(reporter=viewer, profile=bob).count() == 3
    listed = admin_client.get(REPORTS).text
    for text in ("@bob", "a rude post", "a rude message", "Harassment"):
        assert text in listed
    found = admin_client.get(REPORTS, {"q": "a rude message"}).text
    assert "a rude post" not in found
    for report in Report.objects.all():
        url = reverse("admin:moderation_report_change", args=[report.pk])
        assert report.content.split("\n")[0] in admin_client.get(url).text


def test_a_report_has_a_reason(client: Client, viewer: Profile, bob: Profile) -> None:
    page = client.post(f"/social/report/profiles/@{bob.handle}", {"reason": "none"})
    assert "is not one of the available choices" in page.text
    assert not viewer.submitted_reports.exists()


def test_users_cannot_report_their_own_profile(client: Client, viewer: Profile) -> None:
    path = f"/social/report/profiles/@{viewer.handle}"
    assert client.post(path, {"reason": "spam"}).status_code == 409


def test_reports_are_limited(
    client: Client, viewer: Profile, bob: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limits, "REPORTS", parse("1/hour"))
    path = f"/social/report/profiles/@{bob.handle}"
    statuses = [client.post(path, {"reason": "spam"}).status_code for _ in range(2)]
    assert statuses == [302, 429]
    assert viewer.submitted_reports.count() == 1


def test_moderators_resolve_reports_and_hide_posts(
    viewer: Profile, bob: Profile, admin_client: Client, admin_user: User
) -> None:
    post = write_post(bob)
    first = create_report(viewer, post, reason="spam")
    second = create_report(viewer, bob, reason="hate")
    for report, action in ((first, "hide_posts"), (second, "resolve")):
        fields = {"action": action, "_selected_action": str(report.pk)}
        admin_client.post(REPORTS, fields)
        report.refresh_from_db()
        assert report.resolved_by == admin_user
    assert Post.objects.get().is_hidden
    open_reports = admin_client.get(REPORTS, {"resolved_at__isempty": "1"})
    assert "0 reports" in open_reports.text


def test_moderators_hide_posts_and_show_them_again(
    client: Client, viewer: Profile, admin_client: Client
) -> None:
    post = write_post(viewer, "my post")
    for action, is_shown in (("hide", False), ("show", True)):
        fields = {"action": action, "_selected_action": str(post.pk)}
        admin_client.post(POSTS, fields)
        assert ("my post" in client.get("/social/feed").text) == is_shown
    url = reverse("admin:posts_post_change", args=[post.pk])
    admin_client.post(url, {"is_hidden": "on", "text": "changed"})
    post.refresh_from_db()
    assert (post.is_hidden, post.text) == (True, "my post")


def test_moderators_see_no_other_messages(
    viewer: Profile, bob: Profile, admin_client: Client
) -> None:
    write_message(viewer, bob, "a private message")
    create_report(viewer, write_message(bob, viewer, "a rude one"), reason="spam")
    page = admin_client.get(MESSAGES).text
    assert "a rude one" in page
    assert "a private message" not in page


@pytest.mark.parametrize("url", [REPORTS, POSTS])
def test_rows_are_added_by_users_only(admin_client: Client, url: str) -> None:
    assert admin_client.get(f"{url}add/").status_code == 403


def test_users_are_no_moderators(viewer: Profile) -> None:
    assert client_of(viewer).get(REPORTS).status_code == 302
