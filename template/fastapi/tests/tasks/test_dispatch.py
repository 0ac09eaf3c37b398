import asyncio
from decimal import Decimal

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from structlog.testing import capture_logs
from taskiq import InMemoryBroker

from app.items.service import create_item
from app.main import create_app
from app.settings import Settings
from app.tasks.dispatch import App, enqueue, task

done: list[str] = []


@task
async def note(app: App, word: str) -> None:
    if word == "fail":
        raise RuntimeError(app.title)
    if word == "stall":
        await asyncio.sleep(60)
    done.append(word)


@pytest.fixture(autouse=True)
def nothing_done() -> None:
    done.clear()


async def test_a_task_runs_once_it_is_committed(session: AsyncSession) -> None:
    for word in ("a", "b", "a"):
        enqueue(session, note, word=word)
    async with session.begin_nested():
        enqueue(session, note, word="c")
    assert done == []
    await session.commit()
    assert done == ["a", "b", "c"]
    await session.commit()
    assert done == ["a", "b", "c"]


async def test_what_is_rolled_back_is_not_done(session: AsyncSession) -> None:
    await session.execute(text("SELECT 1"))
    enqueue(session, note, word="a")
    savepoint = await session.begin_nested()
    await savepoint.rollback()
    await session.rollback()
    await session.commit()
    assert done == []


async def test_the_log_says_how_it_ended(
    session: AsyncSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.tasks.queue.TIMEOUT", 0.05)
    with capture_logs() as lines:
        for word in ("good", "fail", "stall"):
            enqueue(session, note, word=word)
        await session.commit()
    good, *bad = lines
    assert good["event"] == "task_done"
    assert [(line["event"], line["error"]) for line in bad] == [
        ("task_failed", "RuntimeError"),
        ("task_failed", "TimeoutError"),
    ]


async def test_stock_is_taken_when_an_item_comes(session: AsyncSession) -> None:
    await create_item(session, name="Ink", price=Decimal("9.5"))
    with capture_logs() as lines:
        await session.commit()
    (taken,) = [line for line in lines if line["event"] == "stock_taken"]
    assert (taken["items"], taken["worth"]) == (1, "9.50")


async def test_without_redis_the_process_does_it_itself(settings: Settings) -> None:
    url = {"redis_url": "redis://127.0.0.1:1/0"}
    app: FastAPI = create_app(settings.model_copy(update=url))
    async with app.router.lifespan_context(app):
        with capture_logs() as lines:
            await app.state.dispatcher.send(note, word="a")
    assert done == ["a"]
    assert lines[0]["event"] == "task_without_queue"
    assert isinstance(app.state.dispatcher.brokers[-1], InMemoryBroker)
