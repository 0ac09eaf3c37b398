from oscar.apps.analytics import apps as analytics
from oscar.apps.customer import apps as customer


class OscarAnalyticsConfig(analytics.AnalyticsConfig):
    """Keeps Oscar's tables, but does not record what visitors look at."""

    def ready(self) -> None:
        """Leave out Oscar's receivers: each view of a product would be a write."""


class CustomerConfig(customer.CustomerConfig):
    """Keeps Oscar's tables. The pages of accounts are those of app/accounts."""

    def ready(self) -> None:
        """Leave out Oscar's views, its emails, and its cookie with the history."""
