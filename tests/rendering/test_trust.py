"""`copier copy` works without `--trust` and without the trivet command."""

from pathlib import Path

import pytest
import yaml
from pytest_copie.plugin import Copie

from tests.conftest import ROOT, Render
from tests.rendering.answers import Case, extreme_cases, model


def contents(project: Path) -> dict[Path, bytes]:
    return {
        path.relative_to(project): path.read_bytes()
        for path in project.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "case",
    [
        # Trust is Copier's, so one framework shows it, and CI the others.
        pytest.param(
            case,
            id=case.name,
            marks=[] if "flask" in case.name else pytest.mark.thorough,
        )
        for case in extreme_cases()
        if case.part == "quick" and case.answers["features"]
    ],
)
def test_rendering_without_trust_gives_the_same_files(
    case: Case, render: Render, copie: Copie, template_repo: Path
) -> None:
    # Its default comes from the folder, and the two folders differ.
    answers = {"project_name": "My Service", **case.answers}
    trusted = copie.copy(answers, template_dir=template_repo)
    assert trusted.project_dir is not None
    untrusted = contents(render(answers))
    answers_file = Path(".copier-answers.yml")
    stored = yaml.safe_load(untrusted.pop(answers_file))
    expected = contents(trusted.project_dir)
    assert stored == yaml.safe_load(expected.pop(answers_file))
    assert untrusted == expected


def test_the_template_needs_no_trust() -> None:
    documents = (ROOT / "copier.yml").read_text(encoding="utf-8").split("\n---\n")
    keys = set(yaml.safe_load(documents[0]))
    assert not keys & {"_tasks", "_migrations", "_jinja_extensions"}


@pytest.mark.parametrize(
    ("framework", "feature"),
    [
        (framework, key)
        for key, rules in model()["rules_out"].items()
        for framework in rules
    ],
)
def test_excluded_combinations_are_refused(
    render_without_code: Render, framework: str, feature: str
) -> None:
    with pytest.raises(ValueError, match="framework"):
        render_without_code({"framework": framework, "features": [feature]})
    with pytest.raises(ValueError, match="features"):
        render_without_code({"known_framework": framework, "features": [feature]})


@pytest.mark.parametrize(
    "key", ["use_case", "framework", "database", "features", "licence"]
)
def test_a_choice_that_does_not_exist_is_refused(
    render_without_code: Render, key: str
) -> None:
    given = ["nonsense"] if key == "features" else "nonsense"
    with pytest.raises(ValueError, match="nonsense"):
        render_without_code({key: given})


def test_a_refused_answer_leaves_no_files_behind(
    render_without_code: Render, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="database"):
        render_without_code({"database": "nonsense"}, name="refused")
    assert not (tmp_path / "refused").exists()
