import io
from decimal import Decimal

import pytest
from anyio.to_thread import run_sync
from fastapi import FastAPI
from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts import create_admin, service, tokens
from app.accounts.inputs import Registration, as_kept
from app.accounts.owners import work_for
from app.items import service as items
from app.items.models import Item
from tests.accounts.people import add_user

NEW = "biscuits at five"


def test_an_address_has_one_spelling() -> None:
    new = Registration(email=" Ada@Bücher.Example.org ", password=NEW)
    assert new.email == "ada@xn--bcher-kva.example.org"
    assert as_kept("nobody\0") == ""


@pytest.mark.parametrize(
    "password", ["short-1", "ab" * 65, "Password123", "iloveyou", "zzzzzzzzzzzz"]
)
def test_short_long_and_common_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        Registration(email="ada@example.org", password=password)


async def test_each_sees_their_own_and_staff_see_everything(
    app: FastAPI, session: AsyncSession
) -> None:
    ada, bob = [await add_user(session, f"{name}@example.org") for name in "ab"]
    staff = await add_user(session, "staff@example.org", is_staff=True)
    nobodys = await items.create_item(session, name="Pen", price=Decimal(1))
    work_for(session, ada)
    mine = await items.create_item(session, name="Pen", price=Decimal(2))
    await session.commit()
    assert (nobodys.owner_id, mine.owner_id) == (None, ada.id)
    everything = {nobodys.id, mine.id}
    for user, own in ((ada, {mine.id}), (bob, set()), (staff, everything)):
        async with app.state.database.session() as theirs:
            work_for(theirs, user)
            page = await items.list_items(theirs)
            assert {item.id for item in page.items} == own
            count = select(func.count()).select_from(Item)
            assert await theirs.scalar(count) == len(own)
            for item_id in everything - own:
                with pytest.raises(items.ItemNotFound):
                    await items.delete_item(theirs, item_id=item_id)


async def test_an_account_becomes_one_of_the_staff(
    session: AsyncSession,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    user = await add_user(session)
    token = await tokens.issue(session, user.id, "session")
    await session.commit()
    for email in (user.email, "new@example.org"):
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{NEW}\n"))
        await run_sync(create_admin.main, [email])
        assert f"{email} is a member of the staff" in capsys.readouterr().out
        session.expire_all()
        found = await service.sign_in(session, email=email, password=NEW)
        assert found.is_staff
    assert await tokens.find(session, token, "session") is None


def test_the_command_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="Say the e-mail address"):
        create_admin.main([])
    monkeypatch.setattr("sys.stdin", io.StringIO("password\n"))
    with pytest.raises(SystemExit, match=r"not an e-mail address\. Too many people"):
        create_admin.main(["boss"])
