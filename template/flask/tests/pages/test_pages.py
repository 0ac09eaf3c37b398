import re
from collections.abc import Callable

import pytest
from flask import flash
from flask.testing import FlaskClient


def test_browsers_keep_static_files_for_an_hour(client: FlaskClient) -> None:
    page = client.get("/").text
    for asset in re.findall(r'<link rel="[^"]*" href="([^"]*)"', page):
        with client.get(asset) as file:
            assert file.headers["Cache-Control"] == "public, max-age=3600"


def test_links_have_the_prefix_of_the_proxy(
    create_client: Callable[..., FlaskClient],
) -> None:
    page = create_client(root_path="/shop").get("/").text
    assert set(re.findall('href="/([a-z]*)', page)) == {"shop"}


def test_a_session_continues_while_the_secret_key_is_replaced(
    create_client: Callable[..., FlaskClient],
) -> None:
    client = create_client(secret_key="the old key")

    @client.application.get("/save")
    def save() -> str:
        flash("It is saved.")
        return ""

    client.get("/save")
    cookie = client.get_cookie("session")
    assert cookie
    for fallbacks in ((), ("the old key",)):
        client = create_client(secret_key="the new key", secret_key_fallbacks=fallbacks)
        client.set_cookie("session", cookie.value)
        assert ("It is saved." in client.get("/").text) == bool(fallbacks)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html", "text/html"),
        ("*/*", "text/html"),
        ("application/json", "application/problem+json"),
    ],
)
def test_errors_are_pages_unless_json_is_preferred(
    client: FlaskClient, accept: str, kind: str
) -> None:
    for status, response in {
        404: client.get("/none", headers={"Accept": accept}),
        405: client.put("/", headers={"Accept": accept}),
        413: client.post("/", headers={"Accept": accept}, data=b"0" * 2_000_000),
    }.items():
        assert (response.status_code, response.mimetype) == (status, kind)


def test_a_form_with_a_part_without_a_name_is_refused(
    create_client: Callable[..., FlaskClient],
) -> None:
    client = create_client()

    @client.application.post("/form")
    def accept_form() -> str:
        return "accepted"

    body = "--b\r\nContent-Disposition: attachment\r\n\r\na\r\n--b--\r\n"
    kind = "multipart/form-data; boundary=b"
    response = client.post("/form", data=body, content_type=kind)
    assert response.status_code == 400
