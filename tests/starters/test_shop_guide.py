"""Follows the guide for shops: the provider that it shows talks to a fake Stripe."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.starters.harness import Project, run
from tests.starters.selection import alone

GUIDE = ROOT / "docs/how-to/run-a-shop.md"
# In the project's tests, which have the factories of the shop.
TEST = """
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from oscar.apps.order.models import Order

from app.shop.payments.providers import Money, load_provider
from tests.shop.factories import create_product, go_to_preview, place_order

CALLS: list[tuple[str, str, dict[str, list[str]], str]] = []
SESSION = {
    "id": "cs_1",
    "object": "checkout.session",
    "status": "open",
    "url": "https://checkout.stripe.example/1",
    "payment_intent": "pi_1",
}


class FakeStripe(BaseHTTPRequestHandler):
    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        key = self.headers.get("Idempotency-Key", "")
        CALLS.append((self.command, self.path.split("?")[0], parse_qs(body), key))
        content = json.dumps(SESSION).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = answer

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(autouse=True)
def stripe(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), FakeStripe)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("STRIPE_API", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("STRIPE_SECRET_KEY", "sk_test_1")
    monkeypatch.setenv("STRIPE_WEBHOOK_SECRET", "whsec_1")
    settings.PAYMENT_PROVIDER = "app.shop.payments.stripe_checkout.StripeProvider"
    load_provider.cache_clear()
    CALLS.clear()
    SESSION["status"] = "open"
    yield
    load_provider.cache_clear()
    server.shutdown()
    server.server_close()


def send_event(client: Client, secret: str) -> int:
    body = json.dumps(
        {"id": "evt_1", "object": "event", "type": "checkout.session.completed",
         "data": {"object": SESSION}}
    )
    now = str(int(time.time()))
    signed = hmac.new(secret.encode(), f"{now}.{body}".encode(), hashlib.sha256)
    return client.post(
        "/shop/checkout/stripe/",
        body,
        content_type="application/json",
        headers={"Stripe-Signature": f"t={now},v1={signed.hexdigest()}"},
    ).status_code


def test_a_signed_event_places_the_order_once(visitor: Client) -> None:
    page = go_to_preview(visitor, create_product(), "guest@example.org")
    page = place_order(visitor, page, {})
    assert SESSION["url"] in page.text
    method, path, fields, key = CALLS[0]
    assert (method, path) == ("POST", "/v1/checkout/sessions")
    assert fields["line_items[0][price_data][unit_amount]"] == ["850"]
    assert fields["payment_intent_data[capture_method]"] == ["manual"]
    assert fields["success_url"][0].endswith(f"/shop/checkout/payment/{key}/")
    SESSION["status"] = "complete"
    assert send_event(Client(), "whsec_other") == 400
    assert not Order.objects.exists()
    assert send_event(Client(), "whsec_1") == send_event(Client(), "whsec_1") == 204
    assert Order.objects.get().sources.get().reference == "cs_1"


def test_amounts_are_taken_released_and_given_back() -> None:
    provider = load_provider("app.shop.payments.stripe_checkout.StripeProvider")
    money = Money(Decimal("8.50"), "EUR")
    provider.capture("key-1", "cs_1", money)
    assert CALLS[-1][1:] == (
        "/v1/payment_intents/pi_1/capture", {"amount_to_capture": ["850"]}, "key-1"
    )
    provider.refund("key-2", "cs_1", Money(Decimal(850), "JPY"))
    assert CALLS[-1][2] == {"payment_intent": ["pi_1"], "amount": ["850"]}
    provider.cancel("key", "cs_1")
    assert CALLS[-1][1] == "/v1/checkout/sessions/cs_1/expire"
    SESSION["status"] = "complete"
    provider.cancel("key", "cs_1")
    assert CALLS[-1][1] == "/v1/payment_intents/pi_1/cancel"
"""


@pytest.mark.thorough
@pytest.mark.starters([alone("django", "shop")])
@pytest.mark.skipif(sys.platform == "win32", reason="the steps are for a shell")
def test_the_provider_of_the_guide_for_shops(project: Project, tmp_path: Path) -> None:
    directory = shutil.copytree(project.directory, tmp_path / "shop")
    text = GUIDE.read_text("utf-8").split("## Stripe")[1]
    (add,) = re.findall(r"(?ms)^```sh\n(.*?)^```", text)
    (provider,) = re.findall(r"(?ms)^```python\n(.*?)^```", text)
    (url,) = re.findall(r"`(path\(.*?\))`", text)
    environment = project.environment() | {
        "UV_PROJECT_ENVIRONMENT": str(tmp_path / "environment"),
        "VIRTUAL_ENV": "",
    }
    run(["sh", "-euc", add], directory, environment)
    (directory / "app/shop/payments/stripe_checkout.py").write_text(provider, "utf-8")
    urls = directory / "app/shop/urls.py"
    statement = "from app.shop.payments.stripe_checkout import webhook"
    code = urls.read_text("utf-8")
    code = code.replace("\ncheckout = [\n", f"\ncheckout = [\n{url},\n")
    code = code.replace("from app.uploads", f"{statement}\nfrom app.uploads", 1)
    urls.write_text(code, "utf-8")
    (directory / "tests/shop/test_stripe_checkout.py").write_text(TEST, "utf-8")
    command = [
        "uv",
        "run",
        "pytest",
        "-q",
        "--no-cov",
        "tests/shop/test_stripe_checkout.py",
    ]
    run(command, directory, environment)
