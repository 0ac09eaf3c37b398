"""The unit of work: one transaction, and what happens after it is committed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.state import State

AFTER_COMMIT_TIMEOUT = 0.1  # seconds
log = get_logger()


class UnitOfWork:
    """One transaction, and the callbacks to run after it is committed.

    Callbacks use what the application has opened, such as the mailer, from `state`.
    """

    def __init__(self, session: AsyncSession, state: State) -> None:
        self.session = session
        self.state = state
        self._callbacks: list[Callable[[], Awaitable[object]]] = []

    def after_commit(self, callback: Callable[[], Awaitable[object]]) -> None:
        """Run a callback after the commit, for at most 100 ms. A crash can lose it."""
        self._callbacks.append(callback)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Roll back the block, and drop the callbacks it registered, if it raises."""
        registered = len(self._callbacks)
        try:
            async with self.session.begin_nested():
                yield
        except BaseException:
            del self._callbacks[registered:]
            raise

    async def commit(self) -> None:
        """Commit, return the connection to the pool, and run the callbacks in order."""
        await self.session.commit()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            await _call(callback)


async def _call(callback: Callable[[], Awaitable[object]]) -> None:
    try:
        async with asyncio.timeout(AFTER_COMMIT_TIMEOUT):
            await callback()
    except Exception as error:  # the data is committed: the request succeeded
        log.warning("after_commit_failed", callback=repr(callback), exc_info=error)


@asynccontextmanager
async def open_unit_of_work(state: State) -> AsyncIterator[UnitOfWork]:
    """Commit what the block does, outside of requests."""
    async with state["database"].session() as session:
        unit_of_work = UnitOfWork(session, state)
        yield unit_of_work
        await unit_of_work.commit()
