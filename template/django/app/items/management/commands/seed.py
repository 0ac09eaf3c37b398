"""Create sample items: `poe seed`."""

from decimal import Decimal

from django.core.management.base import BaseCommand

from app.items.service import NameTaken, create_item

ITEMS = {"Notebook": "4.50", "Fountain pen": "39.00", "Ink, 30 ml": "9.00"}


class Command(BaseCommand):
    help = "Create sample items. Existing items are kept."

    def handle(self, *_args: object, **_options: object) -> None:
        for name, price in ITEMS.items():
            try:
                item = create_item(name=name, price=Decimal(price))
            except NameTaken:
                self.stdout.write(f"{name} exists already.")
            else:
                self.stdout.write(f"Created {item.name}, {item.price}.")
