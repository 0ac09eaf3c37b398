import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, router
from django.db.backends.sqlite3.base import DatabaseWrapper

from app.analytics.configuration import (
    ANALYTICS_DATABASE,
    parse_read_only_database_url,
)
from app.analytics.models import Report, Sale


@pytest.fixture
def _separate_database(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES, ANALYTICS_DATABASE, {})


def test_sales_are_in_the_main_database_by_default() -> None:
    assert router.db_for_read(Sale) == router.db_for_write(Sale) == "default"


@pytest.mark.usefixtures("_separate_database")
def test_sales_are_read_from_the_separate_database_if_there_is_one() -> None:
    assert router.db_for_read(Sale) == ANALYTICS_DATABASE
    assert router.db_for_read(Report) == "default"


@pytest.mark.usefixtures("_separate_database")
def test_nothing_is_written_or_migrated_there() -> None:
    sale = Sale()
    sale._state.db = ANALYTICS_DATABASE  # noqa: SLF001 - documented as public
    assert router.db_for_write(Sale, instance=sale) == "default"
    assert not router.allow_migrate(ANALYTICS_DATABASE, "sales")
    assert not router.allow_migrate(ANALYTICS_DATABASE, "auth")
    assert router.allow_migrate("default", "sales")


@pytest.mark.django_db  # which allows connections
def test_its_sessions_cannot_write(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "warehouse #1.db") as connection:
        connection.execute("CREATE TABLE facts (value)")
    connection.close()
    url = f"sqlite:///{tmp_path}/warehouse%20%231.db"
    database = parse_read_only_database_url(url, tmp_path)
    options: dict[str, Any] = {"AUTOCOMMIT": True, "TIME_ZONE": None}
    wrapper = DatabaseWrapper(options | database, ANALYTICS_DATABASE)
    try:
        with wrapper.cursor() as cursor:
            cursor.execute("SELECT * FROM facts")
            with pytest.raises(OperationalError, match="readonly"):
                cursor.execute("INSERT INTO facts VALUES (1)")
    finally:
        wrapper.close()
