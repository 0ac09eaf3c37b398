"""The scheduled jobs that propose updates. The tests run the steps of these jobs."""

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from tests.conftest import ROOT, find_program, git
from tests.rendering.answers import Answers
from tests.update.conftest import commit_change, copy, init_repository
from tests.update.releases import LAST, NEXT
from tests.update.small import create_small_template

ADDRESS = "https://example.org/someone/trivet.git"
WORKFLOW = ".github/workflows/update.yml"
WITHOUT_RENOVATE: Answers = {"known_framework": "flask", "extras": ["ci"]}

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the jobs run on Linux, by bash"
)


@pytest.fixture(scope="module")
def next_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a small template with two releases, whose projects have the jobs."""
    folder = tmp_path_factory.mktemp("jobs") / "trivet"
    jobs = (f"{WORKFLOW}.jinja", ".gitlab-ci.yml.jinja")
    return create_small_template(template, folder, *jobs)


@pytest.fixture
def template_has_address(
    next_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let git fetch the template when it is asked for an address on the web."""
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", f"url.{next_template.as_uri()}.insteadOf")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", ADDRESS)
    monkeypatch.setenv("COPIER_CACHE_DIR", str(tmp_path / "cache"))


@dataclass
class HostedProject:
    """A project on a git server, and the machine on which its jobs run."""

    server: Path
    machine: Path
    checkout: Path

    def run(self, script: str, **settings: str) -> str:
        """Run a step in the checkout, as the server's runner would."""
        completed = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self.checkout,
            env={
                **os.environ,
                "PATH": f"{self.machine / 'bin'}{os.pathsep}{os.environ['PATH']}",
                "HOME": str(self.machine),
                "RUNNER_TEMP": str(self.machine),
                **settings,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, completed.stdout + completed.stderr
        return completed.stdout

    def calls(self, name: str) -> str:
        """Return the arguments of all calls of a program, one line for each."""
        file = self.machine / f"{name}.log"
        return file.read_text("utf-8") if file.exists() else ""

    def branches(self) -> list[str]:
        """Return the branches on the server, except for main."""
        listed = git("branch", "--format=%(refname:short)", cwd=self.server).split()
        return [branch for branch in listed if branch != "main"]


def write_program(path: Path, script: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Create a machine whose gh and uv only record their arguments."""
    machine = tmp_path / "machine"
    machine.mkdir()
    for name in ("gh", "uv"):
        write_program(machine / "bin" / name, f'echo "$@" >>"{machine}/{name}.log"')
    copier = f"{sys.executable} -m copier"
    write_program(
        machine / "bin/uvx", f'test "$1 $2" = "--quiet copier"; shift 2; {copier} "$@"'
    )
    return machine


def push_to_server(
    machine: Path, next_template: Path, answers: Answers
) -> HostedProject:
    """Push a project of the first release to a server."""
    project = machine.parent / "project"
    answers = {"template_address": ADDRESS, **answers}
    init_repository(copy(next_template, project, answers, ref=LAST))
    commit_change(project, ".copier-answers.yml", next_template.as_posix(), ADDRESS)
    server, checkout = machine.parent / "server.git", machine.parent / "checkout"
    git("clone", "--quiet", "--bare", str(project), str(server), cwd=machine)
    git("clone", "-q", "--depth=1", server.as_uri(), str(checkout), cwd=machine)
    return HostedProject(server, machine, checkout)


def read_steps(checkout: Path) -> list[str]:
    workflow: dict[str, Any] = yaml.safe_load((checkout / WORKFLOW).read_text("utf-8"))
    job = workflow["jobs"]["update"]
    assert job["defaults"] == {"run": {"shell": "bash"}}
    return [step["run"] for step in job["steps"] if "run" in step]


@pytest.mark.slow
@pytest.mark.usefixtures("template_has_address")
def test_the_workflow_opens_a_pull_request(machine: Path, next_template: Path) -> None:
    project = push_to_server(machine, next_template, WITHOUT_RENOVATE)

    for step in read_steps(project.checkout):
        project.run(step)

    assert project.branches() == [f"template-{NEXT}"]
    files = git("ls-tree", "-r", "--name-only", f"template-{NEXT}", cwd=project.server)
    assert "app/greeting.py" in files.split()
    assert WORKFLOW in files.split()
    assert project.calls("uv") == "lock\n"
    setup, create = project.calls("gh").splitlines()
    assert setup == "auth setup-git"
    assert create.startswith(f"pr create --head template-{NEXT} --title Update the")
    assert "--draft" not in create
    assert "A greeting. You have to do nothing." in (machine / "news.md").read_text(
        "utf-8"
    )

    git("checkout", "--quiet", "main", cwd=project.checkout)
    for step in read_steps(project.checkout):
        output = project.run(step)
    assert "proposed already" in output
    assert project.calls("gh").count("pr create") == 1


@pytest.mark.slow
@pytest.mark.usefixtures("template_has_address")
def test_the_workflow_does_nothing_without_a_new_release(
    machine: Path, next_template: Path
) -> None:
    project = push_to_server(machine, next_template, WITHOUT_RENOVATE)
    for step in read_steps(project.checkout):
        project.run(step)
    git("checkout", "--quiet", f"template-{NEXT}", cwd=project.checkout)
    (project.machine / "gh.log").unlink()

    for step in read_steps(project.checkout):
        output = project.run(step)

    assert "Nothing new" in output
    assert project.calls("gh") == "auth setup-git\n"


@pytest.mark.slow
@pytest.mark.usefixtures("template_has_address")
def test_the_workflow_shows_conflicts_in_a_draft(
    machine: Path, next_template: Path
) -> None:
    project = push_to_server(machine, next_template, WITHOUT_RENOVATE)
    commit_change(project.checkout, "app/health.py", '"""', '"""Mine. ')

    for step in read_steps(project.checkout):
        project.run(step)

    assert "--draft" in project.calls("gh")
    assert project.calls("uv") == ""
    news = (machine / "news.md").read_text("utf-8")
    assert news.endswith("## Conflicts to solve on this branch\n\napp/health.py\n")
    shown = git("show", f"template-{NEXT}:app/health.py", cwd=project.server)
    assert '"""Mine. ' in shown


@pytest.mark.slow
@pytest.mark.usefixtures("template_has_address")
@pytest.mark.parametrize("conflict", [False, True], ids=["clean", "conflicting"])
def test_the_gitlab_job_opens_a_merge_request(
    machine: Path, next_template: Path, *, conflict: bool
) -> None:
    answers = {**WITHOUT_RENOVATE, "ci_provider": "gitlab"}
    project = push_to_server(machine, next_template, answers)
    git("config", "receive.advertisePushOptions", "true", cwd=project.server)
    hook = project.server / "hooks/post-receive"
    write_program(hook, f'env | grep ^GIT_PUSH_OPTION_ >"{machine}/push.log"')
    if conflict:
        commit_change(project.checkout, "app/health.py", '"""', '"""Mine. ')
    config = machine / ".gitconfig"
    address = "https://oauth2:secret@gitlab.example/someone/service.git"
    config.write_text(f'[url "{project.server.as_uri()}"]\n\tinsteadOf = {address}\n')
    file = project.checkout / ".gitlab-ci.yml"
    job = yaml.safe_load(file.read_text("utf-8"))["template-update"]
    assert job["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]

    project.run(
        "\n".join(job["script"]),
        TEMPLATE_TOKEN="secret",  # noqa: S106 - it opens nothing
        CI_SERVER_HOST="gitlab.example",
        CI_PROJECT_PATH="someone/service",
    )

    assert project.branches() == [f"template-{NEXT}"]
    assert "merge_request.create" in project.calls("push")
    title = f"Update the template to {NEXT}"
    if conflict:
        title = f"Draft: {title}, with conflicts to solve"
    assert f"merge_request.title={title}\n" in project.calls("push")


@pytest.mark.slow
def test_the_workflow_is_rendered_if_it_can_work(
    template: Path, tmp_path: Path
) -> None:
    """The template needs an address, and Renovate replaces the workflow of GitHub."""
    expected = {
        ("github", "ci", ADDRESS): WORKFLOW,
        ("github", "ci", ""): "",
        ("github", "ci renovate", ADDRESS): "",
        ("gitlab", "ci", ADDRESS): ".gitlab-ci.yml",
        ("gitlab", "ci", ""): "",
    }
    for number, ((provider, extras, address), where) in enumerate(expected.items()):
        answers = {
            "known_framework": "flask",
            "ci_provider": provider,
            "extras": extras.split(),
            "template_address": address,
        }
        project = copy(template, tmp_path / str(number), answers)
        having = [
            name
            for name in (WORKFLOW, ".gitlab-ci.yml")
            if (project / name).is_file()
            and "copier update" in (project / name).read_text("utf-8")
        ]
        assert having == ([where] if where else [])
        readme = (project / "README.md").read_text("utf-8")
        assert ("proposes new versions" in readme) == bool(address)


@pytest.fixture(scope="module")
def workflow(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workflow") / "project"
    answers = {"template_address": ADDRESS, **WITHOUT_RENOVATE}
    return copy(template, folder, answers) / WORKFLOW


@pytest.mark.parametrize(
    ("answers", "name", "schema"),
    [
        (WITHOUT_RENOVATE, WORKFLOW, "github-workflows"),
        ({"extras": ["ci"], "ci_provider": "gitlab"}, ".gitlab-ci.yml", "gitlab-ci"),
        ({"extras": ["renovate"]}, "renovate.json", "renovate"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.slow
def test_the_configuration_of_updates_matches_its_schema(
    template: Path, tmp_path: Path, answers: Answers, name: str, schema: str
) -> None:
    project = copy(
        template, tmp_path / "project", {"template_address": ADDRESS, **answers}
    )
    options = ["--builtin-schema", f"vendor.{schema}", str(project / name)]
    checked = CliRunner().invoke(check_jsonschema, options)
    assert checked.exit_code == 0, checked.output
    assert "copier" in (project / name).read_text("utf-8")


@pytest.mark.slow
def test_zizmor_finds_nothing_in_the_workflow(workflow: Path) -> None:
    options = ("--offline", "--quiet", "--no-progress")
    command = [find_program("zizmor"), *options, str(workflow)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux", reason="actionlint comes as a wheel for Linux only"
)
def test_actionlint_finds_nothing_in_the_workflow(workflow: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    checked = subprocess.run(
        [find_program("actionlint"), workflow],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_its_actions_are_those_of_the_other_workflow() -> None:
    folder = ROOT / "includes/.github/workflows"
    used = {
        name: {line for line in text.splitlines() if "uses: " in line}
        for name in ("ci.yml.jinja", "update.yml.jinja")
        if (text := (folder / name).read_text("utf-8"))
    }
    assert used["update.yml.jinja"] == used["ci.yml.jinja"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("shellcheck"), reason="there is no shellcheck")
def test_shellcheck_finds_nothing_in_the_steps(workflow: Path) -> None:
    for step in read_steps(workflow.parents[2]):
        checked = subprocess.run(
            ["shellcheck", "--shell=bash", "-"],
            input=step,
            capture_output=True,
            text=True,
            check=False,
        )
        assert checked.returncode == 0, checked.stdout
