import sqlite3

from django.db import IntegrityError
from django.db.models import UniqueConstraint
from django.db.models.functions import Lower

from app.database import violates
from app.users.models import User


def test_a_constraint_with_expressions_is_recognised() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE users (name)")
    database.execute("CREATE UNIQUE INDEX lower_name ON users (LOWER(name))")
    error = IntegrityError()
    try:
        database.execute("INSERT INTO users VALUES ('Teapot'), ('teapot')")
    except sqlite3.IntegrityError as cause:
        error.__cause__ = cause
    database.close()
    constraints = {
        name: UniqueConstraint(Lower("name"), name=name)
        for name in ("lower_name", "other_name")
    }
    assert violates(error, User, constraints["lower_name"])
    assert not violates(error, User, constraints["other_name"])
