"""What belongs to users: each of them sees their own, staff see everything.

A router that is about such things is included with a dependency that calls `work_for`.
From then on the request's session finds nothing else, whatever it is asked.
"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ForeignKey, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import (
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)

from app.accounts.models import User


class Identity(NamedTuple):
    """Whom a request is from, in plain values that outlive any transaction."""

    id: UUID
    email: str
    is_staff: bool


class Owned:
    """Marks a model whose rows have an owner. None: from before there were accounts."""

    owner_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE")
    )


def work_for(session: AsyncSession, user: User | Identity) -> Identity:
    identity = Identity(user.id, user.email, user.is_staff)
    session.info["identity"] = identity
    return identity


@event.listens_for(Session, "do_orm_execute")
def _find_own_only(state: ORMExecuteState) -> None:
    identity: Identity | None = state.session.info.get("identity")
    if identity and not identity.is_staff:
        owner_id = identity.id
        state.statement = state.statement.options(
            with_loader_criteria(
                Owned, lambda model: model.owner_id == owner_id, include_aliases=True
            )
        )


@event.listens_for(Session, "before_flush")
def _sign(session: Session, *_: Any) -> None:
    identity: Identity | None = session.info.get("identity")
    for row in session.new:
        if identity and isinstance(row, Owned):
            row.owner_id = identity.id
