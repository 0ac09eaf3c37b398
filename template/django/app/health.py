"""Health: /healthz says that the process lives, /readyz that the database answers."""

from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from app.errors import GetResponse

log = structlog.get_logger(__name__)
# A database that hangs must not hold a thread that serves: one of its own waits for it.
waiting = ThreadPoolExecutor(max_workers=1)


def health(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        match request.path_info:
            case "/healthz":
                return JsonResponse({"status": "ok"})
            case "/readyz":
                return readiness()
        return get_response(request)

    return middleware


def readiness() -> HttpResponse:
    asked = waiting.submit(ask_database)
    try:
        asked.result(timeout=2)
    except (Error, TimeoutError) as error:
        asked.cancel()
        log.warning("not ready", failed=["database"], error=repr(error))
        answer = {"status": "unavailable", "failed": ["database"]}
        return JsonResponse(answer, status=503)
    return JsonResponse({"status": "ok"})


def ask_database() -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    finally:
        connection.close()
