"""The unit of work: one transaction, and what happens after it is committed."""

from collections.abc import Callable

from structlog import get_logger

from app.extensions import db

log = get_logger()


class UnitOfWork:
    """The transaction of a request, and the callbacks to run after it is committed."""

    def __init__(self) -> None:
        self._callbacks: list[Callable[[], object]] = []

    def after_commit(self, callback: Callable[[], object]) -> None:
        """Run a callback after the commit. A crash can lose it."""
        self._callbacks.append(callback)

    def commit(self) -> None:
        """Commit, return the connection to the pool, then run the callbacks."""
        db.session.commit()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            try:
                callback()
            except Exception as error:  # the data is committed: the request succeeded
                log.warning("after_commit_failed", exc_info=error)
