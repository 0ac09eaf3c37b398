"""Tests the API against its OpenAPI document with Schemathesis."""

import json
import math
import os
import re
from pathlib import Path

import pytest

from tests.conftest import find_program
from tests.contract.client import Client, Person
from tests.starters.harness import HOST, Project, run, running_service
from tests.starters.selection import SCHEMA

# The same cases in each run. CONTRIBUTING.md describes how to send more, random ones.
MORE_CASES = os.environ.get("TRIVET_SCHEMATHESIS_CASES")
CASES = int(MORE_CASES or "200")
GENERATION = (
    ("--generation-database", "none") if MORE_CASES else ("--generation-deterministic",)
)
# Input that a schema cannot describe as invalid: an expired or unknown token, a common
# password, an address with an impossible domain, a file of an unsupported type.
SETTINGS = """
[[operations]]
include-path-regex = "/auth/(confirm|password|register|reset|reset/confirm)$"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 422, 429]

[[operations]]
include-path-regex = "/uploads$"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 409, 422]
"""
# Each request is from another client. Otherwise they would be rate limited.
HOOKS = """
import itertools, schemathesis
numbers = itertools.count(1)

@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(numbers)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    case.headers["X-Forwarded-For"] = address
"""


@pytest.mark.thorough
@pytest.mark.starters(SCHEMA)
def test_all_responses_are_documented_and_no_failure(
    project: Project, tmp_path: Path
) -> None:
    accounts = "accounts" in project.starter.features
    (tmp_path / "schemathesis.toml").write_text(SETTINGS)
    (tmp_path / "hooks.py").write_text(HOOKS)
    database = project.new_database()
    with running_service(project, database.url, API_DOCS="true") as service:
        headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
        if accounts:
            person = Person(service)
            person.register_and_confirm()
            headers["Authorization"] = f"Bearer {person.sign_in()['access_token']}"
        with Client(service, anonymous=True) as client:
            schema = client.get("/api/openapi.json").json()
        (tmp_path / "openapi.json").write_text(json.dumps(schema))
        operations = sum(map(len, schema["paths"].values()))
        # Operations without a body run out of different input, so others send more.
        examples = math.ceil(1.2 * CASES / operations)
        output = run(
            [
                find_program("st"),
                *("--config-file", "schemathesis.toml", "run", "openapi.json"),
                *("--url", f"http://127.0.0.1:{service.port}", "--no-color"),
                *("--checks", "all", "--max-examples", examples),
                *("--continue-on-failure", *GENERATION),
                *("--exclude-path", "/api/v1/events"),  # an endless stream
                *(part for pair in headers.items() for part in ("-H", ": ".join(pair))),
            ],
            tmp_path,
            project.system_settings()
            | {"SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": "."},
        )
        assert "Traceback" not in service.output
    found = re.search(r"(\d+) generated, (\d+) passed", output)
    assert found, output
    assert int(found[1]) >= CASES
