from collections.abc import Callable
from io import BytesIO
from ipaddress import ip_network

import pytest

Serve = Callable[..., tuple[str, dict[str, str]]]


@pytest.mark.parametrize(
    ("expected", "environ"),
    [
        ("200", {"PATH_INFO": "/healthz"}),
        ("404", {"PATH_INFO": "/nowhere"}),
        ("400", {"HTTP_HOST": "unknown.example"}),
        ("411", {"HTTP_TRANSFER_ENCODING": "chunked"}),
        ("413", {"CONTENT_LENGTH": "1048577"}),
    ],
)
def test_every_answer_has_an_id_and_the_headers(
    serve: Serve, expected: str, environ: dict[str, str]
) -> None:
    status, headers = serve(**environ, HTTP_X_REQUEST_ID="abc-1")
    assert status.startswith(expected)
    assert headers["X-Request-ID"] == "abc-1"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_a_body_that_ends_early_is_refused(serve: Serve) -> None:
    body = {"CONTENT_LENGTH": "9", "wsgi.input": BytesIO(b"half")}
    assert serve(REQUEST_METHOD="POST", **body)[0].startswith("400")


def test_proxies_are_believed_only_from_their_networks(
    monkeypatch: pytest.MonkeyPatch, serve: Serve
) -> None:
    told = {"HTTP_X_FORWARDED_PROTO": "https", "REMOTE_ADDR": "127.0.0.1"}
    assert "Strict-Transport-Security" not in serve(**told)[1]
    monkeypatch.setattr("config.wsgi.application.networks", [ip_network("127.0.0.0/8")])
    assert "Strict-Transport-Security" in serve(**told)[1]
