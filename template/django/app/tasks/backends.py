"""Running tasks in the server's process: for development, which has no worker."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.tasks import Task, TaskResult, TaskResultStatus
from django.tasks.backends.immediate import ImmediateBackend
from django.utils.crypto import get_random_string


class AfterCommitBackend(ImmediateBackend):
    """Runs tasks once the current transaction is committed.

    Django's backend runs them inside the transaction.
    """

    def enqueue[**P, R](
        self, task: Task[P, R], args: list[Any], kwargs: dict[str, Any]
    ) -> TaskResult[P, R]:
        self.validate_task(task)
        result = TaskResult(
            task=task,
            id=get_random_string(32),
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
        run = super().enqueue
        transaction.on_commit(lambda: run(task, args, kwargs))
        return result
