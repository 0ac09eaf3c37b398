"""The templates, which each package has in its folder `templates`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request, Response
from fastapi.templating import Jinja2Templates

from app.pages import flash
from app.settings import PROJECT_NAME


def _current_user(request: Request) -> dict[str, Any]:
    """Give templates the user, if the endpoint depends on one."""
    state = request.scope.get("state", {})
    return {"current_user": state["user"]} if "user" in state else {}


# The template app/items/templates/items/list.html is called "items/list.html".
APP_DIR = Path(__file__).parent.parent
templates = Jinja2Templates(
    directory=sorted(APP_DIR.glob("*/templates")), context_processors=[_current_user]
)
templates.env.trim_blocks = templates.env.lstrip_blocks = True
templates.env.globals["project_name"] = PROJECT_NAME
# Compile the templates now. In a request, that would delay other requests.
for name in templates.env.list_templates(extensions=["html"]):
    templates.env.get_template(name)


def render(
    request: Request,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a page with the flash message, if there is one."""
    message = flash.read_message(request)
    response = templates.TemplateResponse(
        request, template, {"message": message, **(context or {})}, status, headers
    )
    if message:
        flash.delete_message(request, response)
    return response
