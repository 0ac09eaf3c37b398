import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import (
    Column,
    Index,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from app.database import is_conflict, open_database, violates
from app.settings import Settings
from app.unit_of_work import UnitOfWork


async def test_callbacks_run_after_the_commit_without_a_connection(
    unit_of_work: UnitOfWork,
) -> None:
    in_transaction: list[bool] = []

    async def callback() -> None:
        in_transaction.append(unit_of_work.session.in_transaction())

    await unit_of_work.session.execute(text("SELECT 1"))
    unit_of_work.after_commit(callback)
    assert in_transaction == []
    await unit_of_work.commit()
    await unit_of_work.commit()
    assert in_transaction == [False]


async def test_connections_are_closed_when_the_application_fails(
    settings: Settings,
) -> None:
    with suppress(RuntimeError):
        async with open_database(settings) as database:
            async with database.session() as session:
                await session.execute(text("SELECT 1"))
            raise RuntimeError
    assert "Connections in pool: 0" in database.engine.pool.status()


async def test_callbacks_run_in_order(unit_of_work: UnitOfWork) -> None:
    called: list[str] = []

    async def first() -> None:
        await asyncio.sleep(0)  # gives others a chance to run
        called.append("first")

    async def second() -> None:
        called.append("second")

    unit_of_work.after_commit(first)
    unit_of_work.after_commit(second)
    await unit_of_work.commit()
    assert called == ["first", "second"]


async def test_a_savepoint_drops_only_its_own_callbacks(
    unit_of_work: UnitOfWork,
) -> None:
    called: list[str] = []

    async def outer() -> None:
        called.append("outer")

    async def inner() -> None:
        called.append("inner")

    unit_of_work.after_commit(outer)
    with suppress(RuntimeError):
        async with unit_of_work.savepoint():
            unit_of_work.after_commit(inner)
            raise RuntimeError
    await unit_of_work.commit()
    assert called == ["outer"]


async def test_a_callback_that_fails_or_hangs_is_logged(
    unit_of_work: UnitOfWork,
) -> None:
    async def fail() -> None:
        raise RuntimeError

    async def hang() -> None:
        await asyncio.Event().wait()

    unit_of_work.after_commit(fail)
    unit_of_work.after_commit(hang)
    with capture_logs() as lines:
        await unit_of_work.commit()
    assert [line["event"] for line in lines] == ["after_commit_failed"] * 2


async def test_only_the_violated_constraint_is_reported(
    unit_of_work: UnitOfWork,
) -> None:
    unique_name = UniqueConstraint("name", name="uq_teas_name")
    unique_code = Index("ix_teas_code", "code", unique=True)
    columns = (Column("name", String(9), nullable=False), Column("code", String(9)))
    table = Table(
        "teas", MetaData(), *columns, unique_name, unique_code, prefixes=["TEMPORARY"]
    )
    session = unit_of_work.session
    connection = await session.connection()
    await connection.run_sync(table.create)
    await session.execute(table.insert().values(name="Oolong", code="a"))
    for name, code, violated in (
        (None, "b", None),
        ("Oolong", "b", unique_name),
        ("Sencha", "a", unique_code),
    ):
        with pytest.raises(IntegrityError) as caught:
            async with unit_of_work.savepoint():
                await session.execute(table.insert().values(name=name, code=code))
        for constraint in (unique_name, unique_code):
            assert violates(caught.value, constraint) == (constraint is violated)
        assert is_conflict(caught.value) == (violated is not None)


async def test_an_index_on_an_expression_can_be_violated(
    unit_of_work: UnitOfWork,
) -> None:
    session = unit_of_work.session
    connection = await session.connection()
    if connection.dialect.name == "mysql":
        pytest.skip("MariaDB has no indexes on expressions.")
    name = Column("name", String(9))
    unique_name = Index("ix_teas_name", func.lower(name), unique=True)
    table = Table("teas", MetaData(), name, prefixes=["TEMPORARY"])
    await connection.run_sync(table.create)
    await session.execute(table.insert().values(name="Oolong"))
    with pytest.raises(IntegrityError) as caught:
        async with unit_of_work.savepoint():
            await session.execute(table.insert().values(name="oolong"))
    assert violates(caught.value, unique_name)
    assert not violates(caught.value, Index("ix_teas_other", name, unique=True))
