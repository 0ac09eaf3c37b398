"""Health checks: whether the process runs, and whether it can serve requests."""

from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from app.errors import GetResponse

CHECK_TIMEOUT = 2
log = structlog.get_logger(__name__)


def leave_pool() -> None:
    """Give this thread a separate connection: those of the pool may all be busy."""
    separate = connections["default"].copy()
    if separate.settings_dict["OPTIONS"].pop("pool", None):
        connections["default"] = separate


# A database that does not answer must not block a thread that serves requests.
executor = ThreadPoolExecutor(max_workers=1, initializer=leave_pool)


def health(get_response: GetResponse) -> GetResponse:
    """Answer health checks before hosts and HTTPS are checked."""

    def middleware(request: HttpRequest) -> HttpResponse:
        match request.path_info:
            case "/healthz":
                return JsonResponse({"status": "ok"})
            case "/readyz":
                return readiness()
        return get_response(request)

    return middleware


def readiness() -> HttpResponse:
    check = executor.submit(find_failed_checks)
    try:
        failed = check.result(timeout=CHECK_TIMEOUT)
    except (Error, TimeoutError) as error:
        check.cancel()
        log.warning("not_ready", failed=["database"], error=repr(error))
        failed = ["database"]
    if failed:
        content = {"status": "unavailable", "failed": failed}
        return JsonResponse(content, status=503)
    return JsonResponse({"status": "ok"})


def find_failed_checks() -> list[str]:
    """Return `migrations` if some are not applied yet.

    Raises:
        Error: The database does not answer.
    """
    try:
        migrations = MigrationExecutor(connection)
        if migrations.migration_plan(migrations.loader.graph.leaf_nodes()):
            log.warning("not_ready", failed=["migrations"])
            return ["migrations"]
        return []
    finally:
        connection.close()
