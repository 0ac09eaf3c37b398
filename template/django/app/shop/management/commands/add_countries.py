"""Add countries that the shop delivers to."""

import re
from argparse import ArgumentParser
from typing import Any

from babel import Locale
from django.core.management.base import BaseCommand, CommandError
from oscar.apps.address.models import Country

NAMES = Locale("en").territories


class Command(BaseCommand):
    help = "Add countries that the shop delivers to, such as: DE AT."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("codes", nargs="+", metavar="CODE")

    def handle(self, *_args: object, codes: list[str], **_options: Any) -> None:
        for code in [each.upper() for each in codes]:
            if not re.fullmatch("[A-Z]{2}", code) or code not in NAMES:
                message = f"{code} is not the code of a country, such as DE."
                raise CommandError(message)
            name = NAMES[code]
            defaults = {
                "name": name,
                "printable_name": name,
                "is_shipping_country": True,
            }
            Country.objects.update_or_create(iso_3166_1_a2=code, defaults=defaults)
            self.stdout.write(f"The shop delivers to {name}.")
