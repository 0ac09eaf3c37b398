import pytest
from httpx2 import AsyncClient
from sqlalchemy import text

from app.database import Database
from app.state import State
from app.unit_of_work import open_unit_of_work


async def test_health_checks_are_answered_for_any_host(client: AsyncClient) -> None:
    for method, path in (("GET", "/healthz"), ("GET", "/readyz"), ("HEAD", "/readyz")):
        response = await client.request(method, path, headers={"Host": "10.0.0.7"})
        assert response.status_code == 200


async def test_a_check_logs_nothing_of_alembic(
    client: AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        assert (await client.get("/readyz")).status_code == 200
    assert not [line for line in caplog.records if line.name.startswith("alembic")]


async def test_it_is_not_ready_without_a_database(
    client: AsyncClient, state: State
) -> None:
    database, state["database"] = state["database"], Database("sqlite:////no/such")
    response = await client.get("/readyz")
    state["database"] = database
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "failed": ["database"]}


async def test_it_is_not_ready_without_its_migrations(
    client: AsyncClient, state: State
) -> None:
    async def set_version(version: str) -> str:
        async with open_unit_of_work(state) as unit_of_work:
            session = unit_of_work.session
            query = text("SELECT version_num FROM alembic_version")
            current = await session.scalar(query)
            statement = text("UPDATE alembic_version SET version_num = :version")
            await session.execute(statement, {"version": version})
        return str(current)

    newest = await set_version("from-the-future")
    assert (await client.get("/readyz")).status_code == 200
    async with open_unit_of_work(state) as unit_of_work:
        await unit_of_work.session.execute(text("DELETE FROM alembic_version"))
    response = await client.get("/readyz")
    async with open_unit_of_work(state) as unit_of_work:
        statement = text("INSERT INTO alembic_version VALUES (:version)")
        await unit_of_work.session.execute(statement, {"version": newest})
    assert response.status_code == 503
    assert response.json()["failed"] == ["migrations"]
