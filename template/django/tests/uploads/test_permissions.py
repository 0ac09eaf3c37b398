import pytest

from app.errors import Forbidden
from app.uploads import service
from app.users.models import User
from tests.factories import create_user, make_staff
from tests.uploads.helpers import pdf

pytestmark = pytest.mark.django_db


def test_staff_see_and_delete_files_of_others_by_permission(user: User) -> None:
    upload = service.add_upload(user, pdf("a.pdf"))
    other = create_user("bob@example.org")
    for viewer in (other, make_staff(other)):
        with pytest.raises(service.UploadNotFound):
            service.get_upload(viewer, upload.pk)
    viewer = make_staff(other, "view_upload")
    assert service.list_uploads(viewer).get() == upload
    with pytest.raises(Forbidden):
        service.delete_upload(viewer, upload.pk)
    service.delete_upload(make_staff(other, "view_upload", "delete_upload"), upload.pk)
