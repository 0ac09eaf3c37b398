"""The templates of the pages, which each package has in its folder `templates`."""

from pathlib import Path

from fastapi.templating import Jinja2Templates

from app.settings import PROJECT_NAME

APP_DIR = Path(__file__).parent.parent

templates = Jinja2Templates(directory=sorted(APP_DIR.glob("*/templates")))
templates.env.trim_blocks = templates.env.lstrip_blocks = True
templates.env.globals["title"] = PROJECT_NAME
# Compiled at a first request, they would hold up the others.
for name in templates.env.list_templates():
    templates.env.get_template(name)
