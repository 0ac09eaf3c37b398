"""What clients send for uploads, and what they get."""

from datetime import datetime
from uuid import UUID

from fastapi import UploadFile
from pydantic import BaseModel, ConfigDict


class UploadCreate(BaseModel):
    """Describes the form in the documentation; app.uploads.files reads it."""

    model_config = ConfigDict(extra="forbid")

    file: UploadFile


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
