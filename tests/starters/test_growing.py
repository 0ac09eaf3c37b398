"""A project with data of its own gets accounts, and loses them again."""

import sqlite3
from pathlib import Path

import pytest
from copier import VcsRef, run_update

from tests.conftest import git, render_into
from tests.contract.client import ITEMS, PASSWORD, Client, Person
from tests.starters.databases import new_database
from tests.starters.harness import Project, Starter, booted, install
from tests.starters.matrix import BOTH, PEOPLE


def commit(directory: Path) -> None:
    git("add", "--all", cwd=directory)
    git("commit", "--quiet", "--message=Work", cwd=directory)


def change_needs(project: Project, needs: tuple[str, ...]) -> Project:
    """Do what the guide to adding a need says, up to the migration."""
    commit(project.directory)
    run_update(
        project.directory,
        data={"needs": list(needs)},
        vcs_ref=VcsRef.CURRENT,
        defaults=True,
        overwrite=True,
        quiet=True,
        unsafe=False,
    )
    assert not git("ls-files", "--unmerged", cwd=project.directory)
    starter = Starter(project.starter.framework, needs, project.starter.database)
    return install(starter, project.directory)


@pytest.mark.parametrize(
    "database_kind",
    [
        pytest.param("sqlite", marks=pytest.mark.slow),
        pytest.param("postgresql", marks=pytest.mark.thorough),
    ],
)
def test_accounts_come_and_go_and_the_items_stay(
    database_kind: str, template_repo: Path, tmp_path: Path
) -> None:
    starter = Starter("fastapi", BOTH, database_kind)
    directory = tmp_path / "project"
    answers = {
        "known_framework": "fastapi",
        "needs": [*BOTH],
        "database": database_kind,
    }
    render_into(directory, template=template_repo, answers=answers)
    git("init", "--quiet", cwd=directory)
    project = install(starter, directory)
    database = new_database(database_kind, tmp_path / "databases")
    settings = {"DATABASE_URL": database.url}
    project.poe("migrate", **settings)
    project.poe("seed", **settings)
    with booted(project, database.url) as service, Client(service) as client:
        before = client.walk()
        assert before

    project = change_needs(project, PEOPLE)
    project.poe("migration", "accounts", **settings)
    project.poe("migrate", **settings)
    project.poe("check", **settings)
    with booted(project, database.url) as service:
        person, boss = Person(service), Person(service)
        person.join()
        project.poe("create-admin", boss.email, typed=f"{PASSWORD}\n", **settings)
        assert person.api().walk() == []
        assert boss.api().walk() == before
        mine = person.api().create(name=before[0]["name"])
    with pytest.raises((sqlite3.IntegrityError, RuntimeError)):
        database.execute("UPDATE items SET price = -1")

    project = change_needs(project, BOTH)
    with booted(project, database.url) as service, Client(service) as client:
        assert client.walk() == [*before, mine]
        assert client.create()["id"]
        assert client.patch(f"{ITEMS}/{mine['id']}", json={"price": 2}).is_success
    database.execute("SELECT email FROM users")
