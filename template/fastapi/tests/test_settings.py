from pathlib import Path

import pytest

from app.settings import load_settings

GOOD = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "0123456789abcdef" * 2,
    "ALLOWED_HOSTS": "example.com, .example.net",
    "DATABASE_URL": "postgresql://db/app",
}


def start(monkeypatch: pytest.MonkeyPatch, **wrong: str) -> tuple[str, ...]:
    monkeypatch.setattr("app.settings.PROJECT", Path("/nowhere"))
    for name, value in (GOOD | wrong).items():
        monkeypatch.setenv(name, value)
    return load_settings().allowed_hosts


def test_production_starts_with_all_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert start(monkeypatch) == ("example.com", ".example.net")


@pytest.mark.parametrize("secret", ["", "short", "change-me" * 9])
def test_production_refuses_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    named = r"^The [^\n]*SECRET_KEY[^\n]*ALLOWED_HOSTS[^\n]*DATABASE_URL[^\n]*\.$"
    with pytest.raises(SystemExit, match=named):
        start(monkeypatch, SECRET_KEY=secret, ALLOWED_HOSTS="*", DATABASE_URL="db")
