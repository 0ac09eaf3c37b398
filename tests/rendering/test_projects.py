"""Checks of every rendered project that need no installation."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.conftest import find_program
from tests.rendering.answers import model
from tests.rendering.conftest import Project

# Text that may occur only if the option is on.
ANYWHERE = r".*"
WIRING = r"pyproject\.toml|README\.md|\.env\.example|compose\.yaml|Dockerfile|.*ci\.yml"
LEFTOVERS = {
    "django": {ANYWHERE: r"(?i)django"},
    "flask": {ANYWHERE: r"(?i)flask"},
    "fastapi": {ANYWHERE: r"(?i)fastapi|starlette"},
    "fastapi or realtime": {ANYWHERE: r"(?i)uvicorn"},
    "api": {
        ANYWHERE: r"(?i)\bapis?\b|/api/|CORS|API_DOCS|openapi|ninja|apiflask"
        r"|swagger|redoc"
    },
    "pages": {ANYWHERE: r"(?i)\bpages\b"},
    "admin or pages": {ANYWHERE: r"(?i)bootstrap|\bwtf|wtforms"},
    "mail or pages": {ANYWHERE: r"(?i)jinja"},
    "forms": {ANYWHERE: r"(?i)multipart"},
    "accounts": {
        ANYWHERE: r"(?i)\baccounts?\b|sign(ed)?.in\b|throttl|argon|\bjwt|owner_id"
        r"|\bstaff\b"
    },
    "accounts or cache or realtime or tasks": {
        ANYWHERE: r"(?i)redis\b|REDIS_|repeated_?warning"
    },
    "cache": {
        ANYWHERE: r"(?i)cashews|flask.caching|schema_?cache|(?-i:CACHES)|app[./]cache"
        r"|\ba cache\b|\bcached\b"
    },
    "realtime": {
        ANYWHERE: r"WebSocket|websockets>|[Rr]ealtime|live updates|v1/(events|ws)"
    },
    "admin": {
        ANYWHERE: (
            r"(?i)\bsqladmin|flask.admin|/admin\b|admin panel|app\.admin|contrib\.admin"
        )
    },
    "uploads": {
        ANYWHERE: r"(?i)\buploads?\b|UPLOAD_BYTES|UPLOAD_QUOTA|UPLOADS_(DIR|URL)|TMPDIR"
        r"|pillow|\bPIL\b|storages\[|botocore"
    },
    "mail": {ANYWHERE: r"(?i)\be?mails?\b|smtp"},
    "cms": {ANYWHERE: r"(?i)wagtail|\bcms\b|taggit|modelcluster|\beditors\b"},
    "cms or shop": {ANYWHERE: r"/media/"},
    "shop": {
        ANYWHERE: r"(?i)\boscar|app[./]shop|\bbaskets?\b|PAYMENT_PROVIDER|haystack"
    },
    "social": {
        ANYWHERE: r"(?i)\bsocial\b|seed_network|\bfollowers?\b|\bnotifications\b"
        r"|\bmoderation\b(?! of Wagtail)"
    },
    "analytics": {ANYWHERE: r"(?i)analytic|\banalysts?\b|openpyxl|pygal"},
    "tasks": {
        ANYWHERE: r"(?i)dramatiq|django.(ox|tasks)|TASK_WORKER|app[./]tasks"
        r"|\bthe workers?\b|enqueue|failed-tasks"
    },
    "sqlite": {r"compose\.yaml|Dockerfile": r"(?i)sqlite|(?<!queue:)/data\b"},
    "postgresql": {WIRING: r"(?i)postgres|psycopg"},
    "mysql": {WIRING: r"(?i)mysql|mariadb|asyncmy"},
    "container": {ANYWHERE: r"(?i)docker|\bcompose\b|DATABASE_PASSWORD"},
    "ci": {ANYWHERE: r"\bCI\b|workflow"},
    "github": {ANYWHERE: r"(?i)github"},
    "gitlab": {ANYWHERE: r"(?i)gitlab"},
    "precommit": {ANYWHERE: r"(?i)pre-?commit\b"},
    "renovate": {ANYWHERE: r"(?i)renovate"},
    "licence": {ANYWHERE: r"(?i)licen[cs]e\b"},
    "guided_tour": {ANYWHERE: r"(?i)guided.tour|exercises?\b|docs/solutions"},
}
# Exceptions, with the reason.
ALLOWED = re.compile(
    r"openapi_url=None"  # turns FastAPI's API description off
    r"|Bootstrap Authors|twbs/bootstrap"  # in the licence of their files
    r"|path(_info)?\.startswith\(.?/api/"  # no HTML below /api/
    r'|class="pages"'  # the admin of Flask has the stylesheet of pages
    r'|backends\.dummy|"django_tasks"'  # Wagtail uses a cache and tasks
    r"|current_workflow|/workflow/"  # the moderation of Wagtail
    r'|oscar\.apps\.analytics|OscarAnalyticsConfig|^ +"analytics",$'  # an app of Oscar
)
# They record the answers. All projects have all icons, and the same stylesheet. Every
# Django project has a user model, since Django cannot exchange it later. Oscar's models
# have fields of all kinds.
RECORDS = re.compile(
    r"\.copier-answers\.yml|docs/decisions/0001-web-framework\.md"
    r"|app/pages/static/icons\.svg|app/admin/static/.*|app/users/.*|tests/users/.*"
    r"|app/shop/migrations/oscar/.*"
)

# Files in which braces are part of the language.
OWN_BRACES = re.compile(r"\$\{\{.*?\}\}")
JINJA = re.compile(r"\{\{|\{%|\{#")
# Python has braces in strings and f-strings.
PYTHON_JINJA = re.compile(r"\{\{ (?!name|project_name)|\{%|\{#")


def test_ruff_finds_nothing_to_format_or_to_lint(project: Project) -> None:
    for command in (["format", "--check", "--diff"], ["check"]):
        run = subprocess.run(
            [find_program("ruff"), *command, "--no-cache", "."],
            cwd=project.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr


def test_no_jinja_is_left_unrendered(project: Project) -> None:
    left = [
        f"{name}: {line}"
        for name, text in project.own_texts.items()
        if not name.endswith(".html")
        for line in OWN_BRACES.sub("", text).splitlines()
        # Templates of the project, and parts of them.
        if "/emails/" not in name and name != "docs/solutions.md"
        if (PYTHON_JINJA if name.endswith(".py") else JINJA).search(line)
    ]
    assert not left, "\n".join(left)


def test_options_that_are_off_leave_nothing_behind(project: Project) -> None:
    found = [
        f"{switch}: {name}: {line}"
        for switch, patterns in LEFTOVERS.items()
        if not project.switches & set(switch.split(" or "))
        for pattern, words in patterns.items()
        for name, text in project.own_texts.items()
        if not RECORDS.fullmatch(name) and re.fullmatch(pattern, name)
        for line in [name, *text.splitlines()]
        if re.search(words, line) and not ALLOWED.search(line)
    ]
    assert not found, "\n".join(found)


def test_every_file_has_clean_whitespace(project: Project) -> None:
    untidy = []
    for name, text in project.own_texts.items():
        # The formatter writes two blank lines in Python.
        python = name.endswith((".py", ".py.mako"))
        blank = "\n\n\n\n" if python else "\n\n\n"
        if "\r" in text:
            untidy.append(f"{name}: carriage return")
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            untidy.append(f"{name}: end of file")
        if text.startswith("\n"):
            untidy.append(f"{name}: start of file")
        if blank in text:
            untidy.append(f"{name}: blank lines")
        if re.search(r"[ \t]$", text, re.MULTILINE):
            untidy.append(f"{name}: trailing space")
    assert not untidy, "\n".join(untidy)


def test_toml_yaml_and_json_can_be_read(project: Project) -> None:
    for name, text in project.texts.items():
        if name.endswith(".toml"):
            assert tomllib.loads(text)
        elif name.endswith((".yml", ".yaml")):
            assert yaml.safe_load(text)
        elif name.endswith(".json"):
            assert json.loads(text)


def test_only_available_features_are_stored(project: Project) -> None:
    available = model()["available_features"][project.answers["framework"]]
    asked = [feature for feature in project.requested if feature in available]
    assert sorted(project.answers["features"]) == sorted(asked)


def test_features_are_folders_or_modules(project: Project) -> None:
    for feature in model()["available_features"]["fastapi"]:
        for folder, module in (
            (f"app/{feature}/", f"app/{feature}.py"),
            (f"tests/{feature}/", f"tests/test_{feature}.py"),
        ):
            there = module in project.texts or any(
                name.startswith(folder) for name in project.texts
            )
            assert there == (feature in project.switches), folder


def test_extras_are_files(project: Project) -> None:
    extras = {
        "Dockerfile": "container",
        ".dockerignore": "container",
        "compose.yaml": "container",
        ".github/workflows/ci.yml": "github",
        ".gitlab-ci.yml": "gitlab",
        ".pre-commit-config.yaml": "precommit",
        "renovate.json": "renovate",
        "LICENSE": "licence",
    }
    there = {name for name in extras if name in project.texts}
    assert there == {name for name, on in extras.items() if on in project.switches}


def test_the_template_source_is_only_in_the_answers_file(
    project: Project, template_repo: Path
) -> None:
    leaks = [
        name
        for name, text in project.texts.items()
        if str(template_repo.parent) in text and name != ".copier-answers.yml"
    ]
    assert not leaks, "\n".join(leaks)


def test_readme_and_env_example_name_the_same_settings(project: Project) -> None:
    section = project.texts["README.md"].split("## Settings\n")[1].split("\n## ")[0]
    documented = {
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`([A-Z_]+)`", line.split(" | ")[0])
    }
    example = project.texts[".env.example"].split("# Read by compose.yaml")[0]
    assert set(re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE)) == documented


def test_every_setting_in_the_readme_is_read(project: Project) -> None:
    code = "".join(
        text for name, text in project.texts.items() if name.endswith(".py")
    ).lower()
    example = project.texts[".env.example"].split("# Read by compose.yaml")[0]
    names = re.findall(r"^#? ?([A-Z_]+)=", example, re.MULTILINE)
    unread = [name for name in names if name.lower() not in code]
    assert not unread, unread


def test_the_readme_names_what_production_requires(project: Project) -> None:
    readme = project.texts["README.md"]
    required = {
        name
        for line in readme.splitlines()
        if line.startswith("| `") and "required in production" in line
        for name in re.findall(r"`([A-Z_]+)`", line.split(" | ")[0])
    }
    (named,) = re.findall(r"refuses to start without (.+?)\.\s", readme, re.DOTALL)
    assert {*re.findall(r"`([A-Z_]+)`", named)} == required | {"SECRET_KEY"}


def test_every_path_in_the_readme_exists(project: Project) -> None:
    section = project.texts["README.md"].split("## Layout\n")[1]
    named = re.findall(r"^\| `([^`]+)`", section.split("\n## ")[0], re.MULTILINE)
    assert named
    missing = [name for name in named if not (project.directory / name).exists()]
    assert not missing, missing


def test_the_readme_names_every_task(project: Project) -> None:
    section = project.texts["README.md"].split("## Commands\n")[1].split("\n## ")[0]
    named = {
        name
        for line in section.splitlines()[3:]
        if line.startswith("|")
        for name in re.findall(r"`([\w-]+)", line.split("|")[1])
    }
    poe = tomllib.loads(project.texts["pyproject.toml"])["tool"]["poe"]
    assert named == {name for name in poe["tasks"] if not name.startswith("_")}


def test_commands_of_flask_read_no_env_file_of_a_parent_folder(
    project: Project,
) -> None:
    """app/settings.py reads the file of the project. Flask looks in parents, too."""
    for name, text in project.own_texts.items():
        if re.search(r'\bflask,? --app\b|"module": "flask"', text):
            # Its commands run in the image.
            settings = "Dockerfile" if name == "compose.yaml" else name
            assert "FLASK_SKIP_DOTENV" in project.texts[settings], name


@pytest.mark.parametrize("word", ["noqa", "type: ignore"])
def test_comments_that_disable_checks_have_a_reason(
    project: Project, word: str
) -> None:
    silent = [
        f"{name}: {line}"
        for name, text in project.own_texts.items()
        if name.endswith(".py")
        for line in text.splitlines()
        if re.search(rf"# {word}(: ?[A-Z0-9, ]+|\[[a-z, -]+\])?$", line)
    ]
    assert not silent, "\n".join(silent)
