"""The documentation: OpenAPI, Swagger UI, ReDoc, all from ninja's own files."""

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

# Both write style into the page as they run, and ReDoc starts a worker.
POLICY = settings.SECURE_CSP | {
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "worker-src": [CSP.SELF, "blob:"],
}


def documentation(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Serve this only where API_DOCS is on, under a policy of its own."""
    shown = csrf_exempt(require_safe(csp_override(POLICY)(view)))

    @wraps(shown)
    def switched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return shown(request, *args, **kwargs) if settings.API_DOCS else problem(404)

    return switched


class SwaggerUI(Swagger):
    template = "api/swagger.html"  # like ninja's, but with no script inside


@documentation
def redoc(request: HttpRequest) -> HttpResponse:
    return render(request, "api/redoc.html")
