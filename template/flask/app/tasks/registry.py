"""The functions that workers run, by name."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec

from pydantic import validate_call
from pydantic_core import from_json

P = ParamSpec("P")
TaskFunction = Callable[P, None]
ScheduledFunction = Callable[[], None]
NAMESPACE = uuid.UUID("b0c7d1de-3a4f-4c43-9d0e-6f0b8f7a5d21")

functions: dict[str, Callable[..., None]] = {}
schedule: dict[str, timedelta] = {}


def task(function: TaskFunction[P]) -> TaskFunction[P]:
    """Register a function that can be enqueued.

    It runs in an application context, and commits what it writes. Its parameters are
    passed by keyword and stored as JSON: pass identifiers rather than rows.
    """
    functions[task_name(function)] = function
    return function


def scheduled(*, every: timedelta) -> Callable[[ScheduledFunction], ScheduledFunction]:
    """Register a function that runs once in each interval."""

    def register(function: ScheduledFunction) -> ScheduledFunction:
        schedule[task_name(function)] = every
        return task(function)

    return register


def task_name(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def schedule_id(name: str) -> uuid.UUID:
    """Return the id of the row of a scheduled task."""
    return uuid.uuid5(NAMESPACE, name)


def call(name: str, arguments: str) -> None:
    """Call the function, with the arguments converted to the types that it declares."""
    function = functions.get(name)
    if function is None:
        raise LookupError("No task is registered under this name.")
    validate_call(function)(**from_json(arguments))
