"""Tasks as in production, run as a worker runs them."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django_ox.models import OxTask
from django_ox.testing import run_tasks
from django_ox.worker import Worker

from app.tasks.tasks import delete_finished_tasks
from tests.tasks import sample

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _backend(settings: Any) -> None:
    backend = {"BACKEND": "django_ox.backend.OxBackend"}
    settings.TASKS = {"default": settings.TASKS["default"] | backend}


def call(*arguments: str) -> str:
    output = StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def give_up(task_path: str = "tests.tasks.sample.record") -> OxTask:
    """Return a task that fails in its last attempt."""
    sample.failures.append(KeyError(3))
    sample.record.enqueue(1)
    OxTask.objects.update(max_attempts=1, task_path=task_path)
    Worker().run_once()
    return OxTask.objects.get()


def test_a_task_is_part_of_the_transaction() -> None:
    with pytest.raises(LookupError), transaction.atomic():
        sample.enqueue_and_fail(1)
    sample.record.enqueue(2)
    run_tasks()
    assert sample.calls == [2]
    assert OxTask.objects.get().status == OxTask.Status.SUCCESSFUL


def test_a_failed_task_is_tried_again_later() -> None:
    sample.failures.append(RuntimeError("The server is unreachable."))
    sample.record.enqueue(1)
    run_tasks()
    task = OxTask.objects.get()
    assert (task.status, task.attempts, task.max_attempts) == ("READY", 1, 12)
    assert task.run_after is not None
    assert timedelta() < task.run_after - timezone.now() < timedelta(seconds=3)
    assert "The server is unreachable." in task.errors[0]["traceback"]
    OxTask.objects.update(run_after=timezone.now())
    run_tasks()
    assert sample.calls == [1]


def test_the_task_of_a_killed_worker_runs_again() -> None:
    sample.record.enqueue(1)
    past = timezone.now() - timedelta(minutes=1)
    values = {"locked_at": past, "lease_expires_at": past, "attempts": 1}
    OxTask.objects.update(status=OxTask.Status.RUNNING, **values)
    run_tasks()
    assert not sample.calls
    Worker().reap()
    run_tasks()
    assert sample.calls == [1]


@pytest.mark.parametrize("path", ["app.unknown", "app.users.models.User", "\u2615"])
def test_a_row_that_names_no_task_is_set_aside(path: str) -> None:
    assert give_up(path).status == OxTask.Status.FAILED


def test_failed_tasks_are_listed_and_run_again() -> None:
    give_up()
    assert call("failed_tasks").endswith("record  KeyError: 3\n1 failed tasks\n")
    call("failed_tasks", "--retry")
    run_tasks()
    assert sample.calls == [1]
    assert call("failed_tasks") == "0 failed tasks\n"


def test_finished_tasks_are_deleted_and_failed_ones_kept(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed = give_up()
    for number in range(2):
        sample.record.enqueue(number)
    run_tasks()
    finished = OxTask.objects.exclude(pk=failed.pk).order_by("pk")
    old = timezone.now() - timedelta(days=2)
    OxTask.objects.filter(pk__in=(failed.pk, finished[0].pk)).update(finished_at=old)
    recent = finished[1]
    capsys.readouterr()
    delete_finished_tasks.call()
    assert {*OxTask.objects.all()} == {failed, recent}
    assert capsys.readouterr().out == ""  # Lines of the log are JSON.


def test_what_is_scheduled_exists() -> None:
    assert not run_checks()
    assert Worker().schedules
