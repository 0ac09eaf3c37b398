"""Sending the emails of accounts after the response."""

from functools import partial
from uuid import UUID

from app.accounts.emails import send_password_reset_email, send_registration_email
from app.mail.background import get_email_sender
from app.unit_of_work import UnitOfWork


def send_registration(unit_of_work: UnitOfWork, registration_id: UUID) -> None:
    job = partial(send_registration_email, registration_id)
    unit_of_work.after_commit(lambda: get_email_sender().submit(job))


def send_password_reset(unit_of_work: UnitOfWork, email: str) -> None:
    job = partial(send_password_reset_email, email)
    unit_of_work.after_commit(lambda: get_email_sender().submit(job))
