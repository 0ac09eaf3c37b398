"""Tasks of accounts."""

from uuid import UUID

from django.core.management import call_command
from django.tasks import task

from app.accounts import emails


@task
def send_registration_email(registration_id: str) -> None:
    emails.send_registration_email(UUID(registration_id))


@task
def send_password_reset_email(email: str) -> None:
    emails.send_password_reset_email(email)


@task
def delete_expired() -> None:
    """Delete expired sessions, tokens, links and unconfirmed registrations."""
    call_command("delete_expired")
