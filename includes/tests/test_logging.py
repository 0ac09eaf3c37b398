import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from app.logging import configure_logging


@contextmanager
def configured(*, json_lines: bool) -> Iterator[None]:
    """Configure logging, and restore it at the end: other tests capture logs."""
    root, configuration = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    root.handlers = []
    configure_logging(level="INFO", json_lines=json_lines)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers = handlers
        root.setLevel(level)
        structlog.configure(**configuration)


def test_production_logs_one_json_object_a_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with configured(json_lines=True), bound_contextvars(request_id="a-1"):
        structlog.get_logger().info("tea_made", cups=2)
        structlog.get_logger().debug("not_logged")
        logging.getLogger("library").warning("It is %s.", "hot")
    made, hot = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert (made["event"], made["level"], made["cups"]) == ("tea_made", "info", 2)
    assert (hot["event"], hot["logger"]) == ("It is hot.", "library")
    assert made["request_id"] == hot["request_id"] == "a-1"


def test_a_traceback_is_part_of_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    with configured(json_lines=True):
        structlog.get_logger().error("failed", exc_info=RuntimeError("the reason"))
    (line,) = capsys.readouterr().out.splitlines()
    assert "RuntimeError: the reason" in json.loads(line)["exception"]


def test_developers_read_text(capsys: pytest.CaptureFixture[str]) -> None:
    with configured(json_lines=False):
        structlog.get_logger().info("tea_made", cups=2)
    text = capsys.readouterr().out
    assert "tea_made" in text
    assert not text.startswith("{")
