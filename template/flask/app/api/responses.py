"""Responses of the API."""

from flask import Response
from pydantic import BaseModel


def json_response(content: BaseModel) -> Response:
    """Return a model as JSON.

    Lists use it because APIFlask takes longer: it makes a dict of each row first.
    """
    return Response(content.model_dump_json(by_alias=True), mimetype="application/json")
