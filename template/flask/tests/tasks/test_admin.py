import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.database import now
from app.extensions import db
from app.tasks.models import FAILED, PENDING, Task
from tests.forms import submit


@pytest.fixture
def task_ids(app: Flask) -> dict[str, str]:
    """Add two failed tasks and one that is pending."""
    statuses = {"first": FAILED, "second": FAILED, "third": PENDING}
    tasks = [
        Task(name=name, status=status, attempts=12, error="KeyError: 3", due_at=now())
        for name, status in statuses.items()
    ]
    with app.app_context():
        db.session.add_all(tasks)
        db.session.commit()
    return {task.name: str(task.id) for task in tasks}


def get_states(app: Flask) -> dict[str, tuple[str, int]]:
    with app.app_context():
        tasks = db.session.scalars(select(Task)).all()
        return {task.name: (task.status, task.attempts) for task in tasks}


def test_failed_tasks_are_shown_and_retried(
    app: Flask, admin: FlaskClient, task_ids: dict[str, str]
) -> None:
    page = admin.get("/admin/task/", query_string={"search": "failed"}).text
    assert "first" in page
    assert "third" not in page
    path = f"/admin/task/retry/?id={task_ids['first']}"
    assert path in page
    assert "KeyError: 3" in admin.get(path).text
    response = submit(admin, path, id=task_ids["first"])
    assert response.location == "/admin/task/"
    assert "The task starts again." in admin.get("/admin/task/").text
    states = {"first": (PENDING, 0), "second": (FAILED, 12), "third": (PENDING, 12)}
    assert get_states(app) == states


def test_only_failed_tasks_are_retried(
    app: Flask, admin: FlaskClient, task_ids: dict[str, str]
) -> None:
    path = f"/admin/task/retry/?id={task_ids['third']}"
    assert path not in admin.get("/admin/task/").text
    response = admin.get(path)
    assert response.status_code == 409
    assert "Only tasks that have failed" in response.text
    assert get_states(app)["third"] == (PENDING, 12)


def test_tasks_are_deleted(
    app: Flask, admin: FlaskClient, task_ids: dict[str, str]
) -> None:
    path = f"/admin/task/delete/?id={task_ids['second']}"
    submit(admin, path, id=task_ids["second"])
    assert get_states(app).keys() == {"first", "third"}
