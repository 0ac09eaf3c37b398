"""The templates, and what all of them know."""

from pathlib import Path

from fastapi.templating import Jinja2Templates

from app.settings import TITLE

templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
templates.env.trim_blocks = templates.env.lstrip_blocks = True
templates.env.globals["title"] = TITLE
# Compiled at a first request, they would hold up the others.
for name in templates.env.list_templates():
    templates.env.get_template(name)
