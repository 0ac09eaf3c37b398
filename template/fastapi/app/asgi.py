"""The entry point for ASGI servers."""

from contextlib import suppress

from starlette.routing import NoMatchFound

from app.logging import configure_logging
from app.main import create_app
from app.settings import load_settings

settings = load_settings()
configure_logging(level=settings.log_level, json_lines=settings.production)
app = create_app(settings)
# FastAPI puts routes together when it first looks through them: not in a request, then.
with suppress(NoMatchFound):
    app.url_path_for("")
