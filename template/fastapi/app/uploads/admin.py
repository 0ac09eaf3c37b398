"""Uploads in the admin."""

from uuid import UUID

from app.admin.views import AdminView, Change
from app.uploads import service
from app.uploads.models import Upload


class UploadAdmin(AdminView, model=Upload):
    icon = "fa-solid fa-file"
    can_delete = True
    column_list = ("name", "type", "size", "owner_id", "created_at")
    column_searchable_list = ("name", "type")
    column_sortable_list = ("name", "size", "created_at")

    async def delete_row(self, change: Change, row_id: UUID) -> None:
        directory = change.unit_of_work.state["settings"].uploads_dir
        await service.delete_upload(change.unit_of_work, change.user, directory, row_id)
