from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from app.cms.tasks import publish_scheduled
from tests.cms.factories import create_page


@pytest.mark.django_db
def test_pages_are_published_when_their_time_has_come(visitor: Client) -> None:
    page = create_page(live=False)
    page.go_live_at = timezone.now() + timedelta(hours=1)
    page.save_revision().publish()
    publish_scheduled.enqueue()
    assert visitor.get("/about-us/").status_code == 404
    revision = page.latest_revision
    revision.approved_go_live_at = timezone.now() - timedelta(minutes=1)
    revision.save()
    publish_scheduled.enqueue()
    assert visitor.get("/about-us/").status_code == 200
