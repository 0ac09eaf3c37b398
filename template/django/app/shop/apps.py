import sys
from typing import Any

from django.apps import AppConfig
from oscar.apps.analytics import apps as analytics
from oscar.apps.customer import apps as customer
from oscar.apps.dashboard.reports import apps as reports


class ShopConfig(AppConfig):
    name = "app.shop"
    default = True

    def ready(self) -> None:
        """End the process if the class of PAYMENT_PROVIDER does not exist."""
        from app.shop.payments.providers import get_provider  # noqa: PLC0415 - after the setup

        try:
            get_provider()
        except ImportError as error:
            sys.exit(f"The service does not start. PAYMENT_PROVIDER: {error}.")


class OscarAnalyticsConfig(analytics.AnalyticsConfig):
    """Keeps Oscar's tables, but does not record what visitors look at."""

    def ready(self) -> None:
        """Leave out Oscar's receivers: each view of a product would be a write."""


class CustomerConfig(customer.CustomerConfig):
    """Keeps Oscar's tables. The pages of accounts are those of app/accounts."""

    def ready(self) -> None:
        """Leave out Oscar's views, its emails, and its cookie with the history."""


class ReportsDashboardConfig(reports.ReportsDashboardConfig):
    """Keeps the app that Oscar's dashboard looks for, without its reports."""

    def ready(self) -> None:
        """Leave out Oscar's views: to import them is deprecated by Django."""

    def get_urls(self) -> list[Any]:
        return []
