import re
import socket
import subprocess
import time

import pytest

from tests.contract.client import Client
from tests.starters.databases import Database, free_port
from tests.starters.harness import (
    BOOT_SECONDS,
    SECRET,
    Project,
    answers_healthz,
    running_server,
)

SHORT = "hush-" * 6 + "h"  # 31 characters
REFUSALS: dict[str, tuple[str, str | None]] = {
    "without a secret": ("SECRET_KEY", None),
    "with an empty secret": ("SECRET_KEY", ""),
    "with a secret of blanks": ("SECRET_KEY", " " * 40),
    "with a short secret": ("SECRET_KEY", SHORT),
    "with a placeholder for a secret": ("SECRET_KEY", "change-me-" * 5),
    "with another placeholder": ("SECRET_KEY", "changeme" * 5),
    "with the published key of development": (
        "SECRET_KEY",
        "for development only, never for the public",
    ),
    "with one character as a secret": ("SECRET_KEY", "x" * 64),
    "without hosts": ("ALLOWED_HOSTS", None),
    "with no host in the list": ("ALLOWED_HOSTS", " , "),
    "with any host": ("ALLOWED_HOSTS", "*"),
    "with any host among others": ("ALLOWED_HOSTS", "service.example,*"),
    "without a database": ("DATABASE_URL", None),
    "with an empty database": ("DATABASE_URL", ""),
    "with a database of an unknown kind": (
        "DATABASE_URL",
        "oracle://hush:hush@db/service",
    ),
    "with no database at all": ("DATABASE_URL", "hush"),
    "with a proxy that is none": ("TRUSTED_PROXIES", "loadbalancer"),
    "with a limit that is no number": ("MAX_BODY_BYTES", "1 MB"),
    "with a host that is no IP address": ("HOST", "localhost"),
    "with an unknown environment": ("ENVIRONMENT", "staging-ish"),
}


def start_failed(project: Project, settings: dict[str, str]) -> tuple[int, str]:
    """Start a server that ends early. Return its exit code, and what it prints."""
    output_path = project.directory.parent / "refusal.log"
    with output_path.open("wb") as output_file:
        process = subprocess.Popen(
            [project.python, "-m", "app"],
            cwd=project.directory,
            env=settings,
            stdin=subprocess.DEVNULL,
            stdout=output_file,
            stderr=subprocess.STDOUT,
        )
    try:
        end = time.monotonic() + BOOT_SECONDS
        while process.poll() is None and time.monotonic() < end:
            assert not answers_healthz(int(settings["PORT"])), "it started"
            time.sleep(0.05)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(40)
    output = output_path.read_text("utf-8")
    assert "Traceback" not in output
    return process.returncode, output


def start_refused(project: Project, settings: dict[str, str]) -> str:
    """Return the sentence with which the server refuses to start."""
    exit_code, output = start_failed(project, settings)
    assert exit_code == 1, output
    lines = [line for line in output.splitlines() if line.strip()]
    assert len(lines) == 1, output
    assert re.search(r"[.!]$", lines[0]), lines[0]
    assert "hush" not in lines[0]
    return lines[0]


@pytest.mark.parametrize("case", REFUSALS)
def test_production_refuses_to_start(project: Project, case: str) -> None:
    name, value = REFUSALS[case]
    settings = project.production_settings("sqlite:////nowhere/service.sqlite3")
    settings |= {"PORT": str(free_port())}
    settings.pop(name, None)
    if value is not None:
        settings[name] = value
    assert name in start_refused(project, settings)


@pytest.mark.each_server
def test_a_port_in_use_is_reported_without_a_backtrace(project: Project) -> None:
    settings = project.production_settings("sqlite:////nowhere/service.sqlite3")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        settings["PORT"] = str(other.getsockname()[1])
        exit_code, output = start_failed(project, settings)
    assert exit_code in {1, 3}, output  # 3: uvicorn's code for a failed start
    assert "address already in use" in output.lower()
    assert "backtrace" not in output


@pytest.mark.each_server
def test_an_empty_environment_is_production_and_refused(project: Project) -> None:
    assert "SECRET_KEY" in start_refused(
        project, project.system_settings() | {"PORT": str(free_port())}
    )


def test_the_example_environment_is_refused_in_production(project: Project) -> None:
    example = project.directory / ".env.example"
    given = re.findall(
        r"^\s*#?\s*SECRET_KEY\s*=\s*(.+)$", example.read_text("utf-8"), re.MULTILINE
    )
    for value in given:
        settings = project.production_settings("sqlite:////nowhere/service.sqlite3")
        settings |= {"SECRET_KEY": value.strip().strip("\"'"), "PORT": str(free_port())}
        assert "SECRET_KEY" in start_refused(project, settings)


def test_no_secret_is_part_of_the_project(project: Project) -> None:
    for name in ("Dockerfile", "compose.yaml", ".env.example"):
        path = project.directory / name
        if path.exists():
            found = re.findall(
                r"SECRET_KEY\s*[:=]\s*[\"']?([\w!@#$%^&*-]{32,})", path.read_text()
            )
            assert not found, name
    assert SECRET not in (project.directory / ".env.example").read_text("utf-8")


MALFORMED: dict[str, tuple[str, str]] = {
    "with a repeated word as a secret": ("SECRET_KEY", "hush-teapot-" * 4),
    "with a secret in a file that is missing": ("SECRET_KEY_FILE", "/nowhere/hush"),
    "with a database whose driver is not installed": (
        "DATABASE_URL",
        "mysql://hush:hush@db/service",
    ),
}
MALFORMED_OF_ACCOUNTS: dict[str, tuple[str, str]] = {
    "with a number sign in the password for mail": (
        "MAIL_URL",
        "smtp://someone:teapot#hush@mail.example",
    ),
    "with a number sign in the password for Redis": (
        "REDIS_URL",
        "redis://:teapot#hush@redis.example:6379/0",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_production_refuses_malformed_settings(project: Project, case: str) -> None:
    check_value_refused(project, *MALFORMED[case])


@pytest.mark.features("accounts")
@pytest.mark.parametrize("case", MALFORMED_OF_ACCOUNTS)
def test_production_refuses_malformed_settings_of_accounts(
    project: Project, case: str
) -> None:
    check_value_refused(project, *MALFORMED_OF_ACCOUNTS[case])


def check_value_refused(project: Project, name: str, value: str) -> None:
    settings = project.production_settings("sqlite:////nowhere/service.sqlite3")
    settings |= {"PORT": str(free_port()), name: value}
    sentence = start_refused(project, settings)
    assert name in sentence
    assert "teapot" not in sentence


def test_a_dotenv_file_in_utf_16_is_reported_in_one_sentence(project: Project) -> None:
    path = project.directory / ".env"
    path.write_text("LOG_LEVEL=INFO\n", encoding="utf-16")
    settings = project.production_settings("sqlite:////nowhere/service.sqlite3")
    try:
        assert ".env" in start_refused(project, settings | {"PORT": str(free_port())})
    finally:
        path.unlink()


@pytest.mark.thorough
def test_secrets_can_be_in_files(project: Project, database: Database) -> None:
    path = project.directory.parent / "secret"
    path.write_text(f"{SECRET}\n", "utf-8")
    with running_server(
        project, database.url, SECRET_KEY="", SECRET_KEY_FILE=str(path)
    ):
        pass


@pytest.mark.thorough
def test_empty_variables_count_as_missing(project: Project, database: Database) -> None:
    example = (project.directory / ".env.example").read_text("utf-8")
    names = set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE))
    needed = project.production_settings(database.url).keys() | {"PORT", "HOST"}
    empty = dict.fromkeys(names - needed, "")
    assert {"WORKERS", "LOG_LEVEL", "ENVIRONMENT"} <= empty.keys()
    with running_server(project, database.url, **empty):
        pass


@pytest.mark.thorough
@pytest.mark.database
def test_the_scheme_postgres_means_postgresql(
    project: Project, database: Database
) -> None:
    url = database.url.replace("postgresql://", "postgres://")
    with (
        running_server(project, url) as service,
        Client(service, anonymous=True) as client,
    ):
        assert client.get("/readyz").status_code == 200
