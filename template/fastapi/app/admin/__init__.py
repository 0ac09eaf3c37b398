"""The admin panel: there the staff see and change what the service keeps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse
from sqladmin import Admin
from starlette.applications import Starlette
from starlette.routing import Route

from app.admin.access import Journal, StaffOnly
from app.admin.views import VIEWS
from app.settings import PROJECT_NAME

panel = Admin(
    Starlette(),
    title=PROJECT_NAME,
    templates_dir=str(Path(__file__).parent / "theme"),
    authentication_backend=StaffOnly(),
    audit_backend=Journal(),
)
for view in VIEWS:
    panel.add_view(view)
for route in panel.admin.routes:
    if isinstance(route, Route) and route.name == "logout":
        route.methods = {"POST"}
# Compiled at a first request, they would hold up the others.
for name in panel.templates.env.list_templates():
    panel.templates.env.get_template(name)


@asynccontextmanager
async def connect(app: FastAPI) -> AsyncIterator[None]:
    """Let the views use the service's own sessions: with them changes are noticed."""
    for view in VIEWS:
        view.session_maker = app.state.database.session
    yield


router = APIRouter(lifespan=connect, include_in_schema=False)


@router.get("/admin")
async def admin() -> RedirectResponse:
    return RedirectResponse("/admin/")


def install(app: FastAPI) -> None:
    app.include_router(router)
    # Its routes alone: what goes wrong there is answered as everywhere else.
    app.mount("/admin", panel.admin.router, name="admin")
