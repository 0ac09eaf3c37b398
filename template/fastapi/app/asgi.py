"""The entry point for ASGI servers."""

import gc

from fastapi.routing import iter_route_contexts

from app.logging import configure_logging
from app.main import create_app
from app.settings import load_settings

settings = load_settings()
configure_logging(level=settings.log_level, json_lines=settings.production)
app = create_app(settings)
# FastAPI puts routes together when it first looks through them: not in a request, then.
list(iter_route_contexts(app.routes))
# The garbage collector passes over what is loaded now. It runs less often, since nearly
# all that a request leaves is freed without it.
gc.collect()
gc.freeze()
gc.set_threshold(10_000)
