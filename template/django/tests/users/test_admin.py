import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from app.accounts.models import PasswordReset
from app.accounts.sessions.models import Session
from app.users.models import User
from tests.factories import create_user

pytestmark = pytest.mark.django_db
LIST = reverse("admin:users_user_changelist")
ALL_RIGHTS = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}


def change_url(user: User) -> str:
    return reverse("admin:users_user_change", args=[user.pk])


def delete_url(user: User) -> str:
    return reverse("admin:users_user_delete", args=[user.pk])


@pytest.fixture
def user() -> User:
    return create_user()


@pytest.fixture
def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager() -> User:
    """Create a member of the staff who may change users and groups."""
    manager = create_user("manager@example.org", is_staff=True)
    models = ("user", "group")
    permissions = Permission.objects.filter(content_type__model__in=models)
    manager.user_permissions.set(permissions)
    return manager


@pytest.fixture
def manager_client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def test_a_user_is_added_without_a_password(admin_client: Client) -> None:
    url = reverse("admin:users_user_add")
    response = admin_client.post(url, {"email": "no address", "is_active": "on"})
    assert "Enter a valid email address." in response.text
    admin_client.post(url, {"email": "New@Example.org", "is_active": "on"})
    assert not User.objects.get(email="new@example.org").has_usable_password()


@pytest.mark.usefixtures("signed_in")
def test_new_rights_end_sessions_and_links(admin_client: Client, user: User) -> None:
    PasswordReset.objects.create(user=user, expires_at="2100-01-01T00:00Z")
    form = {"email": user.email, "is_active": "on"}
    admin_client.post(change_url(user), form | {"first_name": "Ada"})
    assert Session.objects.filter(user=user).exists()
    admin_client.post(change_url(user), form | {"is_staff": "on"})
    user.refresh_from_db()
    assert user.is_staff
    assert not Session.objects.filter(user=user).exists()
    assert not PasswordReset.objects.exists()


@pytest.mark.parametrize("right", ["is_active", "is_staff"])
def test_the_last_staff_account_keeps_its_rights(
    admin_client: Client, admin_user: User, right: str
) -> None:
    form = {"email": admin_user.email} | ALL_RIGHTS
    del form[right]
    response = admin_client.post(change_url(admin_user), form)
    assert "last active staff account" in response.text
    action = {"action": "delete_selected", "_selected_action": str(admin_user.pk)}
    for url, confirmed in ((delete_url(admin_user), {}), (LIST, action)):
        response = admin_client.post(url, confirmed | {"post": "yes"})
        assert "last active staff account" in response.text
    admin_user.refresh_from_db()
    assert admin_user.is_active
    assert admin_user.is_staff


def test_staff_who_give_up_their_rights_are_signed_out(
    admin_client: Client, admin_user: User
) -> None:
    create_user(is_staff=True)
    form = {"email": admin_user.email, "is_active": "on"}
    assert admin_client.post(change_url(admin_user), form).status_code == 302
    assert not Session.objects.exists()
    assert admin_client.get(LIST).status_code == 302


def test_users_are_deleted(
    admin_client: Client, admin_user: User, user: User, signed_in: Client
) -> None:
    bob = create_user("bob@example.org", is_staff=True)
    assert signed_in.session
    assert "with all that belongs" in admin_client.get(delete_url(user)).text
    admin_client.post(delete_url(user), {"post": "yes"})
    action = {
        "action": "delete_selected",
        "_selected_action": str(admin_user.pk),
        "post": "yes",
    }
    admin_client.post(LIST, action)
    assert User.objects.get() == bob
    assert not Session.objects.exists()


@pytest.mark.usefixtures("signed_in")
def test_users_are_signed_out_everywhere(
    admin_client: Client, admin_user: User, user: User
) -> None:
    action = {"action": "sign_out", "_selected_action": [str(user.pk)]}
    admin_client.post(LIST, action)
    assert Session.objects.get().user == admin_user


def test_only_superusers_give_rights_and_change_addresses(
    manager_client: Client, user: User
) -> None:
    form = {"email": "other@example.org", "first_name": "Ada"} | ALL_RIGHTS
    assert manager_client.post(change_url(user), form).status_code == 302
    user.refresh_from_db()
    assert (user.email, user.first_name) == ("ada@example.org", "Ada")
    assert not user.is_staff
    assert not user.is_superuser
    added = {"email": "new@example.org"} | ALL_RIGHTS
    manager_client.post(reverse("admin:users_user_add"), added)
    assert not User.objects.get(email="new@example.org").is_staff


def test_only_superusers_give_permissions_to_groups(
    admin_client: Client, manager_client: Client
) -> None:
    group = Group.objects.create(name="Helpers")
    permission = Permission.objects.get(codename="delete_user")
    form = {"permissions": [permission.pk]}
    url = reverse("admin:auth_group_change", args=[group.pk])
    assert manager_client.post(url, form | {"name": "Aides"}).status_code == 302
    manager_client.post(reverse("admin:auth_group_add"), form | {"name": "Others"})
    for name in ("Aides", "Others"):
        assert not Group.objects.get(name=name).permissions.exists()
    admin_client.post(url, form | {"name": "Aides"})
    assert group.permissions.get() == permission


def test_only_superusers_change_superusers(
    manager_client: Client, admin_user: User
) -> None:
    form = {"email": admin_user.email}
    assert manager_client.post(change_url(admin_user), form).status_code == 403
    post = {"post": "yes"}
    assert manager_client.post(delete_url(admin_user), post).status_code == 403
    action = {"action": "delete_selected", "_selected_action": str(admin_user.pk)}
    manager_client.post(LIST, action | post)
    admin_user.refresh_from_db()
    assert admin_user.is_active


@pytest.mark.usefixtures("signed_in")
def test_only_superusers_sign_superusers_out(
    admin_client: Client, manager_client: Client, admin_user: User, user: User
) -> None:
    assert admin_client.session
    selected = [str(admin_user.pk), str(user.pk)]
    action = {"action": "sign_out", "_selected_action": selected}
    page = manager_client.post(LIST, action, follow=True)
    assert f"Only superusers may sign out {admin_user}." in page.text
    assert Session.objects.filter(user=admin_user).exists()
    assert not Session.objects.filter(user=user).exists()
