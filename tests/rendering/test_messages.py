"""The message at the end of `copier copy`."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from copier import run_copy


def message(
    template: Path,
    destination: Path,
    answers: Mapping[str, object],
    capfd: pytest.CaptureFixture[str],
) -> str:
    run_copy(
        str(template),
        destination,
        data=dict(answers),
        vcs_ref="HEAD",
        defaults=True,
        unsafe=False,
    )
    return capfd.readouterr().err.split("Your ")[-1]


def test_the_next_steps_are_named(
    template_without_code: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    destination = tmp_path / "garden-club"
    text = message(template_without_code, destination, {"use_case": "prototype"}, capfd)
    assert text.startswith(f"Flask project is in {destination}\n")
    steps = [line.strip() for line in text.split("Next steps")[1].splitlines()[2:]]
    assert steps[:3] == ["git init", "uv sync", "uv run poe setup"]
    assert "instead of" not in text
    assert "Left out" not in text


def test_a_choice_against_the_recommendation_and_what_is_left_out_are_named(
    template_without_code: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    answers = {"use_case": "social_network", "framework": "fastapi"}
    text = message(template_without_code, tmp_path / "club", answers, capfd)
    assert "You chose FastAPI instead of Django. You add what Django has" in text
    assert "Left out, because they are not available with FastAPI: social\n" in text
