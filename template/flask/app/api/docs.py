"""The documentation of the API. Its scripts and styles are local."""

import json
import re
from typing import Any

from apiflask import APIFlask
from flask import (
    Blueprint,
    Response,
    current_app,
    make_response,
    render_template,
    request,
)

from app.api.problems import PROBLEM

# Swagger UI and ReDoc write styles into the page, and ReDoc searches in a worker.
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
bp = Blueprint(
    "docs",
    __name__,
    url_prefix="/api",
    template_folder="templates",
    static_folder="static",
)
swagger_ui_files = Blueprint(
    "swagger_ui_files",
    "flask_openapi3_swagger",
    static_folder="templates/swagger",
    static_url_path="/api/static/swagger-ui",
)
redoc_files = Blueprint(
    "redoc_files",
    "flask_openapi3_redoc",
    static_folder="templates/redoc",
    static_url_path="/api/static/redoc",
)


def add_docs(app: APIFlask) -> None:
    app.register_blueprint(bp)
    app.register_blueprint(swagger_ui_files)
    app.register_blueprint(redoc_files)


def complete_spec(spec: Any) -> Any:
    """Add what APIFlask leaves out: the schema of errors, and the type of ids in paths.

    APIFlask also defines nested schemas twice, such as ItemRead and ItemPage.ItemRead.
    Programs that generate clients need one definition.
    """
    schemas = spec["components"]["schemas"]
    for name in [name for name in schemas if "." in name]:
        schemas.setdefault(name.rpartition(".")[2], schemas.pop(name))
    nested = r"#/components/schemas/[\w.]+\."
    spec = json.loads(re.sub(nested, "#/components/schemas/", json.dumps(spec)))
    spec["components"]["schemas"]["Problem"] = PROBLEM
    for operations in spec["paths"].values():
        for operation in operations.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path":
                    parameter["required"] = True
                    parameter["schema"] = {"type": "string", "format": "uuid"}
            if "requestBody" in operation:
                operation["requestBody"]["required"] = True
    return spec


@bp.get("/openapi.json")
def openapi() -> Any:
    app: Any = current_app
    servers = [{"url": request.script_root}] if request.script_root else []
    return app.spec | ({"servers": servers} if servers else {})


@bp.get("/docs")
def swagger_ui() -> Response:
    return render_documentation("api/swagger.html")


@bp.get("/redoc")
def redoc() -> Response:
    return render_documentation("api/redoc.html")


def render_documentation(template: str) -> Response:
    response = make_response(render_template(template))
    response.headers["Content-Security-Policy"] = POLICY
    return response
