from collections.abc import Callable
from typing import Any
from unittest.mock import MagicMock

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_mail import Message
from structlog.testing import capture_logs

from app.extensions import mail
from app.mail import mailers
from app.mail.mailers import mail_config
from app.settings import Settings

STEPS = {"starttls", "login", "sendmail"}
TEXT = "It is ready ☕"


def send(app: Flask) -> None:
    with app.app_context():
        mail.send(Message("Tea", recipients=["ada@example.org"], body=TEXT))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail", {"PORT": 587, "USE_SSL": False, "USERNAME": ""}),
        ("smtp://a%40b:c%2Fd@mail:25", {"USERNAME": "a@b", "PASSWORD": "c/d"}),
        ("smtps://a:b@mail", {"PORT": 465, "USE_SSL": True}),
    ],
)
def test_the_url_says_how_to_reach_the_server(
    settings: Settings, url: str, expected: dict[str, Any]
) -> None:
    config = mail_config(settings.model_copy(update={"mail_url": url}))
    assert config["MAIL_SERVER"] == "mail"
    assert {name: config[f"MAIL_{name}"] for name in expected} == expected


@pytest.mark.parametrize(
    ("url", "offers_tls", "steps"),
    [
        ("smtp://mail", False, ["sendmail"]),
        ("smtp://mail", True, ["starttls", "sendmail"]),
        ("smtp://a:b@mail", False, ["starttls", "login", "sendmail"]),
        ("smtps://a:b@mail", False, ["login", "sendmail"]),
    ],
)
def test_certificates_are_verified_and_no_connection_hangs(
    create_client: Callable[..., FlaskClient],
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    steps: list[str],
    *,
    offers_tls: bool,
) -> None:
    server = MagicMock()
    server.return_value.has_extn.return_value = offers_tls
    for name in ("SMTP", "SMTP_SSL"):
        monkeypatch.setattr(mailers, name, server)
    settings = {"environment": "production", "mail_url": url}
    send(create_client(**settings).application)
    called = [name for name, *_ in server.return_value.method_calls]
    assert [name for name in called if name in STEPS] == steps
    assert server.call_args.kwargs["timeout"]
    for call in (server.call_args, *server.return_value.starttls.call_args_list):
        if context := call.kwargs.get("context"):
            assert context.check_hostname


@pytest.mark.parametrize(
    ("environment", "is_printed"), [("development", True), ("production", False)]
)
def test_without_a_server_only_developers_see_emails(
    create_client: Callable[..., FlaskClient],
    capsys: pytest.CaptureFixture[str],
    environment: str,
    *,
    is_printed: bool,
) -> None:
    with capture_logs() as logs:
        send(create_client(environment=environment).application)
    assert (TEXT in capsys.readouterr().out) is is_printed
    assert [entry["event"] for entry in logs] == (
        [] if is_printed else ["email_discarded"]
    )
