"""Projects have no unused dependencies, and no fakes of servers."""

import re
import tomllib

from tests.rendering.conftest import Project

# Packages that are imported under another name.
MODULES = {
    "django-cors-headers": "corsheaders",
    "django-ninja": "ninja",
    "django-oscar": "oscar",
    "django-storages": "storages",
    "django-treebeard": "treebeard",
    "pyjwt": "jwt",
}
# Packages that other packages import, with the reason.
UNSEEN = {
    "cryptography": "asyncmy and PyMySQL use it to send passwords to MySQL",
    "httptools": "uvicorn uses it if it is installed",
    "psycopg": "Django's backend for PostgreSQL imports it",
    "python-multipart": "FastAPI reads forms with it",
    "websockets": "uvicorn uses it for WebSockets",
    "uvloop": "uvicorn uses it if it is installed",
}
NAME = re.compile(r"[\w.-]+")


def test_every_dependency_is_used(project: Project) -> None:
    configuration = tomllib.loads(project.texts["pyproject.toml"])
    tasks = str(configuration["tool"]["poe"]["tasks"])
    code = "\n".join(
        text
        for name, text in project.texts.items()
        if name.endswith((".py", ".mako", ".html"))
    )
    unused = []
    for dependency in configuration["project"]["dependencies"]:
        found = NAME.match(dependency)
        assert found
        name = found[0].lower()
        module = MODULES.get(name, name.replace("-", "_"))
        used = re.search(rf"\b{module}", code + tasks, re.IGNORECASE)
        if not used and name not in UNSEEN:
            unused.append(name)
    assert not unused, unused


def test_no_dependency_imitates_a_server(project: Project) -> None:
    """A release of fakeredis once broke the tests of every new project."""
    configuration = tomllib.loads(project.texts["pyproject.toml"])
    dependencies = [
        *configuration["project"]["dependencies"],
        *configuration["dependency-groups"]["dev"],
    ]
    names = {re.split(r"[\[<>=~! ]", text)[0].lower() for text in dependencies}
    assert {"pytest", "ruff"} <= names
    assert not {name for name in names if "fake" in name or "mock" in name}
