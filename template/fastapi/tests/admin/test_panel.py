import re
from typing import cast
from uuid import uuid4

import pytest
from fastapi import Request
from httpx2 import AsyncClient
from structlog.testing import capture_logs

from app.accounts.admin import RegistrationAdmin, SessionAdmin
from app.accounts.models import User
from app.admin.authentication import StaffAuthentication
from app.admin.views import Change
from app.database import Base
from app.errors import Forbidden
from app.main import create_app
from app.settings import Settings
from app.unit_of_work import UnitOfWork
from tests.admin.helpers import LOGIN, sign_in_to_admin
from tests.factories import PASSWORD, create_user

MODELS = [mapper.class_.__name__ for mapper in Base.registry.mappers]


async def test_only_staff_can_sign_in_to_admin(
    anonymous_client: AsyncClient, unit_of_work: UnitOfWork
) -> None:
    user = await create_user(unit_of_work)
    responses = [
        await sign_in_to_admin(anonymous_client, user.email, PASSWORD),
        await sign_in_to_admin(anonymous_client, user.email, "wrong"),
        await sign_in_to_admin(anonymous_client, "nobody@example.org", PASSWORD),
    ]
    assert {response.status_code for response in responses} == {400}
    assert len({response.text for response in responses}) == 1
    assert not anonymous_client.cookies
    for path in ("", "user/list", "user/edit/1"):
        response = await anonymous_client.get(f"/admin/{path}")
        assert (response.status_code, response.headers["Location"]) == (302, LOGIN)


async def test_attempts_to_sign_in_are_limited(
    anonymous_client: AsyncClient, staff: User
) -> None:
    for _ in range(10):
        await sign_in_to_admin(anonymous_client, staff.email, "wrong")
    response = await sign_in_to_admin(anonymous_client, staff.email, PASSWORD)
    assert response.status_code == 429


async def test_signing_out_is_a_post_and_ends_the_session(admin: AsyncClient) -> None:
    copied = dict(admin.cookies)
    assert (await admin.get("/admin/logout")).status_code == 405
    response = await admin.post("/admin/logout")
    assert (response.status_code, response.headers["Location"]) == (303, LOGIN)
    admin.cookies.update(copied)
    assert (await admin.get("/admin/")).status_code == 302


async def test_other_sites_cannot_change_anything(admin: AsyncClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    for path in ("login", "logout", "user/edit/1"):
        response = await admin.post(f"/admin/{path}", headers=headers)
        assert response.status_code == 403


async def test_links_on_other_sites_cannot_run_actions() -> None:
    headers = [(b"sec-fetch-site", b"cross-site")]
    scope = {"type": "http", "path": "/admin/task/action/retry", "headers": headers}
    with pytest.raises(Forbidden):
        await StaffAuthentication().authenticate(Request(scope))


@pytest.mark.parametrize("model", MODELS)
async def test_each_model_can_be_searched(admin: AsyncClient, model: str) -> None:
    identity = re.sub(r"(?<!^)(?=[A-Z])", "-", model).lower()
    for term in ("a", "\0", "a" * 1000):
        response = await admin.get(f"/admin/{identity}/list", params={"search": term})
        assert response.status_code == 200
        assert 'aria-label="Clear the search"' in response.text


async def test_unknown_rows_are_404(admin: AsyncClient) -> None:
    for path in ("user/details/1", "user/edit/1", "nothing/list"):
        assert (await admin.get(f"/admin/{path}")).status_code == 404


async def test_templates_are_compiled_before_the_first_request(
    settings: Settings,
) -> None:
    update = {"environment": "production", "admin_path": "/back-office"}
    app = create_app(settings.model_copy(update=update))
    assert app.url_path_for("admin:login") == "/back-office/login"


async def test_the_path_leads_to_the_index(admin: AsyncClient) -> None:
    response = await admin.get("/admin")
    assert response.headers["Location"] == "/admin/"


async def test_changes_are_logged(
    admin: AsyncClient, staff: User, unit_of_work: UnitOfWork
) -> None:
    user = await create_user(unit_of_work)
    form = {"is_active": "y", "save": "Save"}
    with capture_logs() as lines:
        await admin.post(f"/admin/user/edit/{user.id}", data=form)
    (line,) = [line for line in lines if line["event"] == "admin_change"]
    assert (line["action"], line["model"]) == ("update", "user")
    assert (line["row"], line["user"]) == (str(user.id), str(staff.id))


async def test_a_view_implements_what_it_switches_on() -> None:
    view, row_id = SessionAdmin(), uuid4()
    change = cast("Change", None)
    for method in (view.create_row(change, {}), view.update_row(change, row_id, {})):
        with pytest.raises(NotImplementedError):
            await method
    with pytest.raises(NotImplementedError):
        await RegistrationAdmin().delete_row(change, row_id)


async def test_files_are_refused(admin: AsyncClient, staff: User) -> None:
    for file in ({"file": ("", b"")}, {"file": ("a.txt", b"text")}):
        response = await admin.post(f"/admin/user/edit/{staff.id}", files=file)
        assert response.status_code == 400
