"""A project that its owner edited at random keeps every edit."""

import hashlib
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings

from selector.cli.main import main
from tests.conftest import git
from tests.rendering.answers import choices, model
from tests.update import edits
from tests.update.conftest import (
    ANSWERS_FILE,
    committed,
    conflicts,
    copy,
    stored_answers,
    update,
)
from tests.update.edits import BOTH_ADD, Edit
from tests.update.releases import LAST, NEXT, RELEASES, commit_all, release
from tests.update.small import ANSWERS_FILE as ANSWERS_TEMPLATE
from tests.update.small import copy_settings

# How many random projects for each framework: few in bin/test, many in .ci/run. By
# hand, TRIVET_EDITS=900 with -s runs any number of new ones and counts them.
FEW = 2
MANY = 100
# They are divided into this many tests with different edits, which run in parallel.
PARTS = 2
# About one of so many is updated by trivet too, and compared.
BOTH = 10
BY_HAND = int(os.environ.get("TRIVET_EDITS", "0"))


def change_every_file(template: Path) -> None:
    """Change, add and delete lines everywhere in the template except in Jinja."""
    listed = [*(template / "template").rglob("*"), *(template / "includes").rglob("*")]
    for path in sorted(listed):
        name = path.relative_to(template).as_posix()
        if not path.is_file() or "answers_file" in name or "/include" in name:
            continue
        lines = path.read_bytes().decode().splitlines(keepends=True)
        if len(lines) < 3 or re.fullmatch(r"\{% include .* %\}\n", "".join(lines)):
            continue
        digest = hashlib.sha256(name.encode()).digest()
        for spot in sorted({byte * len(lines) // 256 for byte in digest[:3]})[::-1]:
            if in_jinja(lines, spot):
                continue
            if digest[3] % 3 == 0:
                lines[spot : spot + 1] = [lines[spot], f"New in {spot}\n"]
            elif digest[3] % 3 == 1:
                lines[spot] = f"Changed {spot}\n"
            else:
                del lines[spot]
        path.write_bytes("".join(lines).encode())
    for framework in choices("framework"):
        for name in BOTH_ADD:
            added = template / "template" / framework / name
            added.parent.mkdir(parents=True, exist_ok=True)
            added.write_text("Hello\nfrom the template\n", "utf-8")


def in_jinja(lines: list[str], spot: int) -> bool:
    before = "".join(lines[:spot])
    inside = any(
        before.count(start) > before.count(end)
        for start, end in (("{%", "%}"), ("{{", "}}"), ("{#", "#}"))
    )
    return inside or bool(set(lines[spot]) & set("{}"))


@dataclass
class Base:
    """A project of one framework at one release, and the result of an update."""

    folder: Path
    template: Path
    framework: str
    since: str
    features: tuple[str, ...]

    def __post_init__(self) -> None:
        answers = {
            "known_framework": self.framework,
            "framework": self.framework,
            "features": [*self.features],
        }
        self.start = copy(self.template, self.folder / "start", answers, ref=self.since)
        committed(self.start)
        self.old = edits.files(self.start)
        fresh = self.folder / "fresh"
        copy(self.template, fresh, stored_answers(self.start), ref="HEAD")
        self.new = edits.files(fresh)
        self.seen: Counter[str] = Counter()

    def after(
        self, done: list[Edit], folder: Path, update: Callable[[Path], None] = update
    ) -> edits.Update:
        """Edit a copy of the project as its owner would, and update it."""
        project = Path(shutil.copytree(self.start, folder / "project"))
        for edit in done:
            edits.make(edit, project)
        mine = edits.files(project)
        commit_all(project, "Own work")
        update(project)
        return edits.Update(self.old, mine, self.new, project)


@pytest.fixture(scope="session")
def rough_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the template with a release that changes nearly every file."""
    folder = Path(
        shutil.copytree(template, tmp_path_factory.mktemp("rough") / "trivet")
    )
    change_every_file(folder)
    release(folder)
    return folder


class Grow(Protocol):
    def __call__(self, framework: str, since: str, *features: str) -> Base:
        """Return a project with these features, or with every one that there is."""


@pytest.fixture(scope="session")
def grow(rough_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Grow:
    """Return a function that renders the project of a framework and release once."""

    @cache
    def grown(framework: str, since: str, *features: str) -> Base:
        folder = tmp_path_factory.mktemp(f"{framework}-{since}")
        features = features or tuple(model()["available_features"][framework])
        return Base(folder, rough_template, framework, since, features)

    return grown


def check(base: Base, done: list[Edit]) -> None:
    with TemporaryDirectory(prefix="trivet-edited-") as folder:
        updated = base.after(done, Path(folder))
        base.seen["runs"] += 1
        conflicting = conflicts(updated.project)
        base.seen["with conflicts"] += bool(conflicting)
        base.seen["conflicting files"] += len(conflicting)
        assert list(updated.losses()) == []


CASES = [
    pytest.param(framework, since, id=f"{framework}-{since}")
    for framework in choices("framework")
    for since in RELEASES
]


def by_trivet(project: Path) -> None:
    assert main(["update", str(project), "--no-test", "--yes"]) in (0, 1)


def check_both(base: Base, done: list[Edit]) -> None:
    with TemporaryDirectory(prefix="trivet-edited-") as folder:
        copier, trivet = (
            base.after(done, Path(folder, each.__name__), each)
            for each in (update, by_trivet)
        )
        there, here = (conflicts(each.project) for each in (copier, trivet))
        base.seen["runs"] += 1
        base.seen["conflicting files"] += len(here)
        assert list(copier.losses()) == []
        assert list(trivet.losses()) == []
        assert here == there
        ends = [edits.files(each.project) for each in (trivet, copier)]
        trivets, copiers = (
            {name: text for name, text in end.items() if name not in here}
            for end in ends
        )
        assert trivets == copiers


def random_edits(
    base: Base,
    runs: int,
    check: Callable[[Base, list[Edit]], None] = check,
    part: int = 0,
) -> None:
    """Update projects after random edits, the same ones in each run of the tests."""

    @given(done=edits.edits())
    @settings(
        max_examples=runs,
        deadline=None,
        derandomize=not BY_HAND,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if BY_HAND else [])],
        suppress_health_check=list(HealthCheck),
    )
    def run(done: list[Edit]) -> None:
        check(base, done)

    if BY_HAND:
        run()
        sys.stdout.write(f"{base.framework}: {dict(base.seen)}\n")
    else:
        seed(part)(run)()


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "since"), CASES)
def test_no_edit_is_lost(grow: Grow, framework: str, since: str) -> None:
    random_edits(grow(framework, since), BY_HAND or FEW)


def without_answers(files: edits.Files) -> dict[str, bytes]:
    return {name: text for name, text in files.items() if name != ANSWERS_FILE}


def rendered_template(base: Base, folder: Path) -> Path:
    """Create a template with the settings of `base`, and its files as rendered.

    What an update keeps depends on what the two releases render. Copier takes longer
    to render them from Jinja.
    """
    copy_settings(base.template, folder, base.framework)
    starter = folder / "template" / base.framework
    kept = {path.name for path in starter.iterdir()}  # the file with the answers
    for tag, files in ((base.since, base.old), (NEXT, base.new)):
        for path in starter.iterdir():
            if path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, content in without_answers(files).items():
            (starter / name).parent.mkdir(parents=True, exist_ok=True)
            (starter / name).write_bytes(content)
        release(folder, tag)
    return folder


def without_questions(template: Path, folder: Path) -> Path:
    """Copy a rendered template without the questions, as answering takes a second."""
    shutil.copytree(template, folder)
    for tag in git("tag", cwd=folder).split():
        git("checkout", "--quiet", "--force", "-B", "main", tag, cwd=folder)
        file = folder / "copier.yml"
        settings = yaml.safe_load(file.read_text("utf-8").split("\n---\n")[0])
        del settings["_message_after_copy"], settings["_message_after_update"]
        settings["_exclude"] = [
            path
            for path in settings["_exclude"]
            if "{%" not in path or "_copier_operation" in path
        ]
        questions = {"framework": {"type": "str"}}
        file.write_text(yaml.safe_dump(settings | questions), "utf-8")
        for path in (folder / "template").glob(f"*/{ANSWERS_TEMPLATE}"):
            path.write_text("{{ _copier_answers | to_nice_yaml }}", "utf-8")
        git("tag", "--delete", tag, cwd=folder)
        release(folder, tag)
    return folder


@pytest.mark.thorough
@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(("framework", "since"), CASES)
def test_no_edit_is_lost_in_many_runs(
    grow: Grow, framework: str, since: str, part: int, tmp_path: Path
) -> None:
    # A smaller project with files of every kind, since Copier's time grows with them.
    real = grow(framework, since, "pages")
    template = rendered_template(real, tmp_path / "trivet")
    short = without_questions(template, tmp_path / "short")
    with_questions, base = (
        Base(tmp_path / name, each, framework, since, real.features)
        for name, each in (("with-questions", template), ("base", short))
    )
    for each in (with_questions, base):
        assert without_answers(each.old) == without_answers(real.old)
        assert without_answers(each.new) == without_answers(real.new)

    def check_either(base: Base, done: list[Edit]) -> None:
        # The edits decide which check runs, so that a failure can be repeated.
        if len(repr(done)) % BOTH == 0:
            check_both(with_questions, done)
        else:
            check(base, done)

    random_edits(base, MANY // PARTS, check_either, part)


@pytest.mark.slow
@pytest.mark.parametrize("framework", choices("framework"))
def test_trivet_update_ends_where_copier_update_ends(
    grow: Grow, framework: str
) -> None:
    random_edits(grow(framework, LAST), BY_HAND or FEW, check_both)


def let_the_template_win(project: Path) -> None:
    """Update a project, and lose the owner's text where both changed a line."""
    update(project)
    for name in conflicts(project):
        theirs = git("show", f":3:{name}", cwd=project)
        (project / name).write_text(theirs, "utf-8")


@pytest.mark.slow
def test_a_planted_loss_is_found(grow: Grow) -> None:
    base = grow("flask", LAST)

    def check_lossy(base: Base, done: list[Edit]) -> None:
        with TemporaryDirectory(prefix="trivet-edited-") as folder:
            updated = base.after(done, Path(folder), let_the_template_win)
            assert list(updated.losses()) == []

    with pytest.raises(AssertionError, match="lost lines"):
        random_edits(base, MANY, check_lossy)
