"""The documentation of the API, from this service's own files."""

import mimetypes
from html import escape
from pathlib import Path

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.staticfiles import StaticFiles

# Swagger UI and ReDoc write styles into the page, and ReDoc searches in a worker.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="/api/static/vendor/favicon.png">
{content}
</html>
"""
SWAGGER = """\
<link rel="stylesheet" href="/api/static/vendor/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/api/static/vendor/swagger-ui-bundle.js"></script>
<script src="/api/static/swagger.js"></script>
</body>"""
REDOC = """\
</head>
<body>
<redoc spec-url="/api/openapi.json"></redoc>
<script src="/api/static/vendor/redoc.standalone.js"></script>
</body>"""
mimetypes.init()  # static files need it, and it reads files: not in a request, then
VENDOR = Path(fastapi_offline.__file__).parent / "static"
router = APIRouter(prefix="/api", include_in_schema=False)


def install(app: FastAPI) -> None:
    app.include_router(router)
    own = Path(__file__).parent / "static"
    app.mount("/api/static/vendor", StaticFiles(directory=VENDOR))
    app.mount("/api/static", StaticFiles(directory=own))


@router.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """Write it in a thread: it takes its time at first."""
    app: FastAPI = request.app
    return JSONResponse(app.openapi())


@router.get("/docs", response_class=HTMLResponse)
async def swagger_ui(request: Request) -> HTMLResponse:
    return _page(request, SWAGGER)


@router.get("/redoc", response_class=HTMLResponse)
async def redoc(request: Request) -> HTMLResponse:
    return _page(request, REDOC)


def _page(request: Request, content: str) -> HTMLResponse:
    title = escape(request.app.title)
    return HTMLResponse(PAGE.format(title=title, content=content), headers=HEADERS)
