"""Logs: one JSON object a line in production, readable text in development."""

import logging
import sys

import structlog
from structlog.typing import Processor


def configure_logging(*, level: str, json_lines: bool) -> None:
    """Send what structlog and the standard library log to stdout, in one form.

    Values that are bound with `structlog.contextvars`, such as the request id, are in
    every line of that request.
    """
    number = logging.getLevelNamesMapping()[level]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.StackInfoRenderer(),
    ]
    form: list[Processor]
    colors = sys.stdout.isatty()
    form = [structlog.dev.ConsoleRenderer(timestamp_key="time", colors=colors)]
    if json_lines:
        json = structlog.processors.JSONRenderer()
        form = [structlog.processors.format_exc_info, json]
    structlog.configure(
        processors=[*shared, *form],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )

    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *form],
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=number, force=True)
    logging.captureWarnings(capture=True)
