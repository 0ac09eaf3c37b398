"""Uploads in the admin."""

from uuid import UUID

from app.accounts.admin import link_to_user
from app.accounts.models import User
from app.admin.views import AdminView, Change
from app.uploads import service
from app.uploads.models import Upload

LABELS = {"owner_id": "Owner", "email": "Owner's email address"}
LINKS = {"owner_id": link_to_user}


class UploadAdmin(AdminView):
    can_delete = True
    column_list = ("name", "type", "size", "owner_id", "created_at")
    column_details_list = ("id", *column_list)
    column_labels = LABELS
    column_formatters = LINKS
    column_searchable_list = ("name", "type", User.email)
    column_sortable_list = ("name", "size", "created_at")
    column_default_sort = ("created_at", True)
    column_filters = ("owner_id", "type", "created_at")

    def delete_row(self, change: Change, row_id: UUID) -> None:
        service.delete_upload(change.unit_of_work, change.user, row_id)


def create_views() -> list[AdminView]:
    return [UploadAdmin(Upload, "Files", icon="file")]
