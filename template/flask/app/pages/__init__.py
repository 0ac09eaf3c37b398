"""Web pages, for people. They need no script."""

from flask import Flask, abort, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException

from app.pages import items
from app.pages.errors import page_or_problem
from app.settings import Settings

csrf = CSRFProtect()


def init_app(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.secret_key_fallbacks),
        SESSION_COOKIE_NAME="__Host-session" if settings.production else "session",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=3600,
        WTF_CSRF_TIME_LIMIT=None,  # A form may stay open as long as its session.
        WTF_CSRF_CHECK_DEFAULT=False,  # Only pages have a session to protect.
    )
    csrf.init_app(app)
    app.register_error_handler(HTTPException, page_or_problem)
    app.register_blueprint(items.bp)

    @app.before_request
    def check_form() -> None:
        if request.blueprint == items.bp.name:
            try:
                csrf.protect()
            except CSRFError as error:
                abort(403, error.description)
