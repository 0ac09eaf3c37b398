import json

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from wagtail.documents.models import Document
from wagtail.models import Page

from app.cms.models import HomePage
from app.uploads.limits import body_limits
from app.users.models import User
from tests.cms.conftest import SignIn
from tests.cms.factories import create_page
from tests.factories import PASSWORD, make_staff

pytestmark = pytest.mark.django_db
ABOUT = {
    "title": "About us",
    "slug": "about-us",
    "body-count": "1",
    "body-0-deleted": "",
    "body-0-order": "0",
    "body-0-type": "quote",
    "body-0-id": "",
    "body-0-value-text": "Blue is patient.",
    "comments-TOTAL_FORMS": "0",
    "comments-INITIAL_FORMS": "0",
}


def add_page(client: Client, action: str = "") -> Page:
    """Create a page in the editor, as its button for this action does."""
    home = HomePage.objects.get()
    data = ABOUT | ({action: "1"} if action else {})
    response = client.post(f"/cms/pages/add/cms/contentpage/{home.pk}/", data)
    assert response.status_code == 302, response.text
    return Page.objects.get(slug="about-us")


def read_policy(client: Client, path: str) -> dict[str, str]:
    policy = client.get(path).headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


def test_signing_in_is_left_to_the_page_that_limits_attempts(visitor: Client) -> None:
    for path in ("/cms/", "/cms/pages/", "/cms/images/add/"):
        location = visitor.get(path).headers["Location"]
        assert location == f"/accounts/sign-in?next={path}"
    for path in ("/cms/login/", "/_util/login/"):
        response = visitor.post(f"{path}?next=/cms/", {"password": PASSWORD})
        assert response.headers["Location"] == "/accounts/sign-in?next=/cms/"
    assert visitor.get("/cms/password_reset/").status_code == 404


def test_users_without_a_group_are_no_editors(client: Client) -> None:
    assert client.get("/cms/").headers["Location"].startswith("/accounts/sign-in")
    assert 'href="/cms/"' not in client.get("/accounts/profile").text


def test_editors_find_the_editor_in_their_menu(sign_in: SignIn) -> None:
    assert 'href="/cms/"' in sign_in("Editors").get("/accounts/profile").text


def test_inline_scripts_are_allowed_in_the_editor_only(sign_in: SignIn) -> None:
    editor = sign_in("Editors")
    create_page()
    policy = read_policy(editor, "/cms/")
    assert policy["script-src"] == policy["style-src"] == "'self' 'unsafe-inline'"
    assert policy["img-src"] == "'self' data: blob:"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["object-src"] == policy["base-uri"] == "'none'"
    for path in ("/", "/about-us/", "/search/", "/cmsx/", "/accounts/sign-in"):
        policy = read_policy(editor, path)
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"


def test_a_draft_is_previewed_in_a_frame_of_the_editor(sign_in: SignIn) -> None:
    moderator = sign_in("Moderators")
    page = add_page(moderator)
    preview = f"/cms/pages/{page.pk}/edit/preview/"
    changed = ABOUT | {"title": "About me"}
    answer = moderator.post(preview, changed)
    assert json.loads(answer.content) == {"is_valid": True, "is_available": True}
    response = moderator.get(f"{preview}?in_preview_panel=true")
    assert "<h1>About me</h1>" in response.text
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert read_policy(moderator, preview)["frame-ancestors"] == "'self'"


# Wagtail 8.0 sends emails with functions that Django 6.1 has deprecated.
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_editors_submit_and_moderators_publish(
    sign_in: SignIn, visitor: Client
) -> None:
    moderator = sign_in("Moderators")
    editor = sign_in("Editors")
    page = add_page(editor, "action-submit")
    assert visitor.get("/about-us/").status_code == 404
    (message,) = mail.outbox
    assert message.to == ["moderators@example.org"]
    assert "http://localhost:8000/cms/" in str(message.body)
    state = page.current_workflow_task_state
    action = f"/cms/pages/workflow/action/{page.pk}/approve/{state.pk}/"
    for client, status in ((editor, 404), (moderator, 200)):
        client.post(action)
        assert visitor.get("/about-us/").status_code == status
    assert "Blue is patient." in visitor.get("/about-us/").text


def test_users_are_managed_in_the_admin_only(admin_client: Client, user: User) -> None:
    assert "/cms/users/" not in admin_client.get("/cms/").text
    for path in ("", "new/", f"edit/{user.pk}/", f"delete/{user.pk}/"):
        response = admin_client.post(f"/cms/users/{path}")
        assert response.headers["Location"] == "/cms/", path
    admin_client.post(f"/cms/bulk/users/user/delete/?id={user.pk}")
    assert User.objects.filter(pk=user.pk).exists()


def test_only_superusers_change_groups(
    client: Client, user: User, admin_client: Client
) -> None:
    make_staff(user, "access_admin", "add_group", "change_group", "delete_group")
    group = Group.objects.get(name="Editors")
    paths = ("", "new/", f"edit/{group.pk}/", f"delete/{group.pk}/")
    for path in paths:
        assert client.get(f"/cms/groups/{path}").status_code == 302
        assert admin_client.get(f"/cms/groups/{path}").status_code == 200


def test_editors_cannot_change_address_or_password_in_the_editor(
    sign_in: SignIn,
) -> None:
    editor = sign_in("Editors")
    text = editor.get("/cms/account/").text
    assert "new_password1" not in text
    editor.post("/cms/account/", {"name_email-email": "other@example.org"})
    assert not User.objects.filter(email="other@example.org").exists()


def test_nothing_is_loaded_from_other_hosts(sign_in: SignIn) -> None:
    text = sign_in("Editors").get("/cms/").text
    for word in ("gravatar", "releases.wagtail", "w-upgrade"):
        assert word not in text.lower()


@pytest.mark.parametrize("kind", ["wagtaildocs", "wagtailimages"])
def test_new_files_have_the_limit_of_uploads(kind: str) -> None:
    limits = body_limits()
    for form in (f"{kind}:add", f"{kind}:add_multiple", f"{kind}_chooser:create"):
        assert limits[reverse(form)] == settings.MAX_UPLOAD_BYTES


def test_documents_are_sent_as_files(sign_in: SignIn, visitor: Client) -> None:
    editor = sign_in("Editors")
    for name in ("a.pdf", "a.html"):
        file = SimpleUploadedFile(name, b"%PDF-1.7", "text/html")
        fields = {"title": "Prices", "file": file, "collection": "1"}
        editor.post("/cms/documents/add/", fields)
    document = Document.objects.get()
    response = visitor.get(document.url)
    response.close()
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
