import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests.queries import count_queries
from tests.uploads.helpers import PDF, list_files, pdf

pytestmark = pytest.mark.django_db


def send(client: Client, content: bytes = PDF) -> Any:
    return client.post("/uploads/", {"file": pdf("<b>.pdf", content)})


def test_a_file_is_uploaded_downloaded_and_deleted(
    client: Client, directory: Path, django_capture_on_commit_callbacks: Any
) -> None:
    assert "No files yet" in client.get("/uploads/").text
    assert send(client).headers["Location"] == "/uploads/"
    page = client.get("/uploads/").text
    assert "&lt;b&gt;.pdf” was uploaded." in page
    path, delete_path = re.findall(r'href="(/uploads/[^"]+)"', page)
    download: Any = client.get(path)
    assert b"".join(download.streaming_content) == PDF
    assert download.headers["Content-Disposition"].startswith("attachment;")
    assert "&lt;b&gt;.pdf" in client.get(delete_path).text
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(delete_path).status_code == 302
    assert client.get(path).status_code == 404
    assert list_files(directory) == set()


def test_the_number_of_queries_does_not_grow(client: Client) -> None:
    counts = []
    for _ in range(3):
        send(client)
        client.get("/uploads/")  # shows the message, which ends with it
        counts.append(count_queries(client, "/uploads/"))
    assert counts == counts[:1] * 3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"file": pdf(content=b"unknown")}, "Only GIF, JPEG, PNG and PDF"),
        ({"file": pdf(content=b"")}, "Only GIF, JPEG, PNG and PDF"),
        ({"other": "text"}, "This field is required."),
    ],
)
def test_an_error_is_shown_at_the_field(
    client: Client, directory: Path, fields: dict[str, Any], message: str
) -> None:
    page = client.post("/uploads/", fields).text
    assert message in page
    assert 'aria-describedby="id_file_helptext id_file_error"' in page
    assert list_files(directory) == set()


def test_a_file_over_the_quota_is_not_stored(
    client: Client, directory: Path, settings: Any
) -> None:
    settings.UPLOAD_QUOTA_BYTES = len(PDF)
    assert send(client).status_code == 302
    assert "no room left" in send(client).text
    assert len(list_files(directory)) == 1


def test_a_file_that_is_lost_is_not_found(client: Client, directory: Path) -> None:
    send(client)
    name = list_files(directory).pop()
    (directory / name).unlink()
    assert client.get(f"/uploads/{UUID(name)}").status_code == 404


def test_long_lists_are_divided_into_pages(client: Client) -> None:
    for _ in range(21):
        send(client)
    page = client.get("/uploads/").text
    rest = client.get("/uploads/?page=2").text
    assert (page.count("/delete"), rest.count("/delete")) == (20, 1)
