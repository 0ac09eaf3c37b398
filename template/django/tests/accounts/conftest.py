import pytest

from app.accounts import rate_limits, service
from app.accounts.rate_limits import RateLimiter


@pytest.fixture(autouse=True)
def send_immediately(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send emails during the request. The transaction of a test is never committed."""
    monkeypatch.setattr(service, "send_after_commit", lambda job: job())


@pytest.fixture(autouse=True)
def limiter(monkeypatch: pytest.MonkeyPatch) -> RateLimiter:
    """Start each test without attempts."""
    limiter = RateLimiter("")
    monkeypatch.setattr(rate_limits, "limiter", limiter)
    return limiter
