"""The base of the views that resources define in their admin.py."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import HTTPException, Request
from pydantic import ValidationError
from sqladmin import ModelView
from sqladmin.formatters import BASE_FORMATTERS
from sqlalchemy import ColumnElement, Select, inspect, select
from sqlalchemy.exc import SQLAlchemyError
from structlog import get_logger

from app.accounts.models import User
from app.dependencies import get_state
from app.errors import error_message
from app.unit_of_work import UnitOfWork, open_unit_of_work

log = get_logger()


@dataclass(frozen=True)
class Change:
    """A change by a member of the staff, in one transaction."""

    unit_of_work: UnitOfWork
    user: User


class AdminView(ModelView):
    """A view whose changes are made by the functions of the resource's service.

    So they have the same rules and side effects as in the API. A view switches on what
    it implements: `can_create` with `create_row`, `can_edit` with `update_row`,
    `can_delete` with `delete_row`.
    """

    can_create = can_edit = can_delete = can_export = False
    page_size_options = (10, 25, 100)
    column_type_formatters = BASE_FORMATTERS | {
        datetime: lambda value: f"{value:%d %b %Y %H:%M} UTC"
    }
    column_type_formatters_detail = column_type_formatters

    async def create_row(self, change: Change, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    async def update_row(
        self, change: Change, row_id: UUID, values: dict[str, Any]
    ) -> Any:
        raise NotImplementedError

    async def delete_row(self, change: Change, row_id: UUID) -> None:
        raise NotImplementedError

    async def insert_model(self, request: Request, data: dict[str, Any]) -> Any:
        async with self._change(request, "create") as change:
            return await self.create_row(change, data)

    async def update_model(
        self, request: Request, pk: str, data: dict[str, Any]
    ) -> Any:
        async with self._change(request, "update", pk) as change:
            return await self.update_row(change, parse_id(pk), data)

    async def delete_model(self, request: Request, pk: str) -> None:
        async with self._change(request, "delete", pk) as change:
            await self.delete_row(change, parse_id(pk))

    @asynccontextmanager
    async def _change(
        self, request: Request, action: str, pk: str = ""
    ) -> AsyncIterator[Change]:
        """Commit and log what the block does, or raise an error that can be shown."""
        state, user = await get_state(request), request.state.user
        try:
            async with open_unit_of_work(state) as unit_of_work:
                yield Change(unit_of_work, user)
        except ValidationError as error:
            raise ValueError(" ".join(map(error_message, error.errors()))) from None
        except SQLAlchemyError as error:
            raise ValueError("The database does not accept this.") from error
        log.info(
            "admin_change",
            action=action,
            model=self.identity,
            row=pk,
            user=str(user.id),
        )

    def details_query(self, request: Request) -> Select[Any]:
        primary_key: ColumnElement[UUID] = inspect(self.model).primary_key[0]
        row_id = parse_id(request.path_params["pk"])
        return select(self.model).where(primary_key == row_id)

    def form_edit_query(self, request: Request) -> Select[Any]:
        return self.details_query(request)

    def search_query(self, stmt: Select[Any], term: str) -> Select[Any]:
        return super().search_query(stmt, term.replace("\0", ""))


def parse_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(404) from None
