"""Create a staff account: `poe create-admin ADDRESS`."""

import sys
from argparse import ArgumentParser
from getpass import getpass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from app.accounts.service import parse_email, revoke_all
from app.users.models import User


class Command(BaseCommand):
    help = (
        "Create a staff account. An existing account becomes one, keeps its data and "
        "gets the new password. The password is asked for twice, or read from "
        "standard input if that is not a terminal."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address")

    def handle(self, *_args: object, address: str, **_options: object) -> None:
        password = read_password()
        email = parse_email(address)
        if not email:
            raise CommandError("Enter a valid email address.")
        try:
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        create_admin(email, make_password(password))
        self.stdout.write(f"{email} is a staff account now.")


def read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass()
    if getpass("Password (again): ") != password:
        raise CommandError("The two passwords are different.")
    return password


@transaction.atomic
def create_admin(email: str, password_hash: str) -> None:
    user, _ = User.objects.update_or_create(
        email=email,
        defaults={
            "password": password_hash,
            "is_active": True,
            "is_staff": True,
            "is_superuser": True,
        },
    )
    revoke_all(user)
