"""What browsers and proxies may store."""

from django.http import HttpRequest, HttpResponse

from app.errors import GetResponse


def forbid_storing(get_response: GetResponse) -> GetResponse:
    """Forbid storing responses to credentials, and those that set a cookie."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        has_credentials = request.COOKIES or "HTTP_AUTHORIZATION" in request.META
        if has_credentials or response.cookies:
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware
