import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.apps.order.models import Order, PaymentEventType

from app.users.models import User
from tests.shop.factories import (
    available,
    create_order,
    create_picture,
    create_product,
)
from tests.shop.providers import FakeProvider

PAGES = [
    "",
    "catalogue/",
    "catalogue/categories/",
    "catalogue/option/",
    "catalogue/product-types/",
    "catalogue/stock-alerts/",
    "offers/",
    "orders/",
    "orders/statistics/",
    "ranges/",
    "vouchers/",
]


def order_path(order: Order) -> str:
    return f"/shop/dashboard/orders/{order.number}/"


def change_status(client: Client, order: Order, status: str) -> Any:
    fields = {"order_action": "change_order_status", "new_status": status}
    page = client.post(order_path(order), fields, follow=True)
    order.refresh_from_db()
    return page


def refund(client: Client, order: Order, amount: str, event: str = "refund") -> Any:
    fields = {
        "order_action": "create_order_payment_event",
        "payment_event_type": event,
        "amount": amount,
    }
    return client.post(order_path(order), fields, follow=True)


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_the_dashboard_are_for_staff_with_permissions(
    staff: Client, client: Client, page: str
) -> None:
    path = f"/shop/dashboard/{page}"
    response = staff.get(path)
    assert response.status_code == 200
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self' 'nonce-" in policy
    assert client.get(path).status_code == 403
    location = Client().get(path, follow=True).redirect_chain[-1][0]
    assert location.startswith("/accounts/sign-in?next=")


def test_staff_without_permissions_see_no_orders(staff: Client, user: User) -> None:
    order = create_order(user)
    User.objects.get(email="staff@example.org").groups.clear()
    for path in (order_path(order), "/shop/dashboard/orders/", "/shop/dashboard/"):
        assert staff.get(path).status_code == 403


def test_the_menu_leads_staff_to_the_dashboard(staff: Client, client: Client) -> None:
    assert "/shop/dashboard/" in staff.get("/items/").text
    assert "/shop/dashboard/" not in client.get("/items/").text


def test_products_are_changed_in_the_dashboard(staff: Client) -> None:
    product = create_product()
    path = f"/shop/dashboard/catalogue/products/{product.pk}/"
    page = staff.get(path)
    fields = dict(re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', page.text))
    changes = {
        "title": "White tea",
        "is_public": "on",
        "productcategory_set-0-category": create_from_breadcrumbs("Tea").pk,
        "stockrecords-0-partner": product.stockrecords.get().partner_id,
        "stockrecords-0-price": "9.00",
        "images-0-original": create_picture("tea"),
        "action": "continue",
    }
    staff.post(path, fields | changes)
    product.refresh_from_db()
    assert product.title == "White tea"
    assert str(product.stockrecords.get().price) == "9.00"
    assert product.categories.get().name == "Tea"
    assert product.images.count() == 1
    assert "/media/thumbnails/" in staff.get(path).text


def test_shipping_an_order_takes_the_payment_and_the_stock(
    staff: Client, user: User, provider: FakeProvider
) -> None:
    product = create_product()
    order = create_order(user, product, 2)
    assert order.number in staff.get("/shop/dashboard/orders/").text
    assert "Green tea" in staff.get(order_path(order)).text
    change_status(staff, order, "Shipped")
    assert order.status == "Shipped"
    assert provider.calls[-1] == ("capture", f"{order.payment.pk}-capture 17.00 EUR")
    assert str(order.sources.get().amount_debited) == "17.00"
    record = product.stockrecords.get()
    assert (record.num_in_stock, record.num_allocated) == (3, 0)
    assert mail.outbox[-1].subject == f"Your order {order.number}: Shipped"
    assert str(order.payment.pk) not in mail.outbox[-1].body


def test_an_order_is_not_shipped_if_the_payment_fails(
    staff: Client, user: User, provider: FakeProvider
) -> None:
    product = create_product()
    order = create_order(user, product)
    provider.fails = True
    page = change_status(staff, order, "Shipped")
    assert "payment error" in page.text
    assert order.status == "Placed"
    assert product.stockrecords.get().num_in_stock == 5
    provider.fails = False
    change_status(staff, order, "Shipped")
    captures = [key for operation, key in provider.calls if operation == "capture"]
    assert len(captures) == 2
    assert len(set(captures)) == 1


def test_an_order_is_not_charged_if_its_products_are_gone(
    staff: Client, user: User, provider: FakeProvider
) -> None:
    product = create_product()
    order = create_order(user, product, 2)
    product.stockrecords.update(num_in_stock=1)
    page = change_status(staff, order, "Shipped")
    assert "Green tea: only 1 in stock" in page.text
    assert order.status == "Placed"
    assert [operation for operation, _ in provider.calls] == ["authorize"]


def test_cancelling_an_order_releases_the_payment_and_the_stock(
    staff: Client, user: User, provider: FakeProvider
) -> None:
    product = create_product()
    order = create_order(user, product)
    change_status(staff, order, "Cancelled")
    assert provider.calls[-1] == ("cancel", str(order.payment.pk))
    assert available(product) == 5
    page = change_status(staff, order, "Shipped")
    assert "Invalid form submission" in page.text
    assert order.status == "Cancelled"


def test_an_order_can_be_refunded_in_parts_and_not_more(
    staff: Client, user: User, provider: FakeProvider
) -> None:
    PaymentEventType.objects.create(name="Settle")
    order = create_order(user)
    assert "At most 0.00 can be refunded" in refund(staff, order, "1.00").text
    change_status(staff, order, "Shipped")
    assert "Payment event created" in refund(staff, order, "3.50").text
    for amount in ("5.01", "-1", "NaN", "0"):
        assert "At most 5.00 can be refunded" in refund(staff, order, amount).text
    page = refund(staff, order, "1.00", "settle")
    assert "Ship the order" in page.text
    change_status(staff, order, "Refunded")
    refunds = [key for operation, key in provider.calls if operation == "refund"]
    key = f"{order.payment.pk}-refund"
    assert refunds == [f"{key}-0.00 3.50 EUR", f"{key}-3.50 5.00 EUR"]
    source = order.sources.get()
    assert source.amount_refunded == source.amount_debited


@pytest.mark.parametrize(
    "path",
    [
        "/shop/accounts/login/",
        "/shop/accounts/logout/",
        "/shop/accounts/register/",
        "/shop/password-reset/",
        "/shop/dashboard/users/",
        "/shop/dashboard/pages/",
    ],
)
def test_pages_of_oscar_that_accounts_replace_do_not_exist(
    visitor: Client, path: str
) -> None:
    assert visitor.get(path).status_code == 404


def test_only_a_form_signs_out(staff: Client) -> None:
    assert staff.get("/shop/dashboard/logout/").status_code == 405
    assert staff.get("/shop/dashboard/").status_code == 200
    assert staff.post("/shop/dashboard/logout/").status_code == 302
    assert staff.get("/shop/dashboard/").status_code == 302


def test_users_and_partners_are_in_the_admin(staff: Client, user: User) -> None:
    location = staff.get(f"/shop/dashboard/users/{user.pk}/").headers["Location"]
    assert location == f"/admin/users/user/{user.pk}/change/"
    location = staff.get("/shop/dashboard/partners/1/").headers["Location"]
    assert location == "/admin/partner/partner/1/change/"
    location = staff.get("/shop/orders/account/").headers["Location"]
    assert location == "/accounts/profile"
