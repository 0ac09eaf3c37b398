import json
import signal
import socket
import sys
import time

import pytest

from tests.contract.client import (
    ITEMS,
    JSON,
    Client,
    RawConnection,
    json_lines,
    request_head,
    unique_name,
)
from tests.contract.conftest import Disposable
from tests.starters.harness import Service

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="there is no SIGTERM on Windows"
)

GONE_SECONDS = 35
GOOD_CODES = {
    0,
    143,
    -signal.SIGTERM,
}  # shells report a process that was ended by SIGTERM as 143


def accepts_connections(service: Service) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", service.port), timeout=2):
            return True
    except OSError:
        return False


def stop_and_check(service: Service) -> None:
    began = time.monotonic()
    code = service.stop(GONE_SECONDS)
    assert code in GOOD_CODES
    assert time.monotonic() - began < GONE_SECONDS
    assert not accepts_connections(service)
    assert "Traceback" not in service.output


@pytest.mark.each_server
@pytest.mark.thorough
def test_sigterm_ends_the_server_with_idle_and_stalled_connections(
    disposable: Disposable,
) -> None:
    with (
        RawConnection(disposable.service) as idle,
        RawConnection(disposable.service) as silent,
        RawConnection(disposable.service) as stalled,
    ):
        idle.send(request_head("GET", "/no/such/thing"))
        assert idle.read().status == 404
        stalled.send(
            request_head("POST", ITEMS, Content_Type=JSON, Content_Length="100") + b"{"
        )
        assert silent.socket.fileno() > 0
        stop_and_check(disposable.service)


@pytest.mark.each_server
@pytest.mark.thorough
@pytest.mark.database
@pytest.mark.features("api")
def test_sigterm_lets_running_requests_finish(disposable: Disposable) -> None:
    name = unique_name("Late")
    body = json.dumps({"name": name, "price": "1.00"}).encode()
    with RawConnection(disposable.service) as connection:
        connection.send(
            request_head(
                "POST",
                ITEMS,
                Content_Type=JSON,
                Content_Length=str(len(body)),
                Expect="100-continue",
            )
        )
        connection.await_continue()
        connection.send(body[:10])
        disposable.service.process.terminate()
        end = time.monotonic() + 1
        while accepts_connections(disposable.service) and time.monotonic() < end:
            time.sleep(0.02)
        connection.send(body[10:])
        answer = connection.read("POST")
        assert answer.status == 201, disposable.service.output
        assert json.loads(answer.text)["name"] == name
    stop_and_check(disposable.service)
    lines = [
        line for line in json_lines(disposable.service) if line.get("path") == ITEMS
    ]
    assert [line["status"] for line in lines] == [201]


@pytest.mark.thorough
def test_sigint_ends_the_server(disposable: Disposable) -> None:
    with Client(disposable.service) as client:
        assert client.get("/healthz").status_code == 200
    disposable.service.process.send_signal(signal.SIGINT)
    assert disposable.service.process.wait(GONE_SECONDS) in {0, 130, -signal.SIGINT}
    assert "Traceback" not in disposable.service.output
