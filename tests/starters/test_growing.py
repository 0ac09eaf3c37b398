"""A project that has data adds and removes accounts."""

import sqlite3
from pathlib import Path

import pytest
from copier import VcsRef, run_update

from tests.conftest import git, render_into
from tests.contract.client import ITEMS, PASSWORD, UPLOADS, Client, Person
from tests.contract.differences import CONVENTIONS
from tests.starters.databases import Database, new_database
from tests.starters.harness import Project, Starter, install, running_service
from tests.starters.selection import BUILT, GROWING

BOTH = ("api", "pages")
PEOPLE = ("accounts", *BOTH)
FILES = ("accounts", "admin", *BOTH, "uploads")


def commit(directory: Path) -> None:
    git("add", "--all", cwd=directory)
    git("commit", "--quiet", "--message=Work", cwd=directory)


def change_features(project: Project, features: tuple[str, ...]) -> Project:
    """Follow the guide to adding a feature, up to the migration."""
    commit(project.directory)
    run_update(
        project.directory,
        data={"features": list(features)},
        vcs_ref=VcsRef.CURRENT,
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=False,
    )
    assert not git("ls-files", "--unmerged", cwd=project.directory)
    starter = Starter(project.starter.framework, features, project.starter.database)
    return install(starter, project.directory)


def create_seeded_project(
    framework: str, kind: str, template: Path, directory: Path
) -> tuple[Project, Database]:
    """Create a project with seeded data."""
    starter = Starter(framework, BOTH, kind)
    answers = {"known_framework": framework, "features": [*BOTH], "database": kind}
    render_into(directory / "project", template=template, answers=answers)
    git("init", "--quiet", cwd=directory / "project")
    project = install(starter, directory / "project")
    database = new_database(kind, directory / "databases")
    for task in ("migrate", "seed"):
        project.poe(task, DATABASE_URL=database.url)
    return project, database


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.parametrize("framework", sorted(GROWING))
@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_items_are_kept_when_accounts_are_added_and_removed(
    framework: str, database_kind: str, template_repo: Path, tmp_path: Path
) -> None:
    project, database = create_seeded_project(
        framework, database_kind, template_repo, tmp_path
    )
    conventions = CONVENTIONS[framework]
    settings = {"DATABASE_URL": database.url}
    with running_service(project, database.url) as service, Client(service) as client:
        before = client.list_all()
        assert before

    project = change_features(project, PEOPLE)
    project.poe("migration", "accounts", **settings)
    project.poe("migrate", **settings)
    project.poe("check", **settings)
    with running_service(project, database.url) as service:
        person, boss = Person(service), Person(service)
        person.register_and_confirm()
        project.poe("create-admin", boss.email, typed=f"{PASSWORD}\n", **settings)
        assert person.sign_in_client().list_all() == []
        assert boss.sign_in_client().list_all() == before
        mine = person.sign_in_client().create(name=before[0]["name"])
    table = conventions.items_table
    with pytest.raises((sqlite3.IntegrityError, RuntimeError)):
        database.execute(f"UPDATE {table} SET price = -1")  # noqa: S608

    project = change_features(project, BOTH)
    with running_service(project, database.url) as service, Client(service) as client:
        assert client.list_all() == [*before, mine]
        assert client.create()["id"]
        assert client.patch(f"{ITEMS}/{mine['id']}", json={"price": 2}).is_success
    database.execute(f"SELECT email FROM {conventions.users_table}")  # noqa: S608


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.parametrize(
    "framework", [each for each in sorted(GROWING) if "uploads" in BUILT[each]]
)
@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_staff_see_uploads_from_before_accounts_were_added(
    framework: str, database_kind: str, template_repo: Path, tmp_path: Path
) -> None:
    project, database = create_seeded_project(
        framework, database_kind, template_repo, tmp_path
    )
    settings = {"DATABASE_URL": database.url}
    project = change_features(project, (*BOTH, "uploads"))
    for task in (["migration", "uploads"], ["migrate"], ["check"]):
        project.poe(*task, **settings)
    file = {"file": ("plan.pdf", b"%PDF-1.7")}
    with running_service(project, database.url) as service, Client(service) as client:
        upload = client.post(UPLOADS, files=file).json()
    project = change_features(project, FILES)
    for task in (["migration", "accounts"], ["migrate"], ["check"]):
        project.poe(*task, **settings)
    with running_service(project, database.url) as service:
        person, boss = Person(service), Person(service)
        person.register_and_confirm()
        project.poe("create-admin", boss.email, typed=f"{PASSWORD}\n", **settings)
        assert person.sign_in_client().get(UPLOADS).json()["uploads"] == []
        assert boss.sign_in_client().get(UPLOADS).json()["uploads"] == [upload]
        content = boss.sign_in_client().get(f"{UPLOADS}/{upload['id']}/content")
        assert content.content == file["file"][1]
