import re
import time
from datetime import UTC, datetime

import pytest

from tests.contract.client import (
    ITEMS,
    JSON,
    Client,
    RawConnection,
    json_lines,
    log_entries,
    request_head,
    send_raw,
)
from tests.contract.conftest import Disposable
from tests.contract.exchanges import EXCHANGES, exchanges
from tests.starters.databases import Database
from tests.starters.harness import SECRET, Project, Service, running_server

RFC_3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")


def test_a_request_is_logged_as_one_json_line(client: Client, service: Service) -> None:
    before = datetime.now(UTC)
    client.get(
        "/no/such/thing?token=swordfish", headers={"X-Request-ID": "logged-once"}
    )
    (line,) = log_entries(service, "logged-once")
    assert line["event"] == "request"
    assert line["method"] == "GET"
    assert line["path"] == "/no/such/thing"
    assert line["status"] == 404
    assert 0 <= line["milliseconds"] < 15_000
    assert line["level"].lower() in {"info", "warning"}
    assert RFC_3339_UTC.fullmatch(line["time"])
    assert abs((datetime.fromisoformat(line["time"]) - before).total_seconds()) < 15


def test_nothing_secret_is_logged(client: Client, service: Service) -> None:
    hidden = {
        "Authorization": "Bearer hush-token",
        "Cookie": "session=hush-cookie",
        "X-Request-ID": "with-secrets",
    }
    client.get("/no/such/thing?password=hush-query", headers=hidden)
    client.post("/no/such/thing", data={"password": "hush-form"}, headers=hidden)
    log_entries(service, "with-secrets", 2)
    assert "hush" not in service.output
    assert SECRET not in service.output


@pytest.mark.alone("api", "pages")
def test_every_kind_of_response_is_logged_with_its_request_id(
    service: Service, subtests: pytest.Subtests
) -> None:
    for kind, exchange in exchanges(service).items():
        with subtests.test(kind=kind):
            request_id = "logged-" + re.sub(r"\W", "-", kind)
            line, rest = exchange.request.split(b"\r\n", 1)
            header = f"\r\nX-Request-ID: {request_id}\r\n".encode()
            send_raw(service, line + header + rest)
            if kind in {"healthz", "readyz"}:
                after = f"after-{kind}"
                send_raw(
                    service, request_head("GET", "/no/such/thing", X_Request_ID=after)
                )
                log_entries(service, after)
                assert request_id not in service.output
            else:
                (entry,) = [
                    line
                    for line in log_entries(service, request_id)
                    if line["event"] == "request"
                ]
                assert entry["status"] == exchange.status


def test_a_path_cannot_forge_a_log_line(client: Client, service: Service) -> None:
    client.get(
        "/no%0A%7B%22event%22:%22forged%22%7D/%1b[31m",
        headers={"X-Request-ID": "forger"},
    )
    (line,) = log_entries(service, "forger")
    assert "forged" in line["path"]
    assert not [line for line in json_lines(service) if line.get("event") == "forged"]
    assert "\x1b" not in service.output


@pytest.mark.each_server
@pytest.mark.thorough
def test_all_output_of_a_production_server_is_json(disposable: Disposable) -> None:
    for exchange in EXCHANGES.values():
        send_raw(disposable.service, exchange.request)
    send_raw(disposable.service, b"NOT HTTP AT ALL\r\n\r\n")
    disposable.database.drop_tables()
    send_raw(disposable.service, request_head("GET", ITEMS))
    send_raw(disposable.service, request_head("GET", "/items/"))
    send_raw(
        disposable.service,
        request_head("GET", "/no/such/thing", X_Request_ID="the-last"),
    )
    log_entries(disposable.service, "the-last")
    disposable.service.stop()
    for line in json_lines(disposable.service):
        assert {"time", "level", "event"} <= set(line), line
        assert RFC_3339_UTC.fullmatch(line["time"])


@pytest.mark.thorough
def test_the_log_level_is_a_setting(project: Project, database: Database) -> None:
    with running_server(project, database.url, LOG_LEVEL="ERROR") as service:
        answer = send_raw(
            service, request_head("GET", "/no/such/thing", X_Request_ID="not-logged")
        )
        assert answer.status == 404
        service.stop()
        assert "not-logged" not in service.output


@pytest.mark.thorough
@pytest.mark.features("accounts", "api")
def test_a_client_that_disconnects_is_not_logged_as_a_failure(
    disposable: Disposable,
) -> None:
    with Client(disposable.service) as client:
        client.get("/healthz")
    start = request_head("POST", ITEMS, Content_Type=JSON, Content_Length="1000")
    with RawConnection(disposable.service) as connection:
        connection.send(start + b"{")
        connection.await_continue(0.2)
    end = time.monotonic() + 10
    while not any(
        entry.get("path") == ITEMS for entry in json_lines(disposable.service)
    ):
        assert time.monotonic() < end, disposable.service.output
        time.sleep(0.05)
    assert "Traceback" not in disposable.service.output
    assert '"status": 500' not in disposable.service.output
