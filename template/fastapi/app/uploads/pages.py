"""The pages of uploads."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from app.database import ReadSession, WriteSession
from app.errors import Refused
from app.items.inputs import Cursor
from app.pages.templating import templates
from app.uploads import SavedFile, SentFile, service

router = APIRouter(prefix="/uploads")


@router.get("/")
async def upload_list(
    request: Request,
    session: ReadSession,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Response:
    page = await service.list_uploads(session, cursor=cursor)
    return templates.TemplateResponse(request, "uploads.html", {"page": page})


@router.post("/")
async def add_upload(
    request: Request, file: SentFile, session: WriteSession
) -> Response:
    settings = request.app.state.settings
    try:
        await service.add_upload(session, settings=settings, file=file)
    except Refused as error:
        context = {"page": await service.list_uploads(session), "error": error}
        return templates.TemplateResponse(
            request, "uploads.html", context, error.status
        )
    return _to_list(request)


@router.get("/{upload_id:uuid}")
async def download_upload(file: SavedFile) -> Response:
    return file


@router.post("/{upload_id:uuid}/delete")
async def discard_upload(
    request: Request, upload_id: UUID, session: WriteSession
) -> Response:
    settings = request.app.state.settings
    await service.delete_upload(session, settings=settings, upload_id=upload_id)
    return _to_list(request)


def _to_list(request: Request) -> Response:
    return RedirectResponse(request.url_for("upload_list").path, status_code=303)
