import asyncio
from contextlib import AbstractContextManager, ExitStack
from typing import Any, Literal
from unittest.mock import AsyncMock, MagicMock

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from app.realtime import hub as module
from app.realtime.hub import (
    QUEUE_SIZE,
    TRY_AGAIN_LATER,
    Event,
    Hub,
    Listener,
    TooManyStreams,
)
from app.redis import CircuitBreaker


class Rang(Event):
    type: Literal["bell.rang"] = "bell.rang"
    times: int = 1


TEXT = '{"type":"bell.rang","times":1}'


def new_hub(redis: Redis | None = None) -> Hub:
    return Hub(redis, channel="test")


def listen(
    hub: Hub, topic: str, *, owner: str = "ada", max_streams: int = 1000
) -> AbstractContextManager[Listener]:
    return hub.listen(topic, owner=owner, max_streams=max_streams)


async def received(listener: Listener) -> list[str]:
    return [event async for event in listener.events]


async def test_an_event_reaches_all_listeners_of_its_topics() -> None:
    hub = new_hub()
    with ExitStack() as stack:
        listeners = [
            stack.enter_context(listen(hub, topic)) for topic in ("door", "bell") * 75
        ]
        other = stack.enter_context(listen(hub, "window"))
        await hub.publish(Rang(), topics=["door", "bell"])
        hub.close()
        assert [await received(each) for each in listeners] == [[TEXT]] * 150
        assert await received(other) == []
    assert not hub.listeners


async def test_a_user_can_open_a_limited_number_of_streams() -> None:
    hub = new_hub()
    with (
        listen(hub, "door", max_streams=1),
        listen(hub, "door", owner="bob", max_streams=1),
        pytest.raises(TooManyStreams),
        listen(hub, "door", max_streams=1),
    ):
        pass
    with listen(hub, "door", max_streams=1):
        pass


async def test_a_slow_listener_is_disconnected_and_others_are_not() -> None:
    hub = new_hub()
    with (
        listen(hub, "door") as slow,
        listen(hub, "door") as quick,
    ):
        for _ in range(QUEUE_SIZE + 1):
            await hub.publish(Rang(), topics=["door"])
            await quick.events.receive()
        assert hub.listeners == {quick}
        assert slow.close_code == TRY_AGAIN_LATER
        assert len(await received(slow)) == QUEUE_SIZE


async def test_who_connects_while_the_server_stops_is_disconnected() -> None:
    hub = new_hub()
    hub.close()
    with listen(hub, "door") as listener:
        assert await received(listener) == []


async def test_redis_carries_events_and_listeners_that_may_have_missed_one_reconnect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "RETRY_DELAY", 0)
    redis, messages = MagicMock(), asyncio.Queue[dict[str, Any] | None]()
    pubsub = redis.pubsub.return_value.__aenter__.return_value
    pubsub.subscribe = AsyncMock()
    pubsub.get_message = lambda **_: messages.get()
    redis.publish = AsyncMock()
    hub = new_hub(redis)
    subscription = asyncio.create_task(hub.subscribe(redis))
    await asyncio.sleep(0)
    with listen(hub, "door") as listener:
        await hub.publish(Rang(), topics=["door"])
        channel, text = redis.publish.await_args.args
        assert channel == "test"
        messages.put_nowait(None)  # nothing was published for a while
        messages.put_nowait({"data": text})
        assert await listener.events.receive() == TEXT
        messages.put_nowait({"data": "unreadable"})
        assert await received(listener) == []
    subscription.cancel()


async def test_without_redis_listeners_of_this_process_get_the_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "breaker", CircuitBreaker())
    redis = Redis.from_url("redis://127.0.0.1:1/0")
    hub = new_hub(redis)
    with listen(hub, "door") as listener, capture_logs() as lines:
        for _ in range(2):
            await hub.publish(Rang(), topics=["door"])
            assert await listener.events.receive() == TEXT
    assert [line["event"] for line in lines] == ["redis_unavailable"]
    await redis.aclose()
