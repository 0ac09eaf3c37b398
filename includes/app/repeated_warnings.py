"""Warnings that do not fill the log, for example while Redis is unreachable."""

from time import monotonic

from structlog import get_logger

WARNING_INTERVAL = 60.0  # seconds between two warnings
log = get_logger()


class RepeatedWarning:
    """A warning that is logged at most once a minute, however often `log` is called."""

    def __init__(self, event: str) -> None:
        self.event = event
        self._next = 0.0

    def log(self, error: str) -> None:
        now = monotonic()
        if now >= self._next:
            self._next = now + WARNING_INTERVAL
            log.warning(self.event, error=error)
