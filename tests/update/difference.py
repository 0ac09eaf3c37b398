"""Print what the next release would change in existing projects.

`python -m tests.update.difference` prints the difference for each use case, and ends
with 1 if an update would lose or leave behind files.
"""

import difflib
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from copier import run_copy
from pathspec import PathSpec

from tests.conftest import git
from tests.rendering.answers import Answers, choices
from tests.update.releases import LAST, OWNER_FILES, create_template, find_releases

ANSWERS_FILE = ".copier-answers.yml"
USE_CASES: Mapping[str, Answers] = {
    case: {"use_case": case} for case in choices("use_case")
}

Files = dict[str, bytes]


def find_missing_paths(template: Path, since: str) -> Iterator[str]:
    """Yield a problem for each path of a release that the template no longer has."""
    now = list_template_paths(template, "HEAD")
    for path in sorted(list_template_paths(template, since) - now):
        yield (
            f"{path} was in {since} and is missing now. Do not rename, move or remove "
            "files after a release: owners would lose their edits."
        )


def find_new_excludes(template: Path, since: str) -> Iterator[str]:
    """Yield a problem for each new pattern in _exclude that matches released paths."""
    paths = {path.split("/", 1)[1] for path in list_template_paths(template, since)}
    before = read_excludes(template, since)
    for condition, pattern in read_excludes(template, "HEAD"):
        # These patterns were excluded on the same condition before.
        known = [old for then, old in before if then == condition]
        left_out = set(PathSpec.from_lines("gitignore", known).match_files(paths))
        matches = set(PathSpec.from_lines("gitignore", [pattern]).match_files(paths))
        for match in sorted(matches - left_out):
            yield (
                f"`{pattern}` in _exclude matches {match}, which {since} rendered: "
                "updates would leave that file behind."
            )


def list_template_paths(template: Path, ref: str) -> set[str]:
    """Return the paths that a version can render, as framework/path."""
    listed = git("ls-tree", "-r", "-z", "--name-only", ref, "template", cwd=template)
    return {
        path.removeprefix("template/").removesuffix(".jinja")
        for path in listed.split("\0")
        if path.count("/") > 1
    }


def read_excludes(template: Path, ref: str) -> list[tuple[str, str]]:
    """Return the patterns in _exclude of a version, each after its condition."""
    text = git("show", f"{ref}:copier.yml", cwd=template)
    entries: list[str] = yaml.safe_load(text.split("\n---\n")[0])["_exclude"]
    return [pattern for entry in entries for pattern in split_exclude(entry)]


def split_exclude(entry: str) -> Iterator[tuple[str, str]]:
    """Yield each pattern of an entry in _exclude after the conditions around it.

    Raise ValueError for a statement other than `if`, `else`, `endif` and `set`.
    """
    conditions: list[str] = []
    for statement, text in re.findall(r"(?s)\{% *(.*?) *%\}|([^{]+)", entry):
        word = statement.partition(" ")[0]
        if word == "if":
            conditions.append(statement)
        elif word == "else":
            conditions[-1] = f"else of {conditions[-1]}"
        elif word == "endif":
            conditions.pop()
        elif word not in {"", "set"}:
            message = f"_exclude has a statement that this check does not know: {word}"
            raise ValueError(message)
        for line in text.split("\n"):
            if line and not line.startswith("#"):
                yield ", ".join(conditions), line


def render_before_and_after(
    template: Path, since: str, answers: Answers, folder: Path
) -> tuple[Files, Files]:
    """Render a release, and then the work tree with the answers that it stored."""
    before, after = folder / "before", folder / "after"
    render(template, before, answers, since)
    stored = yaml.safe_load((before / ANSWERS_FILE).read_text("utf-8"))
    kept = {key: value for key, value in stored.items() if not key.startswith("_")}
    render(template, after, kept, "HEAD")
    return read_updated_files(before), read_updated_files(after)


def render(template: Path, folder: Path, answers: Answers, ref: str) -> None:
    """Render a version as Copier does."""
    run_copy(
        str(template), folder, data=answers, vcs_ref=ref, defaults=True, quiet=True
    )


def read_updated_files(project: Path) -> Files:
    """Return the files of a project that updates change."""
    return {
        name: path.read_bytes()
        for path in sorted(project.rglob("*"))
        if path.is_file()
        and not OWNER_FILES.fullmatch(name := path.relative_to(project).as_posix())
        and name != ANSWERS_FILE
    }


def find_left_behind(before: Files, after: Files) -> list[str]:
    """Return the files that a release rendered and the same answers no longer do."""
    return sorted(before.keys() - after.keys())


def format_diff(before: Files, after: Files) -> str:
    """Return the difference in the format of git."""
    texts: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if old != new:
            texts += difflib.unified_diff(
                (old or b"").decode().splitlines(keepends=True),
                (new or b"").decode().splitlines(keepends=True),
                f"a/{name}" if old is not None else "/dev/null",
                f"b/{name}" if new is not None else "/dev/null",
            )
    return "".join(texts)


def main() -> int:
    """Print the changes since the last release for each use case."""
    if not find_releases():
        print("There is no release yet.")
        return 0
    since = LAST
    problems: list[str] = []
    diffs: dict[str, list[str]] = {}
    with TemporaryDirectory(prefix="trivet-difference-") as folder:
        template = create_template(Path(folder, "trivet"))
        problems += find_missing_paths(template, since)
        problems += find_new_excludes(template, since)
        for case, answers in USE_CASES.items():
            before, after = render_before_and_after(
                template, since, answers, Path(folder, case)
            )
            problems += [
                f"{case}: {n} is left behind" for n in find_left_behind(before, after)
            ]
            diffs.setdefault(format_diff(before, after), []).append(case)
    print(f"Changes in projects since {since}")
    for diff, cases in diffs.items():
        print(f"\n=== {', '.join(cases)}\n\n{diff or 'Nothing.'}")
    for problem in problems:
        print(f"\nPROBLEM: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
