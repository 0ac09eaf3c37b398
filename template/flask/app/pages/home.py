"""The home page, and the templates and static files that all pages share."""

from flask import Blueprint, render_template

bp = Blueprint(
    "pages",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)


@bp.get("/")
def home() -> str:
    return render_template("home.html")
