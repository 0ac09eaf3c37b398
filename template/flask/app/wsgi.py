"""The WSGI application, which the flask command uses. app/asgi.py serves it."""

import os

from app.config import check_dotenv_files
from app.logging import configure_logging
from app.main import create_app
from app.settings import load_settings

check_dotenv_files()
settings = load_settings()
if settings.environment != "development":
    # The flask command would show the code, and a console that runs Python.
    os.environ["FLASK_DEBUG"] = "0"
configure_logging(level=settings.log_level, json_lines=settings.production)
app = create_app(settings)
