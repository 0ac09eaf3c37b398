import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from structlog.testing import capture_logs

from app.accounts.sessions.models import Session
from app.users.models import User
from tests.accounts.helpers import NEW_PASSWORD
from tests.factories import PASSWORD, create_user

pytestmark = pytest.mark.django_db
EMAIL = "boss@example.org"


@pytest.fixture(autouse=True)
def boss() -> User:
    return User.objects.create_superuser(EMAIL, PASSWORD)


def sign_in(email: str, password: str = PASSWORD, client: Client | None = None) -> int:
    form = {"username": email, "password": password}
    return (client or Client()).post(reverse("admin:login"), form).status_code


def test_staff_sign_in_and_out(boss: User) -> None:
    client = Client(headers={"User-Agent": "Lynx"})
    index, login = reverse("admin:index"), reverse("admin:login")
    response = client.get(index)
    assert response.headers["Location"] == f"{login}?next={index}"
    form = {"username": "Boss@Example.org ", "password": PASSWORD}
    assert client.post(login, form).headers["Location"] == index
    assert client.get(login).headers["Location"] == index
    session = Session.objects.get(user=boss)
    assert session.user_agent == "Lynx"
    assert client.get(reverse("admin:logout")).status_code == 405
    client.post(reverse("admin:logout"))
    assert not Session.objects.exists()
    assert client.get(index).status_code == 302


def test_the_path_is_a_setting() -> None:
    assert reverse("admin:index") == f"{settings.ADMIN_PATH}/"


def test_all_failed_sign_ins_get_the_same_response() -> None:
    create_user()
    texts = set()
    for email, password in (
        ("ada@example.org", PASSWORD),
        (EMAIL, "wrong"),
        ("unknown@example.org", PASSWORD),
        ("no address", PASSWORD),
    ):
        client = Client()
        form = {"username": email, "password": password}
        with capture_logs() as lines:
            response = client.post(reverse("admin:login"), form)
        assert response.status_code == 401
        assert {line["event"] for line in lines} & {"sign_in_failed", "refused"}
        texts |= {str(error) for error in response.context["form"].non_field_errors()}
        assert settings.SESSION_COOKIE_NAME not in client.cookies
    assert len(texts) == 1


def test_attempts_to_sign_in_are_limited() -> None:
    for _ in range(10):
        assert sign_in(EMAIL, "wrong") == 401
    assert sign_in(EMAIL) == 429


def test_users_who_are_not_staff_have_no_access() -> None:
    client = Client()
    client.force_login(create_user())
    assert client.get(reverse("admin:index")).status_code == 302
    assert "not authorized" in client.get(reverse("admin:login")).text


def test_a_new_password_ends_all_sessions_but_this() -> None:
    client, stolen = Client(), Client()
    for each in (client, stolen):
        sign_in(EMAIL, client=each)
    url = reverse("admin:password_change")
    form = {"new_password1": NEW_PASSWORD, "new_password2": NEW_PASSWORD}
    assert client.post(url, form | {"old_password": "wrong"}).status_code == 200
    assert client.post(url, form | {"old_password": PASSWORD}).status_code == 302
    assert client.get(reverse("admin:index")).status_code == 200
    assert stolen.get(reverse("admin:index")).status_code == 302
    assert sign_in(EMAIL, NEW_PASSWORD) == 302


def test_attempts_to_change_the_password_are_limited() -> None:
    client = Client()
    sign_in(EMAIL, client=client)
    statuses = [
        client.post(reverse("admin:password_change"), {"old_password": "x"}).status_code
        for _ in range(11)
    ]
    assert statuses == [200] * 10 + [429]


def test_item_managers_have_all_permissions_for_items() -> None:
    permissions = Group.objects.get(name="Item managers").permissions
    names = {*permissions.values_list("codename", flat=True)}
    assert names == {"add_item", "change_item", "delete_item", "view_item"}
