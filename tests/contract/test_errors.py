import re

import pytest

from tests.contract.client import (
    ITEMS,
    JSON,
    PROBLEM,
    Browser,
    Client,
    check_problem,
    parse_page,
    request_head,
    send_raw,
)
from tests.contract.exchanges import exchanges
from tests.starters.harness import Service

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
LEAKS = re.compile(
    r"Traceback|File \"|\.py\b|site-packages|SELECT |INSERT "
    r"|sqlite|psycopg|pymysql|asyncmy|sqlalchemy"
    r"|no such table|OperationalError|ProgrammingError"
    r"|(django|flask|fastapi|starlette|werkzeug|uvicorn|granian|python|pydantic)/?\s?\d",
    re.IGNORECASE,
)


def check_no_details(text: str, service: Service) -> None:
    assert not LEAKS.search(text), text
    assert str(service.project.directory) not in text


@pytest.mark.alone("api", "pages")
def test_responses_contain_no_internal_details(
    service: Service, subtests: pytest.Subtests
) -> None:
    for kind, exchange in exchanges(service).items():
        with subtests.test(kind=kind):
            answer = send_raw(service, exchange.request)
            check_no_details(answer.text, service)
            for name, value in answer.headers.items():
                check_no_details(f"{name}: {value}", service)


@pytest.mark.database
@pytest.mark.features("api")
@pytest.mark.alone("api")
def test_a_failure_in_the_api_is_a_problem_without_details(
    failing_service: Service,
) -> None:
    with Client(failing_service) as client:
        for response in (
            client.get(ITEMS),
            client.post(ITEMS, json={"name": "hush", "price": "1.00"}),
        ):
            check_problem(response, 500)
            check_no_details(response.text, failing_service)
            assert "hush" not in response.text
        assert client.get("/healthz").status_code == 200


@pytest.mark.database
@pytest.mark.features("pages")
@pytest.mark.alone("pages")
def test_a_failing_page_is_a_page_without_details(failing_service: Service) -> None:
    with Client(failing_service) as client:
        response = client.get("/items/", headers={"Accept": HTML})
        assert response.status_code == 500
        check_no_details(response.text, failing_service)
        page = parse_page(response)
        assert page.one("html").get("lang")
        assert page.one("h1").text.strip()


def test_a_failure_is_logged_in_full(failing_service: Service) -> None:
    send_raw(failing_service, request_head("GET", ITEMS))
    send_raw(failing_service, request_head("GET", "/items/"))
    assert "Traceback" in failing_service.output


@pytest.mark.alone("api", "pages")
def test_errors_below_api_are_always_problems(client: Client) -> None:
    for path in ("/api/", "/api/v1", "/api/v2/items", "/api/v1/nothing"):
        check_problem(client.get(path, headers={"Accept": HTML}), 404)
        check_problem(client.get(path, headers={"Accept": JSON}), 404)


def test_clients_that_prefer_json_get_problem_documents(
    client: Client, subtests: pytest.Subtests
) -> None:
    for accept in (
        JSON,
        PROBLEM,
    ):
        with subtests.test(accept=accept):
            check_problem(client.get("/no/such/thing", headers={"Accept": accept}), 404)


@pytest.mark.features("api")
@pytest.mark.without("pages")
def test_without_pages_all_errors_are_problems(
    client: Client, service: Service
) -> None:
    for accept in (HTML, "*/*", JSON):
        check_problem(client.get("/no/such/thing", headers={"Accept": accept}), 404)
        check_problem(
            client.get("/", headers={"Accept": accept, "Host": "evil.example"}), 400
        )
        large = {"Accept": accept, "Content-Length": str(10**8)}
        answer = send_raw(service, request_head("POST", "/no/such/thing", **large))
        assert answer.status == 413
        assert answer.headers["content-type"].startswith(PROBLEM)


ERRORS_IN_PAGES = {
    400: request_head("GET", "/", Host="evil.example", Accept=HTML),
    403: request_head(
        "POST",
        "/items/new",
        Accept=HTML,
        Content_Length="0",
        Origin="https://evil.example",
        Sec_Fetch_Site="cross-site",
    ),
    404: request_head("GET", "/no/such/thing", Accept=HTML),
    405: request_head("TRACE", "/", Accept=HTML),
    413: request_head("POST", "/items/new", Accept=HTML, Content_Length=str(10**8)),
}


@pytest.mark.features("pages")
@pytest.mark.alone("pages")
def test_browsers_get_error_pages(service: Service, subtests: pytest.Subtests) -> None:
    for status, request in ERRORS_IN_PAGES.items():
        with subtests.test(status=status):
            answer = send_raw(service, request)
            assert answer.status == status
            assert answer.headers["content-type"].startswith("text/html")
            assert "<h1" in answer.text
            assert "lang=" in answer.text
            if status == 405:
                assert {"GET"} <= set(re.split(r"\s*,\s*", answer.headers["allow"]))


@pytest.mark.features("pages")
def test_an_error_page_links_to_the_home_page(browser: Browser) -> None:
    page = browser.page("/no/such/thing", 404)
    assert page.link("/") == "/"


@pytest.mark.database
@pytest.mark.features("api")
def test_a_refused_change_changes_nothing(client: Client) -> None:
    first, second = client.create(description="before"), client.create()
    for body in (
        {"description": "after", "price": "-1"},
        {"description": "after", "name": second["name"]},
        {"description": "after", "unknown": 1},
    ):
        response = client.patch(f"{ITEMS}/{first['id']}", json=body)
        assert response.status_code in {409, 422}
        assert client.get(f"{ITEMS}/{first['id']}").json() == first


@pytest.mark.each_server
def test_unusual_requests_are_not_failures(
    service: Service, subtests: pytest.Subtests
) -> None:
    for request_line in (
        "GET /%00 HTTP/1.1",
        "GET /%ff%fe HTTP/1.1",
        "GET /%ED%A0%80 HTTP/1.1",
        "GET /../../etc/passwd HTTP/1.1",
        "GET /static/..%2f..%2fpyproject.toml HTTP/1.1",
        "GET /static/%2e%2e/%2e%2e/pyproject.toml HTTP/1.1",
        "GET /?%00=%ff HTTP/1.1",
        "GET http://evil.example/ HTTP/1.1",
        "GET /" + "a" * 6000 + " HTTP/1.1",
        "TRACE / HTTP/1.1",
        "PROPFIND / HTTP/1.1",
    ):
        with subtests.test(request_line=request_line):
            rest = request_head("GET", "/").split(b"\r\n", 1)[1]
            answer = send_raw(service, request_line.encode() + b"\r\n" + rest)
            assert answer.status in {200, 400, 403, 404, 405, 414, 501}
            assert "dependencies" not in answer.text
            assert "root:" not in answer.text
            check_no_details(answer.text, service)
