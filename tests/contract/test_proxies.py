from urllib.parse import urlsplit

import pytest

from tests.contract.client import (
    AUTH,
    ITEMS,
    JSON,
    PROBLEM,
    Client,
    Page,
    request_head,
    send_raw,
    unique_name,
)
from tests.contract.differences import Conventions
from tests.starters.databases import Database
from tests.starters.harness import HOST, Project, Service, running_server


@pytest.mark.each_server
def test_x_forwarded_proto_of_an_untrusted_peer_is_ignored(
    service_without_proxies: Service,
    conventions: Conventions,
    subtests: pytest.Subtests,
) -> None:
    for protocol in (
        "https",
        "http",
        None,
    ):
        with subtests.test(protocol=protocol):
            request = request_head(
                "GET", "/some/where?with=query", X_Forwarded_Proto=protocol
            )
            answer = send_raw(service_without_proxies, request)
            assert answer.status == conventions.https_redirect_status
            assert answer.headers["location"] == f"https://{HOST}/some/where?with=query"


@pytest.mark.each_server
def test_a_header_with_underscores_is_not_taken_for_that_of_the_proxy(
    service: Service,
) -> None:
    request = request_head("GET", "/no/such/thing").removesuffix(b"\r\n")
    for line in (b"X_Forwarded_Proto: http", b"X-Forwarded_Proto: http"):
        assert send_raw(service, request + line + b"\r\n\r\n").status == 404, line


def test_x_forwarded_host_of_an_untrusted_peer_is_ignored(
    service_without_proxies: Service,
) -> None:
    answer = send_raw(
        service_without_proxies,
        request_head("GET", "/", X_Forwarded_Host="evil.example"),
    )
    assert answer.headers["location"].startswith(f"https://{HOST}/")


def test_an_unknown_host_is_not_redirected(service_without_proxies: Service) -> None:
    assert (
        send_raw(
            service_without_proxies, request_head("GET", "/", Host="evil.example")
        ).status
        == 400
    )


def test_health_is_not_redirected(service_without_proxies: Service) -> None:
    for path in ("/healthz", "/readyz"):
        assert (
            send_raw(
                service_without_proxies,
                request_head("GET", path, X_Forwarded_Proto=None),
            ).status
            == 200
        )


@pytest.mark.each_server
def test_a_path_with_two_slashes_is_not_redirected_to_another_host(
    service_without_proxies: Service,
) -> None:
    for path in ("//evil.example/", "/\\evil.example/", "//evil.example/%2e%2e"):
        answer = send_raw(service_without_proxies, request_head("GET", path))
        assert answer.status in {301, 308, 400, 404}
        location = answer.headers.get("location", f"https://{HOST}/")
        assert location.startswith(f"https://{HOST}/")


def test_x_forwarded_proto_http_of_a_trusted_peer_is_redirected(
    service: Service, conventions: Conventions
) -> None:
    answer = send_raw(service, request_head("GET", "/", X_Forwarded_Proto="http"))
    assert answer.status == conventions.https_redirect_status
    assert answer.headers["location"] == f"https://{HOST}/"


@pytest.mark.features("api")
def test_a_post_over_http_has_no_effect(
    service: Service, conventions: Conventions, client: Client
) -> None:
    name = unique_name()
    body = f'{{"name": "{name}", "price": "1.00"}}'.encode()
    headers = {"Content_Type": JSON, "Content_Length": str(len(body))}
    answer = send_raw(
        service, request_head("POST", ITEMS, X_Forwarded_Proto="http", **headers) + body
    )
    assert answer.status == conventions.https_redirect_status
    assert name not in client.item_names()


@pytest.mark.each_server
def test_malformed_forwarded_headers_are_not_a_failure(
    service: Service, subtests: pytest.Subtests
) -> None:
    for headers in (
        {"X_Forwarded_For": "'; DROP TABLE items; --"},
        {"X_Forwarded_For": ", ,, ,"},
        {"X_Forwarded_For": "::1, 999.999.999.999, unknown"},
        {"X_Forwarded_For": "10.0.0.1," * 400},
        {"X_Forwarded_Proto": "https", "X_Forwarded_Port": "port"},
        {"X_Forwarded_Proto": "https", "Forwarded": "for=;;;by==="},
        {"X_Forwarded_Prefix": "//evil.example"},
        {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "[::1"},
    ):
        with subtests.test(headers=headers):
            answer = send_raw(service, request_head("GET", "/no/such/thing", **headers))
            assert answer.status in {400, 404}
            assert "evil" not in answer.text


@pytest.mark.each_server
def test_a_malformed_x_forwarded_proto_is_not_https(
    service: Service, conventions: Conventions, subtests: pytest.Subtests
) -> None:
    for protocol in (
        "gopher",
        "https://",
        "https, http",
        "httpsx",
    ):
        with subtests.test(protocol=protocol):
            answer = send_raw(
                service,
                request_head("GET", "/no/such/thing", X_Forwarded_Proto=protocol),
            )
            assert answer.status in {conventions.https_redirect_status, 400}


@pytest.mark.thorough
def test_a_network_can_be_trusted(project: Project, database: Database) -> None:
    trusted = "10.0.0.0/8, 127.0.0.0/8, ::1"
    with running_server(project, database.url, TRUSTED_PROXIES=trusted) as service:
        assert send_raw(service, request_head("GET", "/no/such/thing")).status == 404


@pytest.mark.features("api")
def test_an_error_before_the_application_is_a_problem_document_too(
    service: Service,
) -> None:
    answer = send_raw(service, request_head("GET", ITEMS, Host="evil.example"))
    assert answer.status == 400
    assert answer.headers["content-type"].startswith(PROBLEM)


@pytest.mark.thorough
@pytest.mark.features("accounts", "api", "pages")
def test_a_path_prefix_is_in_all_links(project: Project, database: Database) -> None:
    """The proxy may remove the prefix or leave it in the path."""
    settings = {"ROOT_PATH": "/shop", "API_DOCS": "true"}
    with (
        running_server(project, database.url, **settings) as service,
        Client(service) as client,
    ):
        created = client.post(ITEMS, json={"name": unique_name(), "price": 1})
        assert created.headers["location"].startswith(f"/shop{ITEMS}/")
        for path in ("/", "/shop/", "/items/", "/shop/items/", "/none"):
            page = Page(f"https://{HOST}{path}", client.get(path).text)
            for address in page.links() + page.assets():
                target = urlsplit(address)
                if target.netloc == HOST and target.path != path:
                    assert target.path.startswith("/shop/"), (path, address)
        for address in page.assets():
            path = urlsplit(address).path
            for sent in (path, path.removeprefix("/shop")):
                assert client.get(sent).status_code == 200, sent
        assert client.get("/shop/healthz").status_code == 200
        check_documentation(client, "/shop")


def check_documentation(client: Client, prefix: str) -> None:
    """Check that the documentation loads and describes only URLs with the prefix."""
    for path in ("/api/docs", f"{prefix}/api/docs", f"{prefix}/api/redoc"):
        text = client.get(path).text
        assert f"{prefix}/api/openapi.json" in text, path
        for address in Page(f"https://{HOST}{path}", text).assets():
            target = urlsplit(address)
            if target.netloc == HOST:
                assert target.path.startswith(f"{prefix}/"), (path, address)
                assert client.get(target.path).status_code == 200, address
    document = client.get(f"{prefix}/api/openapi.json").json()
    (server,) = document.get("servers") or [{"url": ""}]
    for path in document["paths"]:
        assert f"{server['url']}{path}".startswith(f"{prefix}/api/"), path
    for scheme in document["components"]["securitySchemes"].values():
        for flow in scheme.get("flows", {}).values():
            assert flow["tokenUrl"] == f"{prefix}{AUTH}/token"


@pytest.mark.thorough
def test_plain_http_is_served_where_https_is_not_forced(
    project: Project, database: Database
) -> None:
    with running_server(project, database.url, FORCE_HTTPS="false") as service:
        answer = send_raw(service, request_head("GET", "/", X_Forwarded_Proto="http"))
        assert answer.status == 200
        assert "strict-transport-security" not in answer.headers
