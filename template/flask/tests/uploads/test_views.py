import re
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.forms import read_csrf_token, submit
from tests.uploads.helpers import list_files

PDF = b"%PDF-1.7 and so on"
pytestmark = pytest.mark.usefixtures("directory")


def send(
    client: FlaskClient, content: bytes = PDF, *, field: str = "file"
) -> TestResponse:
    token = read_csrf_token(client.get("/uploads/").text)
    data = {"csrf_token": token, field: (BytesIO(content), "<b>.pdf")}
    return client.post("/uploads/", data=data)


def test_a_file_is_uploaded_downloaded_and_deleted(
    client: FlaskClient, directory: Path
) -> None:
    assert "No files yet" in client.get("/uploads/").text
    response = send(client)
    assert (response.status_code, response.location) == (303, "/uploads/")
    page = client.get("/uploads/").text
    assert "&lt;b&gt;.pdf” was uploaded." in page
    path, delete_path = re.findall(r'href="(/uploads/[^"]+)"', page)
    with client.get(path) as download:
        assert download.data == PDF
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert "&lt;b&gt;.pdf" in client.get(delete_path).text
    assert submit(client, delete_path).status_code == 303
    assert client.get(path).status_code == 404
    assert list_files(directory) == set()


@pytest.mark.parametrize(("content", "field"), [(b"unknown", "file"), (PDF, "other")])
def test_an_error_is_shown_at_the_field(
    client: FlaskClient, directory: Path, content: bytes, field: str
) -> None:
    response = send(client, content, field=field)
    assert response.status_code == 422
    assert 'id="file-error"' in response.text
    assert 'aria-describedby="file-hint file-error"' in response.text
    assert list_files(directory) == set()


def test_queries_do_not_grow_with_the_files(
    client: FlaskClient, statements: list[str]
) -> None:
    counts = []
    for _ in range(3):
        send(client)
        client.get("/uploads/")  # shows the message
        statements.clear()
        client.get("/uploads/")
        counts.append(len(statements))
    assert counts == counts[:1] * 3


def test_a_file_over_the_quota_is_not_stored(
    app: Flask,
    client: FlaskClient,
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "UPLOAD_QUOTA_BYTES", len(PDF))
    assert send(client).status_code == 303
    response = send(client)
    assert response.status_code == 409
    assert "no room left" in response.text
    assert len(list_files(directory)) == 1


def test_a_file_that_is_lost_is_not_found(client: FlaskClient, directory: Path) -> None:
    send(client)
    name = list_files(directory).pop()
    (directory / name).unlink()
    assert client.get(f"/uploads/{UUID(name)}").status_code == 404


def test_long_lists_are_divided_into_pages(client: FlaskClient) -> None:
    for _ in range(21):
        send(client)
    page = client.get("/uploads/").text
    rest = client.get("/uploads/?page=2").text
    assert (page.count("/delete"), rest.count("/delete")) == (20, 1)
    assert client.get("/uploads/?page=x").status_code == 404
