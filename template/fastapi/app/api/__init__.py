"""The JSON API below /api/v1, and its documentation."""

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from app.api import docs, items, problems
from app.settings import Settings


def install(app: FastAPI) -> None:
    settings: Settings = app.state.settings
    app.include_router(items.router)
    app.exception_handlers[405] = problems.method_not_allowed
    if settings.api_docs:
        docs.install(app)
    if settings.cors_origins:
        # Innermost: what the outer rules refuse needs no leave from another origin.
        app.user_middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=["DELETE", "GET", "PATCH", "POST"],
                allow_headers=["Content-Type", "X-Request-ID"],
                expose_headers=["Location", "X-Request-ID"],
            )
        )
