"""Tasks of the tests: workers import a task by its path."""

from django.tasks import task

calls: list[int] = []
failures: list[Exception] = []


@task
def record(number: int) -> None:
    if failures:
        raise failures.pop()
    calls.append(number)


def enqueue_and_fail(number: int) -> None:
    record.enqueue(number)
    raise LookupError
