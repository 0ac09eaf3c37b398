from typing import Any

import pytest
from django.db import transaction
from django.tasks import TaskResultStatus

from tests.tasks import sample


@pytest.fixture(autouse=True)
def _backend(settings: Any) -> None:
    backend = "app.tasks.backends.AfterCommitBackend"
    settings.TASKS = {"default": {"BACKEND": backend}}


@pytest.mark.django_db(transaction=True)
def test_a_task_runs_after_the_commit() -> None:
    with transaction.atomic():
        result = sample.record.enqueue(1)
        with transaction.atomic():
            sample.record.enqueue(2)
        assert not sample.calls
    assert sample.calls == [1, 2]
    assert result.status == TaskResultStatus.READY


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_task_does_not_run() -> None:
    with transaction.atomic():
        with pytest.raises(LookupError), transaction.atomic():
            sample.enqueue_and_fail(1)
        sample.record.enqueue(2)
    assert sample.calls == [2]


@pytest.mark.django_db(transaction=True)
def test_a_task_that_fails_does_not_disturb_its_cause() -> None:
    sample.failures.append(RuntimeError())
    with transaction.atomic():
        sample.record.enqueue(1)
        sample.record.enqueue(2)
    assert sample.calls == [2]
