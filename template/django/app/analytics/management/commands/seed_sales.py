"""Create sample sales and reports, and an analyst: `poe seed` runs this."""

import secrets
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from app.analytics.forecasting import train_model
from app.analytics.models import Report, Sale
from app.analytics.reports import run_report
from app.users.models import User

EMAIL = "analyst@example.com"
PRICES = {
    "Notebook": Decimal("4.50"),
    "Fountain pen": Decimal("39.00"),
    "Ink, 30 ml": Decimal("9.00"),
    "Desk lamp": Decimal("64.00"),
}
REGIONS = ("North", "East", "South", "West")
MONTHS, DECEMBER = 18, 12


class Command(BaseCommand):
    help = "Create sample sales, and an analyst who may see them. Sales are kept."

    def handle(self, *_args: object, **_options: object) -> None:
        if not settings.DEBUG:
            message = "Sample data is for development. Set ENVIRONMENT=development."
            raise CommandError(message)
        password = secrets.token_urlsafe(9)
        analyst, _ = User.objects.update_or_create(
            email=EMAIL, defaults={"password": make_password(password)}
        )
        analyst.groups.add(Group.objects.get(name="Analysts"))
        if Sale.objects.exists():
            self.stdout.write("There are sales already.")
        else:
            sales = Sale.objects.bulk_create(sample_sales(timezone.localdate()))
            create_reports(analyst)
            train_model()
            self.stdout.write(f"Created {len(sales)} sales and two reports.")
        self.stdout.write(
            f"See /analytics/ with:\n  email     {EMAIL}\n  password  {password}"
        )


def sample_sales(today: date) -> Iterator[Sale]:
    """Yield sales of the past months that slowly grow, with a peak each December."""
    month = today.replace(day=1)
    for age in range(MONTHS):
        for (index, name), (shift, region) in product(
            enumerate(PRICES), enumerate(REGIONS)
        ):
            day = month + timedelta(days=(index * 7 + shift * 3) % 28)
            quantity = 4 + (MONTHS - age) // 2 + (index * 5 + shift * 3 + age) % 7
            quantity *= 2 if month.month == DECEMBER else 1
            if day <= today:
                yield Sale(
                    number=f"{month:%Y%m}-{index}{shift}",
                    date=day,
                    product=name,
                    region=region,
                    quantity=quantity,
                    revenue=PRICES[name] * quantity,
                )
        month = (month - timedelta(days=1)).replace(day=1)


def create_reports(analyst: User) -> None:
    for name, measure, group_by in (
        ("Revenue by month", Report.Measure.REVENUE, Report.GroupBy.MONTH),
        ("Units by product", Report.Measure.QUANTITY, Report.GroupBy.PRODUCT),
    ):
        report = Report.objects.create(
            name=name, measure=measure, group_by=group_by, created_by=analyst
        )
        run_report(report.pk)
