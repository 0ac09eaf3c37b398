"""Tasks: tests start and kill the server, the worker and Redis."""

import contextlib
import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import valkey

from tests.contract.client import (
    ITEMS,
    PASSWORD,
    Client,
    Person,
    database_with_members,
    json_lines,
    unique_email,
)
from tests.contract.conftest import Disposable
from tests.contract.differences import Conventions
from tests.starters.databases import free_port
from tests.starters.harness import (
    Project,
    Service,
    end_process,
    run,
    running_server,
    running_worker,
)
from tests.starters.mail_server import MailServer, mail_server
from tests.starters.redis import Redis

pytestmark = [
    pytest.mark.features("accounts", "api", "tasks"),
    pytest.mark.skipif(os.name == "nt", reason="there is no Redis for Windows"),
]

TAKEN_OVER_SECONDS = 120
LOST_SECONDS = 60
GONE_SECONDS = 35


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    """Run a Redis that tests may stop, if they start it again."""
    redis = Redis()
    yield redis
    redis.stop()


@pytest.fixture(scope="module")
def service_without_worker(project: Project, redis: Redis) -> Iterator[Service]:
    """Run a server without a worker.

    Its database is separate: workers of other services would run the tasks in it.
    """
    database, url = database_with_members(project), redis.new_database()
    with running_server(project, database.url, REDIS_URL=url) as service:
        yield service


def run_worker(
    service: Service, **settings: str
) -> contextlib.AbstractContextManager[Service]:
    return running_worker(service.project, {**service.settings, **settings})


def log_events(worker: Service, event: str) -> list[dict[str, Any]]:
    """Return the lines of a worker's log whose event matches a pattern."""
    return [line for line in json_lines(worker) if re.fullmatch(event, line["event"])]


def wait_for(condition: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "the condition did not become true"
        time.sleep(0.05)


def wait_for_event(worker: Service, event: str, count: int = 1) -> None:
    """Wait until a worker has logged an event, and show its log if it does not."""
    try:
        wait_for(lambda: len(log_events(worker, event)) >= count)
    except AssertionError:
        pytest.fail(f"no {event} (number {count}) in:\n{worker.output}")


def register(service: Service) -> Person:
    """Register a user, which enqueues the task that sends an email."""
    person = Person(service, unique_email())
    answer = person.post_auth("register", email=person.email, password=PASSWORD)
    assert answer.status_code == 202
    return person


class SilentServer:
    """A mail server that accepts connections and sends nothing."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"

    def wait(self) -> None:
        self.listener.settimeout(15)
        self.connection, _ = self.listener.accept()

    def close(self) -> None:
        self.connection.close()
        self.listener.close()


@pytest.mark.thorough
def test_a_task_waits_for_a_worker(
    service_without_worker: Service, conventions: Conventions
) -> None:
    person = register(service_without_worker)
    assert person.email not in mail_server().mails
    with run_worker(service_without_worker) as worker:
        assert person.wait_for_email()["To"] == person.email
        wait_for_event(worker, conventions.task_done)
        assert person.email not in worker.output
        assert PASSWORD not in worker.output


@pytest.mark.thorough
def test_a_refused_request_enqueues_no_task(service_without_worker: Service) -> None:
    with (
        run_worker(service_without_worker) as worker,
        Client(service_without_worker) as client,
    ):
        known = client.create()["name"]
        wait_for_event(worker, "stock_taken")
        taken = client.post(ITEMS, json={"name": known, "price": "1.00"})
        assert taken.status_code == 409
        assert client.post(ITEMS, json={"name": "", "price": "1"}).status_code == 422
        client.create()
        wait_for_event(worker, "stock_taken", 2)
        assert [line["items"] for line in log_events(worker, "stock_taken")][-1] >= 2


@pytest.mark.thorough
def test_an_email_is_retried_after_the_mail_server_was_unreachable(
    service_without_worker: Service, conventions: Conventions
) -> None:
    port = free_port()
    with run_worker(
        service_without_worker, MAIL_URL=f"smtp://127.0.0.1:{port}"
    ) as worker:
        person = register(service_without_worker)
        wait_for_event(worker, conventions.task_failed)
        back = MailServer(port)
        try:
            assert back.last(person.email)["To"] == person.email
            wait_for_event(worker, conventions.task_done)
            assert len(back.mails[person.email]) == 1
        finally:
            back.controller.stop()


@pytest.mark.database
@pytest.mark.thorough
def test_the_task_of_a_killed_worker_is_run_by_another(
    service_without_worker: Service,
) -> None:
    silent = SilentServer()
    with run_worker(service_without_worker, MAIL_URL=silent.url) as worker:
        person = register(service_without_worker)
        silent.wait()
        end_process(worker.process)
        killed = time.monotonic()
    silent.close()
    with run_worker(service_without_worker):
        wait_for(lambda: person.email in mail_server().mails, TAKEN_OVER_SECONDS)
    assert time.monotonic() - killed < TAKEN_OVER_SECONDS


@pytest.mark.thorough
def test_sigterm_lets_a_worker_finish_its_task(
    service_without_worker: Service, conventions: Conventions
) -> None:
    silent = SilentServer()
    with run_worker(service_without_worker, MAIL_URL=silent.url) as worker:
        register(service_without_worker)
        silent.wait()
        worker.process.terminate()
        time.sleep(0.5)
        assert worker.process.poll() is None
        silent.close()
        assert worker.process.wait(GONE_SECONDS) == 0
        assert len(log_events(worker, conventions.task_failed)) == 1


@pytest.mark.thorough
@pytest.mark.message_broker
def test_a_worker_continues_after_a_restart_of_redis(
    service_without_worker: Service, redis: Redis
) -> None:
    with run_worker(service_without_worker) as worker:
        register(service_without_worker).wait_for_email()
        redis.stop()
        wait_for(lambda: "connection error" in worker.output)
        redis.start()
        register(service_without_worker).wait_for_email()
        assert worker.process.poll() is None


@pytest.mark.thorough
def test_a_task_waits_until_redis_is_back(
    service_without_worker: Service, redis: Redis, conventions: Conventions
) -> None:
    redis.stop()
    began = time.monotonic()
    person = register(service_without_worker)
    assert time.monotonic() - began < 2
    redis.start()
    with run_worker(service_without_worker) as worker:
        assert person.wait_for_email()["To"] == person.email
        wait_for_event(worker, conventions.task_done)


@pytest.mark.thorough
def test_a_task_is_run_even_if_the_server_was_killed_before_sending_it(
    project: Project, redis: Redis
) -> None:
    settings = {"REDIS_URL": redis.new_database()}
    database = database_with_members(project)
    with running_server(project, database.url, **settings) as service:
        redis.process.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            person = register(service)
            assert time.monotonic() - began < 2
            end_process(service.process)
        finally:
            redis.process.send_signal(signal.SIGCONT)
        valkey.Valkey.from_url(settings["REDIS_URL"]).flushdb()
        with run_worker(service):
            wait_for(lambda: person.email in mail_server().mails, LOST_SECONDS)


@pytest.mark.thorough
@pytest.mark.message_broker
def test_malformed_messages_do_not_stop_the_worker(
    service_without_worker: Service,
) -> None:
    """Write to dramatiq's queue: a list of ids, and a hash with their messages."""
    queue = valkey.Valkey.from_url(service_without_worker.settings["REDIS_URL"])
    message = {
        "queue_name": "tasks",
        "actor_name": "run_task",
        "args": [],
        "kwargs": {},
        "options": {},
        "message_id": "",
        "message_timestamp": 0,
    }
    malformed = [
        None,
        "",
        "\x00",
        "[]",
        json.dumps(message | {"actor_name": "unknown"}),
        json.dumps(message | {"args": ["no id"]}),
        json.dumps(message | {"options": {"eta": "never"}}),
    ]
    with run_worker(service_without_worker) as worker:
        register(service_without_worker).wait_for_email()
        for number, data in enumerate(malformed):
            if data is not None:
                queue.hset("dramatiq:tasks.msgs", f"malformed-{number}", data)
            queue.rpush("dramatiq:tasks", f"malformed-{number}")
        person = register(service_without_worker)
        wait_for(lambda: person.email in mail_server().mails, LOST_SECONDS)
        wait_for(lambda: queue.llen("dramatiq:tasks") == 0, LOST_SECONDS)
        assert worker.process.poll() is None
        register(service_without_worker).wait_for_email()


@pytest.mark.message_broker
def test_the_worker_refuses_to_start_without_a_queue(project: Project) -> None:
    settings = project.production_settings("sqlite:////nowhere/service.sqlite3")
    del settings["REDIS_URL"]
    for module in ("app", "app.tasks"):
        command = [project.python, "-m", module]
        output = run(command, project.directory, settings, check=False, seconds=60)
        assert "REDIS_URL" in output
        assert len(output.strip().splitlines()) == 1


@pytest.mark.thorough
def test_a_row_that_names_no_task_is_set_aside(
    project: Project, redis: Redis, conventions: Conventions
) -> None:
    database, url = database_with_members(project), redis.new_database()
    with running_server(project, database.url, REDIS_URL=url) as service:
        lost = register(service)
        database.execute(conventions.break_tasks_sql)
        person = register(service)
        with run_worker(service) as worker:
            person.wait_for_email()
            wait_for_event(worker, conventions.task_failed)
            assert worker.process.poll() is None
    assert lost.email not in mail_server().mails


@pytest.mark.thorough
def test_failed_tasks_can_be_listed_and_tried_again(
    disposable: Disposable, conventions: Conventions
) -> None:
    project, database = disposable.service.project, disposable.database

    def list_failed(*options: str) -> list[str]:
        settings = {"DATABASE_URL": database.url}
        return project.poe("-q", "failed-tasks", *options, **settings).splitlines()

    assert list_failed() == ["0 failed tasks"]
    register(disposable.service)
    database.execute(conventions.fail_tasks_sql)
    for options in ((), ("--retry",)):
        task, count = list_failed(*options)
        assert "email" in task
        assert task.endswith("ValueError: no room")
        assert count == "1 failed tasks"
    assert list_failed() == ["0 failed tasks"]
