import pytest

from tests.contract.client import Client, request_head, send_raw
from tests.starters.harness import HOST, Service


@pytest.mark.each_server
def test_an_unknown_host_gets_400(service: Service, subtests: pytest.Subtests) -> None:
    for host in (
        "evil.example",
        f"{HOST}.evil.example",
        f"evil.example/{HOST}",
        f"evil{HOST}",
        f"sub.{HOST}",
        "127.0.0.1",
        "localhost",
        "",
        "*",
        f"{HOST}:port",
        f"{HOST}, evil.example",
    ):
        with subtests.test(host=host):
            answer = send_raw(service, request_head("GET", "/", Host=host))
            assert answer.status == 400
            assert "evil" not in answer.text


@pytest.mark.each_server
def test_a_request_without_a_host_gets_400(service: Service) -> None:
    assert send_raw(service, request_head("GET", "/", Host=None)).status == 400


@pytest.mark.each_server
def test_an_allowed_host_may_have_a_port_and_capitals(
    service: Service, subtests: pytest.Subtests
) -> None:
    for host in (
        HOST.upper(),
        f"{HOST}:443",
        f"{HOST}:8443",
    ):
        with subtests.test(host=host):
            assert (
                send_raw(
                    service, request_head("GET", "/no/such/thing", Host=host)
                ).status
                == 404
            )


def test_a_forwarded_host_is_ignored(client: Client) -> None:
    for path in ("/", "/items", "/api/v1/items", "/no/such/thing"):
        response = client.get(path, headers={"X-Forwarded-Host": "evil.example"})
        assert response.status_code < 500
        assert "evil" not in response.text
        assert "evil" not in response.headers.get("location", "")
