import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_ox.models import OxTask
from structlog.testing import capture_logs

pytestmark = pytest.mark.django_db
LIST = reverse("admin:django_ox_oxtask_changelist")


def create_failed_task(name: str) -> OxTask:
    return OxTask.objects.create(
        task_path=f"app.{name}",
        status=OxTask.Status.FAILED,
        attempts=12,
        max_attempts=12,
        errors=[{"exception_class_path": "KeyError", "traceback": "KeyError: 3"}],
        enqueued_at=timezone.now(),
        finished_at=timezone.now(),
    )


@pytest.mark.parametrize(
    ("action", "status"), [("retry", "READY"), ("discard", "DISCARDED")]
)
def test_failed_tasks_are_shown_retried_and_discarded(
    admin_client: Client, action: str, status: str
) -> None:
    first, second = create_failed_task("first"), create_failed_task("second")
    assert "app.first" in admin_client.get(LIST, {"q": "FAILED"}).text
    url = reverse("admin:django_ox_oxtask_change", args=[first.pk])
    assert "KeyError: 3" in admin_client.get(url).text
    form = {"action": f"{action}_selected", "_selected_action": [str(first.pk)]}
    with capture_logs() as lines:
        admin_client.post(LIST, form)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (status, "FAILED")
    changes = [line for line in lines if line["event"] == "admin_change"]
    assert [(each["action"], each["row"]) for each in changes] == [
        (action, str(first.pk))
    ]
