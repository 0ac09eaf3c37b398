from typing import Any

import pytest
from django.core.mail import EmailMessage, mailers
from structlog.testing import capture_logs

from app.mail.configuration import parse_mail_url

TEXT = "It is ready \u2615"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail", {"port": 587, "use_ssl": False, "use_tls": False}),
        ("smtp://a%40b:c%2Fd@mail:25", {"username": "a@b", "password": "c/d"}),
        ("smtp://a:b@mail", {"port": 587, "use_ssl": False, "use_tls": True}),
        ("smtps://a:b@mail", {"port": 465, "use_ssl": True, "use_tls": False}),
    ],
)
def test_the_url_says_how_to_reach_the_server(
    url: str, expected: dict[str, Any]
) -> None:
    mailer = parse_mail_url(url, production=True)
    assert mailer["BACKEND"] == SMTP
    assert {"host": "mail", **expected}.items() <= mailer["OPTIONS"].items()


@pytest.mark.parametrize("production", [False, True])
def test_without_a_server_only_developers_see_emails(
    settings: Any, capsys: pytest.CaptureFixture[str], *, production: bool
) -> None:
    settings.MAILERS = {"default": parse_mail_url("", production=production)}
    with capture_logs() as logs:
        EmailMessage("Tea", TEXT, to=["ada@example.org"]).send()
    assert (TEXT in capsys.readouterr().out) is not production
    discarded = ["email_discarded"] if production else []
    assert [entry["event"] for entry in logs] == discarded


def test_the_url_of_a_mail_server_is_understood_by_django(settings: Any) -> None:
    settings.MAILERS = {"default": parse_mail_url("smtp://a:b@mail", production=True)}
    backend: Any = mailers.default
    assert (backend.host, backend.username, backend.use_tls) == ("mail", "a", True)
