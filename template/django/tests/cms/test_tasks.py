from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from app.cms.tasks import publish_scheduled
from tests.cms.factories import create_page


@pytest.mark.django_db
def test_pages_are_unpublished_when_their_time_has_come(visitor: Client) -> None:
    now = timezone.now()
    create_page("Sale", expire_at=now - timedelta(minutes=1))
    create_page("Prices", expire_at=now + timedelta(hours=1))
    assert visitor.get("/sale/").status_code == 200
    publish_scheduled.enqueue()
    assert visitor.get("/sale/").status_code == 404
    assert visitor.get("/prices/").status_code == 200
