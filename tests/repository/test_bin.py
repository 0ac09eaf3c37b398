"""bin/trivet, bin/test and .ci/run on machines without uv, pip or a network."""

import os
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT, git

pytestmark = pytest.mark.skipif(
    sys.platform == "win32",
    reason="bin/* is for POSIX shells; on Windows there is uvx",
)

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]

# Variables that this machine may need to reach a package index.
INDEX_SETTINGS = {
    name: value
    for name, value in os.environ.items()
    if name.startswith(("PIP_", "UV_"))
    or name in {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO"}
    or name == "TMPDIR"  # .ci/run deletes it afterwards
}

# The commands that our shell scripts may call, without Python and uv.
SHELL_COMMANDS = [
    "basename",
    "cat",
    "chmod",
    "cksum",
    "cp",
    "cut",
    "dirname",
    "env",
    "git",
    "grep",
    "head",
    "id",
    "ln",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "printf",
    "readlink",
    "rm",
    "sed",
    "sh",
    "sleep",
    "sort",
    "tail",
    "touch",
    "tr",
    "true",
]

# Install uv with any Python on PATH.
INSTALL_UV = """
self=bin/trivet; . bin/setup.sh
find_python() { command -v python3; }
mkdir -p "$cache"
install_uv
"""

MakeCommands = Callable[..., Path]


@pytest.fixture
def clone(template_repo: Path, tmp_path: Path) -> Path:
    """Clone the repository, as a user does."""
    git("clone", "--quiet", str(template_repo), str(tmp_path / "clone"), cwd=tmp_path)
    return tmp_path / "clone"


@pytest.fixture
def make_commands(tmp_path: Path) -> MakeCommands:
    """Return a function that creates a directory for PATH.

    The directory has the common commands, and the scripts that are passed by name.
    """

    def make(**scripts: str) -> Path:
        directory = tmp_path / "-".join(["commands", *scripts])
        directory.mkdir()
        for name in SHELL_COMMANDS:
            if found := shutil.which(name):
                (directory / name).symlink_to(found)
        for name, text in scripts.items():
            script = directory / name
            script.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
            script.chmod(0o755)
        return directory

    return make


def path_without_uv() -> str:
    """Return the PATH of this machine without uv and this environment."""
    return os.pathsep.join(
        directory
        for directory in os.environ["PATH"].split(os.pathsep)
        if not Path(directory, "uv").exists()
        and not Path(directory, "../pyvenv.cfg").exists()
    )


def run(
    *command: str | Path, path: str | Path, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command with PATH, an empty home directory, and the given variables."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=minimal_environment(path, cwd, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def minimal_environment(
    path: str | Path, near: Path, **environment: str
) -> Mapping[str, str]:
    home = near.parent / "home"
    home.mkdir(exist_ok=True)
    return {**environment, "PATH": str(path), "HOME": str(home)}


def list_cache(clone: Path) -> list[str]:
    return [path.name for path in (clone / ".cache").iterdir()]


def find_python(clone: Path, path: str | Path) -> str:
    script = "self=bin/trivet; . bin/setup.sh; find_python"
    return run("sh", "-c", script, path=path, cwd=clone).stdout.strip()


def fake_python(condition: str = "True") -> str:
    """Return a script that runs this Python, and fails unless a condition is true."""
    return f"""{sys.executable} -c 'import sys; sys.exit(not ({condition}))' &&
        exec {sys.executable} "$@" """


@pytest.mark.slow
def test_a_machine_with_python_and_git_is_enough(clone: Path) -> None:
    path = path_without_uv()
    first = run(
        clone / "bin/trivet", "--version", path=path, cwd=clone, **INDEX_SETTINGS
    )
    assert first.returncode == 0, first.stderr
    assert VERSION in first.stdout

    again = run(clone / "bin/trivet", "--version", path=path, cwd=clone)
    assert again.returncode == 0, again.stderr
    assert again.stderr == "", "the second run does not set up anything"

    elsewhere = clone.parent / "elsewhere"
    elsewhere.mkdir()
    new = ["new", "../my-service", "--defaults", "--no-setup"]
    made = run("../clone/bin/trivet", *new, path=path, cwd=elsewhere)
    assert made.returncode == 0, made.stderr
    assert "../clone/bin/trivet new ../my-service" in made.stdout
    assert (clone.parent / "my-service/pyproject.toml").is_file()

    # The scripts of an environment contain its path.
    moved = clone.rename(clone.parent / "moved")
    after = run(
        moved / "bin/trivet", "--version", path=path, cwd=moved, **INDEX_SETTINGS
    )
    assert after.returncode == 0, after.stderr
    assert VERSION in after.stdout


@pytest.mark.slow
def test_two_first_runs_at_the_same_time_succeed(clone: Path) -> None:
    environment = minimal_environment(path_without_uv(), clone, **INDEX_SETTINGS)
    started = [
        subprocess.Popen(
            [clone / "bin/trivet", "--version"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], outputs
    assert list_cache(clone) == ["uv"]


@pytest.mark.slow
def test_the_index_of_the_user_is_used_with_the_locked_versions(
    clone: Path,
) -> None:
    locked = tomllib.loads((clone / "uv.lock").read_text("utf-8"))["package"]
    public = next(p["source"]["registry"] for p in locked if p["name"] == "copier")
    # The same index under another name, unless this machine configures one.
    index = INDEX_SETTINGS.get("PIP_INDEX_URL", f"{public}/")
    settings = {**INDEX_SETTINGS, "PIP_INDEX_URL": index}
    completed = run(
        clone / "bin/trivet", "--version", path=path_without_uv(), cwd=clone, **settings
    )
    assert completed.returncode == 0, completed.stderr
    assert git("status", "--porcelain", cwd=clone) == "", "the lock file has changed"


def test_a_python_that_does_not_start_is_skipped(
    clone: Path, make_commands: MakeCommands
) -> None:
    broken = make_commands(
        python3="echo 'pyenv: python3: command not found' >&2; exit 127"
    )
    assert find_python(clone, broken) == ""
    good = make_commands(python=fake_python())
    assert find_python(clone, f"{broken}:{good}") == sys.executable


def test_a_python_that_is_too_old_is_skipped(
    clone: Path, make_commands: MakeCommands
) -> None:
    old = make_commands(python3="exit 1", **{"python3.12": fake_python()})
    assert find_python(clone, old) == sys.executable


def test_a_missing_python_is_reported(clone: Path, make_commands: MakeCommands) -> None:
    completed = run(clone / "bin/trivet", "--version", path=make_commands(), cwd=clone)
    assert completed.returncode == 1
    assert completed.stderr == (
        "trivet: Could not find Python 3.11 or later on PATH. Install it, or uv.\n"
    )


def test_a_python_without_pip_and_venv_is_reported(
    clone: Path, make_commands: MakeCommands
) -> None:
    hide = "import sys; sys.modules.update(pip=None, ensurepip=None)"
    python3 = f"""exec {sys.executable} -c '{hide}; exec(sys.argv[2])' "$@" """
    path = make_commands(python3=python3)
    completed = run(clone / "bin/trivet", "--version", path=path, cwd=clone)
    assert completed.returncode == 1
    assert completed.stderr == (
        f"trivet: {sys.executable} has neither pip nor venv: install one of them "
        "(on Debian: apt install python3-venv), or uv.\n"
    )


def test_a_missing_network_is_reported_last(
    clone: Path, make_commands: MakeCommands
) -> None:
    python3 = "echo 'ERROR: no matching distribution found' >&2; exit 1"
    completed = run(
        "sh", "-c", INSTALL_UV, path=make_commands(python3=python3), cwd=clone
    )
    assert completed.returncode == 1
    assert completed.stderr.splitlines()[-1].startswith("trivet: Could not install uv.")
    assert list_cache(clone) == []


def test_an_interrupted_first_run_leaves_no_partial_installation(
    clone: Path, make_commands: MakeCommands
) -> None:
    path = make_commands(python3="touch started; exec sleep 60")
    process = subprocess.Popen(
        ["sh", "-c", INSTALL_UV],
        cwd=clone,
        env=minimal_environment(path, clone),
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    while not (clone / "started").exists():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) != 0
    assert list_cache(clone) == []


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [({}, 0), ({"mypy": 1}, 1), ({"pytest": 5}, 5), ({"ruff": 2, "pytest": 1}, 1)],
)
def test_bin_test_runs_all_checks_and_fails_if_one_fails(
    clone: Path, make_commands: MakeCommands, outcomes: Mapping[str, int], code: int
) -> None:
    tools = clone / ".venv/bin"
    tools.mkdir(parents=True)
    for name in ("python", "ruff", "mypy", "pytest"):
        script = f'#!/bin/sh\necho "{name} called: $*"\nexit {outcomes.get(name, 0)}\n'
        (tools / name).write_text(script, "utf-8")
        (tools / name).chmod(0o755)
    path = make_commands(uv="echo uv 0.13.0")
    state = 'echo "$(pwd -P) $(cat pyproject.toml uv.lock | cksum)"'
    stamp = run("sh", "-c", state, path=path, cwd=clone).stdout
    (clone / ".venv/.state-dev").write_text(stamp, "utf-8")

    completed = run("bin/test", "--quick", "tests", "-k", "a b", path=path, cwd=clone)
    assert completed.returncode == code
    workers = "--numprocesses auto --dist worksteal"
    quick = "-m not slow and not thorough --ignore=tests/contract tests -k a b"
    assert [line for line in completed.stdout.splitlines() if " called: " in line] == [
        "ruff called: format --check .",
        "ruff called: check .",
        "mypy called: ",
        f"pytest called: {workers} {quick}",
    ]
    assert completed.stdout.splitlines()[-1].startswith("pytest"), "the tests run last"


def test_ci_passes_on_path_certificates_and_index_only(
    clone: Path, make_commands: MakeCommands
) -> None:
    (clone / "bin/test").write_text("#!/bin/sh\nenv; pwd; exit 7\n", "utf-8")
    path = make_commands(timeout='shift 2; exec "$@"', bash='exec /bin/bash "$@"')
    completed = run(
        "bash",
        ".ci/run",
        path=path,
        cwd=clone,
        SSL_CERT_FILE="/cert.pem",
        UV_DEFAULT_INDEX="https://index.example/simple",
        SETTING_OF_THE_HOST="1",
        VIRTUAL_ENV="/elsewhere",
    )
    assert completed.returncode == 7, completed.stderr
    lines = dict(
        line.split("=", 1) for line in completed.stdout.splitlines() if "=" in line
    )
    assert set(lines) - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "HOME",
        "PATH",
        "TMPDIR",
        "SSL_CERT_FILE",
        "UV_DEFAULT_INDEX",
    }
    assert not Path(lines["HOME"]).exists(), "the temporary folder is deleted"


@pytest.mark.parametrize("name", ["bin/trivet", "bin/test", ".ci/run"])
def test_a_command_can_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    listed = git("ls-files", "--stage", name, cwd=ROOT)
    assert listed == "" or listed.startswith("100755")
