"""Uploads: only the owner has access, and downloads are harmless."""

import contextlib
import os
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx2
import playwright.sync_api as playwright
import pytest

from tests.contract.client import (
    MEBIBYTE,
    MEMBER,
    ORIGIN,
    OTHER_MEMBER,
    UPLOADS,
    Browser,
    Call,
    Client,
    Person,
    RawConnection,
    call_concurrently,
    check_problem,
    database_with_members,
    request_head,
    send_chunked,
    send_raw,
)
from tests.contract.differences import Conventions
from tests.contract.test_appearance import check_appearance, chromium
from tests.starters.harness import (
    Project,
    Service,
    run,
    running_server,
    running_service,
)

__all__ = ["chromium"]  # a fixture

pytestmark = pytest.mark.features("uploads", "api")

PDF = b"%PDF-1.7\n"
QUOTA = 200_000
BOUNDARY = "boundary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
BEFORE = (
    f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
    'name="file"; filename="a.pdf"\r\n\r\n'
).encode()
AFTER = f"\r\n--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def service_with_small_quota(project: Project, directory: Path) -> Iterator[Service]:
    """Run a server with a small quota and a temporary directory for uploads."""
    settings = {"UPLOADS_DIR": str(directory), "UPLOAD_QUOTA_BYTES": str(QUOTA)}
    database = database_with_members(project)
    with running_server(project, database.url, **settings) as service:
        yield service


def send(client: Client, content: bytes, name: str = "a.pdf") -> httpx2.Response:
    return client.post(UPLOADS, files={"file": (name, content, "image/png")})


def upload_file(
    client: Client, content: bytes = PDF, name: str = "a.pdf"
) -> dict[str, Any]:
    response = send(client, content, name)
    assert response.status_code == 201, response.text
    upload: dict[str, Any] = response.json()
    assert response.headers["location"] == f"{UPLOADS}/{upload['id']}"
    return upload


def list_uploads(client: Client) -> list[dict[str, Any]]:
    uploads: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 5}
    while query.get("cursor", "first"):
        page = client.get(UPLOADS, params=query).json()
        uploads += page["uploads"]
        query["cursor"] = page["next_cursor"]
    return uploads


def create_png(width: int, height: int) -> bytes:
    """Return a PNG file whose header has this size."""
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * 100)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data))
        + kind
        + data
        + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


@pytest.mark.database
def test_an_uploaded_file_is_downloaded_as_a_sandboxed_attachment(
    client: Client,
) -> None:
    content = PDF + b"<script>alert(1)</script>" * 1000
    upload = upload_file(client, content, "page.html")
    assert (upload["name"], upload["size"]) == ("page.html", len(content))
    assert upload["type"] == "application/pdf"
    assert upload in list_uploads(client)
    path = f"{UPLOADS}/{upload['id']}"
    assert client.get(path).json() == upload
    answer = client.get(f"{path}/content")
    assert answer.content == content
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert client.delete(path).status_code == 204
    for method, gone in (("GET", path), ("GET", f"{path}/content"), ("DELETE", path)):
        check_problem(client.request(method, gone), 404)
    assert upload not in list_uploads(client)


REFUSED_CONTENT = {
    "empty": b"",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "cut png": b"\x89PNG\r\n\x1a\n",
    "elf": b"\x7fELF" + b"\0" * 100,
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "more than 25 megapixels": create_png(5001, 5000),
    "decompression bomb": create_png(2**31 - 1, 2**31 - 1),
    "no pixels": create_png(0, 0),
}


def test_the_type_is_detected_from_the_content(
    client: Client, subtests: pytest.Subtests
) -> None:
    before = list_uploads(client)
    for kind, content in REFUSED_CONTENT.items():
        with subtests.test(kind=kind):
            check_problem(send(client, content, "picture.png"), 422)
            assert list_uploads(client) == before


def test_a_picture_of_25_megapixels_is_accepted(client: Client) -> None:
    assert upload_file(client, create_png(5000, 5000), "a.txt")["type"] == "image/png"


def test_a_file_name_is_only_text(client: Client, subtests: pytest.Subtests) -> None:
    for name, shown in (
        ("../../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\plan.pdf", "plan.pdf"),
        ('a"; filename=b.exe', None),
        ("caf\u00e9 \u4e16\u754c.pdf", "caf\u00e9 \u4e16\u754c.pdf"),
        ("gpj\u202efdp.exe", "gpjfdp.exe"),
        ("x" * 500, "x" * 100),
    ):
        with subtests.test(name=name, shown=shown):
            upload = upload_file(client, name=name)
            assert shown is None or upload["name"] == shown
            assert 1 <= len(upload["name"]) <= 255
            answer = client.get(f"{UPLOADS}/{upload['id']}/content")
            raw = answer.headers["content-disposition"]
            disposition = unquote(raw)
            assert disposition.startswith("attachment")
            assert not set(disposition) & {"\r", "\n", "\0", "\u202e"}
            # A name that is not ASCII may be sent in both forms of RFC 6266.
            forms = 2 if "; filename=" in raw and "; filename*=" in raw else 1
            in_name = upload["name"].count("filename")
            assert disposition.count("filename") == forms + in_name


def test_a_file_whose_name_is_no_name(client: Client, conventions: Conventions) -> None:
    response = send(client, PDF, "..")
    assert response.status_code == conventions.unnamed_file_status


def test_uploads_up_to_ten_mebibytes_are_accepted(
    service: Service, client: Client
) -> None:
    upload = upload_file(client, PDF + b"0" * (9 * MEBIBYTE))
    content = client.get(f"{UPLOADS}/{upload['id']}/content").content
    assert len(content) == upload["size"]
    client.delete(f"{UPLOADS}/{upload['id']}")
    length = str(10 * MEBIBYTE + 1)
    request = request_head("POST", UPLOADS, Content_Length=length, Content_Type=FORM)
    assert send_raw(service, request).status == 413
    pieces = [BEFORE + PDF, *[b"0" * 65_536] * 400, AFTER]
    answer = send_chunked(service, UPLOADS, pieces, Content_Type=FORM)
    assert answer.status == 413
    assert answer.sent < 16 * MEBIBYTE


def test_a_request_without_a_file_is_refused(
    client: Client, conventions: Conventions
) -> None:
    for content_type, body, status in (
        ("application/json", b"{}", 415),
        ("multipart/form-data", b"", 400),
        (FORM, b"nonsense", conventions.malformed_form_status),
        (FORM, BEFORE.replace(b'"file"', b'"other"') + PDF + AFTER, 422),
        (FORM, BEFORE.replace(b'; filename="a.pdf"', b"") + PDF + AFTER, 422),
        (FORM, f"--{BOUNDARY}--\r\n".encode(), 422),
    ):
        headers = {"Content-Type": content_type}
        check_problem(client.post(UPLOADS, content=body, headers=headers), status)


@pytest.mark.thorough
def test_files_are_deleted_with_their_rows(
    service_with_small_quota: Service, directory: Path
) -> None:
    with Client(service_with_small_quota) as client:
        upload = upload_file(client)
        (kept,) = directory.iterdir()
        assert "a.pdf" not in kept.name
        assert kept.read_bytes() == PDF
        client.delete(f"{UPLOADS}/{upload['id']}")
        assert not list(directory.iterdir())


@pytest.mark.thorough
def test_a_truncated_upload_leaves_no_file(
    service_with_small_quota: Service, directory: Path
) -> None:
    with Client(service_with_small_quota) as client:
        request = request_head(
            "POST", UPLOADS, Content_Length="2000000", Content_Type=FORM
        )
        for sent in (BEFORE + PDF, BEFORE + PDF + b"0" * 1_500_000):
            with RawConnection(service_with_small_quota) as connection:
                connection.send(request)
                connection.send(sent)
                connection.finish_sending()
                assert connection.read("POST").status in {0, 400, 408}
        assert list_uploads(client) == []
        assert not list(directory.iterdir())


@pytest.mark.thorough
@pytest.mark.database
def test_a_quota_holds_for_simultaneous_uploads(
    service_with_small_quota: Service, directory: Path
) -> None:
    with Client(service_with_small_quota) as client, ThreadPoolExecutor(8) as pool:
        content = PDF + b"0" * (QUOTA // 4)
        answers = list(pool.map(lambda _: send(client, content), range(8)))
        statuses = [answer.status_code for answer in answers]
        assert set(statuses) <= {201, 409}
        assert statuses.count(201) <= 3
        while send(client, content).status_code == 201:
            pass
        check_problem(send(client, content), 409)
        uploads = list_uploads(client)
        assert len(uploads) == len(list(directory.iterdir())) == 3
        client.delete(f"{UPLOADS}/{uploads[0]['id']}")
        assert send(client, content).status_code == 201


@pytest.mark.database
def test_only_one_of_many_simultaneous_deletions_of_an_upload_gets_204(
    service: Service, client: Client
) -> None:
    path = f"{UPLOADS}/{upload_file(client)['id']}"
    calls: list[Call] = [lambda client: client.delete(path)] * 6
    assert call_concurrently(service, calls) == [204] + [404] * 5


@pytest.mark.thorough
@pytest.mark.features("accounts")
def test_a_file_belongs_to_the_user_who_uploaded_it(
    service_with_small_quota: Service,
) -> None:
    owner, other, unregistered = (
        Person(service_with_small_quota, MEMBER),
        Person(service_with_small_quota, OTHER_MEMBER),
        Person(service_with_small_quota),
    )
    content = PDF + b"0" * (QUOTA - 1000)
    upload = upload_file(owner.sign_in_client(), content)
    assert list_uploads(other.sign_in_client()) == []
    path = f"{UPLOADS}/{upload['id']}"
    for method, at in (("GET", path), ("GET", f"{path}/content"), ("DELETE", path)):
        check_problem(other.sign_in_client().request(method, at), 404)
        check_problem(unregistered.client.request(method, at), 401)
    check_problem(unregistered.client.get(UPLOADS), 401)
    upload_file(other.sign_in_client(), content)  # each user has a separate quota
    check_problem(send(owner.sign_in_client(), content), 409)


def uploader(service: Service) -> Client:
    """Return the client of a new user, or any client if there are no accounts."""
    if "accounts" not in service.project.starter.features:
        return Client(service)
    person = Person(service)
    person.register_and_confirm()
    return person.sign_in_client()


@pytest.mark.thorough
def test_a_file_without_a_row_is_deleted_by_a_sweep(
    project: Project, directory: Path, conventions: Conventions
) -> None:
    """Such files remain after a crash, and when a user is deleted."""
    directory.mkdir()
    young, old, foreign = (directory / name for name in ("1" * 32, "2" * 32, "notes"))
    for path in (young, old, foreign):
        path.write_bytes(PDF)
    for path in (old, foreign):
        os.utime(path, (0, 0))
    # New, as the worker that sent emails to the members has swept for today.
    database = project.new_database()
    settings = {"UPLOADS_DIR": str(directory)}
    with (
        running_service(project, database.url, **settings) as service,
        uploader(service) as client,
    ):
        url = f"{UPLOADS}/{upload_file(client)['id']}/content"
        if not project.has_tasks:
            project.poe("sweep-uploads", DATABASE_URL=database.url, **settings)
        elif conventions.enqueue_sweep:
            command = [project.python, *conventions.enqueue_sweep]
            run(command, project.directory, service.settings)
        end = time.monotonic() + 15
        while old.exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert client.get(url).content == PDF
    assert not old.exists()
    assert young.exists()
    assert foreign.exists()


@pytest.mark.features("accounts")
def test_anonymous_uploads_are_refused_before_they_are_read(service: Service) -> None:
    for credentials in (None, "Bearer nonsense"):
        with RawConnection(service) as connection:
            connection.started_sending = True  # so that it sends no credentials
            connection.send(
                request_head(
                    "POST",
                    UPLOADS,
                    Content_Length=str(9 * MEBIBYTE),
                    Content_Type=FORM,
                    Authorization=credentials,
                )
            )
            connection.send(BEFORE + PDF)
            assert connection.has_answer(5)
            assert connection.read("POST").status == 401


def resident(service: Service) -> int:
    """Return the resident memory of the server in bytes."""
    status = Path(f"/proc/{service.process.pid}/statm").read_text("ascii")
    return int(status.split()[1]) * 4096


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_files_are_not_read_into_memory_as_a_whole(
    service: Service, client: Client
) -> None:
    client.delete(f"{UPLOADS}/{upload_file(client)['id']}")
    before = resident(service)
    body = BEFORE + PDF + b"0" * (9 * MEBIBYTE)
    request = request_head(
        "POST",
        UPLOADS,
        Content_Length=str(len(body) + len(AFTER)),
        Content_Type=FORM,
    )
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(service)) for _ in range(8)]
        for connection in connections:
            connection.send(request)
            assert connection.send(body)
        grown = resident(service) - before
        for connection in connections:
            connection.send(AFTER)
            assert connection.read("POST").status == 201
    assert grown < 8 * 4 * MEBIBYTE
    for upload in list_uploads(client):
        client.delete(f"{UPLOADS}/{upload['id']}")


@pytest.mark.features("pages")
class TestPages:
    """The pages of uploads."""

    @staticmethod
    def submit(
        client: Client, path: str, files: dict[str, Any] | None = None
    ) -> httpx2.Response:
        """Send the form of a page, with its hidden fields."""
        browser = Browser(client)
        page = browser.page(path)
        form = page.form(*files or {})
        hidden = {name: form.values[name] for name in form.values if name != "file"}
        headers = {"Accept": "text/html", "Origin": ORIGIN, "Referer": page.url}
        cookies = [f"{name}={value}" for name, value in browser.cookies.items()]
        if cookies:
            headers["Cookie"] = "; ".join(cookies)
        return client.post(path, data=hidden, files=files, headers=headers)

    def test_a_file_is_uploaded_downloaded_and_deleted(self, client: Client) -> None:
        files = {"file": ("<i>plan.pdf", PDF)}
        response = self.submit(client, "/uploads/", files)
        assert response.status_code in {302, 303}
        page = client.get("/uploads/").text
        assert "&lt;i&gt;plan.pdf" in page
        (upload, *_) = list_uploads(client)
        answer = client.get(f"/uploads/{upload['id']}")
        assert answer.content == PDF
        assert answer.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in answer.headers["content-security-policy"]
        deleted = self.submit(client, f"/uploads/{upload['id']}/delete")
        assert deleted.status_code in {302, 303}
        assert upload not in list_uploads(client)

    def test_other_sites_cannot_upload_or_delete(self, client: Client) -> None:
        upload = upload_file(client)
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        for path in ("/uploads/", f"/uploads/{upload['id']}/delete"):
            answer = client.post(path, files={"file": PDF}, headers=headers)
            assert answer.status_code == 403
        assert upload in list_uploads(client)

    def test_the_pages_are_accessible_and_fit_the_screen(
        self, chromium: playwright.Browser, service: Service, client: Client
    ) -> None:
        upload = upload_file(client, name=f"{'Donaudampfschiff' * 5}.pdf")
        paths = ["/uploads/", f"/uploads/{upload['id']}/delete"]
        check_appearance(chromium, service, Browser(client), paths)
