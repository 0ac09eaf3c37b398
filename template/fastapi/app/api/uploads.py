"""Uploads over HTTP."""

from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict

from app.api.items import Limit
from app.api.problems import problems
from app.database import ReadSession, WriteSession
from app.items.inputs import Cursor, cursor_of, place_of
from app.uploads import SentFile, download, service

router = APIRouter(
    prefix="/api/v1/uploads",
    tags=["uploads"],
    responses=problems(400, 422, 500),
    generate_unique_id_function=attrgetter("name"),
)
FILE = {"type": "string", "contentMediaType": "application/octet-stream"}
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "additionalProperties": False,
                    "properties": {"file": FILE},
                }
            }
        },
    }
}
CONTENT = {
    "description": "The file, to be saved",
    "content": {"application/octet-stream": {"schema": FILE}},
}


class UploadRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    type: str
    size: int
    created_at: datetime


class UploadPage(BaseModel):
    uploads: list[UploadRead]
    next_cursor: str | None


@router.get("")
async def list_uploads(
    session: ReadSession,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> UploadPage:
    after = place_of(cursor) if cursor else None
    page = await service.list_uploads(session, limit=limit, after=after)
    return UploadPage(
        uploads=[UploadRead.model_validate(upload) for upload in page.uploads],
        next_cursor=cursor_of(page.uploads[-1]) if page.more else None,
    )


@router.post(
    "", status_code=201, responses=problems(408, 409, 413, 415), openapi_extra=FORM
)
async def create_upload(
    file: SentFile, session: WriteSession, request: Request, response: Response
) -> UploadRead:
    settings = request.app.state.settings
    upload = await service.add_upload(session, settings=settings, file=file)
    location = request.url_for("get_upload", upload_id=upload.id).path
    response.headers["Location"] = location
    return UploadRead.model_validate(upload)


@router.get("/{upload_id}", responses=problems(404))
async def get_upload(upload_id: UUID, session: ReadSession) -> UploadRead:
    upload = await service.get_upload(session, upload_id=upload_id)
    return UploadRead.model_validate(upload)


@router.get(
    "/{upload_id}/content",
    response_class=FileResponse,
    responses=problems(404) | {200: CONTENT},
)
async def get_upload_content(
    upload_id: UUID, session: ReadSession, request: Request
) -> Response:
    upload = await service.get_upload(session, upload_id=upload_id)
    return await download(request.app.state.settings, upload)


@router.delete("/{upload_id}", status_code=204, responses=problems(404))
async def delete_upload(
    upload_id: UUID, session: WriteSession, request: Request
) -> None:
    settings = request.app.state.settings
    await service.delete_upload(session, settings=settings, upload_id=upload_id)
