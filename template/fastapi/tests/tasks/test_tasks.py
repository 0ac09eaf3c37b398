import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import cast
from unittest.mock import AsyncMock
from uuid import UUID, uuid4

import pytest
from dramatiq import Message
from dramatiq.brokers.stub import StubBroker
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.database import now
from app.state import State
from app.tasks import brokers, registry, runner, scheduler
from app.tasks.brokers import LocalTaskBroker, RedisTaskBroker
from app.tasks.failed import main
from app.tasks.lifespan import create_task_broker, run_tasks
from app.tasks.models import FAILED, PENDING, RUNNING, Task
from app.tasks.queue import enqueue
from app.tasks.redis_broker import ACTOR, QUEUE
from app.tasks.registry import scheduled, task
from app.unit_of_work import UnitOfWork, open_unit_of_work

calls: list[object] = []
failures: list[Exception] = []
called = asyncio.Event()


@task
async def record(state: State, *, number: int, user_id: UUID | None = None) -> None:
    assert state["database"]
    if failures:
        raise failures.pop()
    calls.append((number, user_id))
    called.set()


@task
async def stall(_: State) -> None:
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def _clear_calls() -> Iterator[None]:
    yield
    calls.clear()
    failures.clear()
    called.clear()


async def run_sent_tasks(state: State) -> None:
    await cast("LocalTaskBroker", state["task_broker"]).join()


async def add_task(state: State, **values: object) -> None:
    row = {"id": uuid4(), "name": registry.task_name(record), "due_at": now()}
    row |= {"arguments": '{"number": 1}'} | values
    async with open_unit_of_work(state) as unit_of_work:
        unit_of_work.session.add(Task(**row))


async def get_tasks(state: State) -> list[Task]:
    async with state["database"].session(writes=False) as session:
        return list(await session.scalars(select(Task)))


async def run_due_tasks(state: State) -> list[Task]:
    """Run what is due, and return the tasks that are left."""
    await scheduler.send_due_tasks(state)
    await run_sent_tasks(state)
    return await get_tasks(state)


async def test_a_task_runs_after_the_commit(unit_of_work: UnitOfWork) -> None:
    user_id = uuid4()
    await enqueue(unit_of_work, record, number=1, user_id=user_id)
    async with unit_of_work.savepoint():
        await enqueue(unit_of_work, record, number=2)
    await run_sent_tasks(unit_of_work.state)
    assert calls == []
    await unit_of_work.commit()
    await run_sent_tasks(unit_of_work.state)
    assert sorted(calls, key=str) == [(1, user_id), (2, None)]
    assert (await unit_of_work.session.scalars(select(Task))).all() == []


async def test_a_rolled_back_task_does_not_run(unit_of_work: UnitOfWork) -> None:
    async def fail() -> None:
        async with unit_of_work.savepoint():
            await enqueue(unit_of_work, record, number=1)
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    await unit_of_work.commit()
    await run_sent_tasks(unit_of_work.state)
    assert calls == []
    assert (await unit_of_work.session.scalars(select(Task))).all() == []


async def test_arguments_are_passed_by_keyword(unit_of_work: UnitOfWork) -> None:
    with pytest.raises(TypeError):
        # mypy refuses it too.
        await enqueue(unit_of_work, record, 1)  # type: ignore[call-arg]  # see above


async def test_a_failed_task_is_tried_again_later(state: State) -> None:
    failures.append(RuntimeError("The server is unreachable."))
    await add_task(state)
    (task,) = await run_due_tasks(state)
    assert (task.status, task.attempts) == (PENDING, 1)
    assert task.error.endswith("RuntimeError: The server is unreachable.\n")
    assert now() < task.due_at < now() + timedelta(seconds=3)
    assert await run_due_tasks(state)
    async with open_unit_of_work(state) as unit_of_work:
        await unit_of_work.session.execute(update(Task).values(due_at=now()))
    assert await run_due_tasks(state) == []
    assert calls == [(1, None)]


async def test_a_task_that_takes_too_long_has_failed(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "TIMEOUT", 0.01)
    await add_task(state, name=registry.task_name(stall), arguments="{}")
    (task,) = await run_due_tasks(state)
    assert "TimeoutError" in task.error


@pytest.mark.parametrize(
    "values",
    [
        {"name": "app.unknown"},
        {"arguments": "{"},
        {"arguments": "[]"},
        {"arguments": '{"number": "x"}'},
    ],
)
async def test_a_malformed_task_fails(state: State, values: dict[str, object]) -> None:
    await add_task(state, attempts=runner.MAX_ATTEMPTS - 1, **values)
    with capture_logs() as lines:
        (task,) = await run_due_tasks(state)
    assert task.status == FAILED
    assert [line["event"] for line in lines] == ["task_failed", "task_retries_exceeded"]


async def test_the_task_of_a_killed_worker_runs_again(state: State) -> None:
    await add_task(state, status=RUNNING, attempts=1)
    assert await run_due_tasks(state) == []
    assert calls == [(1, None)]


async def test_a_task_that_kills_its_workers_fails_at_last(state: State) -> None:
    await add_task(state, status=RUNNING, attempts=runner.MAX_ATTEMPTS)
    (task,) = await run_due_tasks(state)
    assert (task.status, calls) == (FAILED, [])


async def test_a_task_that_is_sent_twice_runs_once(state: State) -> None:
    task_id = uuid4()
    await add_task(state, id=task_id)
    await state["task_broker"].send(task_id)
    await state["task_broker"].send(task_id)
    await run_sent_tasks(state)
    assert calls == [(1, None)]


async def test_a_task_waits_while_the_database_is_unavailable(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id, error = uuid4(), OperationalError("SELECT", {}, ConnectionError())
    await add_task(state, id=task_id)
    with capture_logs() as lines, monkeypatch.context() as patch:
        patch.setattr(runner, "_claim", AsyncMock(side_effect=error))
        await state["task_broker"].send(task_id)
        await run_sent_tasks(state)
    assert [line["event"] for line in lines] == ["task_not_recorded"]
    assert await run_due_tasks(state) == []
    assert calls == [(1, None)]


async def test_failed_tasks_are_listed_and_tried_again(
    state: State, capsys: pytest.CaptureFixture[str]
) -> None:
    await add_task(state, status=FAILED, attempts=12, error="Traceback\nKeyError: 3\n")
    assert len(await run_due_tasks(state)) == 1
    await main([])
    output = capsys.readouterr().out
    assert output.endswith("record  KeyError: 3\n1 failed tasks\n")
    await main(["--retry"])
    assert await run_due_tasks(state) == []


async def test_scheduled_tasks_run_once_in_each_interval(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "schedule", {})
    monkeypatch.setattr(scheduler, "schedule", registry.schedule)

    @scheduled(every=timedelta(hours=1))
    async def count(state: State) -> None:
        await record(state, number=0)

    for _ in range(2):
        await scheduler.add_scheduled_tasks(state["database"])
        (task,) = await run_due_tasks(state)
        assert timedelta(minutes=59) < task.due_at - now() < timedelta(minutes=61)
    assert calls == [(0, None)]

    failures.append(RuntimeError())
    values = {"due_at": now(), "attempts": runner.MAX_ATTEMPTS - 1}
    async with open_unit_of_work(state) as unit_of_work:
        await unit_of_work.session.execute(update(Task).values(values))
    (task,) = await run_due_tasks(state)
    assert (task.status, task.attempts) == (PENDING, 0)
    assert task.due_at > now() + timedelta(minutes=59)


async def test_without_redis_the_process_also_runs_what_is_due(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scheduler, "schedule", {})
    settings = state["settings"].model_copy(update={"environment": "development"})
    await add_task(state)
    async with run_tasks(state | {"settings": settings}), asyncio.timeout(10):
        await called.wait()


async def test_with_redis_a_worker_gets_a_message(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub, task_id = StubBroker(middleware=[]), uuid4()
    stub.declare_queue(QUEUE)
    monkeypatch.setattr(brokers, "create_redis_broker", lambda _: stub)
    settings = state["settings"].model_copy(update={"redis_url": "redis://redis/0"})
    broker = create_task_broker(settings)
    await broker.send(task_id)
    await broker.close()
    message = Message[None].decode(stub.queues[QUEUE].get_nowait())
    assert (message.actor_name, message.args) == (ACTOR, (str(task_id),))


async def test_messages_that_redis_does_not_take_cause_one_warning() -> None:
    broker = RedisTaskBroker("redis://127.0.0.1:1/0")
    with capture_logs() as lines:
        for _ in range(2):
            await broker.send(uuid4())
        await broker.close()
    assert [line["event"] for line in lines] == ["tasks_not_sent"]


async def test_the_scheduler_survives_a_database_that_is_unavailable(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed_twice = asyncio.Event()
    attempts: list[object] = []

    async def fail(database: object) -> None:
        attempts.append(database)
        if len(attempts) > 1:
            failed_twice.set()
        raise OperationalError("SELECT", {}, ConnectionError())

    monkeypatch.setattr(scheduler, "add_scheduled_tasks", fail)
    monkeypatch.setattr(scheduler, "INTERVAL", 0)
    with capture_logs() as lines:
        running = asyncio.create_task(scheduler.run_scheduler(state))
        await failed_twice.wait()
        await asyncio.sleep(0)
        assert not running.done()
        running.cancel()
    assert [line["event"] for line in lines] == ["tasks_unavailable"]
