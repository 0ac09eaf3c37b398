"""Reading headers of a request in the middlewares, without parsing all of them."""

from starlette.types import Scope


def get_header(scope: Scope, name: bytes) -> str:
    """Return the first header of this name, which is in lower case, or nothing."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value, "latin-1")
    return ""
