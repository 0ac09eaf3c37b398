from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from structlog.testing import capture_logs

from app.mail import Mailer, PostBox, smtp
from app.settings import Settings

MAIL = {"to": "ada@example.org", "subject": "Tea", "text": "It is ready ☕\n"}


async def test_mail_goes_out_when_the_request_has_succeeded(
    app: FastAPI, client: AsyncClient
) -> None:
    sent = app.state.mailer.transport.sent

    @app.post("/brew")
    async def brew(post: PostBox, *, fail: bool = False) -> int:
        post.add(**MAIL)
        if fail:
            raise RuntimeError
        return len(sent)

    assert (await client.post("/brew?fail=true")).status_code == 500
    assert (await client.post("/brew")).json() == 0
    (mail,) = sent
    assert (mail["To"], mail["From"]) == ("ada@example.org", "no-reply@localhost")
    assert mail.get_content() == MAIL["text"]
    assert {"Date", "Message-ID", "Auto-Submitted"} <= set(mail.keys())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail", {"port": 587, "use_tls": False, "start_tls": None}),
        ("smtp://a%40b:c%2Fd@mail:25", {"username": "a@b", "password": "c/d"}),
        ("smtp://a:b@mail", {"port": 587, "use_tls": False, "start_tls": True}),
        ("smtps://a:b@mail", {"port": 465, "use_tls": True, "start_tls": None}),
    ],
)
def test_mail_goes_where_the_url_says(url: str, expected: dict[str, Any]) -> None:
    used = smtp(url).keywords
    assert {"hostname": "mail", **expected}.items() <= used.items()


async def test_a_server_that_fails_is_told_to_the_log(settings: Settings) -> None:
    update = {"environment": "production", "mail_url": "smtp://127.0.0.1:1"}
    with capture_logs() as lines:
        await Mailer(settings.model_copy(update=update)).send(**MAIL)
    assert [line["event"] for line in lines] == ["mail_failed"]


async def test_without_a_server_mail_is_shown_to_developers_alone(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for environment, shown in (("development", True), ("production", False)):
        mailer = Mailer(settings.model_copy(update={"environment": environment}))
        with capture_logs() as lines:
            await mailer.send(**MAIL)
        assert (MAIL["text"] in capsys.readouterr().out) == shown
        assert [line["event"] for line in lines] == ([] if shown else ["mail_not_sent"])
