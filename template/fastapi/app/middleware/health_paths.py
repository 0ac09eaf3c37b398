"""Health checks, which come from inside and skip some rules."""

from starlette.types import Scope

HEALTH_PATHS = frozenset({"/healthz", "/readyz"})


def is_health_check(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) in HEALTH_PATHS
