"""Tasks of accounts."""

from datetime import timedelta
from uuid import UUID

from app.accounts import emails
from app.accounts.cleanup import delete_expired
from app.state import State
from app.tasks.registry import scheduled, task


@task
async def send_registration_email(state: State, registration_id: UUID) -> None:
    await emails.send_registration_email(state, registration_id)


@task
async def send_password_reset_email(state: State, email: str) -> None:
    await emails.send_password_reset_email(state, email)


@scheduled(every=timedelta(hours=1))
async def delete_expired_rows(state: State) -> None:
    """Delete expired tokens, sessions, links and unconfirmed registrations."""
    async with state["database"].session() as session, session.begin():
        await delete_expired(session)
