"""The API and its URLs, below /api/."""

import json
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import path, re_path
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import JSONRenderer
from ninja.responses import NinjaJSONEncoder

from app.api.docs import SwaggerUI, documentation, redoc
from app.api.problems import add_problem_handlers, not_found
from app.items.api import router as items


class DecimalParser(Parser):
    """Read JSON numbers as decimals, so that prices are exact."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body.decode(), parse_float=Decimal)


class Encoder(NinjaJSONEncoder):
    """Write times with microseconds. Django's encoder truncates them."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class Renderer(JSONRenderer):
    encoder_class = Encoder


class API(NinjaAPI):
    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Document that errors are problem documents."""
        schema = super().get_openapi_schema(**kwargs)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, response in operation["responses"].items():
                    if status >= HTTPStatus.BAD_REQUEST:
                        content = response["content"].pop("application/json")
                        response["content"]["application/problem+json"] = content
        return schema


api = API(
    title=settings.PROJECT_NAME,
    version="1",
    urls_namespace="api",
    docs=SwaggerUI(),
    docs_decorator=documentation,
    parser=DecimalParser(),
    renderer=Renderer(),
)
add_problem_handlers(api)
api.add_router("/v1/items", items)

urlpatterns = [
    path("", not_found),
    path("redoc", redoc),
    path("", api.urls),
    re_path("(.*)", not_found),
]
