"""From each of the twelve use cases to a running service."""

import hashlib
import os
import sys
from pathlib import Path

import httpx2
import pytest
import yaml

from tests.conftest import ROOT, git
from tests.starters.harness import (
    Project,
    Starter,
    developer_environment,
    development_server,
    run,
    uv,
)

# The use cases that give the same project, all answers but the use case itself apart.
# The first of each stands for the others. Features that are not built yet are left out.
GROUPS = {
    ("django", "pages"): ["rapid_development", "cms", "ecommerce", "social_network"],
    ("django", "api+pages"): ["data_driven_app"],
    ("flask", "pages"): ["small_web_app"],
    ("flask", "pages without extras"): ["education"],
    ("flask", "api"): ["microservice"],
    ("flask", "api without extras"): ["prototype"],
    ("fastapi", "api+accounts+mail"): ["api"],
    ("fastapi", "api+accounts+mail+cache"): ["high_concurrency"],
    ("fastapi", "api+realtime"): ["realtime"],
}


def new(use_case: str, directory: Path, template: Path, *options: str) -> str:
    """Make a project as the README says."""
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
        *options,
    ]
    path = os.pathsep.join([str(Path(uv()).parent), os.environ["PATH"]])
    return run(command, directory.parent, developer_environment(PATH=path))


def tree(directory: Path) -> dict[str, str]:
    """Return the digest of every file that does not tell how the answers were found."""
    listed = git(
        "ls-files", "--cached", "--others", "--exclude-standard", cwd=directory
    )
    return {
        name: hashlib.sha256((directory / name).read_bytes()).hexdigest()
        for name in listed.splitlines()
        if name
        not in {
            ".copier-answers.yml",
            "docs/decisions/0001-web-framework.md",
            "uv.lock",
        }
    }


def test_all_twelve_use_cases_are_here() -> None:
    criteria = yaml.safe_load(
        (ROOT / "src/selector/recommendation/criteria.yml").read_text("utf-8")
    )
    answers = set(criteria["criteria"]["use_case"]["answers"])
    assert {case for cases in GROUPS.values() for case in cases} == answers - {"other"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "cases"), GROUPS.items(), ids=["-".join(key) for key in GROUPS]
)
def test_use_cases_that_stand_for_each_other_give_the_same_project(
    key: tuple[str, str], cases: list[str], template_repo: Path, tmp_path: Path
) -> None:
    trees = []
    for case in cases:
        directory = tmp_path / case
        new(case, directory, template_repo, "--no-setup")
        answers = yaml.safe_load((directory / ".copier-answers.yml").read_text("utf-8"))
        assert answers["framework"] == key[0]
        assert set(answers["features"]) == set(key[1].split()[0].split("+"))
        assert (directory / "Dockerfile").exists() != key[1].endswith("without extras")
        git("init", "--quiet", cwd=directory)
        trees.append(tree(directory))
    assert all(each == trees[0] for each in trees)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "case"),
    [pytest.param(key, cases[0], id=cases[0]) for key, cases in GROUPS.items()],
)
def test_a_use_case_leads_to_a_running_service(
    key: tuple[str, str], case: str, template_repo: Path, tmp_path: Path
) -> None:
    directory = tmp_path / "service"
    new(case, directory, template_repo)
    framework, features = key[0], tuple(key[1].split()[0].split("+"))
    project = Project(Starter(framework, features), directory, directory / ".venv")
    assert project.python.exists()
    assert " passed" in project.poe("test")
    project.poe("check")
    with development_server(project) as service:
        base = f"http://127.0.0.1:{service.port}"
        with httpx2.Client(base_url=base, trust_env=False) as client:
            assert client.get("/healthz").status_code == 200
            assert client.get("/readyz").status_code == 200
            if "accounts" in features:
                email, password = "boss@example.org", "kettle at four o'clock"
                project.poe("create-admin", email, typed=f"{password}\n")
                form = {"username": email, "password": password}
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
                assert client.get("/items/").status_code == 200
