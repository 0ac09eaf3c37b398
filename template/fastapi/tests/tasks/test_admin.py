from httpx2 import AsyncClient
from sqlalchemy import select

from app.database import now
from app.tasks.models import FAILED, PENDING, Task
from app.unit_of_work import UnitOfWork


async def test_failed_tasks_are_shown_retried_and_deleted(
    admin: AsyncClient, unit_of_work: UnitOfWork
) -> None:
    session = unit_of_work.session
    rows = [
        Task(name=name, status=FAILED, attempts=12, error="KeyError: 3", due_at=now())
        for name in ("first", "second")
    ]
    session.add_all(rows)
    await session.commit()
    assert "first" in (await admin.get("/admin/task/list?search=failed")).text
    path = f"/admin/task/details/{rows[0].id}"
    assert "KeyError: 3" in (await admin.get(path)).text
    response = await admin.get(f"/admin/task/action/retry?pks={rows[0].id}")
    assert response.headers["Location"] == "http://localhost/admin/task/list"
    await session.refresh(rows[0])
    await session.refresh(rows[1])
    assert [(row.status, row.attempts) for row in rows] == [(PENDING, 0), (FAILED, 12)]
    await session.commit()
    await admin.delete(f"/admin/task/delete?pks={rows[1].id}")
    assert list(await session.scalars(select(Task.name))) == ["first"]
