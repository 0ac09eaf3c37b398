"""The entry point for ASGI servers: `python -m app` starts one."""

from app.wsgi import app as flask_app
from app.wsgi import settings
from app.wsgi_adapter import WSGIAdapter

app = WSGIAdapter(
    flask_app,
    max_body_bytes=settings.max_body_bytes,
    body_timeout=settings.body_timeout_seconds,
)
