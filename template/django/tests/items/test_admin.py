import pytest
from django.test import Client
from django.urls import reverse

from app.items.models import Item
from app.users.models import User
from tests.factories import create_user
from tests.items.factories import create_item
from tests.queries import count_queries

pytestmark = pytest.mark.django_db
LIST = reverse("admin:items_item_changelist")
ADD = reverse("admin:items_item_add")
FORM = {"name": " Teapot ", "description": "", "price": "9"}


def test_an_item_is_created_changed_and_deleted(
    admin_client: Client, admin_user: User
) -> None:
    assert admin_user.email in admin_client.get(ADD).text
    form = FORM | {"owner": str(admin_user.pk)}
    assert admin_client.post(ADD, form).headers["Location"] == LIST
    item = Item.objects.get()
    assert (item.name, item.owner) == ("Teapot", admin_user)
    url = reverse("admin:items_item_change", args=[item.pk])
    admin_client.post(url, form | {"name": "Kettle"})
    assert "Kettle" in admin_client.get(LIST, {"q": "kett"}).text
    delete = reverse("admin:items_item_delete", args=[item.pk])
    admin_client.post(delete, {"post": "yes"})
    assert not Item.objects.exists()


def test_the_number_of_queries_does_not_grow(admin_client: Client) -> None:
    counts = []
    for number in range(3):
        create_item(create_user(f"user{number}@example.org"))
        counts.append(count_queries(admin_client, LIST))
    assert counts == counts[:1] * 3


def test_selected_items_are_deleted(admin_client: Client) -> None:
    owner = create_user()
    items = [create_item(owner, f"Item {number}") for number in range(3)]
    action = {
        "action": "delete_selected",
        "_selected_action": [str(item.pk) for item in items[:2]],
        "post": "yes",
    }
    admin_client.post(LIST, action)
    assert Item.objects.get() == items[2]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"price": "9.001"}, "Enter a number such as 9.00."),
        ({"price": "1e3"}, "Enter a number such as 9.00."),
        ({"name": "\x07"}, "control characters"),
        ({"name": "Ink"}, "Another item has this name."),
    ],
)
def test_the_rules_are_those_of_the_service(
    admin_client: Client, admin_user: User, fields: dict[str, str], message: str
) -> None:
    create_item(admin_user, "Ink")
    form = FORM | {"owner": str(admin_user.pk)} | fields
    assert message in admin_client.post(ADD, form).text
    assert Item.objects.count() == 1


def test_an_unknown_item_leads_to_the_index(admin_client: Client) -> None:
    response = admin_client.get(f"{LIST}nonsense/change/")
    assert response.headers["Location"] == reverse("admin:index")
