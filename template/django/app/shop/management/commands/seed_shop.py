"""Fill a demonstration shop with an order, and create its staff: `poe seed`."""

import secrets
from decimal import Decimal
from io import BytesIO

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from oscar.apps.address.models import Country
from oscar.apps.basket.models import Basket
from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.apps.catalogue.models import Product, ProductClass
from oscar.apps.checkout.calculators import OrderTotalCalculator
from oscar.apps.order.models import Order, ShippingAddress
from oscar.apps.partner.models import Partner
from oscar.apps.partner.strategy import Selector
from oscar.apps.shipping.methods import Free
from PIL import Image, ImageDraw

from app.shop.checkout import service
from app.users.models import User

EMAIL = "shop@example.com"
GROUP = "Shop staff"
COUNTRIES = ("AT", "CH", "DE", "FR", "NL")
# Category, title, price, number in stock, colours of the picture, description.
PRODUCTS = (
    ("Tea", "Green tea", "8.50", 40, ("#2f6b3a", "#e2f0e0"), "100 g of first harvest."),
    (
        "Tea",
        "Black tea",
        "7.00",
        25,
        ("#5b2f1c", "#f3e4da"),
        "100 g, strong and malty.",
    ),
    ("Tea", "White tea", "14.00", 1, ("#7b7350", "#f4f1e4"), "50 g of buds only."),
    ("Paper", "Notebook", "4.50", 80, ("#223a70", "#e2e8f6"), "96 pages, ruled."),
    ("Paper", "Envelopes", "3.20", 0, ("#6b4a7a", "#efe5f3"), "25 in a box."),
    ("Ink", "Blue ink", "9.00", 30, ("#0f4b8c", "#dfeaf7"), "30 ml that do not fade."),
    ("Ink", "Fountain pen", "39.00", 6, ("#0f6b5c", "#e3f2ee"), "Steel nib, medium."),
)


class Command(BaseCommand):
    help = "Fill a demonstration shop, with staff and an order. Products are kept."

    def handle(self, *_args: object, **_options: object) -> None:
        if not settings.DEBUG:
            message = "Sample data is for development. Set ENVIRONMENT=development."
            raise CommandError(message)
        password = secrets.token_urlsafe(9)
        staff, _ = User.objects.update_or_create(
            email=EMAIL,
            defaults={"password": make_password(password), "is_staff": True},
        )
        staff.groups.add(Group.objects.get(name=GROUP))
        if Product.objects.exists():
            self.stdout.write("The demonstration shop exists already.")
        else:
            call_command("add_countries", *COUNTRIES, stdout=self.stdout)
            create_catalogue()
            order = create_order(staff)
            self.stdout.write(
                f"Created {len(PRODUCTS)} products, and the order {order.number}."
            )
        self.stdout.write(
            "Sign in, then open /shop/dashboard/, with:\n"
            f"  email     {EMAIL}\n  password  {password}"
        )


@transaction.atomic
def create_catalogue() -> None:
    product_class = ProductClass.objects.create(name="Goods")
    partner, _ = Partner.objects.get_or_create(name="Warehouse")
    for number, (category, title, price, stock, colours, text) in enumerate(
        PRODUCTS, 1
    ):
        product = Product.objects.create(
            product_class=product_class,
            title=title,
            description=f"<p>{text}</p>",
            upc=f"SAMPLE-{number}",
        )
        product.categories.add(create_from_breadcrumbs(category))
        product.stockrecords.create(
            partner=partner,
            partner_sku=product.upc,
            price_currency=settings.OSCAR_DEFAULT_CURRENCY,
            price=Decimal(price),
            num_in_stock=stock,
        )
        picture = ContentFile(draw_picture(*colours), name=f"{product.upc.lower()}.png")
        product.images.create(original=picture, caption=title)


def draw_picture(dark: str, light: str) -> bytes:
    picture = Image.new("RGB", (960, 960), light)
    draw = ImageDraw.Draw(picture)
    for radius in range(80, 420, 110):
        draw.circle((480, 480), radius, outline=dark, width=22)
    content = BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def create_order(user: User) -> Order:
    """Buy a notebook, as the checkout does."""
    basket = Basket.objects.create(owner=user)
    basket.strategy = Selector().strategy(user=user)
    basket.add_product(Product.objects.get(title="Notebook"), 2)
    address = ShippingAddress(
        first_name="Ada",
        last_name="Example",
        line1="1 Sample Street",
        line4="Vienna",
        postcode="1010",
        country=Country.objects.get(iso_3166_1_a2="AT"),
    )
    method = Free()
    total = OrderTotalCalculator().calculate(basket, method.calculate(basket))
    payment = service.start_payment(
        basket,
        total=total,
        shipping_address=address,
        shipping_method=method,
        guest_email="",
    )
    if payment is None:
        raise CommandError("The basket of the demonstration is being ordered.")
    payment = service.authorize(payment, {"outcome": "accept"})
    if payment.order is None:
        message = f"The order was not placed. {payment.reason}"
        raise CommandError(message)
    return payment.order
