"""How the API answers."""

from flask import Response
from pydantic import BaseModel


def json_response(content: BaseModel) -> Response:
    """Return a model as JSON.

    This is for lists: APIFlask would make dicts of all rows first, and JSON of them.
    """
    return Response(content.model_dump_json(by_alias=True), mimetype="application/json")
