from django.core.management.base import BaseCommand

from app.shop.checkout.service import check_all


class Command(BaseCommand):
    help = "Finish or cancel the payments that customers left."

    def handle(self, *_args: object, **_options: object) -> None:
        self.stdout.write(f"Checked payments: {check_all()}.")
