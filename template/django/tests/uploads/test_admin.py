from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from app.uploads import service
from app.users.models import User
from tests.uploads.helpers import list_files, pdf

pytestmark = pytest.mark.django_db


def test_staff_delete_files(
    admin_client: Client,
    user: User,
    directory: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    first, second = [service.add_upload(user, pdf()) for _ in range(2)]
    url = reverse("admin:uploads_upload_changelist")
    assert "a.pdf" in admin_client.get(url).text
    delete = reverse("admin:uploads_upload_delete", args=[first.pk])
    action = {"action": "delete_selected", "_selected_action": str(second.pk)}
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(delete, {"post": "yes"})
        admin_client.post(url, action | {"post": "yes"})
    assert list_files(directory) == set()


def test_users_see_no_files_of_others(user: User, admin_user: User) -> None:
    upload = service.add_upload(user, pdf())
    assert service.get_upload(admin_user, upload.pk) == upload
    other = User.objects.create_user("other@example.org", None)
    assert not service.list_uploads(other)
    with pytest.raises(service.UploadNotFound):
        service.get_upload(other, upload.pk)
