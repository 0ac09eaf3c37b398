"""Replaces classes of oscar.apps.order.utils: Oscar finds them by their names."""

from typing import Any

from oscar.apps.order import utils


class OrderCreator(utils.OrderCreator):
    def update_stock_records(self, line: Any) -> None:
        """Leave the stock alone: the checkout reserved it before the payment."""
