from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event
from threading import enumerate as enumerate_threads
from time import sleep
from uuid import UUID, uuid4

import pytest
from dramatiq.brokers.stub import StubBroker
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.database import now
from app.extensions import db
from app.tasks import brokers, failed, registry, runner, scheduler, worker
from app.tasks.brokers import RedisTaskBroker, get_task_broker
from app.tasks.models import FAILED, PENDING, RUNNING, Task
from app.tasks.queue import enqueue
from app.tasks.redis_broker import QUEUE, create_message
from app.tasks.registry import scheduled, task
from app.unit_of_work import UnitOfWork

calls: list[object] = []
failures: list[Exception] = []
called = Event()


@task
def record(*, number: int, user_id: UUID | None = None) -> None:
    if failures:
        raise failures.pop()
    calls.append((number, user_id))
    called.set()


@task
def loop() -> None:
    while True:
        sleep(0.01)


@pytest.fixture(autouse=True)
def _clear_calls() -> Iterator[None]:
    yield
    calls.clear()
    failures.clear()
    called.clear()


def fail(*_: object) -> None:
    raise OperationalError("SELECT", {}, ConnectionError())


def add_task(app: Flask, **values: object) -> UUID:
    row = {"id": uuid4(), "name": registry.task_name(record), "due_at": now()}
    added = Task(**row | {"arguments": '{"number": 1}'} | values)
    with app.app_context():
        db.session.add(added)
        db.session.commit()
    return added.id


def update_tasks(app: Flask, **values: object) -> None:
    with app.app_context():
        db.session.execute(update(Task).values(**values))
        db.session.commit()


def get_tasks(app: Flask) -> list[Task]:
    with app.app_context():
        return list(db.session.scalars(select(Task)))


def run_due_tasks(app: Flask) -> list[Task]:
    """Run what is due, and return the tasks that are left."""
    with app.app_context():
        scheduler.send_due_tasks()
    get_task_broker(app).join()
    return get_tasks(app)


def test_a_task_runs_after_the_commit(app: Flask) -> None:
    user_id = uuid4()
    with app.app_context():
        unit_of_work = UnitOfWork()
        enqueue(unit_of_work, record, number=1, user_id=user_id)
        get_task_broker().join()
        assert calls == []
        unit_of_work.commit()
        get_task_broker().join()
    assert calls == [(1, user_id)]
    assert get_tasks(app) == []


def test_a_rolled_back_task_does_not_run(app: Flask) -> None:
    with app.app_context():
        unit_of_work = UnitOfWork()
        with db.session.begin_nested() as savepoint:
            enqueue(unit_of_work, record, number=1)
            savepoint.rollback()
        unit_of_work.commit()
    get_task_broker(app).join()
    assert calls == []
    assert get_tasks(app) == []


@pytest.mark.usefixtures("context")
def test_arguments_are_passed_by_keyword() -> None:
    with pytest.raises(TypeError):
        # mypy refuses it too.
        enqueue(UnitOfWork(), record, 1)  # type: ignore[call-arg]  # see above


def test_a_failed_task_is_tried_again_later(app: Flask) -> None:
    failures.append(RuntimeError("The server is unreachable."))
    add_task(app)
    (task,) = run_due_tasks(app)
    assert (task.status, task.attempts) == (PENDING, 1)
    assert task.error.endswith("RuntimeError: The server is unreachable.\n")
    assert now() < task.due_at < now() + timedelta(seconds=3)
    assert run_due_tasks(app)
    update_tasks(app, due_at=now())
    assert run_due_tasks(app) == []
    assert calls == [(1, None)]


@pytest.mark.parametrize(
    "values",
    [
        {"name": "app.unknown"},
        {"arguments": "{"},
        {"arguments": "[]"},
        {"arguments": '{"number": "x"}'},
    ],
)
def test_a_malformed_task_fails(app: Flask, values: dict[str, object]) -> None:
    add_task(app, attempts=runner.MAX_ATTEMPTS - 1, **values)
    with capture_logs() as lines:
        (task,) = run_due_tasks(app)
    assert task.status == FAILED
    assert [line["event"] for line in lines] == ["task_failed", "task_retries_exceeded"]


def test_the_task_of_a_killed_worker_runs_again(app: Flask) -> None:
    add_task(app, status=RUNNING, attempts=1)
    assert run_due_tasks(app) == []
    assert calls == [(1, None)]


def test_a_task_that_kills_its_workers_fails_at_last(app: Flask) -> None:
    add_task(app, status=RUNNING, attempts=runner.MAX_ATTEMPTS)
    (task,) = run_due_tasks(app)
    assert (task.status, calls) == (FAILED, [])


def test_a_task_that_is_sent_twice_runs_once(app: Flask) -> None:
    task_id = add_task(app)
    for _ in range(2):
        get_task_broker(app).send(task_id)
    get_task_broker(app).join()
    assert calls == [(1, None)]


def test_a_task_waits_while_the_database_is_unavailable(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    task_id = add_task(app)
    with capture_logs() as lines, monkeypatch.context() as patch:
        patch.setattr(runner, "_claim", fail)
        get_task_broker(app).send(task_id)
        get_task_broker(app).join()
    assert [line["event"] for line in lines] == ["task_not_recorded"]
    assert run_due_tasks(app) == []
    assert calls == [(1, None)]


def test_failed_tasks_are_listed_and_tried_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(failed, "create_app", lambda _: app)
    add_task(app, status=FAILED, attempts=12, error="Traceback\nKeyError: 3\n")
    assert len(run_due_tasks(app)) == 1
    failed.main([])
    output = capsys.readouterr().out
    assert output.endswith("record  KeyError: 3\n1 failed tasks\n")
    failed.main(["--retry"])
    assert run_due_tasks(app) == []


def test_scheduled_tasks_run_once_in_each_interval(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "schedule", {})
    monkeypatch.setattr(scheduler, "schedule", registry.schedule)

    @scheduled(every=timedelta(hours=1))
    def count() -> None:
        record(number=0)

    for _ in range(2):
        with app.app_context():
            scheduler.add_scheduled_tasks()
        (task,) = run_due_tasks(app)
        assert timedelta(minutes=59) < task.due_at - now() < timedelta(minutes=61)
    assert calls == [(0, None)]

    failures.append(RuntimeError())
    update_tasks(app, due_at=now(), attempts=runner.MAX_ATTEMPTS - 1)
    (task,) = run_due_tasks(app)
    assert (task.status, task.attempts) == (PENDING, 0)
    assert task.due_at > now() + timedelta(minutes=59)


def test_in_development_the_process_runs_what_is_due(
    app: Flask,
    create_client: Callable[..., FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop = Event()
    monkeypatch.setattr(scheduler, "Event", lambda: stop)
    monkeypatch.setattr(scheduler, "schedule", {})
    add_task(app)
    client = create_client(environment="development")
    for _ in range(2):
        client.get("/healthz")
    (thread,) = [each for each in enumerate_threads() if each.name == "scheduler"]
    assert called.wait(10)
    stop.set()
    thread.join()


def test_the_scheduler_survives_a_database_that_is_unavailable(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = Event()
    error = OperationalError("SELECT", {}, ConnectionError())
    outcomes = [error, error, None]

    def add_scheduled_tasks() -> None:
        if error := outcomes.pop(0):
            raise error
        stop.set()

    monkeypatch.setattr(scheduler, "add_scheduled_tasks", add_scheduled_tasks)
    monkeypatch.setattr(scheduler, "INTERVAL", 0)
    with capture_logs() as lines:
        scheduler.run_scheduler(app, stop)
    assert [line["event"] for line in lines] == ["tasks_unavailable"]


@pytest.fixture
def stub() -> Iterator[StubBroker]:
    stub = StubBroker(middleware=[])
    yield stub
    stub.close()


def test_with_redis_a_worker_runs_tasks(
    app: Flask,
    stub: StubBroker,
    create_client: Callable[..., FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(brokers, "create_redis_broker", lambda _: stub)
    task_id = add_task(app)
    started = worker.create_worker(app, stub, 1)
    started.start()
    service = create_client(redis_url="redis://redis/0").application
    sender = get_task_broker(service)
    sender.send(task_id)
    sender.join()
    stub.join(QUEUE)
    started.stop()
    assert calls == [(1, None)]
    assert get_tasks(app) == []


def test_a_task_that_takes_too_long_has_failed(
    app: Flask, stub: StubBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "TIMEOUT", 0.5)
    monkeypatch.setattr(worker, "CHECK_INTERVAL", 10)
    task_id = add_task(app, name=registry.task_name(loop), arguments="{}")
    started = worker.create_worker(app, stub, 1)
    started.start()
    stub.enqueue(create_message(task_id))
    stub.join(QUEUE)
    started.stop()
    (task,) = get_tasks(app)
    assert (task.status, task.attempts) == (PENDING, 1)
    assert "TimeLimitExceeded" in task.error


def test_messages_that_redis_does_not_take_cause_one_warning() -> None:
    broker = RedisTaskBroker("redis://127.0.0.1:1/0")
    with capture_logs() as lines:
        for _ in range(2):
            broker.send(uuid4())
        broker.close()
    assert [line["event"] for line in lines] == ["tasks_not_sent"]
