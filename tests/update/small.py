"""Create a small template with the real questions, for tests of updates.

What an update does to a project does not depend on the starters, which take Copier
several seconds to render. test_untouched.py and test_edits.py update real projects.
"""

from pathlib import Path

import yaml

from tests.conftest import git
from tests.update.releases import FRAMEWORKS, LAST, create_next_release, release

FILES = {
    ".env.example": (
        "# ENVIRONMENT=production\n# SECRET_KEY=change-me\n# ALLOWED_HOSTS=localhost\n"
        "# DATABASE_URL=sqlite:///x\n# LOG_LEVEL=INFO\n# PORT=8000\n"
    ),
    ".gitignore.jinja": ".env\n{% if 'pages' in parts %}\n/cached/\n{% endif %}\n",
    ".python-version": "3.13\n",
    "README.md.jinja": "# {{ project_name }}\n\nOn {{ database }}.\n",
    "app/__init__.py": "",
    "app/health.py": '"""Report health."""\n\nHEALTHY = True\n',
    "app/accounts/__init__.py": "",
    "app/accounts/models.py": '"""Accounts."""\n',
    "app/api/__init__.py": "",
    "app/api/docs.py": '"""Documentation."""\n',
    "app/mail/__init__.py": "",
    "app/pages/__init__.py": "",
    "app/pages/apps.py": 'class PagesConfig:\n    label = "site_pages"\n',
    "app/pages/migrations/0001_initial.py": '"""The first tables."""\n',
    "app/pages/views.py": '"""Pages."""\n',
    "pyproject.toml.jinja": """\
[project]
name = "{{ project_slug }}"
version = "0.1.0"
dependencies = [
    "{{ framework }}>=1",
{% if 'pages' in parts %}
    "jinja2>=3",
{% endif %}
{% if database == 'postgresql' %}
    "psycopg>=3",
{% endif %}
]
""",
}
FEATURES = ("accounts", "api", "mail", "pages")
ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"


def create_small_template(template: Path, folder: Path, *included: str) -> Path:
    """Create a template with small starters and two releases.

    included  the files of includes/ that the starters include
    """
    copy_settings(template, folder, *FRAMEWORKS)
    for name in included:
        copy(template, folder, f"includes/{name}")
        for framework in FRAMEWORKS:
            include = f"{{% include 'includes/{name}' -%}}"
            write(folder / "template" / framework / name, include)
    exclude_files_of_this_template(folder / "copier.yml")
    for framework in FRAMEWORKS:
        for name, text in FILES.items():
            write(folder / "template" / framework / name, text)
    release(folder, LAST)
    create_next_release(folder)
    return folder


def copy_settings(template: Path, folder: Path, *frameworks: str) -> None:
    """Copy the settings, the questions and the answers file to a new template."""
    folder.mkdir()
    git("init", "--quiet", cwd=folder)
    shared = ("CHANGELOG.md", "copier.yml", "questions", "src")
    for name in git("ls-files", *shared, cwd=template).split():
        copy(template, folder, name)
    copy(template, folder, f"includes/{ANSWERS_FILE}")
    for framework in frameworks:
        include = f"{{% include 'includes/{ANSWERS_FILE}' %}}"
        write(folder / "template" / framework / ANSWERS_FILE, include)


def exclude_files_of_this_template(file: Path) -> None:
    """Replace the patterns in `_exclude` by those for the files of this template."""
    head, mark, questions = file.read_text("utf-8").partition("\n---\n")
    settings = yaml.safe_load(head)
    excluded = [f"{{% if {f!r} not in parts %}}/app/{f}{{% endif %}}" for f in FEATURES]
    settings["_exclude"] = [
        ".git",
        "{% if _copier_operation == 'update' %}/.python-version{% endif %}",
        *excluded,
    ]
    file.write_text(
        yaml.safe_dump(settings, sort_keys=False) + mark + questions, "utf-8"
    )


def copy(template: Path, folder: Path, name: str) -> None:
    """Copy a file of the template."""
    write(folder / name, (template / name).read_text("utf-8"))


def write(file: Path, text: str) -> None:
    """Write a file, and create its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8", newline="\n")
