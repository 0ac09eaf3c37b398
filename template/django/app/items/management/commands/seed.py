"""Some items to look at: `poe seed`. Those that exist already stay."""

from decimal import Decimal

from django.core.management.base import BaseCommand

from app.items.service import NameTaken, create_item

ITEMS = {"Notebook": "4.50", "Fountain pen": "39.00", "Ink, 30 ml": "9.00"}


class Command(BaseCommand):
    help = "Adds sample items."

    def handle(self, *_args: object, **_options: object) -> None:
        added = 0
        for name, price in ITEMS.items():
            try:
                create_item(name=name, price=Decimal(price))
                added += 1
            except NameTaken:
                pass
        self.stdout.write(f"Items added: {added}")
