"""Tasks of items."""

from sqlalchemy import func, select
from structlog import get_logger

from app.items.models import Item
from app.state import State
from app.tasks.registry import task

log = get_logger()


@task
async def take_stock(state: State) -> None:
    """Log how many items there are and what they are worth.

    It is an example of work that takes too long for a request.
    """
    query = select(func.count(), func.coalesce(func.sum(Item.price), 0))
    async with state["database"].session(writes=False) as session:
        count, worth = (await session.execute(query)).one()
    log.info("stock_taken", items=count, worth=f"{worth:.2f}")
