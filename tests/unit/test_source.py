"""Where the template is found, and which address projects store for updates."""

from pathlib import Path

import pytest

from selector.errors import UserError
from selector.template import source
from tests.conftest import git


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git("init", "--quiet", "--initial-branch=main", cwd=folder)
    (folder / "copier.yml").write_text("a: 1\n", "utf-8")
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message=First", cwd=folder)
    return folder


@pytest.mark.parametrize(
    ("origin", "recorded"),
    [
        ("https://me:secret@example.org/t.git", "https://example.org/t.git"),
        ("https://example.org/t", "git+https://example.org/t"),
        ("git@example.org:we/t.git", "git@example.org:we/t.git"),
        ("we@example.org:t.git", "we@example.org:t.git"),
        ("ssh://git@example.org/we/t", "git+ssh://git@example.org/we/t"),
        ("/somewhere/on/this/machine", None),
        ("file:///somewhere/on/this/machine", None),
        ("../beside", None),
    ],
)
def test_a_remote_origin_is_recorded(
    repository: Path, origin: str, recorded: str | None
) -> None:
    git("remote", "add", "origin", origin, cwd=repository)
    git("update-ref", "refs/remotes/origin/main", "HEAD", cwd=repository)
    with source.open_template(str(repository), None) as found:
        assert found.update_source == (recorded or repository.as_posix())
        alone = any("this machine only" in note for note in found.notes)
        assert alone == (recorded is None)


def test_a_commit_that_origin_lacks_is_updated_from_the_local_folder(
    repository: Path,
) -> None:
    git("remote", "add", "origin", "https://example.org/t.git", cwd=repository)
    git("update-ref", "refs/remotes/origin/main", "HEAD", cwd=repository)
    git("commit", "--allow-empty", "--quiet", "--message=New", cwd=repository)
    with source.open_template(str(repository), None) as found:
        assert found.update_source == repository.as_posix()
    with source.open_template(str(repository), "HEAD~1") as found:
        assert found.update_source == "https://example.org/t.git"


def test_a_branch_of_origin_is_found_by_its_name(repository: Path) -> None:
    git("update-ref", "refs/remotes/origin/next", "HEAD", cwd=repository)
    with source.open_template(str(repository), "next") as found:
        assert found.commit == git("rev-parse", "HEAD", cwd=repository).strip()


def test_files_are_read_from_the_commit_not_from_the_work_tree(
    repository: Path,
) -> None:
    (repository / "copier.yml").write_text("a: 2\n", "utf-8")
    with source.open_template(str(repository), None) as found:
        assert found.tree.read("copier.yml") == "a: 1\n"
        assert found.tree.read("missing.yml") is None
        assert any("uncommitted" in note for note in found.notes)


def test_changes_that_do_not_affect_projects_are_not_reported(repository: Path) -> None:
    (repository / "notes.txt").write_text("mine", "utf-8")
    with source.open_template(str(repository), None) as found:
        assert not any("uncommitted" in note for note in found.notes)


def test_a_folder_below_a_repository_is_no_template(repository: Path) -> None:
    below = repository / "docs"
    below.mkdir()
    with (
        pytest.raises(UserError, match="not the top folder of a git repository"),
        source.open_template(str(below), None),
    ):
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://example.org/t.git", True),
        ("git+https://example.org/t", True),
        ("git@example.org:t.git", True),
        ("gh:we/t", True),
        ("ssh://example.org/t", True),
        ("/a/b", False),
        ("../trivet", False),
        ("~/trivet", False),
        ("C:\\trivet", False),
        ("trivet", False),
    ],
)
def test_addresses_are_distinguished_from_paths(text: str, expected: bool) -> None:  # noqa: FBT001
    assert source.is_address(text) == expected
