"""Tokens, links and sessions expire: created by a server whose clock is behind."""

import contextlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from tests.contract.client import (
    AUTH,
    Browser,
    Client,
    Person,
    check_problem,
    extract_token,
    log_entries,
)
from tests.contract.differences import Conventions
from tests.starters.databases import Database
from tests.starters.harness import Project, Service, running_server

pytestmark = [pytest.mark.features("accounts")]

ME = "/api/v1/me"
# Python runs this before anything else is imported.
LATE = """\
import datetime, os

class Late(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        late = datetime.timedelta(seconds=int(os.environ["SECONDS_LATE"]))
        return super().now(tz) - late

    @classmethod
    def utcnow(cls):
        return cls.now(datetime.UTC).replace(tzinfo=None)

datetime.datetime = Late
"""


RunEarlierService = Callable[[timedelta], contextlib.AbstractContextManager[Service]]


@pytest.fixture
def run_earlier_service(
    project: Project, database: Database, tmp_path: Path
) -> RunEarlierService:
    """Run a server with the same database and secret, but with an earlier clock."""
    (tmp_path / "sitecustomize.py").write_text(LATE)

    def run_earlier(by: timedelta) -> contextlib.AbstractContextManager[Service]:
        late = str(int(by.total_seconds()))
        path = str(tmp_path)
        return running_server(project, database.url, PYTHONPATH=path, SECONDS_LATE=late)

    return run_earlier


def get_me(service: Service, token: str) -> httpx2.Response:
    with Client(service, anonymous=True) as client:
        return client.get(ME, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.features("api")
@pytest.mark.parametrize(
    ("by", "refreshed"),
    [
        pytest.param(
            timedelta(minutes=14), 200, id="14 minutes", marks=pytest.mark.thorough
        ),
        pytest.param(timedelta(minutes=16), 200, id="16 minutes"),
        pytest.param(
            timedelta(days=100), 401, id="100 days", marks=pytest.mark.thorough
        ),
    ],
)
def test_tokens_expire(
    service: Service,
    run_earlier_service: RunEarlierService,
    by: timedelta,
    refreshed: int,
) -> None:
    person = Person(service)
    person.register_and_confirm()
    with run_earlier_service(by) as before:
        then = Person(before, person.email)
        pair = then.sign_in()
        assert get_me(before, pair["access_token"]).status_code == 200
    answer = get_me(service, pair["access_token"])
    assert answer.status_code == (200 if by < timedelta(minutes=15) else 401)
    body = {"refresh_token": pair["refresh_token"]}
    answer = person.client.post(f"{AUTH}/refresh", json=body)
    assert answer.status_code == refreshed


@pytest.mark.thorough
@pytest.mark.features("api")
def test_reuse_of_a_refresh_token_after_ten_seconds_revokes_its_family(
    service: Service, run_earlier_service: RunEarlierService
) -> None:
    """For ten seconds simultaneous requests may use the same token."""
    person = Person(service)
    person.register_and_confirm()
    with run_earlier_service(timedelta(seconds=12)) as before:
        then = Person(before, person.email)
        other, first = then.sign_in(), then.sign_in()
        answer = then.post_auth("refresh", refresh_token=first["refresh_token"])
        second = answer.json()
    assert get_me(service, second["access_token"]).status_code == 200
    request_id = f"reuse-{secrets.token_hex(4)}"
    person.client.headers["X-Request-ID"] = request_id
    for pair in (first, second):
        answer = person.post_auth("refresh", refresh_token=pair["refresh_token"])
        assert answer.status_code == 401
    assert get_me(service, second["access_token"]).status_code == 401
    assert get_me(service, other["access_token"]).status_code == 200
    events = [entry["event"] for entry in log_entries(service, request_id, 3)]
    assert "refused" in events


@pytest.mark.thorough
@pytest.mark.features("api")
def test_a_token_of_a_host_whose_clock_is_ahead_is_accepted(
    service: Service, run_earlier_service: RunEarlierService
) -> None:
    person = Person(service)
    person.register_and_confirm()
    with run_earlier_service(-timedelta(seconds=10)) as ahead:
        token = Person(ahead, person.email).sign_in()["access_token"]
        assert get_me(service, token).status_code == 200


@pytest.mark.features("api")
def test_a_reset_link_expires_after_an_hour(
    service: Service, database: Database, conventions: Conventions
) -> None:
    person = Person(service)
    person.register_and_confirm()
    person.post_auth("reset", email=person.email)
    token = extract_token(person.wait_for_email())
    # A worker, which has the right clock, may send the email.
    database.execute(conventions.age_resets_sql.format(minutes=61))
    check_problem(
        person.post_auth("reset/confirm", token=token, password=person.password), 400
    )


@pytest.mark.features("pages")
@pytest.mark.parametrize(
    ("by", "there"),
    [
        pytest.param(
            timedelta(hours=23), True, id="23 hours", marks=pytest.mark.thorough
        ),
        pytest.param(timedelta(hours=25), False, id="25 hours"),
    ],
)
def test_an_idle_session_expires(
    service: Service,
    run_earlier_service: RunEarlierService,
    by: timedelta,
    *,
    there: bool,
) -> None:
    person = Person(service)
    person.register_and_confirm()
    with run_earlier_service(by) as before:
        cookies = Person(before, person.email).sign_in_browser().cookies
    browser = Browser(Client(service, anonymous=True))
    browser.cookies = cookies
    response = browser.request("GET", "/items/")
    assert (response.status_code == 200) is there
