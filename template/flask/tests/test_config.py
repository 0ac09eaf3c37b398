from pathlib import Path

import pytest

from app import config
from app.config import check_dotenv_files


@pytest.mark.parametrize("name", [".env", ".flaskenv"])
def test_the_flask_command_refuses_settings_of_another_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    monkeypatch.chdir(project)
    monkeypatch.setattr(config, "BASE_DIR", project)
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")
    monkeypatch.delenv("FLASK_SKIP_DOTENV", raising=False)
    (tmp_path / name).touch()
    with pytest.raises(SystemExit, match=r"FLASK_SKIP_DOTENV=1, .*\.$"):
        check_dotenv_files()
    with monkeypatch.context() as patch:
        patch.setenv("FLASK_SKIP_DOTENV", "1")
        check_dotenv_files()
    (project / name).touch()
    check_dotenv_files()
