"""The admin panel: Flask-Admin with the views of all resources."""

import re
from collections.abc import Sequence

from flask import Blueprint, Flask, abort, request
from flask_admin import Admin
from flask_admin.theme import Bootstrap4Theme

from app.admin.index import StaffIndex
from app.admin.views import AdminView
from app.settings import PROJECT_NAME, Settings

PARAMETERS = re.compile(r"id|page|search|sort|desc|page_size|url|flt\d+_\d+")
LOCAL_URL = re.compile(r"/([^/\\].*)?")


def add_admin(app: Flask, settings: Settings, views: Sequence[AdminView]) -> None:
    """Add the admin with Flask-Admin's views, and with templates of this project.

    Flask-Admin's own templates need inline scripts, which the Content Security Policy
    forbids. These here work without scripts.
    """
    theme = Blueprint(
        "panel",
        __name__,
        url_prefix=settings.admin_path,
        template_folder="templates",
        static_folder="static",
    )
    app.register_blueprint(theme)
    admin = Admin(
        app,
        name=PROJECT_NAME,
        index_view=StaffIndex(name="Home", url=settings.admin_path),
        theme=Bootstrap4Theme(base_template="panel/base.html"),
    )
    admin.add_views(*views)
    names = {view.endpoint for view in views}

    @app.before_request
    def check_request() -> None:
        if request.blueprint in names:
            check_parameters()


def check_parameters() -> None:
    """Refuse parameters that Flask-Admin passes to url_for, or fails on."""
    url = request.values.get("url", "/")
    is_local = LOCAL_URL.fullmatch(url) and url.isprintable()
    if not is_local or not all(map(PARAMETERS.fullmatch, request.args)):
        abort(400)
    if request.files:
        abort(400, "The admin has no fields for files.")
