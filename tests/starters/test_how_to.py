"""Follows how-to guides of the documentation with real projects."""

import re
import shutil
import sys
from pathlib import Path

import httpx2
import pytest

from tests.conftest import ROOT, git, render_into
from tests.starters.harness import (
    Project,
    developer_environment,
    development_server,
    install,
    run,
)
from tests.starters.selection import alone, for_use_case

GUIDE = ROOT / "docs/how-to/call-another-service.md"
FIND = "import sys, app.stock as s; print(s.find_item(s.shared_client(), sys.argv[1]))"


def add_setting(directory: Path, line: str) -> None:
    """Add a field after the last one of `Settings`."""
    path = directory / "app/settings.py"
    text = path.read_text("utf-8")
    fields = text.split("    @property")[0]
    last = re.findall(r"^    \w+: .*$", fields, re.MULTILINE)[-1]
    path.write_text(text.replace(last, f"{last}\n{line.rstrip()}", 1), "utf-8")


@pytest.mark.thorough
@pytest.mark.starters([alone("flask", "api")])
@pytest.mark.skipif(sys.platform == "win32", reason="the steps are for a shell")
def test_the_steps_of_calling_another_service(project: Project, tmp_path: Path) -> None:
    blocks = re.findall(
        r"(?:`([^`\n]+)`:\n\n)?```(\w+)\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL
    )
    generate, add, check = (code for _, kind, code in blocks if kind == "sh")
    (setting,) = (code for file, kind, code in blocks if kind == "python" and not file)
    files = {file: code for file, kind, code in blocks if kind == "python" and file}
    stock = Project(
        project.starter,
        shutil.copytree(project.directory, tmp_path / "stock"),
        project.environment_directory,
    )
    orders = shutil.copytree(project.directory, tmp_path / "orders")
    environment = developer_environment()
    with development_server(stock) as service:
        base = f"http://127.0.0.1:{service.port}"
        generate = generate.replace("http://127.0.0.1:8000", base)
        output = run(["sh", "-euc", generate], tmp_path, environment)
        assert "WARNING" not in output
        run(["sh", "-euc", add], orders, environment)
        add_setting(orders, setting)
        # The client is named after the service, and the one here is not called Stock.
        (package,) = (tmp_path / "stock-client").glob("*_client")
        for name, code in files.items():
            text = code.replace("stock_client", package.name)
            (orders / name).write_text(text, "utf-8")
        run(["sh", "-euc", check], orders, environment)

        item = {"name": "Fountain pen", "price": "9.00"}
        created = httpx2.post(f"{base}/api/v1/items", json=item, trust_env=False)
        find = [*("uv", "run", "python", "-c", FIND), created.json()["id"]]
        environment |= {"ENVIRONMENT": "development", "STOCK_URL": base}
        assert "Fountain pen" in run(find, orders, environment)
    assert "StockUnavailable" in run(find, orders, environment, check=False)


@pytest.fixture
def guided_project(template_repo: Path, tmp_path: Path) -> Project:
    """Install a project for education as its README says."""
    directory = tmp_path / "project"
    answers = {"use_case": "education"}
    render_into(directory, template=template_repo, answers=answers)
    git("init", "--quiet", cwd=directory)
    git("add", "--all", cwd=directory)
    git("commit", "--quiet", "--message=Start", cwd=directory)
    return install(for_use_case("education", "flask"), directory)


def run_tests(project: Project, path: str, *, fail: bool = False) -> None:
    """Run the tests in one of the project's files. They pass, or one fails."""
    command = [project.python, "-m", "pytest", "-q", "-x", path]
    environment = project.environment()
    output = run(command, project.directory, environment, check=not fail)
    assert not fail or f"FAILED {path}" in output, output


@pytest.mark.thorough
@pytest.mark.skipif(sys.platform == "win32", reason="the steps are for a shell")
def test_the_solutions_of_the_exercises_pass_tests_that_fail_without_them(
    guided_project: Project,
) -> None:
    directory = guided_project.directory
    environment = guided_project.environment()
    form = directory / "app/items/templates/items/form.html"
    template = form.read_text("utf-8")
    form.write_text(template.replace("{{ form.csrf_token }}", ""), "utf-8")
    run_tests(guided_project, "tests/items/test_views.py", fail=True)
    form.write_text(template, "utf-8")

    solutions = (directory / "docs/solutions.md").read_text("utf-8")
    for solution in solutions.split("\n## ")[1:]:
        diffs = re.findall(r"(?ms)^```diff\n(.*?)^```", solution)
        (test,) = (diff for diff in diffs if "\n+++ b/tests/" in diff)
        (path,) = re.findall(r"(?m)^\+\+\+ b/(.*)$", test)
        run(["git", "apply"], directory, environment, typed=test)
        run_tests(guided_project, path, fail=True)
        for diff in diffs:
            if diff != test:
                run(["git", "apply"], directory, environment, typed=diff)
        for commands in re.findall(r"(?ms)^```sh\n(.*?)^```", solution):
            run(["sh", "-euc", commands], directory, environment)
        run_tests(guided_project, path)
    guided_project.poe("test")
    guided_project.poe("check")
