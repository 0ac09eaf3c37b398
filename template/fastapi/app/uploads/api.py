"""Uploads over HTTP."""

from datetime import datetime
from operator import attrgetter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, UploadFile
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict

from app.api.items import Limit
from app.api.problems import problems
from app.database import ReadSession, WriteSession
from app.items.inputs import Cursor
from app.uploads import SavedFile, SentFile, service
from app.uploads.models import Upload

router = APIRouter(
    prefix="/api/v1/uploads",
    tags=["uploads"],
    responses=problems(400, 422, 500),
    generate_unique_id_function=attrgetter("name"),
)


class UploadCreate(BaseModel):
    """Describes the form, which is read once its sender was let in."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile


class UploadRead(BaseModel):
    id: UUID
    name: str
    type: str
    size: int
    created_at: datetime


class UploadPage(BaseModel):
    uploads: list[UploadRead]
    next_cursor: str | None


FORM = {"multipart/form-data": {"schema": UploadCreate.model_json_schema()}}
FILE = {"description": "The file", "content": {"application/octet-stream": {}}}


@router.get("", response_model=UploadPage)
async def list_uploads(
    session: ReadSession,
    limit: Annotated[Limit, Query()] = 20,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> service.Page:
    return await service.list_uploads(session, limit=limit, cursor=cursor)


@router.post(
    "",
    status_code=201,
    response_model=UploadRead,
    responses=problems(408, 409, 413, 415),
    openapi_extra={"requestBody": {"required": True, "content": FORM}},
)
async def create_upload(
    file: SentFile, session: WriteSession, request: Request, response: Response
) -> Upload:
    settings = request.app.state.settings
    upload = await service.add_upload(session, settings=settings, file=file)
    location = request.url_for("get_upload", upload_id=upload.id).path
    response.headers["Location"] = location
    return upload


@router.get("/{upload_id}", response_model=UploadRead, responses=problems(404))
async def get_upload(upload_id: UUID, session: ReadSession) -> Upload:
    return await service.get_upload(session, upload_id=upload_id)


@router.get(
    "/{upload_id}/content",
    response_class=FileResponse,
    responses=problems(404) | {200: FILE},
)
async def get_upload_content(file: SavedFile) -> Response:
    return file


@router.delete("/{upload_id}", status_code=204, responses=problems(404))
async def delete_upload(
    upload_id: UUID, session: WriteSession, request: Request
) -> None:
    settings = request.app.state.settings
    await service.delete_upload(session, settings=settings, upload_id=upload_id)
