"""Follows the guide to social login, passkeys and second factors."""

import base64
import hmac
import json
import re
import shutil
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from tests.conftest import ROOT
from tests.contract.client import PASSWORD, Page, parse_page
from tests.starters.harness import (
    Project,
    Starter,
    developer_environment,
    development_server,
    run,
)

GUIDE = ROOT / "docs/how-to/add-social-login.md"
BLOCK = re.compile(r"([^\n]+):\n\n```(\w+)\n(.*?)```", re.DOTALL)
STAFF = "boss@example.org"


class Provider:
    """An OpenID Connect provider, at which one user is signed in."""

    def __init__(self) -> None:
        self.claims: dict[str, object] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                query = parse_qs(address.query)
                if address.path == "/authorize":
                    answer = urlencode({"code": "1", "state": query["state"][0]})
                    self.send_response(302)
                    target = f"{query['redirect_uri'][0]}?{answer}"
                    self.send_header("Location", target)
                    self.end_headers()
                elif address.path == "/userinfo":
                    self.send_json(provider.claims)
                else:
                    self.send_json(provider.configuration)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_json({"access_token": "token", "token_type": "Bearer"})

            def send_json(self, value: object) -> None:
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                """Print nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.configuration = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    Thread(target=provider.server.serve_forever, daemon=True).start()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def follow_guide(directory: Path) -> None:
    """Do what the guide says, in its order. Its commands run in a shell."""
    blocks = BLOCK.findall(GUIDE.read_text("utf-8"))
    for introduction, kind, code in blocks:
        if kind == "sh":
            run(["sh", "-euc", code], directory, developer_environment())
        else:
            (path,) = re.findall(r"`([\w./]+)`$", introduction)
            apply(directory / path, code)


def apply(path: Path, code: str) -> None:
    """Write a new file, or change an existing one as the guide says."""
    if not path.exists():
        path.write_text(code, "utf-8")
        return
    text = path.read_text("utf-8")
    imports, _, rest = code.rpartition("\n\n\n")
    match path.name:
        case "environment.py":
            text = text.replace("    @property\n", f"{code}\n    @property\n", 1)
        case "settings.py" | "pyproject.toml":
            text = f"{text}\n{code}"
        case "urls.py":
            text = re.sub(r'(?m)^.*"app\.accounts\.urls".*\n', rf"\g<0>{code}", text)
        case "views.py":
            text = re.sub(r"(?s)    def form_valid\(.*?\n\n", f"{rest}\n", text)
        case "api.py":
            text = re.sub(r"(?m)^.*service\.sign_in\(.*\n", rest, text)
        case _:
            last_line = text.splitlines()[-1]
            text = text.removesuffix(f"{last_line}\n") + f"{code}{last_line}\n"
    if imports:
        text = re.sub(r"(?m)^from ", f"{imports}\nfrom ", text, count=1)
    assert text != path.read_text("utf-8"), path
    path.write_text(text, "utf-8")


def calculate_code(secret: str) -> str:
    """Return what an authenticator app shows (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, int(time.time() // 30).to_bytes(8), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Visitor:
    """A browser without scripts."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookies = httpx2.Cookies()

    def get(self, path: str) -> Page:
        return self.request("GET", path)

    def request(
        self, method: str, path: str, data: dict[str, str] | None = None
    ) -> Page:
        headers = {"Origin": self.base} if method == "POST" else {}
        with httpx2.Client(
            base_url=self.base,
            cookies=self.cookies,
            follow_redirects=True,
            trust_env=False,
        ) as client:
            response = client.request(method, path, data=data, headers=headers)
            self.cookies = client.cookies
        self.path = response.url.path
        assert response.status_code in {200, 401}, response.text
        return parse_page(response)

    def submit(self, page: Page, *names: str, **fields: str) -> Page:
        """Fill in the form that has these fields and send it to where it is."""
        form = page.form(*names, *fields)
        address = urlsplit(page.url)
        target = form.element.get("action") or f"{address.path}?{address.query}"
        return self.request("POST", target, form.values | fields)

    def sign_in(self) -> Page:
        page = self.get("/accounts/sign-in")
        return self.submit(page, email=STAFF, password=PASSWORD)

    def sign_in_at_provider(self, query: str = "") -> Page:
        return self.submit(self.get(f"/accounts/oidc/provider/login/{query}"))

    def is_signed_in(self) -> bool:
        self.get("/accounts/profile")
        return self.path == "/accounts/profile"


@pytest.mark.thorough
@pytest.mark.starters(
    [Starter("django", ("accounts", "admin", "api", "mail", "pages"))]
)
@pytest.mark.skipif(sys.platform == "win32", reason="the steps are for a shell")
def test_the_steps_of_adding_social_login(
    project: Project, provider: Provider, tmp_path: Path
) -> None:
    directory = shutil.copytree(project.directory, tmp_path / "project")
    follow_guide(directory)
    copy = Project(project.starter, directory, directory / ".venv")
    copy.poe("create-admin", STAFF, typed=f"{PASSWORD}\n")
    (directory / ".env").write_text(f"OIDC_URL={provider.url}\n")
    with development_server(copy) as service:
        base = f"http://127.0.0.1:{service.port}"
        check_social_login(base, provider)
        check_second_factor(base)


def check_social_login(base: str, provider: Provider) -> None:
    page = Visitor(base).get("/accounts/sign-in")
    assert "Continue with the provider" in page.text
    assert page.by_id("passkey_login")
    provider.claims = {"sub": "1", "email": "grace@example.org"}
    refused = Visitor(base)
    assert "has not confirmed your email" in refused.sign_in_at_provider().text
    provider.claims |= {"email_verified": True}
    for _ in range(2):  # the first time it creates the account
        grace = Visitor(base)
        grace.sign_in_at_provider()
        assert "grace@example.org" in grace.get("/accounts/profile").text
        assert not refused.is_signed_in()
    provider.claims |= {"sub": "2", "email": STAFF}
    assert "This address has an account" in refused.sign_in_at_provider().text
    boss = Visitor(base)
    boss.sign_in()
    boss.sign_in_at_provider("?process=connect")
    refused.sign_in_at_provider()
    assert STAFF in refused.get("/accounts/profile").text


def check_second_factor(base: str) -> None:
    visitor = Visitor(base)
    visitor.sign_in()
    page = visitor.get("/accounts/2fa/totp/activate/")
    assert visitor.path == "/accounts/reauthenticate/"
    page = visitor.submit(page, password=PASSWORD)
    secret = page.by_id("authenticator_secret").get("value")
    visitor.submit(page, code=calculate_code(secret))
    assert visitor.path == "/accounts/2fa/recovery-codes/"
    codes = re.findall(
        r"\b\d{8}\b", visitor.get("/accounts/2fa/recovery-codes/").source
    )

    for start in ("/accounts/sign-in", "/admin/"):
        visitor = Visitor(base)
        page = visitor.get(start)
        name = "email" if start == "/accounts/sign-in" else "username"
        page = visitor.submit(page, **{name: STAFF, "password": PASSWORD})
        assert visitor.path == "/accounts/2fa/authenticate/"
        assert not visitor.is_signed_in()
        page = visitor.submit(page, code="00000000")
        assert not visitor.is_signed_in()
        visitor.submit(page, code=codes.pop())
        assert visitor.is_signed_in()
    form = {"username": STAFF, "password": PASSWORD}
    answer = httpx2.post(f"{base}/api/v1/auth/token", data=form, trust_env=False)
    assert answer.status_code == 403
