import pytest
from flask import Flask
from sqlalchemy import text

from app import database
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
