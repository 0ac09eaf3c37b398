"""Event streams and WebSockets."""

import contextlib
import json
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.contract.client import (
    ITEMS,
    NO_CERTIFICATES,
    ORIGIN,
    Client,
    Person,
    RawConnection,
    check_problem,
    credentials,
    database_with_members,
    request_head,
    unique_name,
)
from tests.contract.conftest import FRIEND, Disposable
from tests.contract.differences import Conventions
from tests.contract.test_shutdown import stop_and_check
from tests.starters.databases import Database
from tests.starters.harness import HOST, Project, Service, running_server
from tests.starters.redis import redis_server

pytestmark = pytest.mark.features("realtime")

EVENTS = "/api/v1/events"
SOCKET = "/api/v1/ws"
TICKET = "/api/v1/realtime/ticket"
ENDS_SECONDS = 10
REQUESTS = 100
ENOUGH_FILES = 4000
HEARTBEAT_SECONDS = 15
MAX_STREAMS = 20
REDIS_SECONDS = 0.1
EVIL = "https://evil.example"


class Refused(Exception):  # noqa: N818 - a response, not a failure
    def __init__(self, status: int, request_id: str) -> None:
        super().__init__(status)
        self.status = status
        assert request_id


class EventStream(Protocol):
    def next(self) -> dict[str, Any]:
        """Return the next change."""

    def await_end(self) -> None:
        """Wait until the service closes the stream."""


class Stream:
    def __init__(self, response: httpx2.Response) -> None:
        self.data = self.read(response.iter_lines())

    def read(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            assert not line.startswith(": "), "only heartbeats were received"
            if line.startswith("data:"):
                yield line.removeprefix("data:")

    def next(self) -> dict[str, Any]:
        change: dict[str, Any] = json.loads(next(self.data))
        return change

    def await_end(self) -> None:
        assert list(self.data) == []


class Socket:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def next(self) -> dict[str, Any]:
        change: dict[str, Any] = json.loads(self.connection.recv(timeout=15))
        return change

    def await_end(self) -> None:
        with pytest.raises(ConnectionClosed):
            self.connection.recv(timeout=ENDS_SECONDS)


@contextlib.contextmanager
def stream(service: Service, query: str = "", **headers: str) -> Iterator[EventStream]:
    sent = {"X-Forwarded-Proto": "https", "Host": HOST} | headers
    with (
        httpx2.Client(trust_env=False, timeout=15, verify=NO_CERTIFICATES) as client,
        client.stream(
            "GET", f"http://127.0.0.1:{service.port}{EVENTS}{query}", headers=sent
        ) as response,
    ):
        if response.status_code != 200:
            response.read()
            check_problem(response, response.status_code)
            raise Refused(response.status_code, response.headers["x-request-id"])
        assert response.headers["content-type"].startswith("text/event-stream")
        assert "no-store" in response.headers["cache-control"]
        assert response.headers["x-request-id"]
        yield Stream(response)


@contextlib.contextmanager
def socket(service: Service, query: str = "", **headers: str) -> Iterator[EventStream]:
    sent = {"X-Forwarded-Proto": "https"} | headers
    with RawConnection(service) as raw:
        try:
            connection = connect(
                f"ws://{sent.pop('Host', HOST)}{SOCKET}{query}",
                sock=raw.socket,
                additional_headers=sent,  # including Origin
                proxy=None,
                close_timeout=1,
            )
        except InvalidStatus as error:
            answer = error.response
            raise Refused(answer.status_code, answer.headers["X-Request-ID"]) from None
        with connection:
            yield Socket(connection)


def upgrade(path: str = SOCKET) -> bytes:
    """Return the request that opens a WebSocket."""
    return request_head(
        "GET",
        path,
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==",
    )


OpenStream = Callable[..., contextlib.AbstractContextManager[EventStream]]
both = pytest.mark.parametrize("listen", [stream, socket])


def refused_status(
    listen: OpenStream, service: Service, query: str = "", **headers: str
) -> int:
    with pytest.raises(Refused) as caught, listen(service, query, **headers):
        pass
    return caught.value.status


def bearer(person: Person) -> dict[str, str]:
    return {"Authorization": person.sign_in_client().headers["Authorization"]}


@pytest.fixture
def person(service: Service) -> Person:
    person = Person(service)
    person.register_and_confirm()
    return person


@both
@pytest.mark.database
def test_changes_are_sent_after_they_are_committed(
    listen: OpenStream, service: Service, client: Client
) -> None:
    with listen(service, **credentials(service)) as event_stream:
        item = client.create()
        taken = {"name": item["name"], "price": "2.00"}
        assert client.post(ITEMS, json=taken).status_code == 409
        path = f"{ITEMS}/{item['id']}"
        changed = client.patch(path, json={"price": "3.00"}).json()
        assert client.delete(path).status_code == 204
        events = [event_stream.next() for _ in range(3)]
    assert events == [
        {"type": "item.created", "item": item},
        {"type": "item.updated", "item": changed},
        {"type": "item.deleted", "item": changed},
    ]


@both
def test_other_origins_cannot_open_streams(
    listen: OpenStream, service: Service, configured_service: Service
) -> None:
    known = credentials(service)
    for origin in (EVIL, "null", f"http://{HOST}", f"https://{HOST}.evil.example"):
        assert refused_status(listen, service, Origin=origin, **known) == 403
    with listen(service, Origin=ORIGIN, **known):
        pass
    with listen(configured_service, Origin=FRIEND, **credentials(configured_service)):
        pass


@both
def test_unknown_hosts_are_refused(listen: OpenStream, service: Service) -> None:
    assert refused_status(listen, service, Host="evil.example") == 400


@both
def test_a_ticket_that_is_too_long_is_invalid(
    listen: OpenStream, service: Service
) -> None:
    assert refused_status(listen, service, f"?ticket={'a' * 1001}") == 422


def test_a_websocket_without_tls_is_refused(service_without_proxies: Service) -> None:
    with RawConnection(service_without_proxies) as connection:
        connection.send(upgrade())
        assert connection.read().status in {301, 308, 403}


def test_a_websocket_on_another_path_is_not_found(service: Service) -> None:
    with RawConnection(service) as connection:
        connection.send(upgrade(f"{SOCKET}/nothing"))
        answer = connection.read()
    assert answer.status == 404
    assert answer.headers["x-request-id"]
    assert json.loads(answer.body)["status"] == 404


@pytest.mark.thorough  # it waits for 15 seconds
def test_idle_connections_have_a_heartbeat(service: Service) -> None:
    with RawConnection(service, 5) as events, RawConnection(service, 5) as messages:
        events.send(request_head("GET", EVENTS))
        messages.send(upgrade())
        for connection in (events, messages):
            received = b""
            while not received.endswith(b"\r\n\r\n"):
                received += connection.socket.recv(1)
            assert received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 101")), received
        assert events.has_answer(HEARTBEAT_SECONDS + 2)
        assert b": " in events.socket.recv(100)
        assert messages.has_answer(2)
        assert messages.socket.recv(1) == b"\x89"  # a ping


@pytest.mark.features("accounts")
@both
def test_anonymous_users_cannot_open_streams(
    listen: OpenStream, service: Service, person: Person
) -> None:
    token = person.sign_in()["access_token"]
    queries = ("", "?ticket=1.2.3", f"?ticket={token}", f"?access_token={token}")
    assert [refused_status(listen, service, query) for query in queries] == [401] * 4
    assert refused_status(listen, service, Authorization=f"Bearer {token}x") == 401
    check_problem(person.client.post(TICKET), 401)


def test_a_head_request_on_a_stream_ends(service: Service) -> None:
    with Client(service) as client:
        for _ in range(
            MAX_STREAMS + 5
        ):  # a stream that stays open counts towards the limit
            response = client.head(EVENTS)
            assert response.status_code == 200
            assert response.headers["content-type"].startswith("text/event-stream")
        assert client.get(ITEMS).status_code == 200


@pytest.mark.features("accounts")
def test_a_user_can_open_twenty_streams(service: Service, person: Person) -> None:
    known = bearer(person)
    with contextlib.ExitStack() as stack:
        for number in range(MAX_STREAMS):
            listen: OpenStream = socket if number % 2 else stream
            stack.enter_context(listen(service, **known))
        for listen in (stream, socket):
            assert refused_status(listen, service, **known) == 429
        with stream(service, **credentials(service)):
            pass
    deadline = time.monotonic() + ENDS_SECONDS
    while (
        time.monotonic() < deadline
    ):  # until the service has noticed the disconnections
        with contextlib.suppress(Refused), stream(service, **known):
            return
    pytest.fail("closed streams still count towards the limit")


@pytest.mark.features("accounts")
@both
def test_users_receive_changes_of_their_items_only(
    listen: OpenStream, service: Service, client: Client, person: Person
) -> None:
    with listen(service, **bearer(person)) as event_stream:
        client.create()
        mine = person.sign_in_client().create()
        assert event_stream.next()["item"] == mine


@pytest.mark.features("accounts")
@both
def test_a_ticket_opens_one_connection_and_is_not_logged(
    listen: OpenStream, service: Service, person: Person
) -> None:
    api = person.sign_in_client()
    given = api.post(TICKET)
    assert given.status_code == 200
    assert given.json()["expires_in"] == 30
    assert "no-store" in given.headers["cache-control"]
    query = f"?ticket={given.json()['ticket']}"
    with listen(service, query) as event_stream:
        item = api.create()
        assert event_stream.next()["item"] == item
    assert refused_status(listen, service, query) == 401
    assert given.json()["ticket"][:20] not in service.output


@pytest.mark.features("accounts", "pages")
@both
def test_a_session_cookie_opens_a_stream(
    listen: OpenStream, service: Service, person: Person
) -> None:
    cookies = person.sign_in_browser().cookies
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    assert refused_status(listen, service, Cookie=cookie, Origin=EVIL) == 403
    with listen(service, Cookie=cookie, Origin=ORIGIN) as event_stream:
        item = person.sign_in_client().create()
        assert event_stream.next()["item"] == item


@pytest.mark.features("accounts")
@pytest.mark.parametrize("way", ["sign-out", "password", "disabled"])
@both
def test_a_stream_ends_with_its_session(
    listen: OpenStream,
    way: str,
    person: Person,
    database: Database,
    conventions: Conventions,
) -> None:
    service = person.service
    pair, other = person.sign_in(), person.sign_in()
    known = {"Authorization": f"Bearer {pair['access_token']}"}
    ticket = person.client.post(TICKET, headers=known).json()["ticket"]
    with (
        listen(service, **known) as first,
        listen(service, f"?ticket={ticket}") as second,
        listen(service, Authorization=f"Bearer {other['access_token']}") as third,
    ):
        if way == "sign-out":
            person.post_auth("revoke", refresh_token=pair["refresh_token"])
        elif way == "password":
            passwords = {"current_password": person.password, "new_password": "tea @ 5"}
            passwords["new_password"] += " o'clock"
            person.post_auth("password", pair["access_token"], **passwords)
        else:
            database.execute(conventions.disable_user_sql.format(email=person.email))
        began = time.monotonic()
        first.await_end()
        second.await_end()
        assert time.monotonic() - began < ENDS_SECONDS
        if way == "sign-out":
            known = {"Authorization": f"Bearer {other['access_token']}"}
            item = Client(service, anonymous=True, **known).create()
            assert third.next()["item"] == item
        else:
            third.await_end()


@pytest.mark.thorough
def test_all_streams_end_when_the_server_stops(disposable: Disposable) -> None:
    known = credentials(disposable.service)
    with (
        stream(disposable.service, **known) as events,
        socket(disposable.service, **known) as messages,
    ):
        began = time.monotonic()
        disposable.service.process.send_signal(signal.SIGTERM)
        events.await_end()
        messages.await_end()
        stop_and_check(disposable.service)
        assert time.monotonic() - began < ENDS_SECONDS


@pytest.fixture(scope="module")
def two_services(project: Project) -> Iterator[tuple[Service, Service]]:
    """Run two processes of one service."""
    database, redis = database_with_members(project), redis_server().new_database()
    with (
        running_server(project, database.url, REDIS_URL=redis) as one,
        running_server(project, database.url, REDIS_URL=redis) as other,
    ):
        other.credentials, other.signed_in = credentials(one), one.signed_in
        yield one, other


@pytest.mark.thorough
@both
def test_changes_are_sent_by_all_processes(
    listen: OpenStream, two_services: tuple[Service, Service]
) -> None:
    one, other = two_services
    with listen(other, **credentials(one)) as event_stream, Client(one) as client:
        item = client.create()
        assert event_stream.next()["item"] == item


@pytest.mark.thorough
def test_without_redis_each_process_sends_its_changes_until_redis_is_back(
    two_services: tuple[Service, Service],
) -> None:
    one, other = two_services
    known = credentials(one)
    with Client(one) as client, stream(one, **known) as event_stream:
        redis_server().stop()
        try:
            item = client.create(name=unique_name())
            # The last change of the test before may arrive here.
            while event_stream.next()["item"] != item:
                pass
        finally:
            redis_server().start()
        event_stream.await_end()
    # New streams receive all changes as soon as both processes are connected again.
    end = time.monotonic() + ENDS_SECONDS
    received = False
    with ThreadPoolExecutor(1) as pool, Client(one) as client:
        while not received and time.monotonic() < end:
            with stream(other, **known) as event_stream:
                change = pool.submit(receives_change, event_stream)
                while not change.done():
                    client.create()
                received = change.result()
    assert received


def receives_change(event_stream: EventStream) -> bool:
    """Return whether a change arrives before the stream ends or sends a heartbeat."""
    try:
        event_stream.next()
    except (StopIteration, AssertionError):
        return False
    return True


@pytest.mark.thorough
def test_a_redis_that_hangs_delays_no_change_by_more_than_100_ms(
    two_services: tuple[Service, Service],
) -> None:
    one, _ = two_services
    with Client(one) as client, stream(one, **credentials(one)) as event_stream:
        usual = sorted(seconds_to_create(client) for _ in range(20))
        for _ in range(20):
            event_stream.next()
        redis_server().process.send_signal(signal.SIGSTOP)
        try:
            times = sorted(seconds_to_create(client) for _ in range(20))
            events = [event_stream.next()["type"] for _ in range(20)]
        finally:
            redis_server().process.send_signal(signal.SIGCONT)
    assert events == ["item.created"] * 20
    assert statistics.median(times) < statistics.median(usual) + REDIS_SECONDS
    assert times[-1] < usual[-1] + 2 * REDIS_SECONDS  # the machine is busy, too


def seconds_to_create(client: Client) -> float:
    began = time.monotonic()
    client.create()
    return time.monotonic() - began


@pytest.mark.thorough
def test_a_thousand_idle_connections_make_no_request_fail(
    project: Project,
) -> None:
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < ENOUGH_FILES:
        pytest.skip(f"needs {ENOUGH_FILES} open files: ulimit -Hn says {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, ENOUGH_FILES), hard))
    with (
        running_server(
            project,
            database_with_members(project).url,
            MAX_STREAMS_PER_USER="2000",
        ) as service,
        Client(service) as client,
        contextlib.ExitStack() as connections,
    ):
        for request in [request_head("GET", EVENTS)] * 1000 + [upgrade()] * 200:
            connection = connections.enter_context(RawConnection(service))
            connection.send(request)
            assert connection.socket.recv(12) in {b"HTTP/1.1 200", b"HTTP/1.1 101"}
        client.create()
        for _ in range(REQUESTS):
            assert client.get(ITEMS).status_code == 200
