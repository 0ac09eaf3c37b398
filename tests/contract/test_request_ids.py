import string

import pytest

from tests.contract.client import ITEMS, Client, log_entries, request_head, send_raw
from tests.contract.exchanges import exchanges
from tests.starters.harness import HOST, Service

ALLOWED = set(string.ascii_letters + string.digits + "._-")


def is_well_formed(request_id: str) -> bool:
    return 1 <= len(request_id) <= 64 and set(request_id) <= ALLOWED


@pytest.mark.alone("api", "pages")
def test_every_kind_of_response_has_a_request_id(
    service: Service, subtests: pytest.Subtests
) -> None:
    for kind, exchange in exchanges(service).items():
        with subtests.test(kind=kind):
            answer = send_raw(service, exchange.request)
            assert answer.status == exchange.status, answer.text
            assert is_well_formed(answer.headers["x-request-id"])

            line, rest = exchange.request.split(b"\r\n", 1)
            own = send_raw(service, line + b"\r\nX-Request-ID: my.own_id-7\r\n" + rest)
            assert own.headers["x-request-id"] == "my.own_id-7"


def test_a_valid_id_of_the_client_is_kept(
    client: Client, subtests: pytest.Subtests
) -> None:
    for own in (
        "a",
        "A.b_c-9",
        "x" * 64,
    ):
        with subtests.test(own=own):
            response = client.get("/no/such/thing", headers={"X-Request-ID": own})
            assert response.headers.get_list("x-request-id") == [own]


def test_an_invalid_id_of_the_client_is_replaced(
    service: Service, subtests: pytest.Subtests
) -> None:
    for own in (
        "",
        "x" * 65,
        "two words",
        "a,b",
        "<script>",
        'a"b',
        "a/b",
        "a;b",
        "\u00e9",
        "a:b",
        "{}",
        "%0a",
    ):
        with subtests.test(own=own):
            answer = send_raw(
                service, request_head("GET", "/no/such/thing", X_Request_ID=own)
            )
            assert answer.headers["x-request-id"] != own
            assert is_well_formed(answer.headers["x-request-id"])


def test_only_one_of_two_ids_is_kept(service: Service) -> None:
    request = request_head(
        "GET", "/no/such/thing", X_Request_ID="first\r\nX-Request-ID: second"
    )
    assert is_well_formed(send_raw(service, request).headers["x-request-id"])


def test_ids_differ(client: Client) -> None:
    ids = {client.get("/healthz").headers["x-request-id"] for _ in range(20)}
    assert len(ids) == 20


def test_a_redirect_to_https_has_a_request_id(service_without_proxies: Service) -> None:
    answer = send_raw(
        service_without_proxies, request_head("GET", "/", X_Request_ID="on-the-way")
    )
    assert 300 <= answer.status < 400
    assert answer.headers["x-request-id"] == "on-the-way"


@pytest.mark.features("api")
def test_a_failure_has_the_same_id_in_response_and_log(
    failing_service: Service,
) -> None:
    with Client(failing_service) as client:
        response = client.get(ITEMS, headers={"X-Request-ID": "failing-in-api"})
    assert response.status_code == 500
    assert response.headers["x-request-id"] == "failing-in-api"
    lines = log_entries(failing_service, "failing-in-api", 2)
    assert any("Traceback" in str(line.get("exception", "")) for line in lines)


@pytest.mark.features("pages")
def test_a_failing_page_has_the_same_id_in_response_and_log(
    failing_service: Service,
) -> None:
    request = request_head("GET", "/items/", Host=HOST, X_Request_ID="failing-in-pages")
    answer = send_raw(failing_service, request)
    assert answer.status == 500
    assert answer.headers["x-request-id"] == "failing-in-pages"
    lines = log_entries(failing_service, "failing-in-pages", 2)
    assert any("Traceback" in str(line.get("exception", "")) for line in lines)
