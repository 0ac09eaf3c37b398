"""Tasks of items."""

from decimal import Decimal

import structlog
from django.db.models import Count, Sum
from django.tasks import task

from app.items.models import Item

log = structlog.get_logger(__name__)


@task
def take_stock() -> None:
    """Log how many items there are and what they are worth.

    It is an example of work that takes too long for a request.
    """
    stock = Item.objects.aggregate(
        count=Count("*"), worth=Sum("price", default=Decimal(0))
    )
    log.info("stock_taken", items=stock["count"], worth=f"{stock['worth']:.2f}")
