from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from unittest.mock import Mock

import pytest

from app.middleware.root_path import RootPath
from app.wsgi_adapter import BODY_ERROR

Serve = Callable[..., tuple[str, dict[str, str]]]


@pytest.mark.parametrize(
    ("expected", "environ"),
    [
        ("200", {"PATH_INFO": "/healthz"}),
        ("404", {"PATH_INFO": "/nowhere"}),
        ("400", {"HTTP_HOST": "unknown.example"}),
        ("408", {BODY_ERROR: HTTPStatus.REQUEST_TIMEOUT}),
        ("413", {"CONTENT_LENGTH": "1048577"}),
        ("400", {"CONTENT_TYPE": "a" * 20_000}),
        ("400", {"CONTENT_TYPE": "text/plain; charset=idna"}),
    ],
)
def test_every_answer_has_an_id_and_the_headers(
    serve: Serve, expected: str, environ: dict[str, Any]
) -> None:
    status, headers = serve(**environ, HTTP_X_REQUEST_ID="abc-1")
    assert status.startswith(expected)
    assert headers["X-Request-ID"] == "abc-1"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ["/shop/items/", "/items/"])
def test_the_path_prefix_is_known_whether_or_not_the_proxy_removed_it(
    path: str,
) -> None:
    environ = {"PATH_INFO": path}
    RootPath(Mock(), "/shop")(environ, Mock())
    assert environ == {"PATH_INFO": "/items/", "SCRIPT_NAME": "/shop"}
