"""The documentation of the API: OpenAPI, Swagger UI and ReDoc, from local files."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from ninja.openapi.docs import Swagger

from app.errors import problem

# Both add inline styles at run time, and ReDoc starts a worker.
POLICY = settings.SECURE_CSP | {
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "worker-src": [CSP.SELF, "blob:"],
}


def documentation(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Serve a view only if API_DOCS is on, with a separate policy."""
    shown = csrf_exempt(require_safe(csp_override(POLICY)(view)))

    @wraps(shown)
    def switched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return shown(request, *args, **kwargs) if settings.API_DOCS else problem(404)

    return switched


class SwaggerUI(Swagger):
    template = "api/swagger.html"  # without ninja's inline script


@documentation
def redoc(request: HttpRequest) -> HttpResponse:
    return render(request, "api/redoc.html")
