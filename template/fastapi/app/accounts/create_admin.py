"""Make someone a member of the staff: `python -m app.accounts.create_admin ADDRESS`.

An account that exists keeps its items and gets the password. That is asked for, or read
from standard input where nobody sits at a terminal.
"""

import asyncio
import sys
from getpass import getpass

from pydantic import ValidationError

from app.accounts import tokens
from app.accounts.schemas import Registration
from app.accounts.models import User
from app.accounts.service import find_user, hash_password
from app.database import Database, now
from app.settings import load_settings


async def create_admin(database: Database, admin: Registration) -> None:
    async with database.unit_of_work() as unit_of_work:
        session = unit_of_work.session
        user = await find_user(session, admin.email) or User(email=admin.email)
        user.password_hash = await hash_password(admin.password)
        user.is_active = user.is_staff = True
        user.confirmed_at = user.confirmed_at or now()
        session.add(user)
        await session.flush()
        await tokens.end_all(session, user.id)
    await database.engine.dispose()


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit("Say the e-mail address: poe create-admin ADDRESS")
    terminal = sys.stdin.isatty()
    password = getpass() if terminal else sys.stdin.readline().rstrip("\r\n")
    try:
        admin = Registration(email=arguments[0], password=password)
    except ValidationError as error:
        sys.exit(" ".join(entry["msg"] for entry in error.errors()))
    asyncio.run(create_admin(Database(load_settings().database_url), admin))
    sys.stdout.write(f"{admin.email} is a member of the staff.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
