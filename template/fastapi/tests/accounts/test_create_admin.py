import io

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import create_admin, service, tokens
from app.accounts.create_admin import Admin
from app.database import Database
from app.settings import Settings
from tests.accounts.people import add_user

NEW = "biscuits at five"


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
