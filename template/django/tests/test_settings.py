import runpy
from pathlib import Path
from typing import Any

import pytest
from environs import Env

SETTINGS = Path(__file__).parent.parent / "config" / "settings.py"
GOOD = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "kettle-harbour-violin-meadow-quartz-71",
    "ALLOWED_HOSTS": "example.com, .example.net",
    "DATABASE_URL": "sqlite:////data/service.sqlite3",
}


def start(monkeypatch: pytest.MonkeyPatch, **wrong: str) -> dict[str, Any]:
    monkeypatch.setattr(Env, "read_env", lambda *_, **__: False)
    monkeypatch.setattr("app.logging.configure_logging", lambda **_: None)
    for name, value in (GOOD | wrong).items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(SETTINGS))


def test_production_starts_with_all_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = start(monkeypatch)
    assert settings["ALLOWED_HOSTS"] == ["example.com", ".example.net"]
    assert settings["SECURE_SSL_REDIRECT"]


@pytest.mark.parametrize("secret", ["", "short", "change-me" * 9])
def test_production_refuses_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    named = r"^[^\n]*SECRET_KEY[^\n]*ALLOWED_HOSTS[^\n]*DATABASE_URL[^\n]*\.$"
    with pytest.raises(SystemExit, match=named):
        start(monkeypatch, SECRET_KEY=secret, ALLOWED_HOSTS="*", DATABASE_URL="db")
