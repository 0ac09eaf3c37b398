"""The Content-Security-Policy of the dashboard, which Oscar's scripts need."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csp import get_nonce
from django.utils.csp import CSP, build_policy

from app.errors import GetResponse

PATH = "/shop/dashboard/"


def dashboard_policy(get_response: GetResponse) -> GetResponse:
    """Allow the dashboard's one inline script, and inline styles of its editor."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(PATH):
            policy = settings.SECURE_CSP | {
                "script-src": [CSP.SELF, CSP.NONCE],
                "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
            }
            nonce = get_nonce(request)
            response["Content-Security-Policy"] = build_policy(policy, nonce)
        return response

    return middleware
