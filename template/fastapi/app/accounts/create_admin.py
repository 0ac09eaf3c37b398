"""Create a staff account: `python -m app.accounts.create_admin ADDRESS`.

An existing account becomes a staff account, keeps its data and gets the new password.
The password is asked for twice, or read from standard input if that is not a terminal.
"""

import asyncio
import sys
from getpass import getpass

from pydantic import ValidationError

from app.accounts import service
from app.accounts.models import User
from app.accounts.passwords import hash_password
from app.accounts.schemas import RegistrationCreate
from app.database import Database, open_database
from app.errors import error_message
from app.settings import load_settings


async def create_admin(database: Database, email: str, password: str) -> None:
    password_hash = await hash_password(password)
    async with database.session() as session, session.begin():
        user = await service.find_user(session, email) or User(email=email)
        user.password_hash = password_hash
        user.is_active = user.is_staff = True
        session.add(user)
        await session.flush()
        await service.revoke_all(session, user.id)


async def run(email: str, password: str) -> None:
    async with open_database(load_settings()) as database:
        await create_admin(database, email, password)


def read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass()
    if getpass("Password (again): ") != password:
        sys.exit("The two passwords are different. Nothing was changed.")
    return password


def main(arguments: list[str]) -> None:
    if len(arguments) != 1:
        sys.exit("Give one email address: poe create-admin ADDRESS")
    password = read_password()
    try:
        admin = RegistrationCreate(email=arguments[0], password=password)
    except ValidationError as error:
        sys.exit(" ".join(map(error_message, error.errors())))
    asyncio.run(run(admin.email, admin.password))
    sys.stdout.write(f"{admin.email} is a staff account now.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
