"""The entry point for WSGI servers, and for the flask command."""

from app.logging import configure_logging
from app.main import create_app
from app.settings import load_settings

settings = load_settings()
configure_logging(level=settings.log_level, json_lines=settings.production)
app = create_app(settings)
