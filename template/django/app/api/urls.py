"""URLs below /api/."""

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
from app.api.items import router
from app.api.problems import add_problem_handlers, not_found


class ExactParser(Parser):
    """Reads UTF-8 only, and decimals as they stand."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body.decode(), parse_float=Decimal)


class Encoder(NinjaJSONEncoder):
    """Writes times in full: Django's encoder cuts them to milliseconds."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


class Renderer(JSONRenderer):
    encoder_class = Encoder


class API(NinjaAPI):
    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """Document that errors come as problem documents."""
        schema = super().get_openapi_schema(**kwargs)
        for operations in schema["paths"].values():
            for operation in operations.values():
                for status, answer in operation["responses"].items():
                    if status >= HTTPStatus.BAD_REQUEST:
                        content = answer["content"].pop("application/json")
                        answer["content"]["application/problem+json"] = content
        return schema


api = API(
    title=settings.PROJECT_NAME,
    version="1",
    urls_namespace="api",
    docs=SwaggerUI(),
    docs_decorator=documentation,
    parser=ExactParser(),
    renderer=Renderer(),
)
add_problem_handlers(api)
api.add_router("/v1/items", router)

urlpatterns = [
    path("", not_found),
    path("redoc", redoc),
    path("", api.urls),
    re_path("(.*)", not_found),
]
