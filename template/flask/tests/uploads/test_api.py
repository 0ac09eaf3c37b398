from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.uploads.helpers import list_files

PATH = "/api/v1/uploads"
PDF = b"%PDF-1.7 and so on"
FORM = "multipart/form-data; boundary=b"


def send(client: FlaskClient, content: bytes = PDF) -> TestResponse:
    return client.post(PATH, data={"file": (BytesIO(content), "é.html")})


def test_a_file_is_stored_downloaded_and_deleted(
    client: FlaskClient, directory: Path
) -> None:
    response = send(client, PDF * 10_000)
    assert response.status_code == 201
    upload, path = response.get_json(), response.headers["Location"]
    assert path == f"{PATH}/{upload['id']}"
    assert (upload["name"], upload["type"]) == ("é.html", "application/pdf")
    assert client.get(path).get_json() == upload
    assert client.get(PATH).get_json()["uploads"] == [upload]
    with client.get(f"{path}/content") as download:
        assert download.data == PDF * 10_000
    assert download.headers["Content-Type"] == "application/pdf"
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert download.headers["Cache-Control"] == "no-store"
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert list_files(directory) == set()


def test_the_newest_files_are_listed_first(
    client: FlaskClient, directory: Path
) -> None:
    ids = [send(client).get_json()["id"] for _ in range(3)]
    page = client.get(PATH, query_string={"limit": 2}).get_json()
    query = {"cursor": page["next_cursor"]}
    rest = client.get(PATH, query_string=query).get_json()
    assert [upload["id"] for upload in page["uploads"]] == [ids[2], ids[1]]
    assert [upload["id"] for upload in rest["uploads"]] == [ids[0]]
    assert rest["next_cursor"] is None
    assert len(list_files(directory)) == 3


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"no boundary", 400),
        (FORM, b"nonsense", 400),
        (FORM, b"--b--\r\n", 422),
    ],
)
def test_other_bodies_are_refused(
    client: FlaskClient, content_type: str, body: bytes, status: int
) -> None:
    response = client.post(PATH, data=body, content_type=content_type)
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"


def test_a_file_over_the_quota_is_not_stored(
    app: Flask,
    client: FlaskClient,
    directory: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "UPLOAD_QUOTA_BYTES", len(PDF))
    assert send(client).status_code == 201
    response = send(client)
    assert response.status_code == 409
    assert response.get_json()["code"] == "quota_exceeded"
    assert len(client.get(PATH).get_json()["uploads"]) == 1
    assert len(list_files(directory)) == 1


def test_a_file_that_is_lost_is_not_found(client: FlaskClient, directory: Path) -> None:
    path = send(client).headers["Location"]
    (directory / list_files(directory).pop()).unlink()
    assert client.get(f"{path}/content").status_code == 404


def test_a_full_disk_leaves_no_part_of_a_file(
    client: FlaskClient, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    assert send(client).status_code == 500
    assert list_files(directory) == set()
