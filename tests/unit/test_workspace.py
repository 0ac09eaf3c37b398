"""Members of uv workspaces."""

from pathlib import Path

import pytest

from selector.project.workspace import find_workspace


@pytest.mark.parametrize(
    ("settings", "folder", "is_member"),
    [
        ('members = ["packages/*"]', "packages/a", True),
        ('members = ["./packages/a/"]', "packages/a", True),
        ('members = ["packages/*"]', "packages/a/b", False),
        ('members = ["**"]', "packages/a/b", True),
        ('members = ["packages/?"]', "packages/ab", False),
        ('members = ["packages/*"]', "services/a", False),
        ('members = ["*"]\nexclude = ["a*"]', "ab", False),
        ("", "packages/a", False),
    ],
)
def test_a_folder_is_a_member_if_a_pattern_matches_its_whole_path(
    tmp_path: Path, settings: str, folder: str, *, is_member: bool
) -> None:
    text = f"[tool.uv.workspace]\n{settings}\n"
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    assert find_workspace(tmp_path / folder) == (tmp_path if is_member else None)


@pytest.mark.parametrize("text", ["", "[tool.uv]\n", "not TOML"])
def test_a_parent_project_is_no_workspace(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    assert find_workspace(tmp_path / "a") is None
