"""The Content-Security-Policy of Wagtail's editor, which has inline scripts."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP, build_policy

from app.errors import GetResponse

PATH = "/cms/"


def editor_policy(get_response: GetResponse) -> GetResponse:
    """Allow inline scripts and styles below /cms/, where only editors write.

    Pictures that are about to be uploaded are blobs. Previews are shown in a frame:
    Wagtail marks them with X-Frame-Options.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.path_info.startswith(PATH):
            is_preview = response.get("X-Frame-Options") == "SAMEORIGIN"
            policy = settings.SECURE_CSP | {
                "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
                "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
                "img-src": [CSP.SELF, "data:", "blob:"],
                "frame-ancestors": [CSP.SELF if is_preview else CSP.NONE],
            }
            # A preview has the policy of public pages already.
            response["Content-Security-Policy"] = build_policy(policy)
        return response

    return middleware
