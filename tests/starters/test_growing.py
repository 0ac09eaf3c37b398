"""A project that has data gains and loses features."""

import sqlite3
from pathlib import Path

import pytest
from copier import VcsRef, run_update

from tests.conftest import git, render_into
from tests.contract.client import ITEMS, PASSWORD, UPLOADS, Client, Person
from tests.contract.differences import CONVENTIONS
from tests.starters.databases import new_database
from tests.starters.harness import Project, Starter, install, running_service
from tests.starters.selection import FRAMEWORKS, full
from tests.starters.test_starters import count_passed

FIRST = ("api", "uploads")
WITH_ACCOUNTS = ("accounts", "admin", "api", "pages", "uploads")
# Tables of features that only Django has.
TABLES_OF_DJANGO = ("sales_sale", "cms_blogpage", "profiles_profile", "shop_payment")
PDF = b"%PDF-1.7"


def change_features(
    project: Project, features: tuple[str, ...], database_url: str, migration: str = ""
) -> Project:
    """Follow the guide to adding and removing features."""
    git("add", "--all", cwd=project.directory)
    git("commit", "--quiet", "--message=Work", cwd=project.directory)
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
    # The setup migrates the apps that the features bring.
    project = install(starter, project.directory, DATABASE_URL=database_url)
    if migration:
        project.poe("migration", migration, DATABASE_URL=database_url)
        project.poe("migrate", DATABASE_URL=database_url)
    return project


def check(project: Project, database_url: str) -> None:
    """Check a project. Linters and types do not depend on the database server."""
    if project.starter.database == "sqlite":
        project.poe("check", DATABASE_URL=database_url)


def check_and_test(project: Project, database_url: str) -> None:
    """Check a project, and run tests whose database its migrations create."""
    check(project, database_url)
    if project.starter.database == "sqlite":
        assert count_passed(project.poe("test", "tests/items", "--no-cov")) > 5


def add_columns(project: Project, database_url: str) -> None:
    """Write and apply migrations as the owner of a Django project does."""
    for app, before in (("items", "price"), ("uploads", "size")):
        path = project.directory / f"app/{app}/models.py"
        text, line = path.read_text("utf-8"), f"    {before} = models."
        column = f"    rank = models.IntegerField(default=0)\n{line}"
        assert line in text
        path.write_text(text.replace(line, column), "utf-8")
    project.poe("migration", "ranks", DATABASE_URL=database_url)
    project.poe("migrate", DATABASE_URL=database_url)


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"])
def test_data_is_kept_when_features_are_added_and_removed(
    framework: str, database_kind: str, template_repo: Path, tmp_path: Path
) -> None:
    """Items and uploads from before there were accounts belong to the staff.

    On SQLite, the project gains every feature of its framework.
    """
    conventions = CONVENTIONS[framework]
    directory = tmp_path / "project"
    answers = {
        "known_framework": framework,
        "features": [*FIRST],
        "database": database_kind,
    }
    render_into(directory, template=template_repo, answers=answers)
    git("init", "--quiet", cwd=directory)
    project = install(Starter(framework, FIRST, database_kind), directory)
    database = new_database(database_kind, tmp_path / "databases")
    settings = {"DATABASE_URL": database.url}
    for task in ("migrate", "seed"):
        project.poe(task, **settings)

    with running_service(project, database.url) as service, Client(service) as client:
        items = client.list_all()
        assert items
        file = {"file": ("plan.pdf", PDF)}
        upload = client.post(UPLOADS, files=file).json()

    if framework == "django":
        add_columns(project, database.url)
    more = full(framework).features if database_kind == "sqlite" else WITH_ACCOUNTS
    project = change_features(project, more, database.url, "accounts")
    if framework != "django":  # Alembic compares with tables, Django with migrations
        check(project, database.url)
    with running_service(project, database.url) as service:
        person, boss = Person(service), Person(service)
        person.register_and_confirm()
        project.poe("create-admin", boss.email, typed=f"{PASSWORD}\n", **settings)
        user, staff = person.sign_in_client(), boss.sign_in_client()
        assert user.list_all() == []
        assert staff.list_all() == items
        assert user.get(UPLOADS).json()["uploads"] == []
        assert staff.get(UPLOADS).json()["uploads"] == [upload]
        assert staff.get(f"{UPLOADS}/{upload['id']}/content").content == PDF
        mine = user.create(name=items[0]["name"])
    table = conventions.items_table
    with pytest.raises((sqlite3.IntegrityError, RuntimeError)):
        database.execute(f"UPDATE {table} SET price = -1")  # noqa: S608

    project = change_features(project, FIRST, database.url)
    with running_service(project, database.url) as service, Client(service) as client:
        assert client.list_all() == [*items, mine]
        assert client.create()["id"]
        # Without owners names are unique, so one is renamed before the migration.
        change = {"name": "Renamed", "price": 2}
        assert client.patch(f"{ITEMS}/{mine['id']}", json=change).is_success
        assert client.get(UPLOADS).json()["uploads"] == [upload]
    project.poe("migration", "fewer features", **settings)
    project.poe("migrate", **settings)
    check_and_test(project, database.url)
    database.execute(f"SELECT email FROM {conventions.users_table}")  # noqa: S608
    for table in TABLES_OF_DJANGO if "cms" in more else ():
        database.execute(f"SELECT 1 FROM {table}")  # noqa: S608
