"""The documentation of the API, from this service's own files."""

import mimetypes
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_redoc_html
from fastapi.responses import FileResponse, JSONResponse
from starlette.staticfiles import StaticFiles

from app.settings import TITLE

# Swagger UI and ReDoc write styles into the page, and ReDoc searches in a worker.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}
mimetypes.init()  # static files need it, and it reads files: not in a request, then
STATIC = Path(__file__).parent / "static"
VENDOR = Path(fastapi_offline.__file__).parent / "static"
router = APIRouter(prefix="/api", include_in_schema=False)


def install(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/api/static/vendor", StaticFiles(directory=VENDOR))
    app.mount("/api/static", StaticFiles(directory=STATIC))


@router.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """Write it in a thread: it takes its time at first."""
    app: FastAPI = request.app
    return JSONResponse(app.openapi())


@router.get("/docs")
async def swagger_ui() -> FileResponse:
    return FileResponse(STATIC / "swagger.html", headers=HEADERS)


@router.get("/redoc")
async def redoc() -> Response:
    page = get_redoc_html(
        openapi_url="/api/openapi.json",
        title=TITLE,
        redoc_js_url="/api/static/vendor/redoc.standalone.js",
        redoc_favicon_url="/api/static/vendor/favicon.png",
        with_google_fonts=False,
    )
    page.headers.update(HEADERS)
    return page
