import pytest
from structlog.testing import capture_logs

from app import repeated_warnings
from app.repeated_warnings import RepeatedWarning


def test_a_warning_is_logged_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    warning = RepeatedWarning("redis_unavailable")
    with capture_logs() as lines:
        for seconds in (100.0, 159.0, 161.0):
            monkeypatch.setattr(repeated_warnings, "monotonic", lambda s=seconds: s)
            warning.log(error=f"at {seconds}")
    assert [line["error"] for line in lines] == ["at 100.0", "at 161.0"]
    assert {line["event"] for line in lines} == {"redis_unavailable"}
