import socket
from collections.abc import Callable
from threading import Event
from time import monotonic

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import BaseModel, Field
from sqlalchemy import text
from structlog.testing import capture_logs

import app.cache
from app.cache import ModelCache, fingerprint, get_cache
from app.extensions import db
from app.redis import CircuitBreaker

pytestmark = pytest.mark.usefixtures("context")
SHORT = 0.5  # seconds: longer than all waits for Redis together


class Stock(BaseModel):
    count: int


class Reader:
    """Reads a value from the cache; each time it is loaded, it counts up."""

    def __init__(self, cache: ModelCache) -> None:
        self.cache = cache
        self.count = 0

    def load(self) -> Stock:
        self.count += 1
        return Stock(count=self.count)

    def read(self, viewer: str = "ada") -> int:
        stock = self.cache.get_or_set(
            Stock, "stock", viewer=viewer, key="all", load=self.load
        )
        return stock.count


@pytest.fixture
def reader() -> Reader:
    return Reader(get_cache())


@pytest.fixture
def create_app(create_client: Callable[..., FlaskClient]) -> Callable[..., Flask]:
    return lambda **settings: create_client(**settings).application


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
    statuses: list[str] = []

    def get_many(*_keys: str) -> list[None]:
        statuses.append(db.engine.pool.status())
        return [None, None]

    monkeypatch.setattr("app.extensions.cache.get_many", get_many)
    db.session.execute(text("SELECT 1"))
    before = db.engine.pool.status()
    reader.read()
    assert before not in statuses


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
        SmallStock,
        "stock",
        viewer="ada",
        key="all",
        load=lambda: SmallStock(count=0),
    )
    assert stock.count == 0


@pytest.mark.parametrize("listening", [True, False], ids=["silent", "unreachable"])
def test_without_redis_values_are_loaded_in_time(
    create_app: Callable[..., Flask],
    monkeypatch: pytest.MonkeyPatch,
    *,
    listening: bool,
) -> None:
    monkeypatch.setattr(app.cache, "breaker", CircuitBreaker())
    monkeypatch.setattr(ModelCache, "_replay_later", lambda _: None)
    with socket.create_server(("127.0.0.1", 0)) as server, capture_logs() as lines:
        port = server.getsockname()[1] if listening else 1
        with create_app(redis_url=f"redis://127.0.0.1:{port}").app_context():
            reader = Reader(get_cache())
            start = monotonic()
            assert [reader.read() for _ in range(3)] == [1, 2, 3]
            reader.cache.invalidate("stock", viewers=["ada"])
            assert monotonic() - start < SHORT
    assert [line["event"] for line in lines] == ["redis_unavailable"]
    assert reader.cache.missed


def test_invalidations_that_redis_missed_are_replayed(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaker, waiting, is_back = CircuitBreaker(), Event(), Event()
    monkeypatch.setattr(app.cache, "breaker", breaker)

    def wait(_seconds: float) -> None:
        waiting.set()
        assert is_back.wait(5)

    monkeypatch.setattr(app.cache, "sleep", wait)
    reader.read()
    breaker.open_until = monotonic() + 60
    for _ in range(2):
        reader.cache.invalidate("stock", viewers=["ada"])
    breaker.open_until = 0
    assert waiting.wait(5)
    assert [reader.read() for _ in range(2)] == [2, 3]
    is_back.set()
    reader.cache.join()
    assert [reader.read() for _ in range(2)] == [4, 4]


def test_in_production_nothing_is_stored_without_redis(
    create_app: Callable[..., Flask],
) -> None:
    with create_app(environment="production").app_context():
        reader = Reader(get_cache())
        assert [reader.read() for _ in range(2)] == [1, 2]
        reader.cache.invalidate("stock", viewers=["ada"])
        assert not reader.cache.missed
