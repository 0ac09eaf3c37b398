"""The WSGI application. config/asgi.py serves it."""

import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import get_resolver, set_script_prefix
from django.utils.csp import build_policy

from app.middleware.body_limit import BodyLimit
from app.middleware.content_type import ContentTypeCheck
from app.middleware.request_log import RequestLog
from app.middleware.root_path import RootPath
from app.middleware.security_headers import SecurityHeaders
from app.middleware.trusted_proxies import TrustedProxies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


def refuse(
    environ: WSGIEnvironment, start_response: StartResponse, status: HTTPStatus
) -> Iterable[bytes]:
    """Answer a request that does not reach Django as Django answers its own errors."""
    set_script_prefix(f"{settings.FORCE_SCRIPT_NAME or ''}/")
    error: Callable[..., HttpResponse] = get_resolver().resolve_error_handler(400)
    response = error(WSGIRequest(environ), status=status)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "1"
    # Without a length the server keeps the connection open.
    response["Content-Length"] = len(response.content)
    start_response(f"{status.value} {status.phrase}", list(response.items()))
    return response


# The last one that is added is the first that sees a request.
application: WSGIApplication = get_wsgi_application()
application = ContentTypeCheck(application, refuse=refuse)
application = BodyLimit(
    application,
    limit=settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
    refuse=refuse,
)
application = RequestLog(application)
# Django's middleware sets most of these, but not where it refuses a host. Its error
# report for developers has no policy, because it contains scripts.
policy = {"Content-Security-Policy": build_policy(settings.SECURE_CSP)}
application = SecurityHeaders(
    application,
    headers=({} if settings.DEBUG else policy)
    | {
        "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
        "X-Content-Type-Options": "nosniff",
    },
    hsts_seconds=settings.SECURE_HSTS_SECONDS,
)
if settings.FORCE_SCRIPT_NAME:
    application = RootPath(application, settings.FORCE_SCRIPT_NAME)
application = TrustedProxies(application, settings.TRUSTED_PROXIES)
