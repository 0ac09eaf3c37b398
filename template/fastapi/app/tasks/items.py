"""What is to be done about items."""

from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Mapper, object_session
from structlog import get_logger

from app.items.models import Item
from app.tasks.dispatch import App, enqueue, task

log = get_logger()


@task
async def take_stock(app: App) -> None:
    """Stand for a report that takes too long for an answer."""
    query = select(func.count(), func.coalesce(func.sum(Item.price), 0))
    async with app.state.database.session() as session:
        count, worth = (await session.execute(query)).one()
    log.info("stock_taken", items=count, worth=f"{worth:.2f}")


@event.listens_for(Item, "after_insert")
@event.listens_for(Item, "after_delete")
def _changed(_mapper: Mapper[Item], _connection: Connection, item: Item) -> None:
    session = object_session(item)
    if session and "dispatcher" in session.info:  # scripts have none
        enqueue(session, take_stock)
