"""Tasks of accounts."""

from datetime import timedelta
from uuid import UUID

from app.accounts import emails
from app.accounts.cleanup import delete_expired
from app.extensions import db
from app.tasks.registry import scheduled, task


@task
def send_registration_email(registration_id: UUID) -> None:
    emails.send_registration_email(registration_id)


@task
def send_password_reset_email(email: str) -> None:
    emails.send_password_reset_email(email)


@scheduled(every=timedelta(hours=1))
def delete_expired_rows() -> None:
    """Delete expired tokens, sessions, links and unconfirmed registrations."""
    delete_expired()
    db.session.commit()
