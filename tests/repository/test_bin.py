"""bin/trivet, bin/test and .ci/run, on machines without uv, pip or a network."""

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
    sys.platform == "win32", reason="bin/* is for POSIX shells; on Windows there is uvx"
)

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]

# Variables that a machine may need to reach a package index.
PASSED_ON = {
    name: value
    for name, value in os.environ.items()
    if name.startswith(("PIP_", "UV_"))
    or name in {"SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO"}
    or name == "TMPDIR"  # so that .ci/run can tidy up
}

# All that a shell script of ours may call; Python and uv are not among it.
POSIX = [
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

# The step that installs uv, with any Python on PATH.
INSTALL_UV = """
self=bin/trivet; . bin/setup.sh
find_python() { command -v python3; }
mkdir -p "$cache"
install_uv
"""

Directory = Callable[..., Path]


@pytest.fixture
def clone(template_repo: Path, tmp_path: Path) -> Path:
    """Clone the repository as its user would."""
    git("clone", "--quiet", str(template_repo), str(tmp_path / "clone"), cwd=tmp_path)
    return tmp_path / "clone"


@pytest.fixture
def commands(tmp_path: Path) -> Directory:
    """Make a directory for PATH: the common commands, and scripts by name."""

    def make(**scripts: str) -> Path:
        directory = tmp_path / "-".join(["commands", *scripts])
        directory.mkdir()
        for name in POSIX:
            if found := shutil.which(name):
                (directory / name).symlink_to(found)
        for name, text in scripts.items():
            script = directory / name
            script.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
            script.chmod(0o755)
        return directory

    return make


def without_uv() -> str:
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
    """Run with an environment of PATH, an empty home directory and what is named."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=bare(path, cwd, **environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def bare(path: str | Path, near: Path, **environment: str) -> Mapping[str, str]:
    home = near.parent / "home"
    home.mkdir(exist_ok=True)
    return {**environment, "PATH": str(path), "HOME": str(home)}


def cached(clone: Path) -> list[str]:
    return [path.name for path in (clone / ".cache").iterdir()]


def found_python(clone: Path, path: str | Path) -> str:
    script = "self=bin/trivet; . bin/setup.sh; find_python"
    return run("sh", "-c", script, path=path, cwd=clone).stdout.strip()


def python_script(condition: str = "True") -> str:
    """Stand in for a Python that answers like this one where the condition holds."""
    return f"""{sys.executable} -c 'import sys; sys.exit(not ({condition}))' &&
        exec {sys.executable} "$@" """


@pytest.mark.slow
def test_a_machine_with_python_and_git_is_enough(clone: Path) -> None:
    path = without_uv()
    first = run(clone / "bin/trivet", "--version", path=path, cwd=clone, **PASSED_ON)
    assert first.returncode == 0, first.stderr
    assert VERSION in first.stdout

    again = run(clone / "bin/trivet", "--version", path=path, cwd=clone)
    assert again.returncode == 0, again.stderr
    assert again.stderr == "", "the second run sets nothing up"

    elsewhere = clone.parent / "elsewhere"
    elsewhere.mkdir()
    new = ["new", "../my-service", "--defaults", "--no-setup"]
    made = run("../clone/bin/trivet", *new, path=path, cwd=elsewhere)
    assert made.returncode == 0, made.stderr
    assert "../clone/bin/trivet new ../my-service" in made.stdout
    assert (clone.parent / "my-service/pyproject.toml").is_file()

    # The scripts of an environment contain its path.
    moved = clone.rename(clone.parent / "moved")
    after = run(moved / "bin/trivet", "--version", path=path, cwd=moved, **PASSED_ON)
    assert after.returncode == 0, after.stderr
    assert VERSION in after.stdout


@pytest.mark.slow
def test_two_first_runs_at_the_same_time_succeed(clone: Path) -> None:
    environment = bare(without_uv(), clone, **PASSED_ON)
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
    assert cached(clone) == ["uv"]


@pytest.mark.slow
def test_the_index_of_the_user_is_used_with_the_locked_versions(
    clone: Path,
) -> None:
    locked = tomllib.loads((clone / "uv.lock").read_text("utf-8"))["package"]
    public = next(p["source"]["registry"] for p in locked if p["name"] == "copier")
    # The same index under another name, unless this machine configures one.
    index = PASSED_ON.get("PIP_INDEX_URL", f"{public}/")
    settings = {**PASSED_ON, "PIP_INDEX_URL": index}
    done = run(
        clone / "bin/trivet", "--version", path=without_uv(), cwd=clone, **settings
    )
    assert done.returncode == 0, done.stderr
    assert git("status", "--porcelain", cwd=clone) == "", "the lock file has changed"


def test_a_python_that_does_not_start_is_skipped(
    clone: Path, commands: Directory
) -> None:
    broken = commands(python3="echo 'pyenv: python3: command not found' >&2; exit 127")
    assert found_python(clone, broken) == ""
    good = commands(python=python_script())
    assert found_python(clone, f"{broken}:{good}") == sys.executable


def test_a_python_that_is_too_old_is_skipped(clone: Path, commands: Directory) -> None:
    old = commands(python3="exit 1", **{"python3.12": python_script()})
    assert found_python(clone, old) == sys.executable


def test_a_missing_python_is_reported(clone: Path, commands: Directory) -> None:
    done = run(clone / "bin/trivet", "--version", path=commands(), cwd=clone)
    assert done.returncode == 1
    assert done.stderr == (
        "trivet: Could not find Python 3.11 or later on PATH. Install it, or uv.\n"
    )


def test_a_python_without_pip_and_venv_is_reported(
    clone: Path, commands: Directory
) -> None:
    hide = "import sys; sys.modules.update(pip=None, ensurepip=None)"
    python3 = f"""exec {sys.executable} -c '{hide}; exec(sys.argv[2])' "$@" """
    path = commands(python3=python3)
    done = run(clone / "bin/trivet", "--version", path=path, cwd=clone)
    assert done.returncode == 1
    assert done.stderr == (
        f"trivet: {sys.executable} has neither pip nor venv: install one of them "
        "(on Debian: apt install python3-venv), or uv.\n"
    )


def test_a_missing_network_is_reported_last(clone: Path, commands: Directory) -> None:
    python3 = "echo 'ERROR: no matching distribution found' >&2; exit 1"
    done = run("sh", "-c", INSTALL_UV, path=commands(python3=python3), cwd=clone)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("trivet: Could not install uv.")
    assert cached(clone) == []


def test_an_interrupted_first_run_leaves_no_partial_installation(
    clone: Path, commands: Directory
) -> None:
    path = commands(python3="touch started; exec sleep 60")
    process = subprocess.Popen(
        ["sh", "-c", INSTALL_UV],
        cwd=clone,
        env=bare(path, clone),
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    while not (clone / "started").exists():
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(timeout=30) != 0
    assert cached(clone) == []


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [({}, 0), ({"mypy": 1}, 1), ({"pytest": 5}, 5), ({"ruff": 2, "pytest": 1}, 1)],
)
def test_bin_test_runs_all_checks_and_fails_if_one_fails(
    clone: Path, commands: Directory, outcomes: Mapping[str, int], code: int
) -> None:
    tools = clone / ".venv/bin"
    tools.mkdir(parents=True)
    for name in ("python", "ruff", "mypy", "pytest"):
        script = f'#!/bin/sh\necho "{name} called: $*"\nexit {outcomes.get(name, 0)}\n'
        (tools / name).write_text(script, "utf-8")
        (tools / name).chmod(0o755)
    path = commands(uv="echo uv 0.13.0")
    state = 'echo "$(pwd -P) $(cat pyproject.toml uv.lock | cksum)"'
    stamp = run("sh", "-c", state, path=path, cwd=clone).stdout
    (clone / ".venv/.state-dev").write_text(stamp, "utf-8")

    done = run("bin/test", "--quick", "tests", "-k", "a b", path=path, cwd=clone)
    assert done.returncode == code
    quick = "not slow and not thorough --ignore=tests/contract tests -k a b"
    assert [line for line in done.stdout.splitlines() if " called: " in line] == [
        "ruff called: format --check .",
        "ruff called: check .",
        "mypy called: ",
        f"pytest called: --numprocesses auto --dist worksteal -m {quick}",
    ]
    assert done.stdout.splitlines()[-1].startswith("pytest"), "the tests have the end"


def test_ci_passes_on_path_certificates_and_index_only(
    clone: Path, commands: Directory
) -> None:
    (clone / "bin/test").write_text("#!/bin/sh\nenv; pwd; exit 7\n", "utf-8")
    path = commands(timeout='shift 2; exec "$@"', bash='exec /bin/bash "$@"')
    done = run(
        "bash",
        ".ci/run",
        path=path,
        cwd=clone,
        SSL_CERT_FILE="/cert.pem",
        UV_DEFAULT_INDEX="https://index.example/simple",
        SETTING_OF_THE_HOST="1",
        VIRTUAL_ENV="/elsewhere",
    )
    assert done.returncode == 7, done.stderr
    lines = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    assert set(lines) - {"PWD", "SHLVL", "_", "OLDPWD"} == {
        "HOME",
        "PATH",
        "TMPDIR",
        "SSL_CERT_FILE",
        "UV_DEFAULT_INDEX",
    }
    assert not Path(lines["HOME"]).exists(), "it tidies up after itself"


@pytest.mark.parametrize("name", ["bin/trivet", "bin/test", ".ci/run"])
def test_a_command_can_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    listed = git("ls-files", "--stage", name, cwd=ROOT)
    assert listed == "" or listed.startswith("100755")
