"""Mounts sqladmin with the views of all resources."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import RedirectResponse
from sqladmin import Admin
from sqlalchemy.ext.asyncio import async_sessionmaker
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.admin.authentication import StaffAuthentication
from app.admin.refuse_files import RefuseFiles
from app.admin.views import AdminView
from app.database import Database
from app.settings import PROJECT_NAME, Settings

ADMIN_DIR = Path(__file__).parent
# For what the views read. They get their database when the application starts.
sessions = async_sessionmaker(expire_on_commit=False)


def mount_admin(
    app: FastAPI, settings: Settings, views: Sequence[type[AdminView]]
) -> None:
    admin = Admin(
        Starlette(),
        session_maker=sessions,
        base_url=settings.admin_path,
        title=PROJECT_NAME,
        templates_dir=str(ADMIN_DIR / "theme"),
        authentication_backend=StaffAuthentication(),
    )
    for view in views:
        admin.add_view(view)
    for route in admin.admin.routes:
        # A link on another site could sign out by GET.
        if isinstance(route, Route) and route.name == "logout":
            route.methods = {"POST"}
    static_files = StaticFiles(directory=ADMIN_DIR / "static")
    admin.admin.mount("/static", static_files, name="static")
    if settings.production:
        # Otherwise the first request for each page would compile its template, and
        # other requests would wait.
        for name in admin.templates.env.list_templates():
            admin.templates.env.get_template(name)

    async def redirect_to_index() -> Response:
        return RedirectResponse(f"{settings.root_path}{settings.admin_path}/")

    app.add_api_route(settings.admin_path, redirect_to_index, include_in_schema=False)
    # Only the routes are mounted, so that errors are answered as everywhere else.
    router = admin.admin.router
    middleware = [Middleware(RefuseFiles)]
    app.router.routes.append(
        Mount(settings.admin_path, router, name="admin", middleware=middleware)
    )


@asynccontextmanager
async def open_admin(database: Database) -> AsyncIterator[None]:
    """Let the views read from this database."""
    sessions.configure(bind=database.engine.execution_options(writes=False))
    yield
