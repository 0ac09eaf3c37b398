"""How connections of the pool are checked before they are used."""

from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from psycopg import Connection
from psycopg_pool import ConnectionPool

MAX_UNCHECKED = 1  # seconds
_checked_at: WeakKeyDictionary[Connection[Any], float] = WeakKeyDictionary()


def check_connection(connection: Connection[Any]) -> None:
    """Raise an error if the database has closed the connection, for example to restart.

    CONN_HEALTH_CHECKS asks the database before each request, which is one more round
    trip. This asks it at most once a second.
    """
    if monotonic() - _checked_at.get(connection, 0) > MAX_UNCHECKED:
        ConnectionPool.check_connection(connection)
        _checked_at[connection] = monotonic()
