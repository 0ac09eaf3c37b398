"""Runs a service for each use case."""

import os
import sys
from pathlib import Path

import httpx2
import pytest

from tests.contract.client import PASSWORD, parse_page
from tests.starters.harness import (
    Project,
    developer_environment,
    development_server,
    run,
    uv,
)
from tests.starters.selection import (
    MODEL,
    USE_CASES,
    for_use_case,
)

# One for each framework is set up by the command. The others are in RUNNABLE.
SET_UP = {"rapid_development": "django", "small_web_app": "flask", "api": "fastapi"}
EMAIL = "boss@example.org"


def create_project(use_case: str, directory: Path, template: Path) -> str:
    """Create a project as the README says."""
    command = [
        sys.executable,
        "-m",
        "selector",
        "new",
        str(directory),
        "--template",
        str(template),
    ]
    command += [
        "--ref",
        "HEAD",
        "--defaults",
        "--data",
        f"use_case={use_case}",
    ]
    path = os.pathsep.join([str(Path(uv()).parent), os.environ["PATH"]])
    return run(command, directory.parent, developer_environment(PATH=path))


def test_all_use_cases_are_tested() -> None:
    assert set(USE_CASES) == set(MODEL["criteria"]["use_case"]["answers"])


@pytest.mark.thorough
@pytest.mark.parametrize(("use_case", "framework"), SET_UP.items())
def test_a_use_case_gives_a_running_service(
    use_case: str, framework: str, template_repo: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "service"
    create_project(use_case, directory, template_repo)
    starter = for_use_case(use_case, framework)
    features = starter.features
    project = Project(starter, directory, directory / ".venv")
    assert project.python.exists()
    # All tests and checks of these features run in test_starters.py.
    assert " passed" in project.poe("test", "tests/items", "--no-cov")
    with development_server(project) as service:
        base = f"http://127.0.0.1:{service.port}"
        with httpx2.Client(base_url=base, trust_env=False) as client:
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 200
            if "accounts" in features:
                project.poe("create-admin", EMAIL, typed=f"{PASSWORD}\n")
            if {"accounts", "api"} <= {*features}:
                form = {"username": EMAIL, "password": PASSWORD}
                pair = client.post("/api/v1/auth/token", data=form).json()
                client.headers["Authorization"] = f"Bearer {pair['access_token']}"
            if "api" in features:
                created = client.post(
                    "/api/v1/items", json={"name": "First", "price": "9"}
                )
                assert created.status_code == 201, created.text
                assert client.get("/api/v1/items").json()["items"] == [created.json()]
            if "pages" in features:
                assert client.get("/").status_code == 200
            if {"accounts", "pages"} <= {*features}:
                response = client.get("/items/", follow_redirects=True)
                fields = parse_page(response).form("password").values
                client.post(
                    response.url,
                    data=fields | {"email": EMAIL, "password": PASSWORD},
                    headers={"Origin": base},
                )
            if "pages" in features:
                assert client.get("/items/").status_code == 200
