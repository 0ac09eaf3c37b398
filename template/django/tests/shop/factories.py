"""Rows and requests for the tests of the shop."""

import re
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from oscar.apps.address.models import Country
from oscar.apps.basket.models import Basket
from oscar.apps.catalogue.models import Product, ProductClass
from oscar.apps.checkout.calculators import OrderTotalCalculator
from oscar.apps.order.models import Order, ShippingAddress
from oscar.apps.partner.models import Partner
from oscar.apps.partner.strategy import Selector
from oscar.apps.shipping.methods import Free

from app.shop.checkout import service
from app.shop.management.commands.seed_shop import draw_picture
from app.shop.models import Payment
from app.users.models import User
from tests.factories import create_user

ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "12 St James's Square",
    "line4": "London",
    "postcode": "SW1Y 4JH",
}
ACCEPTED, DECLINED = {"outcome": "accept"}, {"outcome": "decline"}


def create_country() -> Country:
    country, _ = Country.objects.get_or_create(
        iso_3166_1_a2="GB",
        defaults={"printable_name": "United Kingdom", "is_shipping_country": True},
    )
    return country


def create_product(title: str = "Green tea", *, stock: int = 5, **fields: Any) -> Any:
    product_class, _ = ProductClass.objects.get_or_create(name="Goods")
    partner, _ = Partner.objects.get_or_create(name="Warehouse")
    product = Product.objects.create(title=title, product_class=product_class, **fields)
    product.stockrecords.create(
        partner=partner,
        partner_sku=f"sku-{product.pk}",
        price=Decimal("8.50"),
        price_currency="EUR",
        num_in_stock=stock,
    )
    return product


def create_picture(name: object) -> Any:
    return ContentFile(draw_picture("#000000", "#ffffff"), name=f"{name}.png")


def start_payment(user: User, product: Any, quantity: int = 1) -> Payment | None:
    """Put a product into a new basket, and begin to pay for it."""
    basket = Basket.objects.create(owner=user)
    basket.strategy = Selector().strategy(user=user)
    basket.add_product(product, quantity)
    method = Free()
    return service.start_payment(
        basket,
        total=OrderTotalCalculator().calculate(basket, method.calculate(basket)),
        shipping_address=ShippingAddress(**ADDRESS, country=create_country()),
        shipping_method=method,
        guest_email="",
    )


def create_order(user: User, product: Any = None, quantity: int = 1) -> Order:
    payment = start_payment(user, product or create_product(), quantity)
    assert payment
    order = service.authorize(payment, ACCEPTED).order
    assert order
    return order


def available(product: Any) -> int:
    """Return how many can be bought."""
    level: int = product.stockrecords.get().net_stock_level
    return level


def sign_in_staff() -> Client:
    user = create_user("staff@example.org", is_staff=True)
    user.groups.add(Group.objects.get(name="Shop staff"))
    client = Client()
    client.force_login(user)
    return client


def add_to_basket(client: Client, product: Any, quantity: int = 1) -> Any:
    path = f"/shop/basket/add/{product.pk}/"
    return client.post(path, {"quantity": quantity}, follow=True)


def go_to_preview(client: Client, product: Any, email: str = "") -> Any:
    """Walk the checkout until the order only has to be placed."""
    add_to_basket(client, product)
    if email:
        client.post("/shop/checkout/", {"email": email})
    client.post("/shop/checkout/shipping-address/", ADDRESS)
    return client.get("/shop/checkout/shipping-method/", follow=True)


def order_form(page: Any) -> dict[str, str]:
    """Return the hidden fields of the form that places the order."""
    names = ("basket", "total")
    found = {
        name: re.search(rf'name="{name}" value="([^"]+)"', page.text) for name in names
    }
    return {name: match[1] for name, match in found.items() if match}


def place_order(client: Client, page: Any, outcome: dict[str, str] = ACCEPTED) -> Any:
    fields = order_form(page) | outcome
    return client.post("/shop/checkout/preview/", fields, follow=True)
