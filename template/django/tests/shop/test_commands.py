from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from oscar.apps.address.models import Country
from oscar.apps.basket.models import Basket
from oscar.apps.catalogue.models import Product
from oscar.apps.order.models import Order

from app.shop.payments import providers
from app.users.models import User
from tests.factories import create_user

pytestmark = pytest.mark.django_db


def test_the_demonstration_shop_has_products_staff_and_an_order(settings: Any) -> None:
    settings.DEBUG = True
    for word in ("Created 7 products", "exists already"):
        output = StringIO()
        call_command("seed_shop", stdout=output)
        assert word in output.getvalue()
    staff = User.objects.get()
    assert staff.check_password(output.getvalue().split()[-1])
    client = Client()
    client.force_login(staff)
    assert client.get("/shop/dashboard/").status_code == 200
    for product in Product.objects.all():
        assert client.get(product.get_absolute_url()).status_code == 200
    assert Order.objects.get().user == staff


def test_production_gets_no_sample_products(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="for development"):
        call_command("seed_shop")


def test_countries_are_added_by_their_codes() -> None:
    call_command("add_countries", "fr", "AT", stdout=StringIO())
    names = Country.objects.filter(is_shipping_country=True).values_list("name")
    assert {*names} == {("Austria",), ("France",)}
    with pytest.raises(CommandError, match="XY is not the code"):
        call_command("add_countries", "XY", stdout=StringIO())


def test_baskets_of_guests_are_deleted_when_their_cookie_has_expired() -> None:
    Basket.objects.create()
    current = Basket.objects.create()
    kept = Basket.objects.create(owner=create_user("customer@example.org"))
    Basket.objects.exclude(pk=current.pk).update(
        date_created=timezone.now() - timedelta(days=8)
    )
    call_command("delete_expired")
    assert {*Basket.objects.all()} == {current, kept}


def test_a_provider_that_does_not_exist_ends_the_process(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(providers, "load_provider", providers.load_provider.__wrapped__)
    settings.PAYMENT_PROVIDER = "app.shop.payments.none.Provider"
    with pytest.raises(SystemExit, match=r"^The service does not start\. PAYMENT"):
        apps.get_app_config("shop").ready()
