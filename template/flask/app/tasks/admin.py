"""Tasks in the admin: pending, running and failed ones."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.model.template import BaseListRowAction, EndpointLinkRowAction
from jinja2.runtime import Context
from sqlalchemy import delete

from app.admin.views import AdminView, Change
from app.errors import Conflict
from app.extensions import db
from app.tasks.models import FAILED, Task
from app.tasks.queue import retry_failed_tasks


class NotFailed(Conflict):
    code, detail = "task_not_failed", "Only tasks that have failed can be retried."


class RetryAction(EndpointLinkRowAction):  # type: ignore[misc]  # Flask-Admin has no types
    """The link to retry a task, in the rows of those that failed."""

    def render(self, context: Context, row_id: str, row: Task) -> Any:
        return super().render(context, row_id, row) if row.status == FAILED else ""


class TaskAdmin(AdminView):
    can_delete = True
    column_list = ("name", "status", "attempts", "due_at", "created_at")
    column_details_list = ("id", *column_list, "arguments", "error")
    column_searchable_list = ("name", "status", "error")
    column_sortable_list = ("name", "status", "attempts", "due_at", "created_at")
    column_default_sort = ("created_at", True)
    column_filters = ("name", "status", "due_at", "created_at")

    def get_list_row_actions(self) -> list[BaseListRowAction]:
        retry = RetryAction("refresh", ".retry_view", "Retry")
        return [*super().get_list_row_actions(), retry]

    def delete_row(self, _change: Change, row_id: UUID) -> None:
        db.session.execute(delete(Task).where(Task.id == row_id))

    @expose("/retry/", methods=("GET", "POST"))
    def retry_view(self) -> ResponseReturnValue:
        """Ask, then let a failed task start again from its first attempt."""
        task = self.get_one(request.values.get("id", ""))
        if task.status != FAILED:
            raise NotFailed
        if request.method == "POST":
            self._change(
                "retry", lambda _: retry_failed_tasks([task.id]), row_id=task.id
            )
            flash("The task starts again.")
            return redirect(url_for(".index_view"), code=303)
        page: str = self.render(
            "panel/retry.html",
            model=task,
            details_columns=self.get_details_columns(),
            get_value=self.get_detail_value,
            return_url=url_for(".index_view"),
        )
        return page


def create_views() -> list[AdminView]:
    return [TaskAdmin(Task, "Tasks", icon="clock")]
