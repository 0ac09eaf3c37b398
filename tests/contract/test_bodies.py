import contextlib
import json
from collections.abc import Iterator

import pytest

from tests.contract.client import (
    ITEMS,
    JSON,
    MEBIBYTE,
    PROBLEM,
    Browser,
    Client,
    RawConnection,
    RawResponse,
    request_head,
    send_chunked,
    send_raw,
    unique_name,
)
from tests.starters.harness import HOST, Service

BODY_TIMEOUT_SECONDS = 2  # as the tests' servers are set
HEADER_TIMEOUT_SECONDS = 10
SLACK_SECONDS = 6
FORM = "application/x-www-form-urlencoded"
pytestmark = pytest.mark.each_server


def zeros(total: int) -> Iterator[bytes]:
    for _ in range(total // 65_536):
        yield b"0" * 65_536


def test_a_content_length_over_the_limit_is_refused_immediately(
    service: Service, subtests: pytest.Subtests
) -> None:
    for path in (
        "/no/such/thing",
        "/",
        ITEMS,
        "/items/new",
    ):
        with subtests.test(path=path):
            for length in (MEBIBYTE + 1, 50 * MEBIBYTE):
                request = request_head(
                    "POST", path, Content_Length=str(length), Content_Type=JSON
                )
                # A server that waits for the body answers with 408.
                assert send_raw(service, request).status == 413, length


def test_a_body_of_the_maximum_size_is_accepted(client: Client) -> None:
    response = client.post("/no/such/thing", content=b"0" * MEBIBYTE)
    assert response.status_code in {403, 404, 405}


def test_a_chunked_body_over_the_limit_is_refused_early(
    service: Service, subtests: pytest.Subtests
) -> None:
    for path in (
        "/no/such/thing",
        "/",
        ITEMS,
        "/items/new",
    ):
        with subtests.test(path=path):
            kind = FORM if path == "/items/new" else JSON
            answer = send_chunked(
                service, path, zeros(50 * MEBIBYTE), Content_Type=kind
            )
            assert answer.status in {404, 405, 413}
            if answer.status in {404, 405}:  # no client reads a body there
                assert path != ITEMS or "api" not in service.project.starter.features
            assert answer.sent < 8 * MEBIBYTE


def test_the_body_limit_is_a_setting(configured_service: Service) -> None:
    request = request_head("POST", "/no/such/thing", Content_Length="2001")
    assert send_raw(configured_service, request).status == 413
    with Client(configured_service) as client:
        response = client.post("/no/such/thing", content=b"0" * 2000)
        assert response.status_code in {403, 404, 405}


@pytest.mark.features("api")
def test_a_chunked_body_is_received_whole(service: Service) -> None:
    name = unique_name()
    text = "x" * 1000
    body = json.dumps({"name": name, "description": text, "price": "1.00"}).encode()
    pieces = [body[start : start + 100] for start in range(0, len(body), 100)]
    answer = send_chunked(service, ITEMS, pieces, Content_Type=JSON)
    assert answer.status == 201, answer.text
    assert json.loads(answer.text)["description"] == text


@pytest.mark.features("api")
def test_a_chunked_body_over_the_limit_creates_nothing(
    service: Service, client: Client
) -> None:
    name = unique_name()
    start = json.dumps({"name": name, "price": "1.00"}).encode()
    pieces = [start, *(b" " * 65_536 for _ in range(32))]
    answer = send_chunked(service, ITEMS, pieces, Content_Type=JSON)
    assert answer.status == 413
    assert answer.headers["content-type"].startswith(PROBLEM)
    assert name not in client.item_names()


@pytest.mark.features("api")
def test_a_truncated_body_creates_nothing(service: Service, client: Client) -> None:
    name = unique_name()
    body = json.dumps({"name": name, "price": "1.00"}).encode()
    for headers, sent in (
        ({"Content_Length": str(len(body) + 20)}, body),
        (
            {"Transfer_Encoding": "chunked"},
            f"{len(body):x}\r\n".encode() + body + b"\r\n",
        ),
    ):
        with RawConnection(service) as connection:
            connection.send(request_head("POST", ITEMS, Content_Type=JSON, **headers))
            connection.send(sent)
            connection.finish_sending()
            assert connection.read("POST").status in {0, 400, 408, 413}
    assert name not in client.item_names()


@pytest.mark.features("pages")
@pytest.mark.alone("pages")
def test_a_truncated_form_creates_nothing(service: Service, client: Client) -> None:
    browser = Browser(client)
    form = browser.page("/items/new").form("name")
    name = unique_name("Cut")
    fields = form.values | {"name": name, "price": "1.00", "description": ""}
    body = str(client.build_request("POST", "/", data=fields).content, "ascii").encode()
    cookies = (
        "; ".join(f"{key}={value}" for key, value in browser.cookies.items()) or None
    )
    request = request_head(
        "POST",
        "/items/new",
        Content_Type=FORM,
        Content_Length=str(len(body) + 20),
        Origin=f"https://{HOST}",
        Referer=f"https://{HOST}/items/new",
        Cookie=cookies,
    )
    with RawConnection(service) as connection:
        connection.send(request + body)
        connection.finish_sending()
        assert connection.read("POST").status in {0, 400, 408, 413}
    assert name not in browser.page("/items/").text


def test_an_invalid_content_length_is_refused(
    service: Service, subtests: pytest.Subtests
) -> None:
    for headers in (
        {"Content_Length": "-1"},
        {"Content_Length": "abc"},
        {"Content_Length": "1e3"},
        {"Content_Length": "1" + "0" * 30},
        {"Content_Length": "5\r\nContent-Length: 6"},
        {"Transfer_Encoding": "nonsense"},
        {"Transfer_Encoding": "chunked, nonsense"},
    ):
        with subtests.test(headers=headers):
            answer = send_raw(
                service,
                request_head("POST", "/no/such/thing", **headers) + b"0\r\n\r\n",
            )
            assert answer.status in {0, 400, 413, 501}


@contextlib.contextmanager
def stalled(service: Service, count: int, path: str) -> Iterator[list[RawConnection]]:
    """Hold uploads open that have stopped half-way."""
    kind = FORM if path == "/items/new" else JSON
    with contextlib.ExitStack() as stack:
        connections = [
            stack.enter_context(RawConnection(service)) for _ in range(count)
        ]
        for number, connection in enumerate(connections):
            if number % 2:
                connection.send(
                    request_head("POST", path, Content_Type=kind, Content_Length="100")
                )
                connection.send(b'{"name": "')
            else:
                connection.send(
                    request_head(
                        "POST", path, Content_Type=kind, Transfer_Encoding="chunked"
                    )
                )
                connection.send(b'5\r\n{"nam\r\n')
        yield connections


def test_a_stalled_body_times_out(service: Service, subtests: pytest.Subtests) -> None:
    refused_unread = {403, 404, 405, 408}
    has_api = "api" in service.project.starter.features
    expected = {
        "/no/such/thing": refused_unread,
        ITEMS: {408} if has_api else refused_unread,
        "/items/new": refused_unread,
    }
    with contextlib.ExitStack() as stack:
        held = {
            path: stack.enter_context(stalled(service, 2, path)) for path in expected
        }
        for path, connections in held.items():
            with subtests.test(path=path):
                for connection in connections:
                    seconds = BODY_TIMEOUT_SECONDS + SLACK_SECONDS
                    assert connection.has_answer(seconds)
                    answer: RawResponse = connection.read("POST")
                    assert answer.status in expected[path]


def test_stalled_bodies_hold_nothing_that_other_requests_need(service: Service) -> None:
    path = ITEMS if "api" in service.project.starter.features else "/items/new"
    form = request_head("POST", "/no/such/thing", Content_Type=FORM, Content_Length="3")
    with stalled(service, 96, path):
        for request in (request_head("GET", "/no/such/thing"), form + b"a=b"):
            answer = send_raw(service, request)
            assert answer.status in {403, 404, 405}
            assert answer.seconds < BODY_TIMEOUT_SECONDS


def test_unfinished_headers_keep_others_out_for_some_seconds_only(
    service: Service,
) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(560):
            connection = stack.enter_context(RawConnection(service))
            connection.send(b"GET /healthz HTTP/1.1\r\nHost: ")
        answer = send_raw(service, request_head("GET", "/healthz"))
        assert answer.status == 200
        assert answer.seconds < HEADER_TIMEOUT_SECONDS + SLACK_SECONDS
