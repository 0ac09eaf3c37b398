import pytest

from app.errors import Forbidden
from app.items import service
from app.items.models import Item
from app.users.models import User
from tests.factories import create_user, make_staff
from tests.items.factories import create_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(db: None) -> User:
    return create_user("bob@example.org")


def test_users_see_only_their_items(user: User, other: User) -> None:
    item = create_item(user)
    for viewer in (other, make_staff(other)):
        assert not service.list_items(viewer).exists()
        for call in (service.get_item, service.update_item, service.delete_item):
            with pytest.raises(service.ItemNotFound):
                call(viewer, item.pk)


def test_staff_see_and_change_items_of_others_by_permission(
    user: User, other: User
) -> None:
    item = create_item(user)
    viewer = make_staff(other, "view_item")
    assert service.list_items(viewer).get() == item
    for call in (service.update_item, service.delete_item):
        with pytest.raises(Forbidden):
            call(viewer, item.pk)
    manager = make_staff(other, "view_item", "change_item", "delete_item")
    assert service.update_item(manager, item.pk, name="Kettle").owner == user
    service.delete_item(manager, item.pk)
    assert not Item.objects.exists()


def test_staff_change_their_items_without_permissions(other: User) -> None:
    staff = make_staff(other)
    item = create_item(staff)
    service.update_item(staff, item.pk, name="Kettle")
    service.delete_item(staff, item.pk)


def test_permissions_are_for_staff_only(user: User, other: User) -> None:
    create_item(user)
    former = make_staff(other, "view_item")
    former.is_staff = False
    assert not service.list_items(former).exists()
