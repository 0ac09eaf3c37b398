import io
from decimal import Decimal

import pytest
from fastapi import FastAPI
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import create_admin, service, tokens
from app.accounts.create_admin import Admin
from app.accounts.inputs import Email, NewPassword, as_kept
from app.accounts.owners import work_for
from app.database import Database
from app.items import service as items
from app.items.models import Item
from app.settings import Settings
from tests.accounts.people import add_user

NEW = "biscuits at five"
EMAILS: TypeAdapter[str] = TypeAdapter(Email)
PASSWORDS: TypeAdapter[str] = TypeAdapter(NewPassword)


def test_an_address_has_one_spelling() -> None:
    assert EMAILS.validate_python(" Ada@Bücher.Example.org ") == (
        "ada@xn--bcher-kva.example.org"
    )
    assert as_kept("ADA@example.org") == "ada@example.org"
    assert as_kept("nobody\0") == ""


@pytest.mark.parametrize(
    "password", ["short-1", "ab" * 65, "Password123", "iloveyou", "zzzzzzzzzzzz"]
)
def test_short_long_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        PASSWORDS.validate_python(password)


async def names(session: AsyncSession) -> list[str]:
    return [item.name for item in (await items.list_items(session)).items]


async def test_each_sees_their_own_and_staff_see_everything(app: FastAPI) -> None:
    sessions = app.state.database.session
    async with sessions() as session:
        ada, bob = [await add_user(session, f"{name}@example.org") for name in "ab"]
        staff = await add_user(session, "staff@example.org", is_staff=True)
        nobodys = await items.create_item(session, name="Pen", price=Decimal(1))
        await session.commit()
    async with sessions() as session:
        work_for(session, ada)
        mine = await items.create_item(session, name="Pen", price=Decimal(2))
        await session.commit()
        assert mine.owner_id == ada.id
        assert await names(session) == ["Pen"]
    async with sessions() as session:
        work_for(session, bob)
        assert await names(session) == []
        assert await session.scalar(select(func.count()).select_from(Item)) == 0
        for item in (mine, nobodys):
            with pytest.raises(items.ItemNotFound):
                await items.update_item(session, item_id=item.id, name="Ink")
            with pytest.raises(items.ItemNotFound):
                await items.delete_item(session, item_id=item.id)
    async with sessions() as session:
        work_for(session, staff)
        await items.update_item(session, item_id=mine.id, name="Ink")
        await session.commit()
        assert await names(session) == ["Pen", "Ink"]
        assert (await items.get_item(session, item_id=mine.id)).owner_id == ada.id


async def test_an_account_becomes_one_of_the_staff(
    settings: Settings, session: AsyncSession
) -> None:
    user = await add_user(session)
    token = await tokens.issue(session, user.id, "session")
    await session.commit()
    for email in (user.email, "new@example.org"):
        admin = Admin(email=email, password=NEW)
        await create_admin.create_admin(Database(settings.database_url), admin)
        session.expire_all()
        found = await service.sign_in(session, email=email, password=NEW)
        assert found.is_staff
    assert await tokens.find(session, token, "session") is None


@pytest.mark.parametrize(
    ("arguments", "password", "said"),
    [
        ([], "", "Say the e-mail address"),
        (["boss"], f"{NEW}\n", "This is not an e-mail address"),
        (["boss@example.org"], "password\n", "Too many people use"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], password: str, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password))
    with pytest.raises(SystemExit, match=said):
        create_admin.main(arguments)


def test_the_command_says_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW}\n"))
    made: list[Admin] = []

    async def create(_: Database, admin: Admin) -> None:
        made.append(admin)

    monkeypatch.setattr(create_admin, "create_admin", create)
    create_admin.main(["boss@example.org"])
    assert made == [Admin(email="boss@example.org", password=NEW)]
    assert "boss@example.org is a member of the staff" in capsys.readouterr().out
