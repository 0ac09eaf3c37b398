import asyncio
from typing import Any

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from fastapi import FastAPI
from redis.asyncio import BlockingConnectionPool
from structlog.testing import capture_logs

from app.main import create_app
from app.settings import Settings
from app.tasks import queue as queues
from app.tasks.dispatch import task, work
from app.tasks.queue import GROUP, NAME, Queue

URL = "redis://127.0.0.1:1/0"
runs: list[str] = []


@task
async def get_right(word: str, failures: int) -> None:
    runs.append(word)
    if runs.count(word) <= failures:
        raise RuntimeError


class Redis(FakeAsyncRedis):
    async def xreadgroup(self, *arguments: Any, **options: Any) -> Any:
        await asyncio.sleep(0.01)  # the fake does not wait for something new
        return await super().xreadgroup(*arguments, **options)


@pytest.fixture(autouse=True)
def redis(monkeypatch: pytest.MonkeyPatch) -> FakeAsyncRedis:
    """Stand in for Redis, and put the queue in a hurry."""
    redis = Redis(server=FakeServer())
    pool = redis.connection_pool
    monkeypatch.setattr(BlockingConnectionPool, "from_url", lambda **_: pool)
    monkeypatch.setattr(queues, "Redis", lambda **_: redis)
    monkeypatch.setattr(queues, "FIRST_DELAY", 0)
    monkeypatch.setattr(queues, "TRIES", 3)
    runs.clear()
    return redis


@pytest.fixture
async def app(settings: Settings) -> FastAPI:
    return create_app(settings.model_copy(update={"redis_url": URL}))


async def send(app: FastAPI, word: str, failures: int = 0) -> None:
    await app.state.dispatcher.send(get_right, word=word, failures=failures)


async def work_off(app: FastAPI, redis: FakeAsyncRedis) -> list[str]:
    """Let a worker do all that is in the queue; return what the log says of tasks."""
    end = asyncio.Event()
    with capture_logs() as lines:
        async with asyncio.TaskGroup() as group, asyncio.timeout(10):
            group.create_task(work(app, end))
            while await redis.xlen(NAME):  # noqa: ASYNC110 - it is in another process
                await asyncio.sleep(0.01)
            end.set()
    events = [line["event"] for line in lines]
    return [event for event in events if event.startswith("task_")]


async def test_what_fails_too_often_is_kept_apart(
    app: FastAPI, redis: FakeAsyncRedis
) -> None:
    await send(app, "a", failures=4)
    assert (await work_off(app, redis))[2:] == ["task_failed", "task_given_up"]
    (line,) = await Queue(URL).failed(retry=True)
    assert get_right.task_name in line
    assert await work_off(app, redis) == ["task_failed", "task_done"]
    assert await Queue(URL).failed(retry=False) == []


async def test_the_task_of_a_dead_worker_is_taken_over(
    app: FastAPI, redis: FakeAsyncRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "IDLE", 0)
    await redis.xgroup_create(NAME, GROUP, "0", mkstream=True)
    await send(app, "a")
    await redis.xreadgroup(GROUP, "dead", {NAME: ">"})
    assert await work_off(app, redis) == ["task_done"]


async def test_what_kills_its_workers_is_given_up(
    app: FastAPI, redis: FakeAsyncRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "IDLE", 0)
    await redis.xgroup_create(NAME, GROUP, "0", mkstream=True)
    await send(app, "a")
    await redis.xreadgroup(GROUP, "dead", {NAME: ">"})
    for _ in range(2):
        await redis.xautoclaim(NAME, GROUP, "dead", 0)
    assert await work_off(app, redis) == ["task_given_up"]
    assert runs == []
