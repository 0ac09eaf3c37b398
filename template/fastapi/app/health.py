"""Whether the service lives, and whether it is ready for work."""

import asyncio

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

router = APIRouter(include_in_schema=False)


def install(app: FastAPI) -> None:
    app.include_router(router)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> Response:
    try:
        async with asyncio.timeout(2), request.app.state.database.session() as session:
            await session.execute(text("SELECT 1"))
    except (OSError, SQLAlchemyError):  # a timeout is an OSError
        return JSONResponse({"status": "unavailable", "failed": ["database"]}, 503)
    return JSONResponse({"status": "ok"})
