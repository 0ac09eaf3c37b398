import asyncio
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from unittest.mock import AsyncMock, MagicMock
from uuid import uuid4

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from app.items.changes import Change, audiences_of
from app.items.models import Item
from app.realtime import hub as module
from app.realtime.hub import TOO_SLOW, UNREAD, Hub

NOW = datetime.now(UTC)
VALUES = {"description": "", "price": Decimal(1), "created_at": NOW, "updated_at": NOW}
ITEM = Item(id=uuid4(), name="Pen", **VALUES)
CHANGE = Change("updated", ITEM)
AUDIENCE = min(audiences_of(ITEM))


async def test_only_whom_it_concerns_is_told_however_many_they_are() -> None:
    hub = Hub(None)
    with ExitStack() as stack:
        told = [stack.enter_context(hub.listen(AUDIENCE)) for _ in range(250)]
        other = stack.enter_context(hub.listen("somebody else"))
        await hub.publish([CHANGE])
        assert {(await each.changes.receive()).kind for each in told} == {"updated"}
        assert other.changes.statistics().current_buffer_used == 0
    assert not hub.listeners


async def test_who_does_not_keep_up_is_let_go() -> None:
    hub = Hub(None)
    with hub.listen(AUDIENCE) as slow, hub.listen(AUDIENCE) as quick:
        for _ in range(UNREAD + 1):
            await hub.publish([CHANGE])
            await quick.changes.receive()
        assert hub.listeners == {quick}
        assert slow.code == TOO_SLOW
        assert len([change async for change in slow.changes]) == UNREAD


async def test_redis_carries_changes_and_who_may_have_missed_one_has_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PAUSE", 0)
    redis, messages = MagicMock(), asyncio.Queue[dict[str, str]]()
    pubsub = redis.pubsub.return_value.__aenter__.return_value
    pubsub.subscribe = AsyncMock()
    pubsub.get_message = lambda **_: messages.get()
    redis.publish = AsyncMock()
    hub = Hub(redis)
    follower = asyncio.create_task(hub.follow(redis))
    await asyncio.sleep(0)
    with hub.listen(AUDIENCE) as listener:
        await hub.publish([CHANGE])
        _, text = redis.publish.await_args.args
        messages.put_nowait({"data": text})
        assert (await listener.changes.receive()).item.id == ITEM.id
        messages.put_nowait({"data": "nonsense"})
        assert [change async for change in listener.changes] == []
    follower.cancel()


async def test_without_redis_at_least_this_process_is_told() -> None:
    redis = Redis.from_url("redis://127.0.0.1:1/0")
    hub = Hub(redis)
    with hub.listen(AUDIENCE) as listener, capture_logs() as lines:
        await hub.publish([CHANGE])
        assert (await listener.changes.receive()).kind == "updated"
    assert [line["event"] for line in lines] == ["realtime_without_redis"]
    await redis.aclose()
