import pytest
from flask import Flask
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

from app import database
from app.database import is_conflict, violates
from app.extensions import db


def test_a_connection_that_was_closed_while_idle_is_replaced(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MAX_IDLE_UNCHECKED", -1)
    with app.app_context():
        db.engine.dispose()  # connections of other tests, so that the pool has one
        closed = db.session.connection().connection.dbapi_connection
        assert closed
        db.session.remove()
        closed.close()
        assert db.session.scalar(text("SELECT 1")) == 1
        assert db.session.connection().connection.dbapi_connection is not closed


@pytest.mark.usefixtures("context")
def test_only_the_violated_constraint_is_reported() -> None:
    unique_name = UniqueConstraint("name", name="uq_teas_name")
    unique_code = Index("ix_teas_code", "code", unique=True)
    columns = (Column("name", String(9), nullable=False), Column("code", String(9)))
    table = Table(
        "teas", MetaData(), *columns, unique_name, unique_code, prefixes=["TEMPORARY"]
    )
    table.create(db.session.connection())
    db.session.execute(table.insert().values(name="Oolong", code="a"))
    for name, code, violated in (
        (None, "b", None),
        ("Oolong", "b", unique_name),
        ("Sencha", "a", unique_code),
    ):
        with pytest.raises(IntegrityError) as caught, db.session.begin_nested():
            db.session.execute(table.insert().values(name=name, code=code))
        for constraint in (unique_name, unique_code):
            assert violates(caught.value, constraint) == (constraint is violated)
        assert is_conflict(caught.value) == (violated is not None)


@pytest.mark.usefixtures("context")
def test_an_index_on_an_expression_can_be_violated() -> None:
    connection = db.session.connection()
    if connection.dialect.name == "mysql":
        pytest.skip("MariaDB has no indexes on expressions.")
    name = Column("name", String(9))
    unique_name = Index("ix_teas_name", func.lower(name), unique=True)
    table = Table("teas", MetaData(), name, prefixes=["TEMPORARY"])
    table.create(connection)
    db.session.execute(table.insert().values(name="Oolong"))
    with pytest.raises(IntegrityError) as caught, db.session.begin_nested():
        db.session.execute(table.insert().values(name="oolong"))
    assert violates(caught.value, unique_name)
    assert not violates(caught.value, Index("ix_teas_other", name, unique=True))
