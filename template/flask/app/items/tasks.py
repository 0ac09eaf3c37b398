"""Tasks of items."""

from sqlalchemy import func, select
from structlog import get_logger

from app.extensions import db
from app.items.models import Item
from app.tasks.registry import task

log = get_logger()


@task
def take_stock() -> None:
    """Log how many items there are and what they are worth.

    It is an example of work that takes too long for a request.
    """
    query = select(func.count(), func.coalesce(func.sum(Item.price), 0))
    count, worth = db.session.execute(query).one()
    log.info("stock_taken", items=count, worth=f"{worth:.2f}")
