"""The entry point for ASGI servers."""

import gc

from fastapi.routing import iter_route_contexts

from app.logging import configure_logging
from app.main import create_app
from app.settings import load_settings

settings = load_settings()
configure_logging(level=settings.log_level, json_lines=settings.production)
app = create_app(settings)
# FastAPI collects the routes when it first needs them. Here no request waits for it.
list(iter_route_contexts(app.routes))
# The garbage collector passes over what is loaded now, so that it does not block the
# event loop for long. It runs less often, since nearly all that a request leaves is
# freed without it.
gc.collect()
gc.freeze()
gc.set_threshold(10_000)
