"""Create a staff account: `python -m app.accounts.create_admin ADDRESS`.

An existing account becomes a staff account, keeps its data and gets the new password.
The password is asked for twice, or read from standard input if that is not a terminal.
"""

import sys
from getpass import getpass

from pydantic import ValidationError

from app.accounts import service
from app.accounts.models import User
from app.accounts.passwords import hash_password
from app.accounts.schemas import RegistrationCreate
from app.extensions import db
from app.main import create_app
from app.settings import load_settings


def create_admin(email: str, password: str) -> None:
    password_hash = hash_password(password)
    user = service.find_user(email) or User(email=email)
    user.password_hash = password_hash
    user.is_active = user.is_staff = True
    db.session.add(user)
    db.session.flush()
    service.revoke_all(user.id)


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
        messages = [entry["msg"] for entry in error.errors()]
        sys.exit(" ".join(text.removeprefix("Value error, ") for text in messages))
    with create_app(load_settings()).app_context():
        create_admin(admin.email, admin.password)
        db.session.commit()
    sys.stdout.write(f"{admin.email} is a staff account now.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
