from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from app.accounts import service
from app.accounts.models import Registration
from app.accounts.tasks import delete_expired
from app.users.models import User

pytestmark = pytest.mark.django_db


def test_emails_are_sent_by_tasks(user: User) -> None:
    service.register("new@example.org", "a hash")
    service.request_password_reset(user.email)
    subjects = [message.subject for message in mail.outbox]
    assert subjects == ["Confirm your address", "Choose a new password"]


def test_what_has_expired_is_deleted() -> None:
    expired = timezone.now() - timedelta(minutes=1)
    Registration.objects.create(email="a@b.org", password="", expires_at=expired)
    delete_expired.enqueue()
    assert not Registration.objects.exists()
