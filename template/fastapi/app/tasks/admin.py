"""Tasks in the admin: pending, running and failed ones."""

from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqladmin import action

from app.admin.views import AdminView, Change, parse_id
from app.tasks.models import Task
from app.tasks.queue import retry_failed_tasks


class TaskAdmin(AdminView, model=Task):
    icon = "fa-solid fa-list-check"
    can_delete = True
    column_list = ("name", "status", "attempts", "due_at", "created_at")
    column_details_list = (*column_list, "id", "arguments", "error")
    column_searchable_list = ("name", "status", "error")
    column_sortable_list = ("name", "status", "attempts", "due_at", "created_at")
    column_default_sort = ("created_at", True)

    async def delete_row(self, change: Change, row_id: UUID) -> None:
        session = change.unit_of_work.session
        await session.delete(await session.get_one(Task, row_id))

    @action("retry", "Retry failed", add_in_detail=True, add_in_list=True)
    async def retry(self, request: Request) -> Response:
        """Run the selected tasks again, if they have failed."""
        pks = request.query_params.get("pks", "")
        task_ids = [parse_id(pk) for pk in pks.split(",") if pk]
        async with self._change(request, "retry", pks) as change:
            await retry_failed_tasks(change.unit_of_work.session, task_ids)
        return RedirectResponse(request.url_for("admin:list", identity=self.identity))
