from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from oscar.apps.address.models import UserAddress
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order, ShippingAddress
from oscar.apps.payment.models import Source
from oscar.apps.voucher.models import Voucher
from oscar.test.factories import create_offer

from app.accounts.rate_limits import RateLimiter
from app.shop.checkout import service
from app.shop.models import Payment
from app.shop.payments import providers
from app.users.models import User
from tests.factories import create_user
from tests.shop.factories import (
    ACCEPTED,
    ADDRESS,
    DECLINED,
    add_to_basket,
    available,
    create_order,
    create_product,
    go_to_preview,
    order_form,
    place_order,
    start_payment,
)
from tests.shop.providers import AUTHORIZED, PENDING, FakeProvider
from tests.shop.providers import DECLINED as DECLINED_BY_PROVIDER

GUEST = "guest@example.org"
PREVIEW = "/shop/checkout/preview/"


def test_a_guest_orders_and_follows_the_order_by_its_link(visitor: Client) -> None:
    product = create_product()
    page = go_to_preview(visitor, product, GUEST)
    assert "Place order and pay €8.50" in page.text
    page = place_order(visitor, page)
    order = Order.objects.get()
    assert f"Its number is {order.number}" in page.text
    assert (order.guest_email, order.user, order.status) == (GUEST, None, "Placed")
    assert available(product) == 4
    message: Any = mail.outbox[-1]
    assert (message.to, order.number in message.subject) == ([GUEST], True)
    html = str(message.alternatives[0][0])
    assert "Green tea" in html
    link = str(message.body).partition(django_settings.PUBLIC_URL)[2].split()[0]
    assert link in html
    other = Client()
    assert "Enter the email address" in other.get(link, follow=True).text
    form = f"{link}form/"
    page = other.post(form, {"email": "other@example.org"})
    assert "Order not found" in page.text
    page = other.post(form, {"email": GUEST}, follow=True)
    assert "SW1Y 4JH" in page.text
    assert other.get(f"/shop/orders/{order.number}/a:b/form/").status_code == 200
    assert other.get("/shop/checkout/thank-you/").status_code == 302


def test_a_customer_orders_with_an_address_of_the_address_book(
    customer: Client,
) -> None:
    product = create_product()
    place_order(customer, go_to_preview(customer, product))
    add_to_basket(customer, product)
    page = customer.get("/shop/checkout/", follow=True)
    assert "Deliver to this address" in page.text
    address = UserAddress.objects.get(user__email="customer@example.org")
    path = "/shop/checkout/shipping-address/"
    for unknown in ("0", "x", ""):
        response = customer.post(path, {"address_id": unknown})
        assert response.status_code == 404
    customer.post(path, {"address_id": address.pk})
    place_order(customer, customer.get("/shop/checkout/shipping-method/", follow=True))
    first, second = Order.objects.order_by("pk")
    page = customer.get("/shop/orders/")
    assert first.number in page.text
    assert "SW1Y 4JH" in customer.get(f"/shop/orders/{second.number}/").text
    assert UserAddress.objects.count() == 1


def test_orders_of_others_are_not_found(customer: Client, user: User) -> None:
    order = create_order(user)
    assert customer.get(f"/shop/orders/{order.number}/").status_code == 404
    assert order.number not in customer.get("/shop/orders/").text
    payment = f"/shop/checkout/payment/{order.payment.pk}/"
    assert customer.get(payment).status_code == 404
    assert Client().get(payment).status_code == 404
    for path in (f"{order.number}/", "", "addresses/"):
        location = Client().get(f"/shop/orders/{path}").headers["Location"]
        assert location.startswith("/accounts/sign-in")


def test_a_declined_payment_leaves_no_order_and_no_reserved_stock(
    visitor: Client,
) -> None:
    product = create_product()
    page = go_to_preview(visitor, product, GUEST)
    page = place_order(visitor, page, DECLINED)
    assert "The payment was declined" in page.text
    assert not Order.objects.exists()
    assert not ShippingAddress.objects.exists()
    assert not mail.outbox
    assert available(product) == 5
    assert "Thank you" in place_order(visitor, page).text
    assert available(product) == 4


def test_a_form_that_is_sent_twice_makes_one_order_and_one_payment(
    visitor: Client,
) -> None:
    product = create_product()
    page = go_to_preview(visitor, product, GUEST)
    cookie = visitor.cookies[django_settings.OSCAR_BASKET_COOKIE_OPEN].value
    place_order(visitor, page)
    visitor.cookies[django_settings.OSCAR_BASKET_COOKIE_OPEN] = cookie
    page = place_order(visitor, page)
    assert "Thank you" in page.text
    assert (
        Order.objects.count() == Payment.objects.count() == Source.objects.count() == 1
    )
    assert available(product) == 4


def test_a_customer_who_sends_the_form_twice_gets_the_same_order(
    customer: Client,
) -> None:
    page = go_to_preview(customer, create_product())
    place_order(customer, page)
    assert "Thank you" in place_order(customer, page).text
    assert Order.objects.count() == 1
    other = Client()
    assert "Thank you" not in place_order(other, page).text
    fields = order_form(page) | ACCEPTED | {"basket": "٣" * 30}
    assert other.post(PREVIEW, fields).status_code == 302


def test_the_order_is_placed_once_when_two_requests_freeze_the_basket(
    customer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = create_product()
    page = go_to_preview(customer, product)
    start = service.start_payment

    def start_twice(basket: Any, **fields: Any) -> Payment | None:
        """Let another request be faster."""
        address = fields.pop("shipping_address")
        assert start(basket, shipping_address=address, **fields)
        return start(basket, shipping_address=None, **fields)

    monkeypatch.setattr(service, "start_payment", start_twice)
    page = place_order(customer, page)
    assert "Thank you" in page.text
    assert Order.objects.count() == Payment.objects.count() == 1
    assert available(product) == 4


def test_the_last_copy_is_sold_once(user: User, buyer: User) -> None:
    product = create_product(stock=1)
    assert start_payment(user, product)
    with pytest.raises(service.OutOfStock, match="only 0 left"):
        start_payment(buyer, product)
    assert available(product) == 0


def test_more_than_the_stock_cannot_be_ordered(visitor: Client) -> None:
    product = create_product(stock=1)
    page = go_to_preview(visitor, product, GUEST)
    product.stockrecords.update(num_in_stock=0)
    page = place_order(visitor, page)
    assert "no longer available" in page.text
    assert not Payment.objects.exists()


def test_stock_that_is_gone_when_it_is_reserved_is_not_sold(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = go_to_preview(visitor, create_product(), GUEST)

    def refuse(_basket: Any) -> None:
        raise service.OutOfStock("Green tea: only 0 left in stock.")

    monkeypatch.setattr(service, "reserve_stock", refuse)
    page = place_order(visitor, page)
    assert "only 0 left" in page.text
    assert not Payment.objects.exists()
    assert Basket.objects.get().status == Basket.OPEN


def test_stock_is_not_counted_for_products_that_do_not_track_it(user: User) -> None:
    product = create_product(stock=0)
    product.product_class.track_stock = False
    product.product_class.save()
    create_order(user, product)
    assert available(product) == 0


def test_what_is_paid_is_what_was_shown(visitor: Client) -> None:
    product = create_product()
    page = go_to_preview(visitor, product, GUEST)
    product.stockrecords.update(price="9.50")
    page = place_order(visitor, page)
    assert "A price or an offer changed" in page.text
    assert not Order.objects.exists()
    place_order(visitor, page)
    assert str(Order.objects.get().total_incl_tax) == "9.50"


def test_prices_come_from_the_server(visitor: Client) -> None:
    page = go_to_preview(visitor, create_product(), GUEST)
    fields = order_form(page) | ACCEPTED | {"total": "0.01"}
    visitor.post(PREVIEW, fields)
    assert not Order.objects.exists()


def test_nothing_is_charged_for_free_orders(visitor: Client) -> None:
    product = create_product()
    product.stockrecords.update(price=0)
    place_order(visitor, go_to_preview(visitor, product, GUEST))
    assert not Order.objects.get().sources.exists()


def test_a_customer_confirms_a_payment_on_the_page_of_the_provider(
    visitor: Client, provider: FakeProvider
) -> None:
    provider.authorization = PENDING
    product = create_product()
    page = place_order(visitor, go_to_preview(visitor, product, GUEST), {})
    assert 'href="https://pay.example/1"' in page.text
    assert available(product) == 4
    path = page.redirect_chain[-1][0]
    assert Client().get(path).status_code == 404
    provider.fails = True
    assert "does not answer yet" in visitor.get(path).text
    provider.fails, provider.authorization = False, AUTHORIZED
    assert "Thank you" in visitor.get(path, follow=True).text
    assert Source.objects.get().reference == "pay-1"
    assert "Thank you" in visitor.get(path, follow=True).text
    assert Order.objects.count() == 1


@pytest.mark.parametrize("name", ["visitor", "customer"])
def test_a_payment_that_is_declined_later_opens_the_basket_again(
    request: pytest.FixtureRequest, name: str, provider: FakeProvider
) -> None:
    client: Client = request.getfixturevalue(name)
    provider.authorization = PENDING
    product = create_product()
    page = go_to_preview(client, product, GUEST if name == "visitor" else "")
    path = place_order(client, page, {}).redirect_chain[-1][0]
    assert "Your basket is empty" in client.get("/shop/basket/").text
    provider.authorization = DECLINED_BY_PROVIDER
    page = client.get(path, follow=True)
    assert "Your card has expired" in page.text
    assert "Place order and pay" in page.text
    assert available(product) == 5


def test_a_provider_that_does_not_answer_leaves_no_reserved_stock(
    visitor: Client, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = create_product()

    def fail(*_args: Any, **_options: Any) -> None:
        raise providers.PaymentFailed

    monkeypatch.setattr(provider, "authorize", fail)
    page = place_order(visitor, go_to_preview(visitor, product, GUEST), {})
    assert "does not answer" in page.text
    assert [operation for operation, _ in provider.calls] == ["cancel"]
    assert available(product) == 5


def test_payments_that_customers_left_are_cancelled_or_completed(
    user: User, buyer: User, provider: FakeProvider
) -> None:
    product = create_product()
    left = [start_payment(user, product), start_payment(buyer, product)]
    for payment in left:
        assert payment
        payment.created_at = timezone.now() - service.ABANDONED_AFTER
        payment.created_at -= timedelta(minutes=1)
        payment.save()
    newest = create_user("new@example.org")
    recent = start_payment(newest, product)
    provider.fails = True
    assert service.check_payments() == 2
    assert available(product) == 2
    provider.fails, provider.authorization = False, PENDING
    output = StringIO()
    call_command("check_payments", stdout=output)
    assert output.getvalue() == "2 payments checked.\n"
    assert recent
    recent.refresh_from_db()
    assert recent.status == Payment.Status.PENDING
    assert available(product) == 4
    recent.created_at = timezone.now() - timedelta(days=1)
    recent.save()
    provider.authorization = AUTHORIZED
    service.check_payments()
    assert Order.objects.get().user == newest


def test_no_order_is_placed_while_a_payment_is_being_cancelled(
    visitor: Client, provider: FakeProvider
) -> None:
    provider.authorization = PENDING
    product = create_product()
    page = place_order(visitor, go_to_preview(visitor, product, GUEST), {})
    path = page.redirect_chain[-1][0]
    provider.fails = True
    payment = service.cancel(Payment.objects.get(), "The payment took too long.")
    assert payment.status == Payment.Status.CANCELLING
    provider.authorization = AUTHORIZED
    assert "It is being cancelled" in visitor.get(path).text
    service.complete(payment, AUTHORIZED)
    assert not Order.objects.exists()
    provider.fails = False
    page = visitor.get(path, follow=True)
    assert "Place order and pay" in page.text
    assert not Order.objects.exists()
    assert available(product) == 5


def test_an_order_that_was_placed_is_not_cancelled(
    user: User, provider: FakeProvider
) -> None:
    payment = start_payment(user, create_product())
    assert payment
    service.complete(payment, AUTHORIZED)
    assert service.cancel(payment, "Late").status == Payment.Status.COMPLETED
    assert not provider.calls


def test_deleting_an_account_keeps_its_orders_and_releases_its_stock(
    user: User, buyer: User, provider: FakeProvider
) -> None:
    product = create_product()
    order = create_order(user, product)
    left = start_payment(buyer, product)
    assert left
    for account in (user, buyer):
        account.delete()
    order.refresh_from_db()
    assert order.payment.status == Payment.Status.COMPLETED
    left.refresh_from_db()
    assert service.update(left).status == Payment.Status.FAILED
    assert provider.calls[-1] == ("cancel", str(left.pk))
    assert available(product) == 4


def test_an_amount_is_released_if_the_order_changed_during_the_payment(
    user: User, provider: FakeProvider
) -> None:
    product = create_product()
    payment = start_payment(user, product)
    assert payment
    product.stockrecords.update(price="9.50")
    payment = service.authorize(payment, {})
    assert payment.status == Payment.Status.FAILED
    assert provider.calls[-1] == ("cancel", str(payment.pk))
    assert available(product) == 5
    again = service.complete(payment, AUTHORIZED)
    assert again.status == Payment.Status.FAILED
    assert not Order.objects.exists()


def test_a_way_to_deliver_that_is_gone_releases_the_payment(user: User) -> None:
    payment = start_payment(user, create_product())
    assert payment
    payment.shipping_method = "by-pigeon"
    payment.save()
    assert service.authorize(payment, ACCEPTED).status == Payment.Status.FAILED


def test_a_voucher_can_be_used_once(customer: Client, user: User) -> None:
    product = create_product()
    voucher = Voucher.objects.create(
        name="Tea week",
        code="TEA",
        usage=Voucher.SINGLE_USE,
        start_datetime=timezone.now() - timedelta(days=1),
        end_datetime=timezone.now() + timedelta(days=1),
    )
    voucher.offers.add(create_offer(offer_type="Voucher"))
    add_to_basket(customer, product)
    assert (
        "No voucher found"
        in customer.post(
            "/shop/basket/vouchers/add/", {"code": "NONE"}, follow=True
        ).text
    )
    page = customer.post("/shop/basket/vouchers/add/", {"code": "TEA"}, follow=True)
    assert "Tea week" in page.text
    page = go_to_preview(customer, product)
    voucher.applications.create(user=user, order=create_order(user, product))
    place_order(customer, page)
    assert Order.objects.count() == 1
    assert Basket.objects.filter(status=Basket.FROZEN).count() == 0


def test_the_checkout_asks_for_what_is_missing(visitor: Client) -> None:
    page = visitor.get("/shop/checkout/", follow=True)
    assert "Your basket is empty" in page.text
    add_to_basket(visitor, create_product())
    assert "Order as a guest" in visitor.get(PREVIEW, follow=True).text
    page = visitor.post("/shop/checkout/", {"email": "no address"})
    assert "Enter a valid email address" in page.text
    visitor.post("/shop/checkout/", {"email": GUEST})
    page = visitor.post("/shop/checkout/shipping-address/", ADDRESS | {"line1": ""})
    assert "This field is required" in page.text
    assert "Delivery address" in visitor.get(PREVIEW, follow=True).text


def test_addresses_with_accounts_are_treated_like_others(
    visitor: Client, user: User
) -> None:
    add_to_basket(visitor, create_product())
    for email in (user.email, GUEST):
        response = visitor.post("/shop/checkout/", {"email": email})
        assert response.headers["Location"] == "/shop/checkout/shipping-address/"


def test_guests_cannot_enter_many_addresses(
    visitor: Client, limiter: RateLimiter
) -> None:
    assert limiter
    add_to_basket(visitor, create_product())
    statuses = {
        visitor.post("/shop/checkout/", {"email": GUEST}).status_code for _ in range(7)
    }
    assert statuses == {302, 429}


def test_the_basket_is_kept_when_a_guest_signs_in(visitor: Client) -> None:
    add_to_basket(visitor, create_product())
    visitor.force_login(create_user("new@example.org"))
    assert "Green tea" in visitor.get("/shop/basket/").text


def test_quantities_can_be_changed_and_lines_removed(visitor: Client) -> None:
    product = create_product()
    add_to_basket(visitor, product)
    line = Basket.objects.get().lines.get()
    form = {
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "1",
        "form-0-id": str(line.pk),
        "form-0-quantity": "3",
    }
    assert "€25.50" in visitor.post("/shop/basket/", form, follow=True).text
    many = form | {"form-0-quantity": "9"}
    assert "maximum of 5" in visitor.post("/shop/basket/", many, follow=True).text
    for incomplete in ({}, form | {"form-INITIAL_FORMS": "x", "form-0-DELETE": "on"}):
        response = visitor.post("/shop/basket/", incomplete)
        assert response.headers["Location"] == "/shop/basket/"
    removed = form | {"form-0-DELETE": "on"}
    page = visitor.post("/shop/basket/", removed, follow=True)
    assert "Your basket is empty" in page.text


def test_addresses_are_kept_in_an_address_book(customer: Client, user: User) -> None:
    path = "/shop/orders/addresses/"
    customer.post(f"{path}add/", ADDRESS | {"country": "GB"})
    address = UserAddress.objects.get(user__email="customer@example.org")
    assert "SW1Y 4JH" in customer.get(path).text
    customer.post(f"{path}{address.pk}/", ADDRESS | {"country": "GB", "line4": "Bath"})
    address.refresh_from_db()
    assert address.line4 == "Bath"
    other = Client()
    other.force_login(user)
    for page in (f"{path}{address.pk}/", f"{path}{address.pk}/delete/"):
        assert other.post(page).status_code == 404
        assert customer.get(page).status_code == 200
    customer.post(f"{path}{address.pk}/delete/")
    assert "No addresses yet" in customer.get(path).text
