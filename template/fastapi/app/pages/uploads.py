"""The pages of uploads."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ReadSession, WriteSession
from app.errors import Refused
from app.items.inputs import Cursor, cursor_of, place_of
from app.pages.rendering import templates
from app.uploads import SentFile, download, service

router = APIRouter(prefix="/uploads")


@router.get("/")
async def upload_list(
    request: Request,
    session: ReadSession,
    cursor: Annotated[Cursor | None, Query()] = None,
) -> Response:
    return await _show(request, session, cursor=cursor)


@router.post("/")
async def add_upload(
    request: Request, file: SentFile, session: WriteSession
) -> Response:
    settings = request.app.state.settings
    try:
        await service.add_upload(session, settings=settings, file=file)
    except Refused as error:
        return await _show(request, session, error=error)
    return _to_list(request)


@router.get("/{upload_id:uuid}")
async def download_upload(
    request: Request, upload_id: UUID, session: ReadSession
) -> Response:
    upload = await service.get_upload(session, upload_id=upload_id)
    return await download(request.app.state.settings, upload)


@router.post("/{upload_id:uuid}/delete")
async def discard_upload(
    request: Request, upload_id: UUID, session: WriteSession
) -> Response:
    settings = request.app.state.settings
    await service.delete_upload(session, settings=settings, upload_id=upload_id)
    return _to_list(request)


async def _show(
    request: Request,
    session: AsyncSession,
    *,
    cursor: str | None = None,
    error: Refused | None = None,
) -> Response:
    after = place_of(cursor) if cursor else None
    page = await service.list_uploads(session, after=after)
    context = {
        "uploads": page.uploads,
        "next_cursor": cursor_of(page.uploads[-1]) if page.more else None,
        "error": error,
    }
    status = error.status if error else 200
    return templates.TemplateResponse(
        request, "uploads.html", context, status_code=status
    )


def _to_list(request: Request) -> Response:
    return RedirectResponse(request.url_for("upload_list").path, status_code=303)
