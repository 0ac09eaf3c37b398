"""What the API returns for uploads."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from app.api.schemas import Output
from app.pagination import CURSOR_EXAMPLE


class UploadRead(Output):
    id: UUID = Field(examples=["3f2b8c1e-5d4a-4e6f-9a7b-0c1d2e3f4a5b"])
    name: str = Field(examples=["invoice.pdf"])
    type: str = Field(examples=["application/pdf"])
    size: int = Field(description="Size in bytes.", examples=[48213])
    created_at: datetime = Field(examples=["2026-11-28T09:30:00Z"])


class UploadPage(Output):
    uploads: list[UploadRead]
    next_cursor: str | None = Field(examples=[CURSOR_EXAMPLE])
