"""Stores uploads of a Django project in a bucket of an S3-compatible service."""

import os
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

import pytest

from tests.contract.client import UPLOADS, Client
from tests.starters.harness import Project, running_server
from tests.starters.selection import alone

PDF = b"%PDF-1.7 and so on" * 10_000
KEY, LOST_KEY = "access-key", "0" * 32
LONG_AGO = "2026-01-01T00:00:00.000Z"


class ObjectStorage(ThreadingHTTPServer):
    """The requests of S3 that files need, for one bucket in memory."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.url = f"s3+http://{KEY}:secret@127.0.0.1:{self.server_port}/files"


class Handler(BaseHTTPRequestHandler):
    server: ObjectStorage

    def serve(self) -> None:
        assert f"Credential={KEY}/" in self.headers["Authorization"]
        name = unquote(urlsplit(self.path).path).removeprefix("/files").strip("/")
        objects = self.server.objects
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "PUT":
            objects[name] = body
            self.answer(200)
        elif self.command == "DELETE":
            objects.pop(name, None)
            self.answer(204)
        elif name in objects:
            self.answer(200, objects[name])
        elif name:
            self.answer(404)
        else:
            entry = (
                f"<Contents><Key>{{}}</Key><LastModified>{LONG_AGO}</LastModified>"
                "<Size>1</Size></Contents>"
            )
            entries = "".join(map(entry.format, objects))
            listing = f"<ListBucketResult>{entries}</ListBucketResult>"
            self.answer(200, listing.encode())

    def do_DELETE(self) -> None:
        self.serve()

    def do_GET(self) -> None:
        self.serve()

    def do_HEAD(self) -> None:
        self.serve()

    def do_PUT(self) -> None:
        self.serve()

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"1"')
        self.send_header("Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Print nothing."""


@pytest.fixture
def storage() -> Iterator[ObjectStorage]:
    with ObjectStorage() as storage:
        Thread(target=storage.serve_forever, daemon=True).start()
        yield storage
        storage.shutdown()


@pytest.mark.thorough
@pytest.mark.starters([alone("django", "uploads")])
def test_files_are_stored_in_a_bucket(
    project: Project, storage: ObjectStorage, tmp_path: Path
) -> None:
    database = project.new_database()
    missing = os.fspath(tmp_path / "file/none")
    (tmp_path / "file").touch()
    settings = {"UPLOADS_URL": storage.url, "UPLOADS_DIR": missing}
    with (
        running_server(project, database.url, **settings) as service,
        Client(service) as client,
    ):
        files = {"file": ("plan.pdf", PDF, "application/pdf")}
        first, second = [client.post(UPLOADS, files=files).json() for _ in "ab"]
        names = {upload["id"].replace("-", "") for upload in (first, second)}
        assert storage.objects.keys() == names
        path = f"{UPLOADS}/{first['id']}"
        assert client.get(f"{path}/content").content == PDF
        assert client.delete(path).status_code == 204
        assert len(storage.objects) == 1
        storage.objects[LOST_KEY] = b"of a crash"
        environment = dict(service.settings) | {"ENVIRONMENT": "production"}
        output = project.poe("-q", "sweep-uploads", **environment)
        assert re.search("1 files and 0 rows deleted", output)
        assert client.get(f"{UPLOADS}/{second['id']}").status_code == 200
        storage.objects.clear()
        content = client.get(f"{UPLOADS}/{second['id']}/content")
        assert content.status_code == 404
