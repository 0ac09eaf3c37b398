"""An update keeps every edit of a project's owner. The edits are random."""

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
    copy,
    find_conflicts,
    init_repository,
    read_stored_answers,
    update,
)
from tests.update.edits import ADDED_BY_BOTH, Edit
from tests.update.releases import LAST, NEXT, RELEASES, commit_all, release
from tests.update.small import ANSWERS_FILE as ANSWERS_TEMPLATE
from tests.update.small import copy_settings

# How many edited projects are updated for each framework. TRIVET_EDITS=900 with
# `pytest -s` runs this number of other edits, and counts the conflicts.
RUNS_IN_BIN_TEST = 2
RUNS_IN_CI = 100
RUNS_BY_HAND = int(os.environ.get("TRIVET_EDITS", "0"))
# The runs in CI are divided into tests with different edits, which run in parallel.
TESTS_IN_CI = 2
# Except in bin/test, about one of so many projects is also updated by trivet.
COMPARED_WITH_TRIVET = 10
# How many files of each type the projects have in CI.
FILES_OF_EACH_TYPE = 3
# The features of a project with few files of every type: Copier takes time for each.
SMALL = ("pages",)
# The start of the lines in _exclude that apply to all updates.
NOT_UPDATED = "{% if _copier_operation == 'update' %}"


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
        for number in sorted({byte * len(lines) // 256 for byte in digest[:3]})[::-1]:
            if is_in_jinja(lines, number):
                continue
            if digest[3] % 3 == 0:
                lines[number : number + 1] = [lines[number], f"New in {number}\n"]
            elif digest[3] % 3 == 1:
                lines[number] = f"Changed {number}\n"
            else:
                del lines[number]
        path.write_bytes("".join(lines).encode())
    for framework in choices("framework"):
        for name in ADDED_BY_BOTH:
            added = template / "template" / framework / name
            added.parent.mkdir(parents=True, exist_ok=True)
            added.write_text("Hello\nfrom the template\n", "utf-8")


def is_in_jinja(lines: list[str], number: int) -> bool:
    before = "".join(lines[:number])
    inside = any(
        before.count(start) > before.count(end)
        for start, end in (("{%", "%}"), ("{{", "}}"), ("{#", "#}"))
    )
    return inside or bool(set(lines[number]) & set("{}"))


@dataclass
class Base:
    """A project at one release, and the files of the release that it is updated to."""

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
        init_repository(self.start)
        self.base_files = edits.read_files(self.start)
        fresh = self.folder / "fresh"
        copy(self.template, fresh, read_stored_answers(self.start), ref="HEAD")
        self.new_files = edits.read_files(fresh)
        self.counts: Counter[str] = Counter()

    def count(self, conflicting: set[str]) -> None:
        """Count a run and the files with conflicts after it."""
        self.counts["runs"] += 1
        self.counts["with conflicts"] += bool(conflicting)
        self.counts["conflicting files"] += len(conflicting)

    def edit_and_update(
        self, given: list[Edit], folder: Path, update: Callable[[Path], None] = update
    ) -> edits.Update:
        """Edit a copy of the project as its owner would, and update it."""
        project = Path(shutil.copytree(self.start, folder / "project"))
        for edit in given:
            edits.apply_edit(edit, project)
        edited_files = edits.read_files(project)
        commit_all(project, "Own work")
        update(project)
        return edits.Update(self.base_files, edited_files, self.new_files, project)


@pytest.fixture(scope="session")
def changed_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create the template with a release that changes nearly every file."""
    folder = Path(
        shutil.copytree(template, tmp_path_factory.mktemp("changed") / "trivet")
    )
    change_every_file(folder)
    release(folder)
    return folder


class CreateBase(Protocol):
    def __call__(self, framework: str, since: str, *features: str) -> Base:
        """Return a project with these features, or with all if none is given."""


@pytest.fixture(scope="session")
def create_base(
    changed_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> CreateBase:
    """Return a function that renders the project of a framework and release once."""

    @cache
    def create(framework: str, since: str, *features: str) -> Base:
        folder = tmp_path_factory.mktemp(f"{framework}-{since}")
        features = features or tuple(model()["available_features"][framework])
        return Base(folder, changed_template, framework, since, features)

    return create


def check_copier(base: Base, given: list[Edit]) -> None:
    """Check that `copier update` loses nothing."""
    with TemporaryDirectory(prefix="trivet-edited-") as folder:
        updated = base.edit_and_update(given, Path(folder))
        base.count(find_conflicts(updated.project))
        assert list(updated.find_losses()) == []


CASES = [
    pytest.param(framework, since, id=f"{framework}-{since}")
    for framework in choices("framework")
    for since in RELEASES
]

# What edits and updates do to files is the same in all frameworks. The many runs below
# have a part of the files of each.
WITH_ALL_FILES = [case for case in CASES if RUNS_BY_HAND or "flask" in case.values]


def update_with_trivet(project: Path) -> None:
    assert main(["update", str(project), "--no-test", "--yes"]) in (0, 1)


def check_both(base: Base, given: list[Edit]) -> None:
    """Check that `copier update` and `trivet update` lose nothing and agree."""
    with TemporaryDirectory(prefix="trivet-edited-") as name:
        folder = Path(name)
        by_copier = base.edit_and_update(given, folder / "copier")
        by_trivet = base.edit_and_update(given, folder / "trivet", update_with_trivet)
        conflicting = find_conflicts(by_copier.project)
        base.count(conflicting)
        assert list(by_copier.find_losses()) == []
        assert list(by_trivet.find_losses()) == []
        assert find_conflicts(by_trivet.project) == conflicting
        # The markers of conflicts contain the names of temporary folders.
        copiers, trivets = (
            {
                name: content
                for name, content in edits.read_files(updated.project).items()
                if name not in conflicting
            }
            for updated in (by_copier, by_trivet)
        )
        assert trivets == copiers


def is_compared_with_trivet(given: list[Edit]) -> bool:
    """Choose by the edits, so that a failure can be repeated."""
    return len(repr(given)) % COMPARED_WITH_TRIVET == 0


def check_random_edits(
    base: Base,
    runs: int,
    check: Callable[[Base, list[Edit]], None],
    part: int = 0,
) -> None:
    """Check random edits. Unless run by hand, they are the same in each test run."""

    @given(edits_of_owner=edits.edits())
    @settings(
        max_examples=runs,
        deadline=None,
        derandomize=not RUNS_BY_HAND,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if RUNS_BY_HAND else [])],
        suppress_health_check=list(HealthCheck),
    )
    def run(edits_of_owner: list[Edit]) -> None:
        check(base, edits_of_owner)

    if RUNS_BY_HAND:
        run()
        sys.stdout.write(f"{base.framework}: {dict(base.counts)}\n")
    else:
        seed(part)(run)()


def without_answers(files: edits.Files) -> dict[str, bytes]:
    return {name: text for name, text in files.items() if name != ANSWERS_FILE}


def sample_files(base: Base) -> set[str]:
    """Return the names of a few files of each type, and of those that both sides add.

    Copier starts git once for each file that it renders.
    """
    by_type: dict[str, list[str]] = {}
    for name in sorted({*base.base_files, *base.new_files} - {ANSWERS_FILE}):
        by_type.setdefault(Path(name).suffix or name, []).append(name)
    chosen = [name for names in by_type.values() for name in names[:FILES_OF_EACH_TYPE]]
    return {*chosen, *ADDED_BY_BOTH}


def rendered_template(base: Base, folder: Path) -> Path:
    """Create a template with the settings of `base`, and some files without Jinja.

    An update depends only on the files that the two releases render, and Copier renders
    them faster without Jinja.
    """
    copy_settings(base.template, folder, base.framework)
    starter = folder / "template" / base.framework
    kept = {path.name for path in starter.iterdir()}  # the template of the answers
    sampled = sample_files(base)
    for tag, files in ((base.since, base.base_files), (NEXT, base.new_files)):
        for path in starter.iterdir():
            if path.name not in kept:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for name, content in files.items():
            if name not in sampled:
                continue
            (starter / name).parent.mkdir(parents=True, exist_ok=True)
            (starter / name).write_bytes(content)
        release(folder, tag)
    return folder


def without_questions(template: Path, folder: Path) -> Path:
    """Copy a template without its questions, which take Copier a second to answer.

    The lines of `_exclude` that read answers are left out, too.
    """
    shutil.copytree(template, folder)
    for tag in git("tag", cwd=folder).split():
        git("checkout", "--quiet", "--force", "-B", "main", tag, cwd=folder)
        file = folder / "copier.yml"
        settings = yaml.safe_load(file.read_text("utf-8").split("\n---\n")[0])
        del settings["_message_after_copy"], settings["_message_after_update"]
        settings["_exclude"] = [
            path
            for path in settings["_exclude"]
            if "{%" not in path or path.startswith(NOT_UPDATED)
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
@pytest.mark.parametrize("part", range(TESTS_IN_CI))
@pytest.mark.parametrize(("framework", "since"), CASES)
def test_no_edit_is_lost_in_many_runs(
    create_base: CreateBase, framework: str, since: str, part: int, tmp_path: Path
) -> None:
    real = create_base(framework, since, *SMALL)
    template = rendered_template(real, tmp_path / "trivet")
    short = without_questions(template, tmp_path / "short")
    with_questions, base = (
        Base(tmp_path / name, each, framework, since, real.features)
        for name, each in (("with-questions", template), ("base", short))
    )
    sampled = sample_files(real)
    for each in (with_questions, base):
        for rendered_files, real_files in (
            (each.base_files, real.base_files),
            (each.new_files, real.new_files),
        ):
            expected = {
                name: text for name, text in real_files.items() if name in sampled
            }
            assert without_answers(rendered_files) == expected

    def check(base: Base, given: list[Edit]) -> None:
        if is_compared_with_trivet(given):
            check_both(with_questions, given)
        else:
            check_copier(base, given)

    check_random_edits(base, RUNS_IN_CI // TESTS_IN_CI, check, part)


@pytest.mark.slow
@pytest.mark.parametrize(("framework", "since"), WITH_ALL_FILES)
def test_no_edit_is_lost_by_copier_update_or_trivet_update(
    create_base: CreateBase, framework: str, since: str
) -> None:
    if not RUNS_BY_HAND:
        base = create_base(framework, since, *SMALL)
        check_random_edits(base, RUNS_IN_BIN_TEST, check_both)
        return

    def check(base: Base, given: list[Edit]) -> None:
        (check_both if is_compared_with_trivet(given) else check_copier)(base, given)

    check_random_edits(create_base(framework, since), RUNS_BY_HAND, check)


def update_with_loss(project: Path) -> None:
    """Update a project, and take the template's version of files with conflicts."""
    update(project)
    for name in find_conflicts(project):
        theirs = git("show", f":3:{name}", cwd=project)
        (project / name).write_text(theirs, "utf-8")


@pytest.mark.slow
def test_a_planted_loss_is_found(create_base: CreateBase) -> None:
    base = create_base("flask", LAST)

    def check(base: Base, given: list[Edit]) -> None:
        with TemporaryDirectory(prefix="trivet-edited-") as folder:
            updated = base.edit_and_update(given, Path(folder), update_with_loss)
            assert list(updated.find_losses()) == []

    with pytest.raises(AssertionError, match="lost lines"):
        check_random_edits(base, RUNS_IN_CI, check)


@pytest.mark.parametrize(
    ("result", "is_lost"),
    [
        ("new\na\nb\na\nb\n", False),
        ("a\nb\nnew\na\nb\n", False),  # as good: the owner repeated "a" and "b"
        ("a\nb\na\nb\nnew\n", True),
        ("a\nb\na\nb\n", True),
        ("new\nb\na\na\nb\n", True),
    ],
)
def test_repeated_lines_may_be_on_both_sides_of_a_new_one(
    result: str, *, is_lost: bool, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text(result, "utf-8")
    init_repository(tmp_path)
    base, ours, theirs = (
        {"file": text.encode()} for text in ("a\nb\n", "a\nb\na\nb\n", "new\na\nb\n")
    )
    updated = edits.Update(base, ours, theirs, tmp_path)
    assert bool([*updated.find_losses()]) == is_lost
