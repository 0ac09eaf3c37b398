"""What browsers and proxies may store."""

from django.http import HttpRequest, HttpResponse

from app.errors import GetResponse


def forbid_caching(get_response: GetResponse) -> GetResponse:
    """Forbid storing responses that depend on a cookie, or set one."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.COOKIES or response.cookies:
            response.setdefault("Cache-Control", "no-store")
        return response

    return middleware
