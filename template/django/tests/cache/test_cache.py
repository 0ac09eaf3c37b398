import socket
from time import monotonic
from typing import Any
from unittest.mock import Mock

import pytest
from django.conf import settings
from django.test import override_settings
from pydantic import BaseModel, Field
from redis.backoff import NoBackoff
from redis.retry import Retry
from structlog.testing import capture_logs

import app.cache
from app.cache import SchemaCache, fingerprint
from app.cache.serializers import TextSerializer
from app.redis import CircuitBreaker

SHORT = 0.5  # seconds: longer than all waits for Redis together


class Stock(BaseModel):
    count: int


class Reader:
    """Reads a value from the cache; each time it is loaded, it counts up."""

    def __init__(self) -> None:
        self.cache = SchemaCache()
        self.count = 0

    def load(self) -> Stock:
        self.count += 1
        return Stock(count=self.count)

    def read(self, viewer: str = "ada") -> int:
        stock = self.cache.get_or_set(
            Stock, "stock", viewer=viewer, key="all", load=self.load
        )
        return stock.count


@pytest.fixture(autouse=True)
def breaker(monkeypatch: pytest.MonkeyPatch) -> CircuitBreaker:
    """Start each test with a Redis that has not failed."""
    breaker = CircuitBreaker()
    monkeypatch.setattr(app.cache, "breaker", breaker)
    return breaker


@pytest.fixture(autouse=True)
def timer(monkeypatch: pytest.MonkeyPatch) -> Mock:
    timer = Mock()
    monkeypatch.setattr(app.cache, "Timer", timer)
    return timer


@pytest.fixture
def reader(db: None, memory_cache: None) -> Reader:
    return Reader()


def redis_at(port: int) -> dict[str, Any]:
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"redis://127.0.0.1:{port}",
        "OPTIONS": {"socket_timeout": 0.05, "retry": Retry(NoBackoff(), 0)},
    }


def test_a_value_is_stored_for_one_viewer_until_it_is_invalidated(
    reader: Reader,
) -> None:
    assert [reader.read() for _ in range(2)] == [1, 1]
    assert reader.read("bob") == 2
    reader.cache.invalidate("stock", viewers=["ada", "ben"])
    assert reader.read() == 3
    assert reader.read("bob") == 2


def test_a_value_that_was_read_before_a_change_is_not_used_after_it(
    reader: Reader,
) -> None:
    def load() -> Stock:
        reader.cache.invalidate("stock", viewers=["ada"])
        return Stock(count=0)

    reader.cache.get_or_set(Stock, "stock", viewer="ada", key="all", load=load)
    assert reader.read() == 1


def test_no_connection_is_held_while_redis_is_asked(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = Mock()
    calls.get_many.return_value = {}
    monkeypatch.setattr(app.cache, "caches", {app.cache.ALIAS: calls})
    monkeypatch.setattr(app.cache, "release_connection", calls.release_connection)
    reader.read()
    reader.cache.invalidate("stock", viewers=["ada"])
    names = [name for name, *_ in calls.method_calls if name != "add"]
    assert names == [
        *("release_connection", "get_many"),
        *("release_connection", "set"),
        *("release_connection", "set_many"),
    ]


def test_releases_with_other_fields_do_not_share_values(reader: Reader) -> None:
    class OtherStock(BaseModel):
        count: int
        unit: str = "kg"

    reader.read()
    other = reader.cache.get_or_set(
        OtherStock,
        "stock",
        viewer="ada",
        key="all",
        load=lambda: OtherStock(count=7),
    )
    assert other.count == 7
    assert reader.read() == 1


def test_a_value_that_this_release_does_not_accept_is_loaded(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    class SmallStock(BaseModel):
        count: int = Field(lt=1)

    monkeypatch.setattr(app.cache, "fingerprint", lambda _: fingerprint(Stock))
    reader.read()
    stock = reader.cache.get_or_set(
        SmallStock, "stock", viewer="ada", key="all", load=lambda: SmallStock(count=0)
    )
    assert stock.count == 0


@pytest.mark.parametrize("listening", [True, False], ids=["silent", "away"])
def test_without_redis_values_are_loaded_and_invalidations_written_later(
    reader: Reader, breaker: CircuitBreaker, timer: Mock, *, listening: bool
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, capture_logs() as lines:
        port = server.getsockname()[1] if listening else 1
        start = monotonic()
        with override_settings(CACHES=dict.fromkeys(settings.CACHES, redis_at(port))):
            assert [reader.read() for _ in range(3)] == [1, 2, 3]
            for _ in range(2):
                reader.cache.invalidate("stock", viewers=["ada"])
        assert monotonic() - start < SHORT
    assert [line["event"] for line in lines] == ["redis_unavailable"]
    breaker.open_until = 0  # Redis is back
    assert [reader.read() for _ in range(2)] == [4, 5]
    timer.assert_called_once()
    write_missed_versions = timer.call_args.args[1]
    write_missed_versions()
    assert [reader.read() for _ in range(2)] == [6, 6]


def test_a_change_while_versions_are_written_is_not_forgotten(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_many(_changes: object, _timeout: int) -> None:
        reader.cache.missed["stock:ada"] = "later"

    caches = {app.cache.ALIAS: Mock(set_many=set_many)}
    monkeypatch.setattr(app.cache, "caches", caches)
    reader.cache.invalidate("stock", viewers=["ada"])
    assert reader.cache.missed == {"stock:ada": "later"}


def test_values_are_stored_as_text() -> None:
    serializer = TextSerializer()
    assert serializer.loads(serializer.dumps("tea ☕")) == "tea ☕"
