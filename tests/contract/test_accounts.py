"""Accounts under attack: what anonymous users, races and forged requests cannot do."""

import signal
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest

from tests.contract.client import (
    AUTH,
    MEMBER,
    PASSWORD,
    Browser,
    Client,
    Person,
    database_with_members,
    extract_link,
    extract_token,
    parse_page,
    plain_text,
    unique_ip_address,
)
from tests.contract.conftest import Disposable
from tests.starters.databases import Database
from tests.starters.harness import (
    HOST,
    Project,
    Service,
    running_server,
    running_service,
)
from tests.starters.redis import redis_server

pytestmark = pytest.mark.features("accounts")

ME = "/api/v1/me"
OTHER = "biscuits at five o'clock"
PROFILE = r".*/(profile|account)/?"
DELETE = r".*/delete/?"


@pytest.fixture
def person(service: Service) -> Person:
    person = Person(service)
    person.register_and_confirm()
    return person


def send_simultaneously(
    service: Service, count: int, call: Callable[[Client], httpx2.Response]
) -> list[httpx2.Response]:
    """Send a request several times at the same moment, each from another address."""

    def send(_: int) -> httpx2.Response:
        with Client(service, anonymous=True) as client:
            return call(client)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(send, range(count)))


@pytest.mark.database
@pytest.mark.features("api")
def test_a_link_confirms_only_the_password_it_was_sent_for(service: Service) -> None:
    owner = Person(service)
    owner.post_auth("register", email=owner.email, password=PASSWORD)
    first = extract_token(owner.wait_for_email())
    owner.post_auth("register", email=owner.email, password=OTHER)
    second = extract_token(owner.wait_for_email())
    assert owner.post_auth("confirm", token=first).status_code == 204
    assert owner.request_tokens(OTHER).status_code == 401
    assert owner.sign_in()
    assert owner.post_auth("confirm", token=second).status_code == 400
    assert owner.request_tokens(OTHER).status_code == 401
    assert owner.sign_in()


@pytest.mark.database
@pytest.mark.features("api")
def test_a_sign_in_during_a_reset_ends_with_the_old_password(
    service: Service, person: Person
) -> None:
    person.post_auth("reset", email=person.email)
    body = {"token": extract_token(person.wait_for_email()), "password": OTHER}
    form = {"username": person.email, "password": PASSWORD}

    def reset_or_sign_in(number: int) -> httpx2.Response:
        with Client(service, anonymous=True) as client:
            if number == 0:
                return client.post(f"{AUTH}/reset/confirm", json=body)
            time.sleep(number * 0.01)
            return client.post(f"{AUTH}/token", data=form)

    with ThreadPoolExecutor(10) as pool:
        reset, *sign_ins = pool.map(reset_or_sign_in, range(10))
    assert reset.status_code == 204
    for answer in sign_ins:
        if answer.status_code == 200:
            token = answer.json()["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            assert person.client.get(ME, headers=headers).status_code == 401


@pytest.mark.database
@pytest.mark.features("api")
def test_a_reset_link_works_once_even_when_used_simultaneously(
    service: Service, person: Person
) -> None:
    person.post_auth("reset", email=person.email)
    token = extract_token(person.wait_for_email())
    passwords = iter([f"{OTHER} {number}" for number in range(8)])
    answers = send_simultaneously(
        service,
        8,
        lambda client: client.post(
            f"{AUTH}/reset/confirm", json={"token": token, "password": next(passwords)}
        ),
    )
    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 7


@pytest.mark.features("api")
def test_a_confirmation_link_works_once_even_when_used_simultaneously(
    service: Service,
) -> None:
    person = Person(service)
    person.post_auth("register", email=person.email, password=PASSWORD)
    token = extract_token(person.wait_for_email())
    answers = send_simultaneously(
        service,
        8,
        lambda client: client.post(f"{AUTH}/confirm", json={"token": token}),
    )
    assert sorted(answer.status_code for answer in answers) == [204] + [400] * 7
    assert person.sign_in()


@pytest.mark.features("api")
def test_failed_attempts_of_others_do_not_lock_the_owner_out(
    service: Service, person: Person
) -> None:
    unregistered = Person(service, person.email)
    codes = [unregistered.request_tokens(OTHER).status_code for _ in range(25)]
    assert 429 in codes
    assert unregistered.request_tokens().status_code == 429
    assert person.request_tokens().status_code == 200
    for _ in range(10):
        answer = unregistered.post_auth("reset", email=person.email)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert person.post_auth("reset", email=person.email).status_code == 202


@pytest.mark.features("api")
def test_a_successful_sign_in_clears_the_strict_limit(person: Person) -> None:
    for _ in range(2):
        for _ in range(6):
            assert person.request_tokens(OTHER).status_code == 401
        assert person.request_tokens().status_code == 200


@pytest.mark.features("api")
def test_a_long_password_is_refused_before_any_work(
    service: Service, person: Person
) -> None:
    """Normalizing this text takes seconds."""
    text = "a" + "\u0315\u0300" * 30_000
    token = person.sign_in()["access_token"]
    bodies: list[tuple[str, dict[str, str]]] = [
        ("register", {"email": person.email, "password": text}),
        ("reset/confirm", {"token": "x", "password": text}),
        ("password", {"current_password": text, "new_password": PASSWORD}),
        ("password", {"current_password": PASSWORD, "new_password": text}),
        ("confirm", {"token": text}),
        ("reset", {"email": text}),
    ]
    answers = [person.post_auth(path, token, **body) for path, body in bodies]
    assert {answer.status_code for answer in answers} == {422}
    answers.append(person.request_tokens(text))
    assert answers[-1].status_code == 401
    for answer in answers:
        assert answer.elapsed.total_seconds() < 0.8, answer.url
    with Client(service, anonymous=True) as client:
        form = {"username": text, "password": text}
        answer = client.post(f"{AUTH}/token", data=form)
    assert answer.status_code == 401
    assert answer.elapsed.total_seconds() < 0.8


@pytest.mark.thorough
@pytest.mark.features("api")
def test_a_redis_that_hangs_hardly_delays_a_sign_in(
    project: Project, database: Database
) -> None:
    redis = redis_server()
    url = redis.new_database()
    with running_server(project, database.url, REDIS_URL=url) as service:
        person = Person(service, MEMBER)
        usual = statistics.median(sign_in_seconds(person) for _ in range(5))
        redis.process.send_signal(signal.SIGSTOP)
        try:
            times = [sign_in_seconds(person) for _ in range(8)]
            codes = [person.request_tokens(OTHER).status_code for _ in range(12)]
        finally:
            redis.process.send_signal(signal.SIGCONT)
    assert statistics.median(times) < usual + 0.1
    assert max(times) < 2 * usual + 0.2  # the machine is busy, too
    assert codes[-1] == 429  # counted by the process


def sign_in_seconds(person: Person) -> float:
    answer = person.request_tokens()
    assert answer.status_code == 200
    return answer.elapsed.total_seconds()


@pytest.mark.features("api", "pages")
def test_links_in_emails_do_not_depend_on_the_host_header(person: Person) -> None:
    person.client.headers["Host"] = f"{HOST}:8443"
    person.post_auth("reset", email=person.email)
    assert extract_link(person.wait_for_email()).startswith("/")  # and checks the host


@pytest.mark.thorough
@pytest.mark.features("api", "pages")
def test_links_in_emails_are_built_from_the_setting(
    project: Project,
) -> None:
    public_url = "https://front.example:8443/tea"
    # Workers of other services would send the emails of a database that is shared.
    database = database_with_members(project)
    with running_service(project, database.url, PUBLIC_URL=public_url) as service:
        person = Person(service)
        person.post_auth("register", email=person.email, password=PASSWORD)
        assert f"{public_url}/accounts/" in plain_text(person.wait_for_email())


def is_signed_in(browser: Browser) -> bool:
    return browser.request("GET", "/items/").status_code == 200


@pytest.mark.features("pages")
def test_other_devices_are_signed_out(person: Person) -> None:
    here, there = person.sign_in_browser(), person.sign_in_browser()
    page = here.page(here.page("/").link(PROFILE))
    assert person.email in page.text
    (form,) = [form for form in page.forms if "others" in form.element.get("action")]
    here.follow(here.post(page, form))
    assert is_signed_in(here)
    assert not is_signed_in(there)


@pytest.mark.features("pages")
def test_an_account_is_deleted_on_a_page_that_asks_for_the_password(
    service: Service, person: Person
) -> None:
    browser = person.sign_in_browser()
    profile = browser.page(browser.page("/").link(PROFILE))
    page = browser.page(profile.link(DELETE))
    fields = {"current_password": OTHER}
    refused = parse_page(browser.post(page, page.form(*fields), **fields))
    assert [each for each in refused.all("input") if each.get("aria-invalid")]
    fields = {"current_password": PASSWORD}
    browser.follow(browser.post(page, page.form(*fields), **fields))
    assert not is_signed_in(browser)
    response = person.submit_sign_in(Browser(Client(service, anonymous=True)))
    assert response.status_code == 401
    again = Person(service, person.email)
    again.email_count = person.email_count
    again.register_and_confirm()
    assert is_signed_in(again.sign_in_browser())


@pytest.mark.thorough
@pytest.mark.features("pages")
def test_the_last_staff_account_cannot_be_deleted(disposable: Disposable) -> None:
    admin_user = Person(disposable.service)
    settings = {"DATABASE_URL": disposable.database.url}
    disposable.service.project.poe(
        "create-admin", admin_user.email, typed=f"{PASSWORD}\n", **settings
    )
    browser = admin_user.sign_in_browser()
    profile = browser.page(browser.page("/").link(PROFILE))
    page = browser.page(profile.link(DELETE))
    fields = {"current_password": PASSWORD}
    assert browser.post(page, page.form(*fields), **fields).status_code == 409
    assert is_signed_in(browser)


@pytest.mark.features("pages")
def test_forms_with_text_that_is_not_valid_are_refused(person: Person) -> None:
    browser = Browser(person.client)
    for path, fields in (
        ("register", ("email", "password")),
        ("sign-in", ("email", "password")),
        ("reset", ("email",)),
        ("reset/confirm", ("token", "password")),
        ("confirm", ("token",)),
    ):
        for text in ("%00", "%ED%A0%80", "%ff", "a%CC%95" * 20_000):
            browser.client.headers["X-Forwarded-For"] = unique_ip_address()
            response = browser.request(
                "POST",
                f"/accounts/{path}",
                content="&".join(f"{field}={text}" for field in fields).encode(),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
            assert 400 <= response.status_code < 500, (path, text[:9])
            assert response.elapsed.total_seconds() < 0.8


@pytest.mark.features("pages")
def test_signing_in_redirects_to_the_page_that_required_it(person: Person) -> None:
    response = person.submit_sign_in(Browser(person.client), "?next=/items/new%3Fa=b")
    target = urlsplit(response.headers["location"])
    assert f"{target.path}?{target.query}" == "/items/new?a=b"
