"""Health checks: /healthz while the process runs, /readyz if it can serve requests."""

from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import Error, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from app.errors import GetResponse

CHECK_TIMEOUT = 2
log = structlog.get_logger(__name__)
# A database that does not answer must not block a thread that serves requests.
executor = ThreadPoolExecutor(max_workers=1)


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
    connection = connections["default"]
    if "pool" in connection.settings_dict["OPTIONS"]:
        # A separate connection, because all those of the pool may be busy.
        connection = connection.copy()
        del connection.settings_dict["OPTIONS"]["pool"]
    try:
        migrations = MigrationExecutor(connection)
        if migrations.migration_plan(migrations.loader.graph.leaf_nodes()):
            log.warning("not_ready", failed=["migrations"])
            return ["migrations"]
        return []
    finally:
        connection.close()
