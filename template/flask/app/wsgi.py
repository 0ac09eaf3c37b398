"""The WSGI application, which the flask command uses. app/asgi.py serves it."""

from app.logging import configure_logging
from app.main import create_app
from app.settings import load_settings

settings = load_settings()
configure_logging(level=settings.log_level, json_lines=settings.production)
app = create_app(settings)
