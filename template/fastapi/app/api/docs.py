"""The documentation of the API. Its scripts and styles are local."""

import mimetypes
from copy import deepcopy
from html import escape
from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.openapi.docs import get_redoc_html
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.routing import APIRoute
from starlette.staticfiles import StaticFiles

from app.settings import PROJECT_NAME

# Swagger UI and ReDoc write styles into the page, and ReDoc searches in a worker.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}
SWAGGER_UI = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{root_path}/api/static/vendor/favicon.png">
<link rel="stylesheet" href="{root_path}/api/static/vendor/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-url="{root_path}/api/openapi.json"></div>
<script src="{root_path}/api/static/vendor/swagger-ui-bundle.js"></script>
<script src="{root_path}/api/static/swagger.js"></script>
</body>
</html>
"""
mimetypes.init()  # StaticFiles needs it, and would read files in the first request
VENDOR = Path(fastapi_offline.__file__).parent / "static"
router = APIRouter(prefix="/api", include_in_schema=False)


def operation_id(route: APIRoute) -> str:
    """Return the name of the function, which is what generated clients call."""
    return route.name


def add_docs(app: FastAPI) -> None:
    app.include_router(router)
    own = Path(__file__).parent / "static"
    app.mount("/api/static/vendor", StaticFiles(directory=VENDOR))
    app.mount("/api/static", StaticFiles(directory=own))


@router.get("/openapi.json")
def openapi(request: Request) -> JSONResponse:
    """Return the document. Generating it takes long, so this runs in a thread."""
    app: FastAPI = request.app
    document = deepcopy(app.openapi())  # FastAPI caches it
    define_schemas_once(document)
    if root_path := request.scope["root_path"]:
        add_root_path(document, root_path)
    return JSONResponse(document)


def add_root_path(document: dict[str, Any], root_path: str) -> None:
    """Describe where the service is below the prefix of the proxy."""
    document["servers"] = [{"url": root_path}]
    for scheme in document["components"].get("securitySchemes", {}).values():
        for flow in scheme.get("flows", {}).values():
            flow["tokenUrl"] = root_path + flow["tokenUrl"]


def define_schemas_once(document: dict[str, Any]) -> None:
    """Move schemas that are written into operations to the components.

    Programs that generate clients name a type after each definition.
    """
    schemas = document["components"]["schemas"]
    for path in document["paths"].values():
        for operation in path.values():
            bodies = [
                operation.get("requestBody", {}),
                *operation["responses"].values(),
            ]
            for body in bodies:
                for content in body.get("content", {}).values():
                    move_schema(content, schemas)


def move_schema(content: dict[str, Any], schemas: dict[str, Any]) -> None:
    schema = content.get("schema", {})
    if "properties" in schema:
        schemas[schema["title"]] = schema
        content["schema"] = {"$ref": f"#/components/schemas/{schema['title']}"}


@router.get("/docs")
async def swagger_ui(request: Request) -> Response:
    root_path = request.scope["root_path"]
    page = SWAGGER_UI.format(title=escape(PROJECT_NAME), root_path=root_path)
    return HTMLResponse(page, headers=HEADERS)


@router.get("/redoc")
async def redoc(request: Request) -> Response:
    root_path = request.scope["root_path"]
    page = get_redoc_html(
        openapi_url=f"{root_path}/api/openapi.json",
        title=PROJECT_NAME,
        redoc_js_url=f"{root_path}/api/static/vendor/redoc.standalone.js",
        redoc_favicon_url=f"{root_path}/api/static/vendor/favicon.png",
        with_google_fonts=False,
    )
    page.headers.update(HEADERS)
    return page
