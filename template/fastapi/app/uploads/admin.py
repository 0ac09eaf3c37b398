"""Uploads in the admin."""

from fastapi import Request

from app.admin.views import AdminView, parse_id
from app.dependencies import get_state
from app.uploads import service
from app.uploads.models import Upload


class UploadAdmin(AdminView, model=Upload):
    icon = "fa-solid fa-file"
    can_delete = True
    column_list = ("name", "type", "size", "owner_id", "created_at")
    column_searchable_list = ("name", "type")
    column_sortable_list = ("name", "size", "created_at")

    async def delete_model(self, request: Request, pk: str) -> None:
        directory = (await get_state(request))["settings"].uploads_dir
        user, upload_id = request.state.user, parse_id(pk)
        async with self._change(request, "delete", pk) as unit_of_work:
            await service.delete_upload(unit_of_work, user, directory, upload_id)
