from urllib.parse import urlsplit

import pytest

from tests.contract.client import (
    ITEMS,
    JSON,
    PROBLEM,
    Client,
    Page,
    fresh_name,
    head,
    raw,
)
from tests.contract.differences import Conventions
from tests.starters.databases import Database
from tests.starters.harness import HOST, Project, Service, booted


def test_an_untrusted_peer_cannot_say_that_it_came_by_https(
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
            request = head("GET", "/some/where?with=query", X_Forwarded_Proto=protocol)
            answer = raw(service_without_proxies, request)
            assert answer.status == conventions.https_redirect_status
            assert answer.headers["location"] == f"https://{HOST}/some/where?with=query"


def test_an_untrusted_peer_cannot_name_another_host(
    service_without_proxies: Service,
) -> None:
    answer = raw(
        service_without_proxies, head("GET", "/", X_Forwarded_Host="evil.example")
    )
    assert answer.headers["location"].startswith(f"https://{HOST}/")


def test_an_unknown_host_is_not_redirected(service_without_proxies: Service) -> None:
    assert (
        raw(service_without_proxies, head("GET", "/", Host="evil.example")).status
        == 400
    )


def test_health_is_not_redirected(service_without_proxies: Service) -> None:
    for path in ("/healthz", "/readyz"):
        assert (
            raw(
                service_without_proxies, head("GET", path, X_Forwarded_Proto=None)
            ).status
            == 200
        )


def test_a_path_with_two_slashes_is_not_redirected_to_another_host(
    service_without_proxies: Service,
) -> None:
    for path in ("//evil.example/", "/\\evil.example/", "//evil.example/%2e%2e"):
        answer = raw(service_without_proxies, head("GET", path))
        assert answer.status in {301, 308, 400, 404}
        location = answer.headers.get("location", f"https://{HOST}/")
        assert location.startswith(f"https://{HOST}/")


def test_a_trusted_peer_is_believed_when_it_says_http(
    service: Service, conventions: Conventions
) -> None:
    answer = raw(service, head("GET", "/", X_Forwarded_Proto="http"))
    assert answer.status == conventions.https_redirect_status
    assert answer.headers["location"] == f"https://{HOST}/"


@pytest.mark.features("api")
def test_a_post_by_http_does_nothing(
    service: Service, conventions: Conventions, client: Client
) -> None:
    name = fresh_name()
    body = f'{{"name": "{name}", "price": "1.00"}}'.encode()
    headers = {"Content_Type": JSON, "Content_Length": str(len(body))}
    answer = raw(
        service, head("POST", ITEMS, X_Forwarded_Proto="http", **headers) + body
    )
    assert answer.status == conventions.https_redirect_status
    assert name not in client.names()


def test_forwarded_nonsense_does_no_harm(
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
            answer = raw(service, head("GET", "/no/such/thing", **headers))
            assert answer.status in {400, 404}
            assert "evil" not in answer.text


def test_an_unclear_protocol_is_not_https(
    service: Service, conventions: Conventions, subtests: pytest.Subtests
) -> None:
    for protocol in (
        "gopher",
        "https://",
        "https, http",
        "httpsx",
    ):
        with subtests.test(protocol=protocol):
            answer = raw(
                service, head("GET", "/no/such/thing", X_Forwarded_Proto=protocol)
            )
            assert answer.status in {conventions.https_redirect_status, 400}


def test_a_network_can_be_trusted(project: Project, database: Database) -> None:
    trusted = "10.0.0.0/8, 127.0.0.0/8, ::1"
    with booted(project, database.url, TRUSTED_PROXIES=trusted) as service:
        assert raw(service, head("GET", "/no/such/thing")).status == 404


@pytest.mark.features("api")
def test_an_error_before_the_application_is_a_problem_document_too(
    service: Service,
) -> None:
    answer = raw(service, head("GET", ITEMS, Host="evil.example"))
    assert answer.status == 400
    assert answer.headers["content-type"].startswith(PROBLEM)


@pytest.mark.features("pages")
def test_a_path_prefix_is_in_all_links(project: Project, database: Database) -> None:
    """The proxy may remove the prefix or leave it in the path."""
    with (
        booted(project, database.url, ROOT_PATH="/shop") as service,
        Client(service) as client,
    ):
        created = client.post(ITEMS, json={"name": fresh_name(), "price": 1})
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


def test_plain_http_is_served_where_https_is_not_forced(
    project: Project, database: Database
) -> None:
    with booted(project, database.url, FORCE_HTTPS="false") as service:
        answer = raw(service, head("GET", "/", X_Forwarded_Proto="http"))
        assert answer.status == 200
        assert "strict-transport-security" not in answer.headers


@pytest.mark.features("accounts")
def test_a_header_with_underscores_is_not_a_proxys(
    service: Service, conventions: Conventions
) -> None:
    request = head("GET", "/", X_Forwarded_Proto="http")
    forged = request.replace(b"\r\n", b"\r\nX_Forwarded_Proto: https\r\n", 1)
    assert raw(service, forged).status in conventions.underscored_header_statuses
