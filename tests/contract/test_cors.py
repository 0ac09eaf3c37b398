import httpx2
import pytest

from tests.contract.client import ITEMS, Client, database_with_members
from tests.contract.conftest import FRIEND
from tests.contract.differences import Conventions
from tests.starters.harness import Project, Service, running_server

pytestmark = pytest.mark.features("api")


def preflight(client: Client, origin: str, method: str = "PATCH") -> httpx2.Response:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "content-type",
    }
    return client.options(ITEMS, headers=headers)


def allow_headers(response: httpx2.Response) -> list[str]:
    return [
        name for name in response.headers if name.startswith("access-control-allow")
    ]


def test_no_origin_is_allowed_by_default(client: Client) -> None:
    for response in (
        client.get(ITEMS, headers={"Origin": FRIEND}),
        client.get(ITEMS, headers={"Origin": "null"}),
        preflight(client, FRIEND),
    ):
        assert allow_headers(response) == []


def test_a_listed_origin_is_allowed(configured_service: Service) -> None:
    with Client(configured_service) as client:
        response = client.get(ITEMS, headers={"Origin": FRIEND})
        assert response.headers["access-control-allow-origin"] == FRIEND
        assert "origin" in response.headers["vary"].lower()
        assert "access-control-allow-credentials" not in response.headers


def test_a_listed_origin_may_use_every_method(
    configured_service: Service, subtests: pytest.Subtests
) -> None:
    for method in (
        "POST",
        "PATCH",
        "DELETE",
    ):
        with subtests.test(method=method), Client(configured_service) as client:
            response = preflight(client, FRIEND, method)
            assert response.status_code in {200, 204}
            assert response.headers["access-control-allow-origin"] == FRIEND
            assert method in response.headers["access-control-allow-methods"]
            assert (
                "content-type"
                in response.headers["access-control-allow-headers"].lower()
            )
            assert response.headers["x-request-id"]


def test_a_listed_origin_can_read_400_and_422(configured_service: Service) -> None:
    with Client(configured_service) as client:
        for response in (
            client.get(f"{ITEMS}?limit=-1", headers={"Origin": FRIEND}),
            client.post(ITEMS, content=b"{", headers={"Origin": FRIEND}),
        ):
            assert response.status_code >= 400
            assert response.headers["access-control-allow-origin"] == FRIEND


def test_another_origin_is_not_allowed(
    configured_service: Service, subtests: pytest.Subtests
) -> None:
    for origin in (
        "https://evil.example",
        "http://friend.example",
        "https://friend.example.evil.example",
        "https://friend.example:8443",
        "null",
    ):
        with subtests.test(origin=origin), Client(configured_service) as client:
            for response in (
                client.get(ITEMS, headers={"Origin": origin}),
                preflight(client, origin),
            ):
                assert "access-control-allow-origin" not in response.headers


@pytest.mark.features("pages")
def test_pages_have_no_cors_headers(configured_service: Service) -> None:
    with Client(configured_service) as client:
        response = client.get("/items/", headers={"Origin": FRIEND})
        assert "access-control-allow-credentials" not in response.headers


def test_a_listed_origin_can_read_404_and_413(configured_service: Service) -> None:
    with Client(configured_service) as client:
        for status, response in {
            404: client.get("/api/v1/none", headers={"Origin": FRIEND}),
            413: client.post(ITEMS, content=b"1" * 3000, headers={"Origin": FRIEND}),
        }.items():
            assert response.status_code == status
            assert response.headers["access-control-allow-origin"] == FRIEND


@pytest.mark.thorough
def test_a_listed_origin_can_read_500(
    project: Project, conventions: Conventions
) -> None:
    database = database_with_members(project)
    with running_server(project, database.url, CORS_ORIGINS=FRIEND) as service:
        with Client(service) as client:
            table = conventions.items_table
            database.execute(f"ALTER TABLE {table} RENAME TO renamed")
            response = client.get(ITEMS, headers={"Origin": FRIEND})
        assert response.status_code == 500
        assert response.headers["access-control-allow-origin"] == FRIEND
        assert response.headers["x-request-id"]
