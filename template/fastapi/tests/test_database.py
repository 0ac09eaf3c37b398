import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import Column, MetaData, String, Table, UniqueConstraint, text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from app.database import is_conflict, violates
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
    name = Column("name", String(9), nullable=False)
    teas = Table("teas", MetaData(), name, unique_name, prefixes=["TEMPORARY"])
    session = unit_of_work.session
    connection = await session.connection()
    await connection.run_sync(teas.create)
    await session.execute(teas.insert().values(name="Oolong"))
    for value, is_taken in ((None, False), ("Oolong", True)):
        with pytest.raises(IntegrityError) as caught:
            async with unit_of_work.savepoint():
                await session.execute(teas.insert().values(name=value))
        assert violates(caught.value, unique_name) == is_taken
        assert is_conflict(caught.value) == is_taken
