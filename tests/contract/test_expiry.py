"""What people hold gets old: shown by a second server whose clock is late."""

import contextlib
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
    code,
    fresh_email,
    log_entries,
    problem,
)
from tests.contract.differences import Conventions
from tests.starters.databases import Database
from tests.starters.harness import Project, Service, booted

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


Past = Callable[[timedelta], contextlib.AbstractContextManager[Service]]


@pytest.fixture
def past(project: Project, database: Database, tmp_path: Path) -> Past:
    """Boot a server with the same database and secret, some time ago."""
    (tmp_path / "sitecustomize.py").write_text(LATE)

    def booted_late(by: timedelta) -> contextlib.AbstractContextManager[Service]:
        late = str(int(by.total_seconds()))
        path = str(tmp_path)
        return booted(project, database.url, PYTHONPATH=path, SECONDS_LATE=late)

    return booted_late


def use(service: Service, token: str) -> httpx2.Response:
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
    service: Service, past: Past, by: timedelta, refreshed: int
) -> None:
    person = Person(service)
    person.join()
    with past(by) as before:
        then = Person(before, person.email)
        pair = then.sign_in()
        assert use(before, pair["access_token"]).status_code == 200
    answer = use(service, pair["access_token"])
    assert answer.status_code == (200 if by < timedelta(minutes=15) else 401)
    body = {"refresh_token": pair["refresh_token"]}
    answer = person.client.post(f"{AUTH}/refresh", json=body)
    assert answer.status_code == refreshed


@pytest.mark.features("api")
def test_a_refresh_token_that_returns_later_ends_its_family(
    service: Service, past: Past
) -> None:
    """Simultaneous requests may use the same one for ten seconds."""
    person = Person(service)
    person.join()
    with past(timedelta(seconds=12)) as before:
        then = Person(before, person.email)
        other, first = then.sign_in(), then.sign_in()
        answer = then.call("refresh", refresh_token=first["refresh_token"])
        second = answer.json()
    assert use(service, second["access_token"]).status_code == 200
    person.client.headers["X-Request-ID"] = request_id = (
        f"reuse-{fresh_email().partition('@')[0]}"
    )
    for pair in (first, second):
        answer = person.call("refresh", refresh_token=pair["refresh_token"])
        assert answer.status_code == 401
    assert use(service, second["access_token"]).status_code == 401
    assert use(service, other["access_token"]).status_code == 200
    events = [entry["event"] for entry in log_entries(service, request_id, 3)]
    assert "refused" in events


@pytest.mark.features("api")
def test_a_token_of_a_host_whose_clock_is_ahead_is_accepted(
    service: Service, past: Past
) -> None:
    person = Person(service)
    person.join()
    with past(-timedelta(seconds=10)) as ahead:
        token = Person(ahead, person.email).sign_in()["access_token"]
        assert use(service, token).status_code == 200


@pytest.mark.features("api")
def test_a_reset_link_expires_after_an_hour(
    service: Service, database: Database, conventions: Conventions
) -> None:
    person = Person(service)
    person.join()
    person.call("reset", email=person.email)
    token = code(person.mail())
    # A worker may send the email, and it does not live in the past.
    database.execute(conventions.age_resets_sql.format(minutes=61))
    problem(person.call("reset/confirm", token=token, password=person.password), 400)


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
def test_a_session_that_nobody_uses_expires(
    service: Service, past: Past, by: timedelta, *, there: bool
) -> None:
    person = Person(service)
    person.join()
    with past(by) as before:
        cookies = Person(before, person.email).browse().cookies
    browser = Browser(Client(service, anonymous=True))
    browser.cookies = cookies
    response = browser.request("GET", "/items/")
    assert (response.status_code == 200) is there
