from collections.abc import Callable
from ipaddress import ip_network

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from app.wsgi_adapter import BODY_ERROR

RULES = {"content-security-policy", "x-content-type-options", "x-request-id"}


@pytest.fixture
def app(create_client: Callable[..., FlaskClient]) -> Flask:
    app = create_client(max_body_bytes=10).application

    @app.get("/size")
    def size() -> str:
        return str(len(request.get_data()))

    @app.get("/fail")
    def fail() -> str:
        raise RuntimeError("the reason")

    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_every_response_has_the_headers(client: FlaskClient) -> None:
    for status, response in {
        400: client.get("/", headers={"Host": "localhost.example.com"}),
        404: client.get("/none"),
        405: client.put("/size"),
        408: client.get("/size", environ_overrides={BODY_ERROR: 408}),
        413: client.get("/size", data=b"1" * 11),
        500: client.get("/fail"),
    }.items():
        missing = RULES - {name.lower() for name, _ in response.headers}
        assert (response.status_code, missing) == (status, set())


def test_the_reason_of_a_failure_is_logged_and_not_sent(client: FlaskClient) -> None:
    with capture_logs() as lines:
        response = client.get("/fail?a=b", headers={"X-Request-ID": "a-1"})
    assert "reason" not in response.text
    assert response.headers["X-Request-ID"] == "a-1"
    assert (lines[-1]["path"], lines[-1]["status"]) == ("/fail", 500)


def test_only_a_trusted_proxy_can_say_https(
    create_client: Callable[..., FlaskClient],
) -> None:
    networks = (ip_network("10.0.0.0/8"),)
    client = create_client(force_https=True, trusted_proxies=networks)
    for proxy, status in (("10.0.0.1", 404), ("192.0.2.1", 308)):
        response = client.get(
            "/a%20b?c=d",
            headers={"X-Forwarded-Proto": "https", "X-Request-ID": "not one"},
            environ_base={"REMOTE_ADDR": proxy},
        )
        assert response.status_code == status
        assert ("Strict-Transport-Security" in response.headers) == (status == 404)
    assert response.headers["X-Request-ID"] != "not one"
    assert response.headers["Location"] == "https://localhost/a%20b?c=d"


def test_links_have_the_prefix_of_the_proxy(
    create_client: Callable[..., FlaskClient],
) -> None:
    client = create_client(root_path="/shop", force_https=True)
    assert client.get("/shop/healthz").status_code == 200
    for path in ("/none", "/shop/none"):
        response = client.get(path)
        assert response.headers["Location"] == "https://localhost/shop/none"
