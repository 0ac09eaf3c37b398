from httpx2 import AsyncClient

from app.database import Database
from app.dependencies import State


async def test_probes_are_answered_whatever_the_host(client: AsyncClient) -> None:
    for method, path in (("GET", "/healthz"), ("GET", "/readyz"), ("HEAD", "/readyz")):
        response = await client.request(method, path, headers={"Host": "10.0.0.7"})
        assert response.status_code == 200


async def test_it_needs_its_database(client: AsyncClient, state: State) -> None:
    database, state["database"] = state["database"], Database("sqlite:////no/such")
    response = await client.get("/readyz")
    state["database"] = database
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "failed": ["database"]}
