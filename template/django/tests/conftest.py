"""Tests run with the environment "test", on a database that they make and drop."""

import os
from collections.abc import Callable
from typing import Any
from unittest.mock import Mock
from wsgiref.util import setup_testing_defaults

import django
import pytest

from config.environment import Environment

# Settings of the service that a developer's environment happens to have.
for name in list(os.environ):
    if name.lower() in Environment.model_fields:
        del os.environ[name]
os.environ["ENVIRONMENT"] = "test"
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()


Serve = Callable[..., tuple[str, dict[str, str]]]


@pytest.fixture
def serve(db: None) -> Serve:  # noqa: ARG001 - a request opens the database
    """Call the WSGI application as the server does; return status and headers."""
    from config.wsgi import application  # noqa: PLC0415 - after the set-up

    def call(path: str = "/", **environ: Any) -> tuple[str, dict[str, str]]:
        environ = {"PATH_INFO": path, "HTTP_HOST": "localhost"} | environ
        setup_testing_defaults(environ)
        start = Mock()
        answer: Any = application(environ, start)
        list(answer)
        answer.close()
        status, headers = start.call_args.args
        return status, dict(headers)

    return call
