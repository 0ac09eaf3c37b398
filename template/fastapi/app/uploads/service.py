"""What can be done with uploads. It commits by itself: files know no transactions.

A file is there before its row is, and goes after it. So what a crash in between leaves
is at worst a file without a row, which `app.uploads.sweep` clears away.
"""

import os
import re
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple
from uuid import UUID, uuid4

import anyio
from anyio.to_thread import run_sync
from PIL import Image
from sqlalchemy import func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from app.errors import Refused
from app.items.inputs import Cursor, cursor_of, place_of
from app.settings import Settings
from app.uploads.models import Upload, shares_quota

MAX_PIXELS = 25_000_000
# WebP is not among them: Pillow reads such a file whole.
FORMATS = ("GIF", "JPEG", "PNG")
TYPES = {kind: f"image/{kind.lower()}" for kind in FORMATS}
TYPES["MPO"] = "image/jpeg"  # as phones write it, with a second picture behind


class UploadNotFound(Refused):
    status, detail = 404, "There is no such file."


class TypeRefused(Refused):
    status, detail = 422, "Only GIF, JPEG, PNG and PDF files are taken."


class TooManyPixels(Refused):
    status, detail = 422, "A picture has at most 25 megapixels."


class QuotaUsedUp(Refused):
    status, detail = 409, "There is no room left for this file. Delete others first."


class Page(NamedTuple):
    uploads: Sequence[Upload]
    next_cursor: Cursor | None


async def list_uploads(
    session: AsyncSession, *, limit: int = 20, cursor: Cursor | None = None
) -> Page:
    """List the newest first."""
    order = Upload.created_at.desc(), Upload.id.desc()
    query = select(Upload).order_by(*order).limit(limit + 1)
    if cursor:
        query = query.where(tuple_(Upload.created_at, Upload.id) < place_of(cursor))
    uploads = (await session.scalars(query)).all()
    more = len(uploads) > limit
    return Page(uploads[:limit], cursor_of(uploads[limit - 1]) if more else None)


async def get_upload(session: AsyncSession, *, upload_id: UUID) -> Upload:
    upload = await session.get(Upload, upload_id)
    if upload is None:
        raise UploadNotFound
    return upload


async def add_upload(
    session: AsyncSession, *, settings: Settings, file: UploadFile
) -> Upload:
    kind = await run_sync(_type_of, file.file)
    name = _as_text(file.filename or "")
    upload = Upload(id=uuid4(), name=name, type=kind, size=file.size or 0)
    path = path_of(settings, upload.id)
    try:
        await run_sync(_write, file.file, Path(path))
        session.add(upload)
        await session.commit()  # before counting: so two at once count each other
        await _check_quota(session, upload, settings.upload_quota_bytes)
    except BaseException:
        await path.unlink(missing_ok=True)
        raise
    return upload


async def delete_upload(
    session: AsyncSession, *, settings: Settings, upload_id: UUID
) -> None:
    await session.delete(await get_upload(session, upload_id=upload_id))
    await session.commit()
    await path_of(settings, upload_id).unlink(missing_ok=True)


def path_of(settings: Settings, upload_id: UUID) -> anyio.Path:
    return anyio.Path(settings.uploads_dir) / upload_id.hex


async def _check_quota(session: AsyncSession, upload: Upload, quota: int) -> None:
    used = select(func.sum(Upload.size)).where(shares_quota(upload))
    if (await session.scalar(used) or 0) > quota:
        await session.delete(upload)
        await session.commit()
        raise QuotaUsedUp


def _type_of(file: BinaryIO) -> str:
    """Say what it is by what is in it. Of a picture no more is read than its head."""
    if file.read(5) == b"%PDF-":
        return "application/pdf"
    try:
        image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError:
        raise TooManyPixels from None
    except Exception:  # a stranger made it: anything can be wrong there
        raise TypeRefused from None
    if image.width * image.height > MAX_PIXELS:
        raise TooManyPixels
    return TYPES[image.format or ""]


def _write(file: BinaryIO, path: Path) -> None:
    file.seek(0)
    with path.open("xb") as target:
        shutil.copyfileobj(file, target)
        target.flush()
        os.fsync(target.fileno())


def _as_text(name: str) -> str:
    """Return what a file was called, as text to show: no path, nothing invisible."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", name)[-1])
    visible = "".join(character for character in name if character.isprintable())
    return visible.strip()[:100] or "file"
