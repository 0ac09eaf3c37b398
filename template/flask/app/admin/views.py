"""The base of the views that resources define in their admin.py."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_admin import expose
from flask_admin.contrib.sqla import ModelView
from flask_admin.model.typefmt import BASE_FORMATTERS
from flask_login import current_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from pydantic import ValidationError
from structlog import get_logger

from app.accounts.models import User
from app.admin.filters import FilterConverter, clean_search
from app.admin.index import is_staff
from app.database import Base
from app.errors import AppError
from app.extensions import db
from app.forms import add_errors
from app.unit_of_work import UnitOfWork

MAX_PAGE = 100_000
MAX_FILTERS = 20
log = get_logger()

# Values of filters: the number of the filter, its name, and the value.
Filters = Sequence[tuple[int, str, str]]


@dataclass(frozen=True)
class Change:
    """A change by a member of the staff, in one transaction."""

    unit_of_work: UnitOfWork
    user: User


def format_time(time: datetime) -> str:
    text = f"{time:%d %b %Y %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(time.isoformat(), text)


class AdminView(ModelView):  # type: ignore[misc]  # Flask-Admin has no types
    """A view whose changes are made by the functions of the resource's service.

    So they have the same rules and side effects as elsewhere. A view switches on what
    it implements: `can_create` with `create_row`, `can_edit` with `update_row`,
    `can_delete` with `delete_row`. It lists the columns that it shows in `column_list`
    and `column_details_list`, so that no secret is shown because it was forgotten.
    """

    can_create = can_edit = can_delete = False
    can_view_details = True
    column_type_formatters = BASE_FORMATTERS | {
        bool: lambda _view, value, _name: "Yes" if value else "No",
        datetime: lambda _view, value, _name: format_time(value),
    }
    column_type_formatters_detail = column_type_formatters
    filter_converter = FilterConverter()
    # Deletes rows without the service.
    action_disallowed_list = ("delete",)
    form = form_base_class = FlaskForm
    list_template = "panel/list.html"
    details_template = "panel/details.html"
    create_template = edit_template = "panel/form.html"

    def __init__(self, model: type[Base], name: str, icon: str) -> None:
        super().__init__(model, db, name=name, menu_icon_value=icon)

    def create_row(self, change: Change, values: dict[str, Any]) -> object:
        raise NotImplementedError

    def update_row(
        self, change: Change, row_id: UUID, values: dict[str, Any]
    ) -> object:
        raise NotImplementedError

    def delete_row(self, change: Change, row_id: UUID) -> None:
        raise NotImplementedError

    def get_column_name(self, field: str) -> str:
        default = field.replace("_", " ").capitalize()
        label: str = (self.column_labels or {}).get(field, default)
        return label

    def is_accessible(self) -> bool:
        return is_staff()

    def inaccessible_callback(self, _name: str, **_: object) -> ResponseReturnValue:
        return redirect(url_for("admin.sign_in"), code=303)

    def get_list(
        self,
        page: int,
        sort_column: str | None,
        sort_desc: int | None,
        search: str | None,
        filters: Filters | None,
        **options: Any,
    ) -> Any:
        """Return the number of rows and those of a page, within limits."""
        page = max(0, min(page, MAX_PAGE))
        search = clean_search(search or "")
        used = [each for each in filters or [] if each[2]][:MAX_FILTERS]
        return super().get_list(page, sort_column, sort_desc, search, used, **options)

    def get_one(self, id: str) -> Any:  # noqa: A002 - Flask-Admin's parameter
        """Return the row, or answer with 404."""
        try:
            row = db.session.get(self.model, UUID(id))
        except (AttributeError, TypeError, ValueError):  # no text, or no UUID
            row = None
        return row or abort(404)

    def create_model(self, form: FlaskForm) -> bool:
        def create(change: Change) -> None:
            self.create_row(change, read_values(form))

        return self._change("create", create, form)

    def update_model(self, form: FlaskForm, model: Any) -> bool:
        def update(change: Change) -> None:
            self.update_row(change, model.id, read_values(form))

        return self._change("update", update, form, row_id=model.id)

    def delete_model(self, model: Any) -> bool:
        def delete(change: Change) -> None:
            self.delete_row(change, model.id)

        return self._change("delete", delete, row_id=model.id)

    @expose("/delete/", methods=("GET", "POST"))
    def delete_view(self) -> ResponseReturnValue:
        """Ask before a row is deleted."""
        if request.method == "POST" or not self.can_delete:
            response: ResponseReturnValue = super().delete_view()
            return response
        page: str = self.render(
            "panel/delete.html",
            model=self.get_one(request.args.get("id", "")),
            details_columns=self.get_details_columns(),
            get_value=self.get_detail_value,
            return_url=request.args.get("url") or url_for(".index_view"),
        )
        return page

    def _change(
        self,
        action: str,
        make_change: Callable[[Change], None],
        form: FlaskForm | None = None,
        row_id: UUID | None = None,
    ) -> bool:
        """Commit and log a change, or show why it is refused."""
        change = Change(UnitOfWork(), current_user.user)
        user_id = change.user.id
        try:
            make_change(change)
            change.unit_of_work.commit()
        except (AppError, ValidationError) as error:
            db.session.rollback()
            report_error(error, form)
            return False
        log.info(
            "admin_change",
            action=action,
            model=self.endpoint,
            row=str(row_id or ""),
            user=str(user_id),
        )
        return True


def read_values(form: FlaskForm) -> dict[str, Any]:
    """Return what a form contains, without its CSRF token."""
    values: dict[str, Any] = {**form.data}
    values.pop("csrf_token", None)
    return values


def report_error(error: AppError | ValidationError, form: FlaskForm | None) -> None:
    """Add an error to the form and the fields that it concerns, or to the next page."""
    if isinstance(error, AppError):
        flash(error.detail, "danger")
    elif form:
        add_errors(form, error)
