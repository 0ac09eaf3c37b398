from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.queries import count_queries
from tests.uploads.helpers import PDF, list_files, pdf

pytestmark = pytest.mark.django_db
PATH = "/api/v1/uploads"
FORM = "multipart/form-data; boundary=b"


def send(client: Client, content: bytes = PDF) -> Any:
    return client.post(PATH, {"file": pdf("é.html", content)})


def test_a_file_is_stored_downloaded_and_deleted(
    client: Client, directory: Path, django_capture_on_commit_callbacks: Any
) -> None:
    response = send(client, PDF * 200_000)
    assert response.status_code == 201
    upload, path = response.json(), response.headers["Location"]
    assert path == f"{PATH}/{upload['id']}"
    assert (upload["name"], upload["type"]) == ("é.html", "application/pdf")
    assert client.get(path).json() == upload
    assert client.get(PATH).json()["uploads"] == [upload]
    download: Any = client.get(f"{path}/content")
    assert b"".join(download.streaming_content) == PDF * 200_000
    assert download.headers["Content-Type"] == "application/pdf"
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert download.headers["X-Content-Type-Options"] == "nosniff"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404
    assert client.delete(path).status_code == 404
    assert list_files(directory) == set()


def test_the_newest_files_are_listed_first(client: Client, directory: Path) -> None:
    ids = [send(client).json()["id"] for _ in range(3)]
    page = client.get(PATH, {"limit": 2}).json()
    rest = client.get(PATH, {"cursor": page["next_cursor"]}).json()
    assert [upload["id"] for upload in page["uploads"]] == [ids[2], ids[1]]
    assert [upload["id"] for upload in rest["uploads"]] == [ids[0]]
    assert rest["next_cursor"] is None
    assert len(list_files(directory)) == 3


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    counts = []
    for _ in range(3):
        send(client)
        counts.append(count_queries(client, PATH))
    assert counts == counts[:1] * 3


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"", 400),
        (FORM, b"--b--\r\n", 422),
    ],
)
def test_other_bodies_are_refused(
    client: Client, content_type: str, body: bytes, status: int
) -> None:
    response = client.generic("POST", PATH, body, CONTENT_TYPE=content_type)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_file_over_the_quota_is_not_stored(
    client: Client, directory: Path, settings: Any
) -> None:
    settings.UPLOAD_QUOTA_BYTES = len(PDF)
    assert send(client).status_code == 201
    response = send(client)
    assert (response.status_code, response.json()["code"]) == (409, "quota_exceeded")
    assert len(client.get(PATH).json()["uploads"]) == 1
    assert len(list_files(directory)) == 1


def test_a_file_that_is_lost_is_not_found(client: Client, directory: Path) -> None:
    path = send(client).headers["Location"]
    (directory / list_files(directory).pop()).unlink()
    assert client.get(f"{path}/content").status_code == 404


def test_a_full_disk_leaves_no_part_of_a_file(
    client: Client, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("os.fdopen", fail)
    with pytest.raises(OSError, match="No space"):
        send(client)
    assert list_files(directory) == set()
