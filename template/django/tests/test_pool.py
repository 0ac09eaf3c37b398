from unittest.mock import Mock

import pytest
from psycopg import Connection, OperationalError

from app import pool


def test_a_connection_is_checked_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Mock(spec=Connection, autocommit=True)
    for seconds in (100.0, 100.9, 101.1):
        monkeypatch.setattr(pool, "monotonic", lambda s=seconds: s)
        pool.check_connection(connection)
    assert connection.execute.call_count == 2


def test_a_closed_connection_is_refused_each_time() -> None:
    connection = Mock(spec=Connection, autocommit=True)
    connection.execute.side_effect = OperationalError
    for _ in range(2):
        with pytest.raises(OperationalError):
            pool.check_connection(connection)
