import asyncio

import pytest
from fakeredis import FakeAsyncRedis, FakeServer
from fastapi import FastAPI
from redis.asyncio import BlockingConnectionPool
from structlog.testing import capture_logs

from app.main import create_app
from app.settings import Settings
from app.tasks.dispatch import task
from app.tasks.queue import GROUP, IDLE, NAME

failures: list[Exception] = []


@task
async def get_right() -> None:
    if failures:
        raise failures.pop()


@pytest.fixture
async def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    """Stand in for Redis, and put the queue in a hurry."""
    pool = FakeAsyncRedis(server=FakeServer()).connection_pool
    monkeypatch.setattr(BlockingConnectionPool, "from_url", lambda **_: pool)
    monkeypatch.setattr("app.tasks.queue.FIRST_DELAY", 0)
    monkeypatch.setattr("app.tasks.queue.TRIES", 3)
    app = create_app(settings.model_copy(update={"redis_url": "redis://127.0.0.1:1"}))
    app.state.dispatcher.queue.block = 10
    return app


async def work_off(app: FastAPI) -> list[str]:
    """Let a worker do all that is in the queue; return what the log says of tasks."""
    queue, end = app.state.dispatcher.queue, asyncio.Event()
    with capture_logs() as lines:
        async with app.router.lifespan_context(app), asyncio.TaskGroup() as group:
            group.create_task(queue.work(end))
            async with asyncio.timeout(10):
                while await queue.redis.xlen(NAME):  # noqa: ASYNC110 - has no event
                    await asyncio.sleep(0.01)
            end.set()
    return [line["event"] for line in lines if line["event"].startswith("task_")]


async def test_what_fails_too_often_is_kept_apart(app: FastAPI) -> None:
    queue = app.state.dispatcher.queue
    failures.extend([RuntimeError()] * 4)
    await app.state.dispatcher.send(get_right)
    assert (await work_off(app))[2:] == ["task_failed", "task_given_up"]
    (line,) = await queue.failed(retry=True)
    assert get_right.task_name in line
    assert await work_off(app) == ["task_failed", "task_done"]
    assert await queue.failed(retry=False) == []


@pytest.mark.parametrize(("deaths", "event"), [(1, "task_done"), (3, "task_given_up")])
async def test_a_task_of_dead_workers_is_taken_over_until_it_has_killed_too_many(
    app: FastAPI, deaths: int, event: str
) -> None:
    queue = app.state.dispatcher.queue
    await queue.startup()
    await app.state.dispatcher.send(get_right)
    ((_, ((entry, _),)),) = await queue.redis.xreadgroup(GROUP, "dead", {NAME: ">"})
    await queue.redis.xclaim(
        NAME, GROUP, "dead", 0, [entry], idle=IDLE * 1000, retrycount=deaths
    )
    assert await work_off(app) == [event]
