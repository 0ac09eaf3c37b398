"""The server's entry point."""

import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import get_resolver
from django.utils.csp import build_policy

from app.middleware import BodyLimit, RequestLog, SecurityHeaders, TrustedProxies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()


def refuse(
    environ: WSGIEnvironment, start: StartResponse, status: HTTPStatus
) -> Iterable[bytes]:
    """Answer as Django answers its own errors."""
    error: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(400)
    response = error(WSGIRequest(environ), status=status)
    response["Content-Length"] = len(response.content)  # else the end is waited for
    start(f"{status.value} {status.phrase}", list(response.items()))
    return response


application = TrustedProxies(
    SecurityHeaders(
        RequestLog(
            BodyLimit(
                django,
                limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
                timeout=settings.BODY_TIMEOUT_SECONDS,
                refuse=refuse,
            )
        ),
        # Django's middleware sets most of these, but not where it refuses a host.
        headers={
            "Content-Security-Policy": build_policy(settings.SECURE_CSP),
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
        },
        hsts_seconds=settings.SECURE_HSTS_SECONDS,
    ),
    networks=settings.TRUSTED_PROXIES,
)
